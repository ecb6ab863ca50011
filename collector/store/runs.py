"""Runs: what was asked when, how it ended, and the time that its answer vouches for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from collector.periods import Span
from collector.records import RUNS
from collector.store.schema import runs
from collector.timeline import Vouching


class Outcome(StrEnum):
    OK = "ok"
    PARTIAL = "partial"
    UNAVAILABLE = "unavailable"
    CHANGED = "changed"
    MISSED = "missed"


@dataclass(frozen=True)
class Run:
    """One attempt to poll a source for a slot; only an ``ok`` run vouches for time."""

    source: str
    slot: int
    at: int
    outcome: Outcome
    vouches: tuple[Span, ...] = ()
    evidence: str | None = None
    pseudonymised: bool = False
    rows: int = 0
    seconds: float = 0.0
    skew_seconds: float | None = None
    cursor: str | None = None
    error_kind: str | None = None
    error: str | None = None
    faults: tuple[str, ...] = ()
    id: int = field(default=0, compare=False)

    def values(self) -> dict[str, object]:
        gaps = [[a.end, b.start] for a, b in zip(self.vouches, self.vouches[1:], strict=False)]
        return {
            "source": self.source,
            "slot": self.slot,
            "at": self.at,
            "outcome": self.outcome.value,
            "vouch_start": self.vouches[0].start if self.vouches else None,
            "vouch_end": self.vouches[-1].end if self.vouches else None,
            "vouch_gaps": json.dumps(gaps) if gaps else None,
            "evidence": self.evidence,
            "pseudonymised": self.pseudonymised,
            "rows": self.rows,
            "seconds": self.seconds,
            "skew_seconds": self.skew_seconds,
            "cursor": self.cursor,
            "error_kind": self.error_kind,
            "error": self.error,
            "faults": json.dumps(self.faults, ensure_ascii=False) if self.faults else None,
        }


_SOURCE: sa.BindParameter[str] = sa.bindparam("source")
_SLOT: sa.BindParameter[int] = sa.bindparam("slot")
# What every poll runs is built once; building a statement costs more than SQLite takes to carry it out.
_OF_SLOT = sa.select(runs).where(runs.c.source == _SOURCE, runs.c.slot == _SLOT)
_LAST_GOOD = (
    sa.select(runs).where(runs.c.source == _SOURCE, runs.c.outcome == Outcome.OK.value).order_by(runs.c.at.desc()).limit(1)
)
_VOUCHING = (
    sa.select(runs.c.at, runs.c.vouch_start, runs.c.vouch_end, runs.c.vouch_gaps)
    .where(runs.c.source == _SOURCE, runs.c.outcome == Outcome.OK.value, runs.c.at <= sa.bindparam("as_of"))
    .where(runs.c.vouch_start < sa.bindparam("end"), runs.c.vouch_end >= sa.bindparam("start"))
    .order_by(runs.c.at)
)
_VOUCHED_UNTIL = sa.select(sa.func.max(runs.c.vouch_end)).where(runs.c.source == _SOURCE)


_INSERT = {
    "sqlite": sqlite_insert(runs).on_conflict_do_nothing().returning(runs.c.id),
    "postgresql": postgres_insert(runs).on_conflict_do_nothing().returning(runs.c.id),
}


def insert_run(connection: sa.Connection, run: Run) -> int | None:
    """The new run's id; None where the source has a run for the slot already."""
    number: int | None = connection.execute(_INSERT[connection.dialect.name], run.values()).scalar()
    return number


def run_of_slot(connection: sa.Connection, source: str, slot: int) -> Run | None:
    row = connection.execute(_OF_SLOT, {"source": source, "slot": slot}).one_or_none()
    return _run(row) if row else None


def last_good_run(connection: sa.Connection, source: str) -> Run | None:
    row = connection.execute(_LAST_GOOD, {"source": source}).one_or_none()
    return _run(row) if row else None


def newest_run(connection: sa.Connection) -> int:
    """The number of the run stored last, 0 before any; as runs are never removed, also how many there are."""
    return int(connection.execute(sa.select(sa.func.max(runs.c.id))).scalar() or 0)


def first_run_at(connection: sa.Connection, source: str) -> int | None:
    at: int | None = connection.execute(sa.select(sa.func.min(runs.c.at)).where(runs.c.source == source)).scalar()
    return at


def slots_answered(connection: sa.Connection, source: str, span: Span) -> set[int]:
    query = sa.select(runs.c.slot).where(runs.c.source == source, runs.c.slot >= span.start, runs.c.slot < span.end)
    return set(connection.execute(query).scalars())


def vouched_until(connection: sa.Connection, source: str) -> int | None:
    """End of the time that the source's runs have vouched for so far."""
    end: int | None = connection.execute(_VOUCHED_UNTIL, {"source": source}).scalar()
    return end


def free_slot(connection: sa.Connection, source: str, at: int) -> int:
    """The first instant from ``at`` on that no run of the source has; for records that come unasked."""
    taken = set(connection.execute(sa.select(runs.c.slot).where(runs.c.source == source, runs.c.slot >= at)).scalars())
    while at in taken:
        at += 1
    return at


def has_evidence(connection: sa.Connection, source: str, digest: str) -> bool:
    """Whether a good run of the source already rests on this answer."""
    query = sa.select(runs.c.id).where(
        runs.c.source == source, runs.c.evidence == digest, runs.c.outcome == Outcome.OK.value
    )
    return connection.execute(query.limit(1)).first() is not None


def read_vouching(connection: sa.Connection, source: str, span: Span, as_of: int) -> Vouching:
    """What the good runs known at ``as_of`` vouch for, of those that vouch for some of ``span`` or up to its very start."""
    asked = {"source": source, "as_of": as_of, "start": span.start, "end": span.end}
    rows = connection.execute(_VOUCHING, asked).all()
    at, starts, ends, gaps = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Vouching.of(at, starts, ends, gaps, as_of)


def read_runs(connection: sa.Connection, source: str, span: Span, as_of: int, also: Sequence[int] = ()) -> pa.Table:
    """The runs that were asked in ``span``, vouch for some of it or up to its very start, or are among ``also``; by ``run_at``.

    Known at ``as_of``. From the run that vouches up to the start on, whatever the first poll of the span saw may have happened.
    """
    asked = sa.and_(runs.c.at >= span.start, runs.c.at < span.end)
    vouches = sa.and_(runs.c.vouch_start < span.end, runs.c.vouch_end >= span.start)
    wanted = asked | vouches | runs.c.id.in_(also)
    query = sa.select(runs).where(runs.c.source == source, runs.c.at <= as_of, wanted).order_by(runs.c.at)
    rows = connection.execute(query).mappings().all()
    named = {"run": "id", "run_at": "at"}
    columns = [pa.array([row[named.get(name, name)] for row in rows], kind) for name, kind in _columns()]
    return pa.Table.from_arrays(columns, schema=RUNS)


def _columns() -> list[tuple[str, pa.DataType]]:
    return list(zip(RUNS.names, RUNS.types, strict=True))


def _run(row: sa.Row) -> Run:  # type: ignore[type-arg]
    values = row._mapping
    span = (Span(values["vouch_start"], values["vouch_end"]),) if values["vouch_start"] is not None else ()
    same = ("id", "source", "slot", "at", "evidence", "pseudonymised", "rows", "seconds", "skew_seconds", "cursor")
    return Run(
        **{name: values[name] for name in same},
        outcome=Outcome(values["outcome"]),
        vouches=span,
        error_kind=values["error_kind"],
        error=values["error"],
        faults=tuple(json.loads(values["faults"])) if values["faults"] else (),
    )
