"""The outbox: what receivers are to be told, written with the states that it tells of, sent at least once.

A notification is taken by one worker at a time, by a lease; one that dies leaves it to the next. Within a group they go
in their order; a receiver's rate is counted over all workers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from collector.alerts.backoff import allowed_at, retry_after
from collector.alerts.grouping import Group
from collector.alerts.labels import notification_key
from collector.alerts.notification import Notification
from collector.store.schema import alert_groups, notifications, receivers, sendings

WAITING, DELIVERED, REFUSED = "waiting", "delivered", "refused"
SENDINGS_KEPT = 3_600_000


@dataclass(frozen=True)
class Taken:
    """A notification that this worker is to send. attempts: this one included."""

    notification: Notification
    attempts: int
    holder: str


@dataclass(frozen=True)
class Health:
    """How a receiver stands. failures: one after another; waiting, refused: notifications.

    waiting_since: when the oldest that waits was written. next_at: when it is tried next, None where nothing waits.
    refused_at, refusal: of the last one that was given up.
    """

    receiver: str
    delivered_at: int | None
    failing_since: int | None
    failures: int
    error: str | None
    blocked_until: int | None
    waiting: int = 0
    waiting_since: int | None = None
    next_at: int | None = None
    refused: int = 0
    refused_at: int | None = None
    refusal: str | None = None


def read_groups(connection: sa.Connection) -> dict[tuple[str, str], Group]:
    """By (receiver, group key)."""
    return {
        (row.receiver, row.group_key): Group(row.waiting_since, row.told_at, json.loads(row.told), row.number)
        for row in connection.execute(sa.select(alert_groups))
    }


def write_group(connection: sa.Connection, receiver: str, key: str, group: Group) -> None:
    which = (alert_groups.c.receiver == receiver, alert_groups.c.group_key == key)
    values = {
        "waiting_since": group.waiting_since, "told_at": group.told_at, "told": json.dumps(dict(group.told)),
        "number": group.number,
    }  # fmt: skip
    if not connection.execute(sa.update(alert_groups).where(*which).values(values)).rowcount:
        connection.execute(sa.insert(alert_groups).values(receiver=receiver, group_key=key, **values))


def key_of(receiver: str, group: str, number: int, part: int) -> str:
    return notification_key(receiver, group, number) + (f"-{part}" if part else "")


def write_notification(connection: sa.Connection, one: Notification, number: int, part: int) -> None:
    """Due at once. One that was written already is refused by its key: nothing is told twice."""
    values = {
        "key": one.key, "receiver": one.receiver, "group_key": one.group_key, "number": number, "part": part,
        "body": one.to_json(), "written_at": one.written_at, "due_at": one.written_at, "attempts": 0, "standing": WAITING,
    }  # fmt: skip
    connection.execute(sa.insert(notifications).values(values))


def groups_waiting(connection: sa.Connection) -> set[tuple[str, str]]:
    """(receiver, group key) of what has not been delivered yet; they need no reminder."""
    query = sa.select(notifications.c.receiver, notifications.c.group_key).where(notifications.c.standing == WAITING)
    return {(row.receiver, row.group_key) for row in connection.execute(query.distinct())}


def receivers_due(connection: sa.Connection, now: int) -> list[str]:
    """Receivers for whom something is to be sent now."""
    query = sa.select(notifications.c.receiver).where(
        notifications.c.standing == WAITING, notifications.c.due_at <= now
    )
    blocked = sa.select(receivers.c.receiver).where(receivers.c.blocked_until > now)
    return sorted(connection.execute(query.where(notifications.c.receiver.not_in(blocked)).distinct()).scalars())


def take(
    connection: sa.Connection, receiver: str, holder: str, lease: int, rate: tuple[int, int] | None, now: int
) -> Taken | None:
    """The next notification for ``receiver`` in a write transaction: the oldest that is due and first of its group.

    lease: milliseconds after which one that was taken and never finished may be taken again. rate: (messages, ms).
    """
    health = _lock(connection, receiver)
    if (health.blocked_until or 0) > now:
        return None
    if rate is not None:
        recent = connection.execute(
            sa.select(sendings.c.at)
            .where(sendings.c.receiver == receiver)
            .order_by(sendings.c.at.desc())
            .limit(rate[0])
        ).scalars()
        if allowed_at(list(recent), *rate, now) > now:
            return None
    # A lease from the future was taken before the clock went back.
    leased_at = notifications.c.leased_at
    free = sa.or_(leased_at.is_(None), leased_at <= now - lease, leased_at > now)
    due = (notifications.c.receiver == receiver, notifications.c.standing == WAITING, notifications.c.due_at <= now)
    query = (
        sa.select(notifications).where(*due, free, _is_first()).order_by(notifications.c.due_at, notifications.c.key)
    )
    row = connection.execute(query.limit(1)).one_or_none()
    if row is None:
        return None
    attempts = row.attempts + 1
    mine = sa.update(notifications).where(notifications.c.key == row.key)
    connection.execute(mine.values(holder=holder, leased_at=now, attempts=attempts, sent_at=now))
    connection.execute(sa.insert(sendings).values(key=row.key, attempt=attempts, receiver=receiver, at=now))
    return Taken(Notification.from_json(row.body), attempts, holder)


def _is_first() -> sa.ColumnElement[bool]:
    """That nothing which was written earlier waits in the same group of the same receiver."""
    earlier = notifications.alias()
    before = sa.or_(
        earlier.c.number < notifications.c.number,
        sa.and_(earlier.c.number == notifications.c.number, earlier.c.part < notifications.c.part),
    )
    same = sa.and_(earlier.c.receiver == notifications.c.receiver, earlier.c.group_key == notifications.c.group_key)
    return ~sa.exists().where(same, before, earlier.c.standing == WAITING)


def delivered(connection: sa.Connection, taken: Taken, now: int) -> None:
    receiver = taken.notification.receiver
    _finish(connection, taken, standing=DELIVERED, error=None)
    health = {"delivered_at": now, "failing_since": None, "failures": 0, "error": None, "blocked_until": None}
    connection.execute(sa.update(receivers).where(receivers.c.receiver == receiver).values(health))
    connection.execute(sa.delete(sendings).where(sendings.c.receiver == receiver, sendings.c.at < now - SENDINGS_KEPT))


def failed(
    connection: sa.Connection, taken: Taken, error: str, now: int, *, permanent: bool, retry_after_ms: int | None
) -> None:
    """A notification that was not taken: refused for good, or due again after a back-off, or when the receiver says."""
    receiver = taken.notification.receiver
    known = _lock(connection, receiver)
    if permanent:
        _finish(connection, taken, standing=REFUSED, error=error)
    else:
        wait = max(retry_after(taken.notification.key, taken.attempts), retry_after_ms or 0)
        _finish(connection, taken, standing=WAITING, error=error, due_at=now + wait)
    health = {
        "failing_since": now if known.failing_since is None else known.failing_since, "failures": known.failures + 1,
        "error": error, "blocked_until": None if retry_after_ms is None else now + retry_after_ms,
    }  # fmt: skip
    connection.execute(sa.update(receivers).where(receivers.c.receiver == receiver).values(health))


def healths(connection: sa.Connection, names: list[str]) -> list[Health]:
    """Of the receivers ``names``, in their order."""
    known = {row.receiver: row for row in connection.execute(sa.select(receivers))}
    return [_health(connection, name, known.get(name)) for name in names]


def _health(connection: sa.Connection, name: str, row: sa.Row[Any] | None) -> Health:
    of = notifications.c
    waits = (of.receiver == name, of.standing == WAITING)
    waiting, since = connection.execute(sa.select(sa.func.count(), sa.func.min(of.written_at)).where(*waits)).one()
    due_at = connection.execute(sa.select(sa.func.min(of.due_at)).where(*waits, _is_first())).scalar()
    refused = sa.select(of.sent_at, of.error).where(of.receiver == name, of.standing == REFUSED)
    count = connection.execute(sa.select(sa.func.count()).select_from(refused.subquery())).scalar_one()
    last = connection.execute(refused.order_by(of.sent_at.desc()).limit(1)).one_or_none()
    health = Health(
        name, None, None, 0, None, None, waiting, since, due_at, count,
        last.sent_at if last else None, last.error if last else None,
    )  # fmt: skip
    if row is None:
        return health
    stood = {key: getattr(row, key) for key in ("delivered_at", "failing_since", "failures", "error", "blocked_until")}
    return replace(health, **stood, next_at=None if due_at is None else max(due_at, row.blocked_until or 0))


def _finish(connection: sa.Connection, taken: Taken, **values: object) -> None:
    """Only where it is still ours: after the lease another worker may have taken it."""
    mine = (notifications.c.key == taken.notification.key, notifications.c.holder == taken.holder)
    connection.execute(sa.update(notifications).where(*mine).values(holder=None, leased_at=None, **values))


def _lock(connection: sa.Connection, receiver: str) -> sa.Row[Any]:
    """The receiver's row, made if need be; on PostgreSQL nobody else takes for this receiver until we commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtext('citygauge receiver'), hashtext(:r))"), {"r": receiver}
        )
    query = sa.select(receivers).where(receivers.c.receiver == receiver)
    row = connection.execute(query).one_or_none()
    if row is None:
        connection.execute(sa.insert(receivers).values(receiver=receiver, failures=0))
        row = connection.execute(query).one()
    return row
