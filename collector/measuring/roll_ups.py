"""What sealed segments say of a span without all of its changes being walked through: sums, and who left the list.

Whole days are added up from roll-ups; of a day that the span cuts, only that day's own changes are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.history import History
from collector.ledger import Sealed
from collector.measures.availability import Seen
from collector.measures.day_times import SortedChanges, day_times
from collector.measures.states import States
from collector.measuring.whole_days import Addend, SealedMonth, added_up
from collector.periods import Span, local_date, midnights
from collector.records import State
from collector.segment import ROLL_UP, Segment
from collector.timeline import vouching_of


@dataclass(frozen=True)
class SealedDays:
    """A span of a source whose states are swept, all of its days sealed.

    sealed: the segments and supplements of the months that ``span`` touches.
    """

    history: History
    span: Span
    as_of: int
    sealed: Sequence[Sealed]

    @cached_property
    def edges(self) -> Sequence[int]:
        """The midnights of the days that the span touches, and the one after them."""
        return midnights(self.span, self.history.city.zone)

    @cached_property
    def touched(self) -> list[Sealed]:
        return [one for one in self.sealed if self.edges[0] <= one.day < self.edges[-1]]

    @cached_property
    def complete(self) -> bool:
        """Whether every day is sealed, and nothing was learned late of any of them."""
        return [(one.day, one.number) for one in self.touched] == [(day, 0) for day in self.edges[:-1]]

    def addends(self) -> list[Addend] | None:
        """What adds up to the span; None where a cut day's changes were not all learned as they happened."""
        first = 1 if self.span.start > self.edges[0] else 0
        after = len(self.touched) - (1 if self.span.end < self.edges[-1] else 0)
        cut = [self._cut(i) for i in range(len(self.touched)) if i < first or i >= after]
        told = [one for one in cut if one is not None]
        return None if len(told) < len(cut) else [*self._whole(first, after), *told]

    def _whole(self, first: int, after: int) -> list[Addend]:
        """The touched days with the indices [first, after), month by month."""
        if first >= after:
            return []
        start, end = self.edges[first], self.edges[after]
        zone, history, out = self.history.city.zone, self.history, []
        segments = [(local_date(one.day, zone), one) for one in self.sealed if not one.number]
        for _, days in groupby(segments, key=lambda one: (one[0].year, one[0].month)):
            month = SealedMonth([one for _, one in days], zone, history.files, history.segment)
            inside = [i for i, one in enumerate(month.days) if start <= one.day < end]
            out += month.addends(inside[0], inside[-1] + 1) if inside else []
        return out

    def _cut(self, index: int) -> Addend | None:
        """The part of a touched day that lies in the span, from the day's changes."""
        segment = self.history.segment(self.touched[index])
        day = Span(self.edges[index], self.edges[index + 1])
        rows = segment.part("record")
        if rows["recorded_at"].null_count < rows.num_rows:
            return None
        changes = SortedChanges(
            segment.part("subject", ["opening"])["opening"].to_numpy(), rows["n"].to_numpy(),
            rows["at"].cast(pa.int64()).to_numpy(), rows["state"].to_numpy(),
        )  # fmt: skip
        runs = segment.part("run")
        runs = runs.filter(pc.less_equal(runs["run_at"].cast(pa.int64()), self.as_of))
        seen = day_times(changes, self.span.clip(day), vouching_of(runs, self.as_of))
        columns = (seen.times.owed, seen.times.up, seen.times.unknown, seen.sampling)
        return Addend(1, dict(zip(ROLL_UP, columns, strict=True)), segment.departures)


def rolled_up(days: SealedDays, size: int) -> tuple[Seen, int] | None:
    """(times of ``size`` subjects, records that say somebody left the list); None where roll-ups do not tell the whole span."""
    addends = days.addends() if days.complete else None
    return None if addends is None else (added_up(addends, size), sum(one.sign * one.departures for one in addends))


def seen_gone(segments: Sequence[Segment]) -> tuple[np.ndarray, States]:
    """(numbers, states): the subjects that any day's records say are gone, and all their changes; mostly there are none.

    The roll-ups cannot tell who left: a subject that was never listed owes nothing either. The changes of these few can, exactly.
    """
    with_gone = (_gone(one) for one in segments if one.departures)
    numbers = np.unique(np.concatenate([np.empty(0, np.int32), *with_gone]))
    changes = [one.part("record", ["n", "at", "state"]) for one in segments] if len(numbers) else []
    theirs = [rows.filter(pc.is_in(rows["n"], pa.array(numbers))) for rows in changes]
    subject, at, state = (
        np.concatenate([np.empty(0, np.int64), *(rows[name].cast(pa.int64()).to_numpy() for rows in theirs)])
        for name in ("n", "at", "state")
    )
    return numbers, States(
        _opening(segments[0], numbers), np.searchsorted(numbers, subject), at, state.astype(np.uint8)
    )


def _gone(segment: Segment) -> np.ndarray:
    rows = segment.part("record", ["n", "state"])
    return np.asarray(rows.filter(pc.equal(rows["state"], State.GONE))["n"].to_numpy())


def _opening(segment: Segment, numbers: np.ndarray) -> np.ndarray:
    """States as the segment's day begins; a subject that it does not know was not listed yet."""
    opening = np.full(int(numbers.max(initial=-1)) + 1, State.GONE, np.uint8)
    rows = segment.part("subject", ["n", "opening"])
    rows = rows.filter(pc.less(rows["n"], len(opening)))
    opening[rows["n"].to_numpy()] = rows["opening"].to_numpy()
    return np.asarray(opening[numbers])
