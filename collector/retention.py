"""Retention: answers that are older than the city file keeps go, but for those under a legal hold. Their digests stay in the runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from collector.city.evidence import Evidence, Hold
from collector.installation import Installation
from collector.periods import Period, Span, local_date, midnight
from collector.store.answers import evidence_files, sources_with_evidence


def expired_evidence(installation: Installation, at: int) -> Iterator[str]:
    """Names of the archive's files that nothing keeps at the instant ``at``."""
    kept, zone = installation.city.evidence, installation.city.zone
    first = first_kept(kept, local_date(at, zone))
    if first is None:
        return
    for source in sources_with_evidence(installation.archive):
        for name, day in evidence_files(installation.archive, source):
            if day < first and not any(_holds(one, source, day, zone) for one in kept.holds):
                yield name


def expire_evidence(installation: Installation, at: int) -> list[str]:
    """Remove them; their names. Doing it twice is harmless."""
    names = list(expired_evidence(installation, at))
    for name in names:
        installation.archive.remove(name)
    return names


def first_kept(kept: Evidence, today: date) -> date | None:
    """The first of the oldest month that is kept; None where every month is."""
    if kept.keep_months == "forever":
        return None
    months = today.year * 12 + today.month - 1 - kept.keep_months
    return date(months // 12, months % 12 + 1, 1)


def _holds(hold: Hold, source: str, day: date, zone: ZoneInfo) -> bool:
    start = midnight(day, zone)
    inside = Period.parse(hold.period, zone).span.clip(Span(start, start + 1))
    return bool(inside.milliseconds) and (not hold.sources or source in hold.sources)
