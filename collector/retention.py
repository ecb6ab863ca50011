"""Retention: answers that are older than the city file keeps go, but for those under a legal hold. Their digests stay in the runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from collector.city.evidence import Evidence, Hold
from collector.installation import Installation
from collector.periods import Period, Span, local_date, midnight
from collector.store.answers import days_with_evidence, evidence_files, remove_evidence, sources_with_evidence


@dataclass(frozen=True)
class Answers:
    """A source's answers of a day. file: in the archive; None while they are in the store, where a day that is not sealed has them."""

    source: str
    day: date
    file: str | None

    def __str__(self) -> str:
        return self.file or f"{self.source} {self.day} (in the store)"


def expired_evidence(installation: Installation, at: int) -> list[Answers]:
    """What nothing keeps at the instant ``at``."""
    kept, zone = installation.city.evidence, installation.city.zone
    first = first_kept(kept, local_date(at, zone))
    if first is None:
        return []
    old = [one for one in _answers(installation) if one.day < first]
    return [one for one in old if not any(_holds(hold, one, zone) for hold in kept.holds)]


def expire_evidence(installation: Installation, at: int) -> list[Answers]:
    """Remove it. Doing so twice is harmless."""
    expired = expired_evidence(installation, at)
    for one in expired:
        if one.file is not None:
            installation.archive.remove(one.file)
        else:
            with installation.database.write() as connection:
                remove_evidence(connection, one.source, midnight(one.day, installation.city.zone))
    return expired


def first_kept(kept: Evidence, today: date) -> date | None:
    """The first of the oldest month that is kept; None where every month is."""
    if kept.keep_months == "forever":
        return None
    months = today.year * 12 + today.month - 1 - kept.keep_months
    return date(months // 12, months % 12 + 1, 1)


def _answers(installation: Installation) -> Iterator[Answers]:
    """All that there are, also of sources that the city file no longer names."""
    for source in sources_with_evidence(installation.archive):
        for name, day in evidence_files(installation.archive, source):
            yield Answers(source, day, name)
    with installation.database.read() as connection:
        for source, at in days_with_evidence(connection):
            yield Answers(source, local_date(at, installation.city.zone), None)


def _holds(hold: Hold, answers: Answers, zone: ZoneInfo) -> bool:
    start = midnight(answers.day, zone)
    inside = Period.parse(hold.period, zone).span.clip(Span(start, start + 1))
    return bool(inside.milliseconds) and (not hold.sources or answers.source in hold.sources)
