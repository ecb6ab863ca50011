"""Send what is in the outbox: one notification after another, outside of any transaction, each by one worker at a time."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from collector.alerting.receiver import Receiver, Undeliverable
from collector.city.receivers import ReceiverSettings
from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.periods import MILLISECOND
from collector.store import outbox

LEASE = timedelta(minutes=2)
"""Longer than a receiver may take; what was taken by a worker that died is taken again after it."""
MOST_AT_ONCE = 50
"""A worker then makes room for other tasks; what is left is sent in the next round."""


def deliver(installation: Installation, receiver: str, clock: Callable[[], int]) -> int:
    """Send what is due for a receiver of the city file. Returns how many were delivered.

    Raises what a receiver raises that is not Undeliverable, after it was written down as a failure: that is a mistake in it.
    """
    settings = _settings(installation, receiver)
    built = settings.build(installation.city.folder)
    rate = None if built.rate is None else (built.rate.messages, built.rate.within // MILLISECOND)
    lease = max(LEASE, 2 * settings.timeout) // MILLISECOND
    sent = 0
    for _ in range(MOST_AT_ONCE):
        with installation.database.write() as connection:
            taken = outbox.take(connection, receiver, uuid.uuid4().hex, lease, rate, clock())
        if taken is None:
            break
        sent += _send(installation, built, taken, clock)
    return sent


def _send(installation: Installation, receiver: Receiver, taken: outbox.Taken, clock: Callable[[], int]) -> bool:
    try:
        receiver.send(taken.notification)
    except Undeliverable as error:
        after = None if error.retry_after_seconds is None else int(1000 * error.retry_after_seconds)
        with installation.database.write() as connection:
            outbox.failed(connection, taken, str(error), clock(), permanent=error.permanent, retry_after_ms=after)
        return False
    except Exception as error:
        with installation.database.write() as connection:
            text = f"a mistake in the receiver: {type(error).__name__}"
            outbox.failed(connection, taken, text, clock(), permanent=False, retry_after_ms=None)
        raise
    with installation.database.write() as connection:
        outbox.delivered(connection, taken, clock())
    return True


def _settings(installation: Installation, receiver: str) -> ReceiverSettings:
    for one in installation.city.receivers:
        if one.id == receiver:
            return one
    known = ", ".join(one.id for one in installation.city.receivers) or "none"
    raise ConfigurationError(f"there is no receiver {receiver!r}; the receivers are {known}")
