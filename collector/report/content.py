"""What a report tells, gathered from a stored snapshot and the files that it was computed from, before anything is rendered.

The figures are the snapshot's own. Break-downs for the charts and runs by source are read from the same files, under the definitions
and exclusions that stand in the snapshot; nothing that was learned since is in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from collector.errors import CitygaugeError, ConfigurationError
from collector.figures import Figure, measure
from collector.frozen.files import File, SourceFiles
from collector.frozen.ledger import frozen_history
from collector.history import History
from collector.installation import Installation
from collector.measurement import Measurement
from collector.periods import instant
from collector.report.frozen import Effect, Frozen, read_snapshot
from collector.report.proof import Proof, proof_of
from collector.store.snapshots import Snapshot, latest_snapshot, snapshot_revision

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
    by: dict[str, Mapping[str, Measurement]] = field(default_factory=dict)
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
    """How a source was asked over the period.

    department: of the city file, None where it names none or has the source no more. files: how many segments.
    not_read: why there is nothing about its runs, in words.
    """

    id: str
    connector: str
    department: str | None
    files: int
    outcomes: dict[str, int] = field(default_factory=dict)
    first_at: int | None = None
    last_at: int | None = None
    not_read: str | None = None


@dataclass(frozen=True)
class Report:
    """effects: what the revision changed, each with the figure whose name and unit it is told in.

    history: what the snapshot's files tell, for further break-downs; None where the report was not gathered from files.
    """

    frozen: Frozen
    lines: list[Line]
    sources: list[SourceRuns]
    proof: Proof
    effects: list[tuple[Figure, Effect]] = field(default_factory=list)
    history: History | None = field(default=None, compare=False, repr=False)


def gather(installation: Installation, label: str, only: frozenset[str] | None = None) -> Report:
    """The newest revision of the period. Raises ConfigurationError where the period is not frozen.

    only: ids of the indicators that are told, then without the runs by source; all of them unless given.
    """
    with installation.database.read() as connection:
        snapshot = latest_snapshot(connection, label)
    if snapshot is None:
        raise ConfigurationError(f"{label} is not frozen: run `citygauge snapshot {label}` first")
    frozen = read_snapshot(snapshot)
    figures = [one for one in frozen.figures if only is None or one.indicator.id in only]
    history = frozen_history(frozen.settings, frozen.files, installation.archive, frozen.swept)
    return Report(
        frozen=in_period(frozen),
        lines=[_line(history, figure, frozen.definitions[figure.indicator.id]) for figure in figures],
        sources=[_runs(history, installation, frozen, source) for source in frozen.files] if only is None else [],
        proof=proof_of(installation, snapshot),
        effects=effects_on(frozen.figures, _gone(installation, snapshot, frozen), frozen),
        history=history,
    )


def effects_on(figures: list[Figure], gone: list[Figure], frozen: Frozen) -> list[tuple[Figure, Effect]]:
    """The effects of the revision, each with its figure. gone: figures that only the revision before it has."""
    known = {one.indicator.id: one for one in [*gone, *figures]}
    return [(known[one.indicator], one) for one in (frozen.revises.effects if frozen.revises else ())]


def _gone(installation: Installation, snapshot: Snapshot, frozen: Frozen) -> list[Figure]:
    """The figures of the revision before this one, where it has some that this one has no more."""
    if frozen.revises is None or all(one.after for one in frozen.revises.effects):
        return []
    with installation.database.read() as connection:
        before = snapshot_revision(connection, snapshot.period, snapshot.revision - 1)
    if before is None or before.digest != frozen.previous:
        raise CitygaugeError(
            f"{snapshot.period}/{snapshot.revision - 1}, which is revised, is not in the store; restore the store"
        )
    return read_snapshot(before).figures


def beside(files: SourceFiles) -> list[tuple[str, File]]:
    """(role, file) of what a source's figures rest on beside its segments."""
    roles = {"later": files.later, "subjects": files.subjects, "register": files.register}
    return [(role, file) for role, file in roles.items() if file is not None]


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
        except CitygaugeError as error:
            reasons[name] = str(error)  # the figures stand without their charts, and the report says why there are none
    return Line(figure, definition_digest, by, reasons)


def _runs(history: History, installation: Installation, frozen: Frozen, source: str) -> SourceRuns:
    settings = next((one for one in installation.city.sources if one.id == source), None)
    told = SourceRuns(
        id=source,
        connector=frozen.settings.source(source).connector,
        department=settings.department if settings else None,
        files=len(frozen.files[source].segments),
    )
    try:
        runs = history.runs(source, frozen.period.span, frozen.as_of)
    except CitygaugeError as error:
        return replace(told, not_read=str(error))  # as with a chart: the figures stand without
    asked = runs["run_at"].cast(pa.int64()).to_pylist()
    return replace(
        told,
        outcomes=dict(Counter(runs["outcome"].to_pylist())),
        first_at=min(asked, default=None),
        last_at=max(asked, default=None),
    )
