"""What a report tells, gathered from a stored snapshot and the sealed days behind it, before anything is rendered.

The figures are the snapshot's own. Only break-downs for the charts are measured, over the same days, as known when the snapshot
was made and under the definitions and exclusions that stand in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import pyarrow as pa

from collector.city import City
from collector.errors import CitygaugeError, ConfigurationError
from collector.figures import Figure, measure
from collector.history import History
from collector.installation import Installation
from collector.measurement import Measurement
from collector.periods import instant
from collector.report.frozen import Frozen, read_snapshot
from collector.store.snapshots import latest_snapshot

BROKEN_DOWN = {
    "availability": ("day", "department"),
    "active_users": ("day",),
    "pue": ("day",),
    "case_closure": ("department",),
    "case_on_time": ("department",),
    "case_rework": ("department",),
    "case_duration": ("department",),
}
"""By what each measure is charted; the others are told in numbers only."""


@dataclass(frozen=True)
class Line:
    """One indicator of the report.

    definition_digest: SHA-256 of its definition. by: measurements by label, by break-down (``day``, ``department``).
    not_broken_down: why a break-down is missing, in words, by break-down.
    """

    figure: Figure
    definition_digest: str
    by: dict[str, dict[str, Measurement]] = field(default_factory=dict)
    not_broken_down: dict[str, str] = field(default_factory=dict)

    @property
    def partly_covered(self) -> int:
        """How many days were not observed in full."""
        return len(self.least_covered(most=None))

    def least_covered(self, most: int | None = 5) -> list[tuple[str, Measurement]]:
        """The days that were not observed in full, least covered first."""
        days = self.by.get("day", {})
        partial = [(one.coverage, day) for day, one in days.items() if one.coverage is not None and one.coverage < 1]
        return [(day, days[day]) for _, day in sorted(partial)[:most]]


@dataclass(frozen=True)
class SourceRuns:
    """How a source was asked over the period. connector, department: of the city file, None where it has the source no more."""

    id: str
    connector: str | None
    department: str | None
    outcomes: dict[str, int]
    first_at: int | None
    last_at: int | None
    files: int


@dataclass(frozen=True)
class Report:
    frozen: Frozen
    lines: list[Line]
    sources: list[SourceRuns]


def gather(installation: Installation, label: str) -> Report:
    """The newest revision of the period. Raises ConfigurationError where the period is not frozen."""
    with installation.database.read() as connection:
        snapshot = latest_snapshot(connection, label)
    if snapshot is None:
        raise ConfigurationError(f"{label} is not frozen: run `citygauge snapshot {label}` first")
    frozen = read_snapshot(snapshot)
    history = _history(installation, frozen)
    return Report(
        frozen=in_period(frozen),
        lines=[_line(history, figure, frozen.definitions[figure.indicator.id]) for figure in frozen.figures],
        sources=[_runs(history, installation.city, frozen, source) for source in frozen.segments],
    )


def _history(installation: Installation, frozen: Frozen) -> History:
    """The city's records under the definitions of the snapshot, whatever the city file says by now."""
    as_frozen = {"indicators": tuple(one.indicator for one in frozen.figures), "exclusions": frozen.exclusions}
    return History(installation.city.model_copy(update=as_frozen), installation.database, installation.archive)


def in_period(frozen: Frozen) -> Frozen:
    """With the exclusions that concern the period only."""
    span = frozen.period.span
    kept = tuple(one for one in frozen.exclusions if instant(one.start) < span.end and instant(one.end) > span.start)
    return replace(frozen, exclusions=kept)


def _line(history: History, figure: Figure, definition_digest: str) -> Line:
    by, reasons = {}, {}
    for name in BROKEN_DOWN.get(figure.indicator.measure, ()):
        try:
            by[name] = measure(history, figure.indicator, figure.period, figure.as_of, by=name).by
        except (
            CitygaugeError
        ) as error:  # the figures stand without their charts, and the report says why there are none
            reasons[name] = str(error)
    return Line(figure, definition_digest, by, reasons)


def _runs(history: History, city: City, frozen: Frozen, source: str) -> SourceRuns:
    runs = history.runs(source, frozen.period.span, frozen.as_of)
    asked = runs["run_at"].cast(pa.int64()).to_pylist()
    settings = next((one for one in city.sources if one.id == source), None)
    return SourceRuns(
        id=source,
        connector=settings.connector if settings else None,
        department=settings.department if settings else None,
        outcomes=dict(Counter(runs["outcome"].to_pylist())),
        first_at=min(asked, default=None),
        last_at=max(asked, default=None),
        files=len(frozen.segments[source]),
    )
