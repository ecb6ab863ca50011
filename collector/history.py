"""What is known of a source over a span, whether it lies in the hot store or in sealed segments.

The one place where the two are brought together; measures get plain columns and never learn which it was.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from collector.attendance import Attendance
from collector.errors import CitygaugeError
from collector.known import Returning, carry, day_by_day, known_rows
from collector.ledger import Files, Ledger, MeasuredCity, Sealed, View, complete_base
from collector.measures.states import States
from collector.periods import DAY, Period, Span, local_date, midnight, midnights, moment
from collector.records import Kind, State, stored_schema
from collector.segment import Segment, encoded_columns
from collector.subjects import Dictionary
from collector.timeline import Vouching

T = TypeVar("T")
KEPT = 8
"""So many loads are kept for the next indicator of one account: one of a large source takes hundreds of megabytes."""
Columns = Sequence[str] | None


@dataclass(frozen=True)
class StateHistory:
    """States of a source's subjects over a span, with its dictionary and what its runs vouch for."""

    dictionary: Dictionary
    states: States
    vouching: Vouching


class History:
    """Reads records of a city by source and span, as they were known at ``as_of``."""

    def __init__(
        self,
        city: MeasuredCity,
        ledger: Ledger,
        files: Files,
        register: Callable[[str], bytes],
        roll_ups: bool = True,
    ) -> None:
        """register: the register file of a source of policy ``fixed``. roll_ups: whether the sums in sealed days are to be believed."""
        self.city, self.ledger, self.files, self.register = city, ledger, files, register
        self.roll_ups = roll_ups
        self._kept: dict[Hashable, Any] | None = None
        self._open = lru_cache(maxsize=128)(lambda path, digest: Segment(files.read(path, digest)))
        self._counted = lru_cache(maxsize=32)(lambda path, digest: Attendance.read(files.read(path, digest)))

    def segment(self, sealed: Sealed) -> Segment:
        return self.opened(sealed.path, sealed.digest)

    def opened(self, path: str, digest: str) -> Segment:
        """A segment file opened, its SHA-256 checked as it was read; the last ones stay open."""
        return self._open(path, digest)

    def at_once(self) -> History:
        """The same for one account of several figures: what they have in common is loaded once."""
        one = copy(self)
        one._kept = {}  # noqa: SLF001 its own class
        return one

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives; a history that cannot change, or serves one account, keeps it by ``key`` for whoever needs the same."""
        if self._kept is None:  # what is known goes on changing
            return make()
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))
        return found

    def sealed(self, source: str, span: Span) -> list[Sealed]:
        """The segments and supplements of every calendar day that ``span`` touches."""
        with self.ledger.look() as view:
            return view.sealed(source, *self.days(span))

    def months(self, span: Span) -> tuple[int, int]:
        """Midnights: of the first day of the month in which ``span`` starts, and after the last day of the one in which it ends."""
        zone = self.city.zone
        first, last = (local_date(at, zone).replace(day=1) for at in (span.start, max(span.start, span.end - 1)))
        return midnight(first, zone), midnight((last + 31 * DAY).replace(day=1), zone)

    def runs(self, source: str, span: Span, as_of: int) -> pa.Table:
        with self.ledger.look() as view:
            return view.runs(source, span, as_of)

    def vouching(self, source: str, span: Span, as_of: int) -> Vouching:
        with self.ledger.look() as view:
            return view.vouching(source, span, as_of)

    def dictionary(self, source: str, as_of: int) -> Dictionary:
        with self.ledger.look() as view:
            return view.dictionary(source, as_of)

    def is_swept(self, source: str) -> bool:
        """Whether the source's states are read all at once, so that a day's states are known when the day is over."""
        with self.ledger.look() as view:
            return view.is_swept(source)

    def states(self, source: str, span: Span, as_of: int) -> StateHistory:
        """Opening states as the first day of ``span`` begins, and all changes of the days it touches."""
        first, after = self.days(span)
        with self.ledger.look() as view:
            dictionary = view.dictionary(source, as_of)
            changes = self._records(view, source, Kind.STATES, first, after, as_of)
            opening = self._opening(view, source, first, dictionary.size, as_of)
            vouching = view.vouching(source, span, as_of)
        return StateHistory(dictionary, _states(opening, changes), vouching)

    def rows(self, source: str, kind: Kind, span: Span, as_of: int) -> pa.Table:
        """Records whose own day is one that ``span`` touches, with ``recorded_at``."""
        first, after = self.days(span)
        with self.ledger.look() as view:
            return self._records(view, source, kind, first, after, as_of)

    def cases(
        self, source: str, start: int, as_of: int, columns: Columns = None, encoded: Sequence[str] = ()
    ) -> pa.Table:
        """Every version known at ``as_of`` of the cases that were unfinished at ``start`` or had anything happen since.

        columns: those wanted, among them case, recorded_at and all instants; all of them where not given. encoded: of these the ones
        that are wanted as dictionary arrays.
        """
        first, _ = self.days(Span(start, start + 1))
        with self.ledger.look() as view:
            later = self._records(view, source, Kind.CASES, first, None, as_of, columns, encoded)
            carried = self._carried(view, source, Kind.CASES, first, as_of, lambda _: later["case"], columns, encoded)
        return pa.concat_tables([carried, later]).combine_chunks() if carried.num_rows else later

    def attendance(self, source: str, span: Span, as_of: int) -> tuple[int, np.ndarray] | None:
        """Distinct actors of ``span`` and of each of its days, from the roll-up; None where only the records can tell.

        They must where the span is not one of whole sealed days of one month, where something about it is not sealed, or was sealed
        after ``as_of``, and where there is no roll-up of just these files.
        """
        first = midnight(moment(span.start, self.city.zone).date().replace(day=1), self.city.zone)
        if not self.roll_ups or self.days(span) != (span.start, span.end):
            return None
        with self.ledger.look() as view:
            sealed = view.sealed(source, span.start, span.end)
            entry = view.attendance(source, first)
            unsealed = view.unsealed(source, Kind.ACTIVITY, span.start, span.end, as_of).num_rows
        whole = {one.day for one in sealed} == {day.span.start for day in Period("", span, self.city.zone).days()}
        if entry is None or unsealed or not whole or max(one.sealed_at for one in sealed) > as_of:
            return None
        try:
            return self._counted(*entry).users(span, sealed)
        except CitygaugeError:
            return None  # lost or damaged: the records are there

    def readings(self, source: str, span: Span, as_of: int) -> pa.Table:
        """Meter readings of ``span``, each meter's last one before it and first one after it."""
        first, after = self.days(span)
        following = self.days(Span(after, after + 1))[1]
        with self.ledger.look() as view:
            carried = self._carried(view, source, Kind.READINGS, first, as_of)
            inside = self._records(view, source, Kind.READINGS, first, following, as_of)
        return pa.concat_tables([carried, inside]).combine_chunks()

    def carried(self, source: str, kind: Kind, first: int, as_of: int) -> pa.Table:
        """What the day that begins at ``first`` needs from before it."""
        with self.ledger.look() as view:

            def returning(before: int) -> pa.ChunkedArray:
                tables = [self.segment(one).part("record") for one in view.sealed(source, first)]
                rows = pa.concat_tables([*tables, view.unsealed(source, kind, first, None, before)])
                return known_rows(rows, before)["case"]

            return self._carried(view, source, kind, first, as_of, returning)

    def records_since(self, view: View, source: str, kind: Kind, first: int, as_of: int) -> pa.Table:
        """Records of the day that begins at ``first`` and of all that follow."""
        return self._records(view, source, kind, first, None, as_of)

    def days(self, span: Span) -> tuple[int, int]:
        """Midnights: of the day in which ``span`` starts, and after the one in which it ends."""
        days = midnights(span, self.city.zone)
        return days[0], days[-1]

    def _records(
        self, view: View, source: str, kind: Kind, first: int | None, after: int | None, as_of: int, columns: Columns = None,
        encoded: Sequence[str] = (),
    ) -> pa.Table:  # fmt: skip
        """Sealed and unsealed records of the days in [first, after)."""
        sealed = view.sealed(source, first, after)
        tables = [self.segment(one).part("record", columns, encoded) for one in sealed]
        unsealed = encoded_columns(view.unsealed(source, kind, first, after, as_of), encoded)
        unsealed = unsealed.select(columns) if columns else unsealed
        table = pa.concat_tables([*tables, unsealed])
        if kind is Kind.CASES and tables and unsealed.num_rows:
            order = day_by_day([one.day for one in sealed], [one.num_rows for one in tables], unsealed)
            table = table if order is None else table.take(pa.array(order))
        return known_rows(table, as_of)

    def _carried(
        self, view: View, source: str, kind: Kind, first: int, as_of: int, returning: Returning = None, columns: Columns = None,
        encoded: Sequence[str] = (),
    ) -> pa.Table:  # fmt: skip
        base = base_of(view, source, first, as_of)
        none = encoded_columns(stored_schema(kind).empty_table(), encoded)
        before = self.segment(base).part("carried", columns, encoded) if base else none
        before = before.select(columns) if columns else before
        if base and base.day == first:
            return known_rows(before, as_of)
        since = self._records(view, source, kind, base.day if base else None, first, as_of, columns, encoded)
        return carry(kind, pa.concat_tables([known_rows(before, as_of), since]), first, returning)

    def _opening(self, view: View, source: str, first: int, size: int, as_of: int) -> np.ndarray:
        """States as the day at ``first`` begins; a subject not listed yet is gone."""
        opening = np.full(size, State.GONE, np.uint8)
        swept = view.is_swept(source)
        sealed = view.sealed(source, first, first + 1) if swept else []
        if swept and not sealed:
            known = view.opening(source, first)
            opening[: len(known)] = known
            return opening
        base = sealed[0] if sealed else base_of(view, source, first, as_of)
        if base:
            rows = self.segment(base).part("subject", ["n", "opening"])
            opening[rows["n"].to_numpy()] = rows["opening"].to_numpy()
        if not base or base.day < first:
            _apply(self._records(view, source, Kind.STATES, base.day if base else None, first, as_of), opening)
        return opening


def base_of(view: View, source: str, first: int, as_of: int) -> Sealed | None:
    """The segment from which on the past of the day ``first`` is told completely, as known at ``as_of``."""
    return complete_base(first, lambda day: view.segment_until(source, day, as_of), lambda base: view.first_late_day(source, base))


def _apply(changes: pa.Table, states: np.ndarray) -> None:
    """The last change of each subject, of those at one instant the one learned last."""
    times = changes["at"].cast(pa.int64()).to_numpy()
    order = np.argsort(times, kind="stable")
    states[changes["n"].to_numpy()[order]] = changes["state"].to_numpy()[order]


def _states(opening: np.ndarray, changes: pa.Table) -> States:
    return States(
        opening,
        changes["n"].to_numpy(),
        changes["at"].cast(pa.int64()).to_numpy(),
        changes["state"].to_numpy(),
    )
