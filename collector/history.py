"""What is known of a source over a span, whether it lies in the hot store or in sealed segments.

The one place where the two are brought together; measures get plain columns and never learn which it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.archive import Archive
from collector.city import City
from collector.measures.states import States
from collector.periods import DAY, Span, midnight, moment
from collector.records import INSTANT, Kind, State, stored_schema
from collector.segment import Segment
from collector.store.engine import Connection, Database
from collector.store.hot import read_batches
from collector.store.runs import read_runs, read_vouching
from collector.store.segments import Sealed, last_sealed_before, sealed_segments
from collector.store.vectors import dictionary_version, has_vector, read_dictionary, read_opening
from collector.subjects import Dictionary
from collector.timeline import Vouching


@dataclass(frozen=True)
class StateHistory:
    """States of a source's subjects over a span, with its dictionary and what its runs vouch for."""

    dictionary: Dictionary
    states: States
    vouching: Vouching


class History:
    """Reads records of a city by source and span, as they were known at ``as_of``."""

    def __init__(self, city: City, database: Database, archive: Archive) -> None:
        self.city, self.database, self.archive = city, database, archive
        self._open = lru_cache(maxsize=128)(lambda path, digest: Segment(archive.read(path, digest)))
        self._dictionaries: dict[str, tuple[int, Dictionary]] = {}

    def segment(self, sealed: Sealed) -> Segment:
        return self._open(sealed.path, sealed.digest)

    def sealed(self, source: str, span: Span) -> list[Sealed]:
        """The segments and supplements of every calendar day that ``span`` touches."""
        first, after = self._days(span)
        with self.database.read() as connection:
            return sealed_segments(connection, source, first, after)

    def runs(self, source: str, span: Span, as_of: int) -> pa.Table:
        with self.database.read() as connection:
            return read_runs(connection, source, span, as_of)

    def vouching(self, source: str, span: Span, as_of: int) -> Vouching:
        with self.database.read() as connection:
            return read_vouching(connection, source, span, as_of)

    def dictionary(self, source: str) -> Dictionary:
        with self.database.read() as connection:
            return self._dictionary(connection, source)

    def is_swept(self, source: str) -> bool:
        """Whether the source's states are read all at once, so that a day's states are known when the day is over."""
        with self.database.read() as connection:
            return has_vector(connection, source)

    def states(self, source: str, span: Span, as_of: int) -> StateHistory:
        """Opening states as the first day of ``span`` begins, and all changes of the days it touches."""
        first, after = self._days(span)
        with self.database.read() as connection:
            dictionary = self._dictionary(connection, source)
            changes = self._records(connection, source, Kind.STATES, first, after, as_of)
            opening = self._opening(connection, source, first, dictionary.size, as_of)
            vouching = read_vouching(connection, source, span, as_of)
        return StateHistory(dictionary, _states(opening, changes), vouching)

    def rows(self, source: str, kind: Kind, span: Span, as_of: int) -> pa.Table:
        """Records whose own day is one that ``span`` touches, with ``recorded_at``."""
        first, after = self._days(span)
        with self.database.read() as connection:
            return self._records(connection, source, kind, first, after, as_of)

    def cases(self, source: str, start: int, as_of: int) -> pa.Table:
        """Every version known at ``as_of`` of the cases that were unfinished at ``start`` or had anything happen since."""
        first, _ = self._days(Span(start, start + 1))
        with self.database.read() as connection:
            carried = self.carried(connection, source, Kind.CASES, first, as_of)
            later = self._records(connection, source, Kind.CASES, first, None, as_of)
        return pa.concat_tables([carried, later]).combine_chunks()

    def readings(self, source: str, span: Span, as_of: int) -> pa.Table:
        """Meter readings of ``span``, each meter's last one before it and first one after it."""
        first, after = self._days(span)
        following = self._days(Span(after, after + 1))[1]
        with self.database.read() as connection:
            carried = self.carried(connection, source, Kind.READINGS, first, as_of)
            inside = self._records(connection, source, Kind.READINGS, first, following, as_of)
        return pa.concat_tables([carried, inside]).combine_chunks()

    def _dictionary(self, connection: Connection, source: str) -> Dictionary:
        version = dictionary_version(connection, source)
        if self._dictionaries.get(source, (0,))[0] != version:
            self._dictionaries[source] = version, read_dictionary(connection, source)
        return self._dictionaries.get(source, (0, Dictionary()))[1]

    def _records(
        self, connection: Connection, source: str, kind: Kind, first: int | None, after: int | None, as_of: int
    ) -> pa.Table:
        """Sealed and unsealed records of the days in [first, after)."""
        tables = [self.segment(one).part("record") for one in sealed_segments(connection, source, first, after)]
        tables.append(read_batches(connection, source, kind, first, after, as_of))
        return _known(pa.concat_tables(tables), as_of)

    def carried(self, connection: Connection, source: str, kind: Kind, first: int, as_of: int) -> pa.Table:
        """What the day that begins at ``first`` needs from before it."""
        day = sealed_segments(connection, source, first, first + 1)
        if day:
            return _known(self.segment(day[0]).part("carried"), as_of)
        before = last_sealed_before(connection, source, first)
        tables = [stored_schema(kind).empty_table()]
        if before:
            tables += [self.segment(before).part("carried"), self.segment(before).part("record")]
        after = before.day if before else None
        tables.append(self._records(connection, source, kind, after and after + 1, first, as_of))
        return _known(carry(kind, pa.concat_tables(tables), first), as_of)

    def _opening(self, connection: Connection, source: str, first: int, size: int, as_of: int) -> np.ndarray:
        """States as the day at ``first`` begins; a subject not listed yet is gone."""
        opening = np.full(size, State.GONE, np.uint8)
        day = sealed_segments(connection, source, first, first + 1)
        if day:
            rows = self.segment(day[0]).part("subject", ["n", "opening"])
            opening[rows["n"].to_numpy()] = rows["opening"].to_numpy()
        elif has_vector(connection, source):
            known = read_opening(connection, source, first)
            opening[: len(known)] = known
        else:
            self._fold(connection, source, first, opening, as_of)
        return opening

    def _fold(self, connection: Connection, source: str, first: int, opening: np.ndarray, as_of: int) -> None:
        """Opening states of a log with its own times: the last change of each subject before ``first``."""
        before = last_sealed_before(connection, source, first)
        if before:
            rows = self.segment(before).part("subject", ["n", "opening"])
            opening[rows["n"].to_numpy()] = rows["opening"].to_numpy()
        changes = self._records(connection, source, Kind.STATES, before.day if before else None, first, as_of)
        times = changes["at"].cast(pa.int64()).to_numpy()
        order = np.argsort(times, kind="stable")
        opening[changes["n"].to_numpy()[order]] = changes["state"].to_numpy()[order]

    def _days(self, span: Span) -> tuple[int, int]:
        """Midnights: of the day in which ``span`` starts, and after the one in which it ends."""
        last = moment(max(span.start, span.end - 1), self.city.zone).date() + DAY
        return midnight(moment(span.start, self.city.zone).date(), self.city.zone), midnight(last, self.city.zone)


