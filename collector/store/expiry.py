"""What of alerting is old enough to go: notifications that are done with, silences that are over, acknowledgements."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from collector.alerts.evaluation import Phase
from collector.store.outbox import DELIVERED, REFUSED
from collector.store.schema import acknowledgements, alerts, notifications, receivers, silences


def expire_alerting(connection: sa.Connection, before: int, reposted_to: Collection[str], reposts_before: int) -> None:
    """Remove what was done with before the instant ``before``; to receivers that are told every minute, before ``reposts_before``.

    What still waits stays, and so does the acknowledgement of an alert that still fires, however old: without it people would
    be reminded again.
    """
    for name in connection.execute(sa.select(receivers.c.receiver)).scalars().all():
        _expire_notifications(connection, name, reposts_before if name in reposted_to else before)
    connection.execute(sa.delete(silences).where(silences.c.ends_at < before))
    same = (alerts.c.fingerprint == acknowledgements.c.fingerprint, alerts.c.fired_at == acknowledgements.c.fired_at)
    fires = sa.exists().where(*same, alerts.c.phase == Phase.FIRING.value)
    connection.execute(sa.delete(acknowledgements).where(acknowledgements.c.at < before, ~fires))


def _expire_notifications(connection: sa.Connection, receiver: str, before: int) -> None:
    """By standing, receiver and ``due_at``, as the index has them: finding that there is nothing to remove costs one look."""
    done = (notifications.c.standing.in_((DELIVERED, REFUSED)), notifications.c.receiver == receiver)
    connection.execute(sa.delete(notifications).where(*done, notifications.c.due_at < before))
