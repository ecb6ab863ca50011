"""What the status page, the API and the exporter ask of the store: newest runs, their counts, and what there is to show.

Every query here is bounded by an index or by run ids; none reads the whole table of runs more than once in a process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from collector.store.runs import Outcome
from collector.store.schema import log, runs, snapshots, subjects, vectors
from collector.store.snapshots import Snapshot

StoreDown = OperationalError
"""What a query raises when the database does not answer."""

NAMED = 5
_COLUMNS = [runs.c[name] for name in (
    "id", "source", "slot", "at", "outcome", "vouch_start", "vouch_end", "evidence", "rows", "seconds", "skew_seconds",
    "error_kind", "error", "faults",
)]  # fmt: skip


@dataclass(frozen=True)
class Marker:
    """Changes whenever a run, segment or snapshot is added, and only then."""

    run: int
    entry: int


@dataclass(frozen=True)
class RunLine:
    """A run as it is shown. Instants in milliseconds since the epoch."""

    id: int
    source: str
    slot: int
    at: int
    outcome: Outcome
    vouch_start: int | None
    vouch_end: int | None
    evidence: str | None
    rows: int
    seconds: float
    skew_seconds: float | None
    error_kind: str | None
    error: str | None
    faults: tuple[str, ...]


@dataclass(frozen=True)
class SnapshotLine:
    """A snapshot without its body."""

    period: str
    revision: int
    digest: str
    created_at: int


def marker(connection: sa.Connection) -> Marker:
    newest_run = connection.execute(sa.select(sa.func.max(runs.c.id))).scalar()
    newest_entry = connection.execute(sa.select(sa.func.max(log.c.entry))).scalar()
    return Marker(newest_run or 0, newest_entry or 0)


def newest_run(connection: sa.Connection, source: str, outcome: Outcome | None = None) -> RunLine | None:
    """The source's run that was asked last, or the last one that ended with ``outcome``."""
    query = sa.select(*_COLUMNS).where(runs.c.source == source)
    if outcome is not None:
        query = query.where(runs.c.outcome == outcome.value)
    row = connection.execute(query.order_by(runs.c.at.desc(), runs.c.id.desc()).limit(1)).one_or_none()
    return _line(row) if row else None


def run_until(connection: sa.Connection, source: str, at: int, outcome: Outcome | None = None) -> RunLine | None:
    """The source's last run asked at or before ``at``, or the last one by then that ended with ``outcome``."""
    query = sa.select(*_COLUMNS).where(runs.c.source == source, runs.c.at <= at)
    if outcome is not None:
        query = query.where(runs.c.outcome == outcome.value)
    row = connection.execute(query.order_by(runs.c.at.desc(), runs.c.id.desc()).limit(1)).one_or_none()
    return _line(row) if row else None


def asked_after(connection: sa.Connection, source: str, at: int) -> bool:
    """Whether a run of the source is dated later than ``at``: as seen from now, that the clock went back."""
    query = sa.select(runs.c.id).where(runs.c.source == source, runs.c.at > at)
    return connection.execute(query.limit(1)).first() is not None


def run_instants(connection: sa.Connection, source: str, after: int, before: int) -> list[int]:
    """When the source was asked in (after, before), in order."""
    query = sa.select(runs.c.at).where(runs.c.source == source, runs.c.at > after, runs.c.at < before)
    return list(connection.execute(query.distinct().order_by(runs.c.at)).scalars())


def answers_since(connection: sa.Connection, source: str, since: int, until: int) -> tuple[int, int, int | None]:
    """(good runs, different answers among them, instant of the first) of a source in [since, until]."""
    good = sa.and_(runs.c.source == source, runs.c.outcome == Outcome.OK.value, runs.c.at >= since, runs.c.at <= until)
    counts = (sa.func.count(), sa.func.count(sa.distinct(runs.c.evidence)), sa.func.min(runs.c.at))
    return tuple(connection.execute(sa.select(*counts).where(good)).one())


def subjects_listed(connection: sa.Connection, source: str) -> int:
    """How many subjects a source polled by sweeps has ever listed; 0 where it is no such source."""
    return connection.execute(sa.select(vectors.c.subjects).where(vectors.c.source == source)).scalar() or 0


def recent_runs(connection: sa.Connection, source: str | None, limit: int) -> list[RunLine]:
    """The last ``limit`` runs that were stored, newest first."""
    query = sa.select(*_COLUMNS).limit(limit)
    if source is None:
        query = query.order_by(runs.c.id.desc())
    else:
        query = query.where(runs.c.source == source).order_by(runs.c.at.desc(), runs.c.id.desc())
    return [_line(row) for row in connection.execute(query)]