def carry(kind: Kind, table: pa.Table, day: int) -> pa.Table:
    """Of all that was known before ``day``: cases that may still matter, or each meter's last reading."""
    if kind is Kind.READINGS:
        times = table["at"].cast(pa.int64()).to_numpy()
        order = np.argsort(times, kind="stable")
        last = {meter: i for i, meter in zip(order.tolist(), table["meter"].take(pa.array(order)).to_pylist(), strict=True)}
        return table.take(pa.array(sorted(last.values()), pa.int64()))
    last_rows = {case: i for i, case in enumerate(table["case"].to_pylist())}
    newest = table.take(pa.array(sorted(last_rows.values()), pa.int64()))
    at = pa.scalar(day, pa.int64()).cast(INSTANT)
    unfinished = pc.is_null(newest["closed_at"])
    for name in ("closed_at", "due_at"):
        unfinished = pc.or_(unfinished, pc.fill_null(pc.greater_equal(newest[name], at), False))
    cases = newest.filter(unfinished)["case"]
    return table.filter(pc.is_in(table["case"], cases.combine_chunks()))


def _known(table: pa.Table, as_of: int) -> pa.Table:
    """The rows learned by ``as_of``; a state change whose recorded_at is null was learned at its own instant."""
    if "n" in table.column_names:
        learned = pc.coalesce(table["recorded_at"], table["at"])
        table = table.set_column(table.column_names.index("recorded_at"), "recorded_at", learned)
    return table.filter(pc.less_equal(table["recorded_at"], pa.scalar(as_of, pa.int64()).cast(INSTANT))).combine_chunks()


def _states(opening: np.ndarray, changes: pa.Table) -> States:
    return States(
        opening,
        changes["n"].to_numpy(),
        changes["at"].cast(pa.int64()).to_numpy(),
        changes["state"].to_numpy(),
    )
