"""Sealing: a day that is over becomes one immutable segment in the archive, and its rows leave the hot store.

Level-triggered: ``due`` asks what is over and not sealed yet, ``seal_day`` does one day of one source, and doing it twice is harmless.
What arrives for a sealed day later becomes a supplement; a segment is never opened for writing again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import collector
from collector.archive import Archive
from collector.attendances import update_attendance
from collector.city.model import City
from collector.history import History
from collector.ledger import Sealed
from collector.measures.states import Times, intervals, listed_times, sampling_time
from collector.periods import DAY, MILLISECOND, Period, Span, local_date, midnight, moment, slots
from collector.records import ATTRIBUTES, INSTANT, Kind, stored_schema
from collector.registers import register_for
from collector.segment import SUBJECT_ROWS, Heading, write_segment
from collector.store.answers import archive_evidence
from collector.store.engine import Database
from collector.store.hot import delete_batches, first_day, read_batches, runs_of_day, unsealed_days
from collector.store.runs import Outcome, Run, first_run_at, insert_run, read_runs, slots_answered, vouched_until
from collector.store.segments import enter_segment, sealed_segments
from collector.summing import update_sums
from collector.timeline import Timeline, Vouching, vouching_of


@dataclass(frozen=True)
class Due:
    """A day of a source that is over: not sealed yet, or with late records that need a supplement."""

    source: str
    day: date


class Sealer:
    """Seals the days of one city's sources. ``now`` is an argument of everything that depends on it."""

    def __init__(self, city: City, database: Database, archive: Archive, history: History) -> None:
        self.city, self.database, self.archive, self.history = city, database, archive, history

    def due(self, now: int) -> list[Due]:
        """Days whose settling delay has passed and that are not sealed as they stand, oldest first."""
        return [Due(source.id, day) for source in self.city.sources for day in self._due_days(source.id, now)]

    def _due_days(self, source: str, now: int) -> list[date]:
        over = now - self.city.settle // MILLISECOND
        with self.database.read() as connection:
            known = [at for at in (first_run_at(connection, source), first_day(connection, source)) if at is not None]
            sealed = {one.day for one in sealed_segments(connection, source)}
            late = [day for day in unsealed_days(connection, source) if day in sealed]
            if not self.city.source(source).polled:
                over = min(over, vouched_until(connection, source) or 0)
        days = [moment(day, self.city.zone).date() for day in late]
        day = moment(min(known, default=over), self.city.zone).date()
        while midnight(day + DAY, self.city.zone) <= over:
            if midnight(day, self.city.zone) not in sealed:
                days.append(day)
            day += DAY
        return sorted(days)

    def seal_day(self, source: str, day: date, now: int) -> Sealed | None:
        """Seal one day, or add the supplement that late records need. None where there is nothing to do (any more)."""
        period = Period.of_day(day, self.city.zone)
        self._record_missed(source, period)
        with self.database.read() as connection:
            earlier = sealed_segments(connection, source, period.span.start, period.span.end)
            brought_by = runs_of_day(connection, source, period.span.start, now)
            records = read_batches(connection, source, self._kind(source), period.span.start, period.span.end, now)
            runs = read_runs(connection, source, period.span, now, brought_by)
        if earlier and not records.num_rows:
            return None
        number = len(earlier)
        heading = Heading(
            source=source, kind=self._kind(source).value, day=day.isoformat(), zone=self.city.timezone,
            start=period.span.start, end=period.span.end, number=number, sealed_at=now, register=None,
            software=f"citygauge {collector.__version__}",
        )  # fmt: skip
        heading, parts = self._parts(heading, runs, records, now)
        body = write_segment(heading, parts)
        digest = hashlib.sha256(body).hexdigest()
        # The digest in the name keeps two workers that seal the same day from overwriting one another's file.
        path = f"segments/{source}/{day:%Y-%m}/{day.isoformat()}-{number}-{digest[:8]}.parquet"
        self.archive.write(path, body)
        sealed = Sealed(source, period.span.start, number, path, digest, parts["record"].num_rows, now)
        if not self._enter(sealed, brought_by):
            self.archive.remove(path)
            return None
        self._count_actors(source, day, now)
        self._add_up(source, day)
        return sealed

    def _add_up(self, source: str, day: date) -> None:
        """Keep the month's running sums, and those of the one before where they were left undone."""
        if self._kind(source) is Kind.STATES:
            for one in (day.replace(day=1) - DAY, day):
                update_sums(self.history, self.archive, source, one)

    def _count_actors(self, source: str, day: date, now: int) -> None:
        """Roll the month up, and the one before where that was left undone, unless more days of it are about to be sealed."""
        if self._kind(source) is not Kind.ACTIVITY:
            return
        waiting = {(due.year, due.month) for due in self._due_days(source, now)}
        for one in (day.replace(day=1) - DAY, day):
            if (one.year, one.month) not in waiting:
                update_attendance(self.database, self.archive, self.history, source, one)

    def _enter(self, sealed: Sealed, brought_by: list[int]) -> bool:
        """Catalogue entry, hash chain and the removal of the hot rows in one transaction; a faster worker wins."""
        with self.database.write() as connection:
            if not enter_segment(connection, sealed):
                return False
            archive_evidence(connection, self.archive, sealed.source, sealed.day, local_date(sealed.day, self.city.zone))
            delete_batches(connection, sealed.source, sealed.day, brought_by)
        return True

    def _parts(
        self, heading: Heading, runs: pa.Table, records: pa.Table, now: int
    ) -> tuple[Heading, dict[str, pa.Table]]:
        """The segment's parts; a supplement has runs and records only, what it corrects stands in the day's segment."""
        kind, span = Kind(heading.kind), Span(heading.start, heading.end)
        if heading.number:
            runs = runs.filter(pc.is_in(runs["run_at"], pc.unique(records["recorded_at"])))
        parts = {"run": runs, "record": _compact(kind, records)}
        if kind is Kind.STATES:
            subjects, register = SUBJECT_ROWS.empty_table(), None
            if not heading.number:
                subjects, register = self._subjects(heading, span, vouching_of(runs, now))
            return replace(heading, register=register), parts | {"subject": subjects}
        if kind in (Kind.CASES, Kind.READINGS):
            parts["carried"] = stored_schema(kind).empty_table() if heading.number else self._carried(kind, heading, now)
        return heading, parts

    def _subjects(
        self, heading: Heading, span: Span, vouching: Vouching
    ) -> tuple[pa.Table, str]:
        """Every subject's opening state and roll-up; key and attributes where the register file differs."""
        known = self.history.states(heading.source, span, heading.sealed_at)
        cut = intervals(known.states, span)
        times = listed_times(cut, known.states.size, Timeline.everything(span), vouching.time)
        sampling = sampling_time(known.states, span, vouching)
        zone = self.city.zone
        first = local_date(span.start, zone).replace(day=1)
        own, register = register_for(self.database, self.archive, heading.source, first, zone, known.dictionary)
        return _subject_rows(own, known.states.opening, times, sampling), register

    def _carried(self, kind: Kind, heading: Heading, now: int) -> pa.Table:
        carried = self.history.carried(heading.source, kind, heading.start, now)
        if kind is Kind.READINGS:
            following = self.history.rows(heading.source, kind, Span(heading.end, heading.end + 1), now)
            carried = pa.concat_tables([carried, _first_per_meter(following)])
        return carried

    def _record_missed(self, source: str, period: Period) -> None:
        """Slots of the day that no run answered for: the scheduler or a worker was not there."""
        settings = self.city.source(source)
        if not settings.polled or settings.every is None:
            return
        with self.database.read() as connection:
            answered, first = slots_answered(connection, source, period.span), first_run_at(connection, source)
        missing = [s for s in slots(period, settings.every) if s not in answered and first is not None and s >= first]
        if missing:
            with self.database.write() as connection:
                for slot in missing:
                    insert_run(connection, Run(source, slot, slot, Outcome.MISSED))

    def _kind(self, source: str) -> Kind:
        return self.city.source(source).kind


