"""The work that should be done by now: polls, sealing, snapshots, alerts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from collector.alerting.listing import list_alerts, standing_of
from collector.doctor import diagnosis as found
from collector.doctor.diagnosis import Diagnosis, Finding
from collector.freeze import due_months
from collector.installation import Installation
from collector.periods import MILLISECOND, iso
from collector.standing import SourceStatus, Standing, source_statuses

IDLE_POLLS = 3
"""A source that was asked nothing for so many intervals is polled by nobody."""
SKEW_SECONDS = 60
SEALED_WITHIN = timedelta(hours=1) // MILLISECOND


def sources(installation: Installation, now: int) -> Iterator[Diagnosis]:
    """Each polled source, or that nobody polls at all."""
    with installation.database.read() as connection:
        standing = source_statuses(connection, installation.city, now)
    polled = [one for one in standing if one.settings.polled]
    if polled and all(_is_idle(one, now) for one in polled):
        last = max((one.newest.at for one in polled if one.newest), default=None)
        yield found.NOBODY_POLLS("sources", since=_when(installation, last))
        return
    for one in polled:
        yield _source(one, now)


def _is_idle(one: SourceStatus, now: int) -> bool:
    every = one.settings.every or timedelta()
    return one.newest is None or now - one.newest.at > IDLE_POLLS * (every // MILLISECOND)


def _source(one: SourceStatus, now: int) -> Diagnosis:
    skew, error = one.skew_seconds or 0, (one.newest.error if one.newest else None) or ""
    return _finding(one, now)(f"source {one.id}", id=one.id, error=error, skew=f"{skew:+.0f} s")


def _finding(one: SourceStatus, now: int) -> Finding:
    if one.standing is Standing.NEVER:
        return found.NEVER
    if _is_idle(one, now):
        return found.NOT_POLLED
    if one.standing is Standing.UP:
        return found.SKEWED if abs(one.skew_seconds or 0) > SKEW_SECONDS else found.UP
    return found.FAILING if one.standing is Standing.FAILING else found.DOWN


def sealing(installation: Installation, now: int) -> Iterator[Diagnosis]:
    """Days that should have been sealed an hour ago."""
    late = installation.sealer.due(now - SEALED_WITHIN)
    if late:
        yield found.NOT_SEALED("sealing", count=len(late), first=f"{late[0].source} {late[0].day}")
    else:
        yield found.UP("sealing")


def snapshots(installation: Installation, now: int) -> Iterator[Diagnosis]:
    """Months that are over and sealed and have no snapshot."""
    waiting = due_months(installation, now)
    if waiting:
        yield found.NOT_FROZEN("snapshots", months=", ".join(waiting), first=waiting[0])
    else:
        yield found.UP("snapshots")


def alerts(installation: Installation, now: int) -> Iterator[Diagnosis]:
    """Whether alerts are evaluated and told, where the city file names receivers."""
    if not installation.city.receivers:
        return
    listing = list_alerts(installation, now)
    if listing.is_stalled:
        yield found.NOT_EVALUATED("alerts", since=_when(installation, listing.evaluated_at))
    for one in listing.receivers:
        finding = found.NOT_TOLD if standing_of(one) == "failing" else found.UP
        yield finding(f"receiver {one.receiver}", error=one.error or one.refusal or "")


def _when(installation: Installation, at: int | None) -> str:
    return "—" if at is None else iso(at, installation.city.zone)
