"""What whole sealed days add up to: the difference of two running sums where they are kept, and the days' own roll-ups for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from collector.errors import CitygaugeError
from collector.ledger import Files, Sealed
from collector.measures.availability import Seen
from collector.measures.states import Times
from collector.measures.tally import condensed, constant, is_constant
from collector.periods import DAY, local_date
from collector.running_sums import MARKED_DAYS, RunningSums, made_from, read_sums, sums_name
from collector.segment import ROLL_UP, Segment


@dataclass(frozen=True)
class Addend:
    """Columns of ROLL_UP by name (int64 by subject number) that count once, or are taken away (``sign`` -1)."""

    sign: int
    columns: Mapping[str, np.ndarray]
    departures: int


@dataclass(frozen=True)
class SealedMonth:
    """The sealed segments (no supplements) of one calendar month of a source, by day."""

    days: Sequence[Sealed]
    zone: ZoneInfo
    files: Files
    opened: Callable[[Sealed], Segment]

    @cached_property
    def dates(self) -> list[date]:
        return [local_date(one.day, self.zone) for one in self.days]

    @cached_property
    def marks(self) -> list[int]:
        """After how many of the days running sums are kept."""
        return [i for i, day in enumerate(self.dates, 1) if day.day in MARKED_DAYS or (day + DAY).day == 1]

    def is_unbroken(self, mark: int) -> bool:
        """Whether no day is missing between the first and the one before ``mark``."""
        return (self.dates[mark - 1] - self.dates[0]).days == mark - 1

    def name(self, mark: int) -> str:
        """Where the running sums of the first ``mark`` days lie in the archive."""
        return sums_name(self.days[0].source, self.dates[mark - 1].isoformat(), self._key(mark))

    def kept(self, mark: int) -> RunningSums | None:
        """They, where there are any that were made from just these segments, and that are not damaged: the days tell the same."""
        if (body := self.files.derived(self.name(mark))) is None:
            return None
        try:
            found = read_sums(body)
        except CitygaugeError:
            return None
        return found if found.made_from == self._key(mark) else None

    def addends(self, start: int, end: int) -> list[Addend]:
        """What adds up to the days with the indices [start, end), from as few files as there may be."""
        marks = [0, *self.marks]
        while True:
            before, until = (min(marks, key=lambda mark: abs(mark - day)) for day in (start, end))
            files = abs(before - start) + abs(until - end) + (before > 0) + (until > 0)
            if before == until or files > end - start:
                return self._walk(start, end)
            found = {mark: self.kept(mark) for mark in (before, until) if mark}
            if all(found.values()):
                kept = [_whole(found[mark], sign) for mark, sign in ((until, 1), (before, -1)) if mark]
                return [*kept, *self._walk(until, end), *self._walk(start, before)]
            marks = [mark for mark in marks if not mark or found.get(mark, True)]

    def _walk(self, start: int, end: int) -> list[Addend]:
        """The days between two indices one by one, taken away where ``end`` comes first."""
        sign = 1 if end > start else -1
        return [_day(self.opened(one), sign) for one in self.days[min(start, end) : max(start, end)]]

    def _key(self, mark: int) -> str:
        return made_from([one.digest for one in self.days[:mark]])


def added_up(addends: Sequence[Addend], size: int) -> Seen:
    """Over ``size`` subjects; one that an addend does not have yet has spent no time."""
    owed, up, unknown, sampling = (_sum([(one.sign, one.columns[name]) for one in addends], size) for name in ROLL_UP)
    return Seen(Times(up, _difference(owed, unknown) - up, unknown), sampling, constant(np.int64(0), size))


def _sum(columns: Sequence[tuple[int, np.ndarray]], size: int) -> np.ndarray:
    """One for each of ``size`` subjects; what is the same for all of them is added once."""
    if len(columns) == 1 and columns[0][0] > 0 and len(columns[0][1]) == size:
        return condensed(columns[0][1].astype(np.int64, copy=False))
    whole = [(sign, condensed(column) if len(column) == size else np.array(column)) for sign, column in columns]
    same = [(sign, column) for sign, column in whole if is_constant(column)]
    each = [(sign, column) for sign, column in whole if not is_constant(column)]
    base = sum(sign * int(column[0]) for sign, column in same)
    if not each:
        return constant(np.int64(base), size)
    total = np.full(size, base, np.int64)
    for sign, column in each:
        mine = total[: len(column)]
        (np.add if sign > 0 else np.subtract)(mine, column, out=mine)
    return total


def _difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    if is_constant(one) and is_constant(other):
        return constant(one[0] - other[0], len(one))
    return np.asarray(one - other)


def _whole(running: RunningSums | None, sign: int) -> Addend:
    assert running is not None
    return Addend(sign, running.sums, running.departures)


def _day(segment: Segment, sign: int) -> Addend:
    rows = segment.part("subject", ROLL_UP)
    return Addend(sign, {name: rows[name].to_numpy() for name in ROLL_UP}, segment.departures)
