"""Every part of an installation, looked at one after another."""

from __future__ import annotations

from collections.abc import Iterator

from collector.doctor import parts, work
from collector.doctor.diagnosis import Diagnosis, State
from collector.installation import Installation


def examine(installation: Installation, now: int) -> Iterator[Diagnosis]:
    """What is found, part by part. Where the store cannot be used nothing is said of what lies in it."""
    yield from (look(installation) for look in (parts.disk, parts.broker, parts.keys))
    stored = parts.store(installation)
    yield stored
    if stored.state is State.WRONG:
        return
    yield parts.archive(installation)
    for judge in (work.sources, work.sealing, work.snapshots, work.alerts):
        yield from judge(installation, now)