def _subject_rows(own: pa.Table, opening: np.ndarray, times: Times, sampling: np.ndarray) -> pa.Table:
    columns = {name: own[name] for name in ("n", "subject", *ATTRIBUTES)} | {
        "opening": pa.array(opening, pa.uint8()),
        "owed_ms": pa.array(times.owed, pa.int32()),
        "up_ms": pa.array(times.up, pa.int32()),
        "unknown_ms": pa.array(times.unknown, pa.int32()),
        "sampling_ms": pa.array(sampling, pa.int32()),
    }
    return pa.table(columns, schema=SUBJECT_ROWS)


def _compact(kind: Kind, records: pa.Table) -> pa.Table:
    """State changes that a poll dated carry no second copy of the same instant: there recorded_at is null and means ``at``."""
    if kind is not Kind.STATES:
        return records
    order = pc.sort_indices(records, [("n", "ascending"), ("at", "ascending")])
    ordered = records.take(order)
    same = pc.equal(ordered["recorded_at"], ordered["at"])
    learned = pc.if_else(same, pa.scalar(None, INSTANT), ordered["recorded_at"])
    return ordered.set_column(ordered.column_names.index("recorded_at"), "recorded_at", learned)


def _first_per_meter(table: pa.Table) -> pa.Table:
    order = np.argsort(table["at"].cast(pa.int64()).to_numpy(), kind="stable")[::-1]
    meters = table["meter"].to_pylist()
    first = {meters[i]: i for i in order.tolist()}
    return table.take(pa.array(sorted(first.values()), pa.int64()))