def count_outcomes(connection: sa.Connection, after: int, up_to: int) -> dict[tuple[str, str], int]:
    """Runs by (source, outcome) whose ids lie in (after, up_to]."""
    by = (runs.c.source, runs.c.outcome)
    query = sa.select(*by, sa.func.count()).where(runs.c.id > after, runs.c.id <= up_to).group_by(*by)
    return {(source, outcome): number for source, outcome, number in connection.execute(query)}


def run_with_evidence(connection: sa.Connection, source: str, digest: str) -> RunLine | None:
    """The first good run that rests on this answer."""
    query = sa.select(*_COLUMNS).where(
        runs.c.source == source, runs.c.evidence == digest, runs.c.outcome == Outcome.OK.value
    )
    row = connection.execute(query.order_by(runs.c.id).limit(1)).one_or_none()
    return _line(row) if row else None


def runs_with_evidence(connection: sa.Connection, beginning: str) -> list[RunLine]:
    """Of each answer whose digest begins so the newest run that rests on it; a few of them where the beginning is short."""
    newest = sa.select(sa.func.max(runs.c.id)).where(runs.c.evidence.startswith(beginning, autoescape=True))
    newest = newest.group_by(runs.c.source, runs.c.evidence).limit(NAMED)
    rows = connection.execute(sa.select(*_COLUMNS).where(runs.c.id.in_(newest)).order_by(runs.c.id)).all()
    return [_line(row) for row in rows]


def run_with_cursor(connection: sa.Connection, source: str, cursor: str, since: int) -> RunLine | None:
    """The run asked at or after ``since`` that left this cursor; of pushed records it is their idempotency key."""
    query = sa.select(*_COLUMNS).where(runs.c.source == source, runs.c.at >= since, runs.c.cursor == cursor)
    row = connection.execute(query.order_by(runs.c.id).limit(1)).one_or_none()
    return _line(row) if row else None


def vector_run(connection: sa.Connection, source: str) -> tuple[int, int] | None:
    """(run, run that last changed the dictionary) of a source polled by sweeps: what its states and subjects depend on."""
    run = connection.execute(sa.select(vectors.c.run_id).where(vectors.c.source == source)).scalar()
    told = connection.execute(sa.select(sa.func.max(subjects.c.run_id)).where(subjects.c.source == source)).scalar()
    return None if run is None else (run, told or 0)


def newest_snapshots(connection: sa.Connection, limit: int) -> list[SnapshotLine]:
    """The newest revision of each of the last ``limit`` periods by name, latest first."""
    newest = sa.func.max(snapshots.c.revision).label("revision")
    by_period = sa.select(snapshots.c.period, newest).group_by(snapshots.c.period)
    chosen = by_period.order_by(snapshots.c.period.desc()).limit(limit).subquery()
    same = sa.and_(snapshots.c.period == chosen.c.period, snapshots.c.revision == chosen.c.revision)
    return _snapshot_lines(connection, sa.select(snapshots).join(chosen, same))


def snapshot_lines(connection: sa.Connection) -> list[SnapshotLine]:
    """Every revision of every period, latest period and revision first."""
    return _snapshot_lines(connection, sa.select(snapshots))


def snapshot_of(connection: sa.Connection, period: str, revision: int | None = None) -> Snapshot | None:
    """A revision of a period's snapshot, the newest where none is named."""
    query = sa.select(snapshots).where(snapshots.c.period == period).order_by(snapshots.c.revision.desc()).limit(1)
    if revision is not None:
        query = query.where(snapshots.c.revision == revision)
    row = connection.execute(query).mappings().one_or_none()
    return Snapshot(**row) if row else None


def _snapshot_lines(connection: sa.Connection, query: sa.Select[Any]) -> list[SnapshotLine]:
    names = ("period", "revision", "digest", "created_at")
    ordered = query.with_only_columns(*(snapshots.c[name] for name in names), maintain_column_froms=True)
    rows = connection.execute(ordered.order_by(snapshots.c.period.desc(), snapshots.c.revision.desc()))
    return [SnapshotLine(**row) for row in rows.mappings()]


def _line(row: sa.Row[Any]) -> RunLine:
    values = dict(row._mapping)
    faults = tuple(json.loads(values["faults"])) if values["faults"] else ()
    return RunLine(**values | {"outcome": Outcome(values["outcome"]), "faults": faults})
