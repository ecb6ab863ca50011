"""What is known of a source over a span, whether it lies in the hot store or in sealed segments.

The one place where the two are brought together; measures get plain columns and never learn which it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.ledger import Files, Ledger, MeasuredCity, Sealed, View, complete_base
from collector.measures.states import States
from collector.periods import DAY, Span, midnight, moment
from collector.records import INSTANT, Kind, State, own_time, stored_schema
from collector.segment import Segment
from collector.subjects import Dictionary
from collector.timeline import Vouching

Returning = Callable[[int], pa.ChunkedArray] | None
"""Of cases, the keys of those that later records name which were learned by an instant."""


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
        self._open = lru_cache(maxsize=128)(lambda path, digest: Segment(files.read(path, digest)))

    def segment(self, sealed: Sealed) -> Segment:
        return self._open(sealed.path, sealed.digest)

    def sealed(self, source: str, span: Span) -> list[Sealed]:
        """The segments and supplements of every calendar day that ``span`` touches."""
        with self.ledger.look() as view:
            return view.sealed(source, *self.days(span))

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

    def cases(self, source: str, start: int, as_of: int) -> pa.Table:
        """Every version known at ``as_of`` of the cases that were unfinished at ``start`` or had anything happen since."""
        first, _ = self.days(Span(start, start + 1))
        with self.ledger.look() as view:
            later = self._records(view, source, Kind.CASES, first, None, as_of)
            carried = self._carried(view, source, Kind.CASES, first, as_of, lambda _: later["case"])
        return pa.concat_tables([carried, later]).combine_chunks()

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
                return _known(rows, before)["case"]

            return self._carried(view, source, kind, first, as_of, returning)

    def records_since(self, view: View, source: str, kind: Kind, first: int, as_of: int) -> pa.Table:
        """Records of the day that begins at ``first`` and of all that follow."""
        return self._records(view, source, kind, first, None, as_of)

    def days(self, span: Span) -> tuple[int, int]:
        """Midnights: of the day in which ``span`` starts, and after the one in which it ends."""
        last = moment(max(span.start, span.end - 1), self.city.zone).date() + DAY
        return midnight(moment(span.start, self.city.zone).date(), self.city.zone), midnight(last, self.city.zone)

    def _records(
        self, view: View, source: str, kind: Kind, first: int | None, after: int | None, as_of: int
    ) -> pa.Table:
        """Sealed and unsealed records of the days in [first, after)."""
        sealed = view.sealed(source, first, after)
        tables = [self.segment(one).part("record") for one in sealed]
        unsealed = view.unsealed(source, kind, first, after, as_of)
        table = pa.concat_tables([*tables, unsealed])
        if kind is Kind.CASES and tables and unsealed.num_rows:
            table = table.take(_day_by_day([one.day for one in sealed], [one.num_rows for one in tables], unsealed))
        return _known(table, as_of)

    def _carried(
        self, view: View, source: str, kind: Kind, first: int, as_of: int, returning: Returning = None
    ) -> pa.Table:
        base = base_of(view, source, first, as_of)
        before = self.segment(base).part("carried") if base else stored_schema(kind).empty_table()
        if base and base.day == first:
            return _known(before, as_of)
        since = self._records(view, source, kind, base.day if base else None, first, as_of)
        return carry(kind, pa.concat_tables([_known(before, as_of), since]), first, returning)

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


def carry(kind: Kind, table: pa.Table, day: int, returning: Returning = None) -> pa.Table:
    """Of all that was known before ``day``: cases that may still matter, or each meter's last reading.

    returning: of cases, those that records of ``day`` or later name which were learned by the given instant. A correction that says a case
    was finished before ``day`` has to be carried to where the record stands that it corrects.
    """
    if kind is Kind.READINGS:
        times = table["at"].cast(pa.int64()).to_numpy()
        order = np.argsort(times, kind="stable")
        order = order[times[order] < day]  # a segment's own account also has each meter's first reading after its day
        last = {meter: i for i, meter in zip(order.tolist(), table["meter"].take(pa.array(order)).to_pylist(), strict=True)}
        return table.take(pa.array(sorted(last.values()), pa.int64()))
    table = table.take(pc.sort_indices(table["recorded_at"].combine_chunks().cast(pa.int64())))
    last_rows = {case: i for i, case in enumerate(table["case"].to_pylist())}
    newest = table.take(pa.array(sorted(last_rows.values()), pa.int64()))
    at = pa.scalar(day, pa.int64()).cast(INSTANT)
    unfinished = pc.is_null(newest["closed_at"])
    for name in ("closed_at", "due_at"):
        unfinished = pc.or_(unfinished, pc.fill_null(pc.greater_equal(newest[name], at), False))
    finished = newest.filter(pc.invert(unfinished))
    if returning is not None and finished.num_rows:
        learned = pc.max(finished["recorded_at"].cast(pa.int64())).as_py()
        unfinished = pc.or_(unfinished, pc.is_in(newest["case"], returning(learned - 1).combine_chunks()))
    cases = newest.filter(unfinished)["case"]
    return table.filter(pc.is_in(table["case"], cases.combine_chunks()))


def _day_by_day(days: list[int], rows: list[int], unsealed: pa.Table) -> pa.Array:
    """The order of days, of sealed rows (``rows`` of each of ``days``, ascending) followed by unsealed ones: of two accounts of a case that
    one answer brought, the later day's counts, whether or not one of the days is sealed.
    """
    midnights = np.array(days, np.int64)
    at = np.asarray(own_time(Kind.CASES, unsealed).cast(pa.int64()).to_numpy(zero_copy_only=False))
    following = np.searchsorted(midnights, at, side="right")
    since = np.where(following > 0, midnights[following - 1], np.iinfo(np.int64).min)
    return pa.array(np.argsort(np.concatenate([np.repeat(midnights, rows), since]), kind="stable"))


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
