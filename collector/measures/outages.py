"""Which outages were shorter than so long, as far as that was seen. Pure, exact, vectorised like ``states``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.measures.states import Intervals
from collector.records import State
from collector.timeline import Timeline


def ignoring_short(cut: Intervals, shorter_than: int, vouched: Timeline) -> Intervals:
    """Outages shorter than so many milliseconds count as up, where it is certain that they were.

    A stretch seen down on end for ``shorter_than`` stays down. One whose longest possible outage is shorter counts as up: from the last
    instant before it at which the subject was seen otherwise to the first one after it, so with all unseen or unknown time around it. Of
    any other stretch nobody can tell; it becomes unknown. What was not seen stays so.

    cut: reaches ``shorter_than`` beyond what is measured on both sides, for what lies outside of it is not looked at. vouched: when the
    subjects were seen at all.
    """
    if not len(cut.start) or not vouched.total:
        return cut
    seen = _Sight.of(cut, vouched)
    rows, start, end, least = _stretches(cut, seen, vouched)
    most = _until_seen_again(cut, seen, vouched) - _since_seen_before(cut, seen, vouched)
    decided = np.where(most[rows] < shorter_than, np.uint8(State.UP), np.uint8(State.UNKNOWN))
    state = np.where((cut.state[rows] == State.DOWN) & (least < shorter_than), decided, cut.state[rows])
    return Intervals(cut.subject[rows], start, end, state)


@dataclass(frozen=True)
class _Sight:
    """Of each interval the vouched spans [first, after) that reach into it, as indices, and whether it was seen to be no outage."""

    first: np.ndarray
    after: np.ndarray
    otherwise: np.ndarray

    @classmethod
    def of(cls, cut: Intervals, vouched: Timeline) -> _Sight:
        first = np.searchsorted(vouched.ends, cut.start, side="right")
        after = np.searchsorted(vouched.starts, cut.end)
        return cls(first, after, (after > first) & ((cut.state == State.UP) | (cut.state == State.GONE)))


def _stretches(
    cut: Intervals, seen: _Sight, vouched: Timeline
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(row, start, end, milliseconds seen): the intervals, those that are down cut up into one for each time that they were seen on end.

    The unseen time after a stretch goes with it, that before the first one too: there no state counts.
    """
    parts = np.where(cut.state == State.DOWN, np.maximum(seen.after - seen.first, 1), 1)
    rows = np.repeat(np.arange(len(parts)), parts)
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(parts) - parts, parts)
    at = np.minimum(seen.first[rows] + nth, len(vouched.starts) - 1)
    milliseconds = np.minimum(cut.end[rows], vouched.ends[at]) - np.maximum(cut.start[rows], vouched.starts[at])
    start = np.where(nth > 0, vouched.starts[at], cut.start[rows])
    is_last = np.append(nth[1:] == 0, True)
    end = np.where(is_last, cut.end[rows], np.roll(start, -1))
    return rows, start, end, milliseconds


def _since_seen_before(cut: Intervals, seen: _Sight, vouched: Timeline) -> np.ndarray:
    """Per interval, the end of the time before it in which its subject was last seen otherwise; the cut's start where it never was."""
    left = np.minimum(cut.end, vouched.ends[seen.after - 1])
    row = np.maximum.accumulate(np.where(seen.otherwise, np.arange(len(left)), -1))
    there = (row >= 0) & (cut.subject[row] == cut.subject)
    out: np.ndarray = np.where(there, left[row], cut.start.min())
    return out


def _until_seen_again(cut: Intervals, seen: _Sight, vouched: Timeline) -> np.ndarray:
    """Per interval, when its subject is seen otherwise for the first time after it; the cut's end where it never is."""
    none = len(cut.start)
    right = np.maximum(cut.start, vouched.starts[np.minimum(seen.first, len(vouched.starts) - 1)])
    row = np.minimum.accumulate(np.where(seen.otherwise, np.arange(none), none)[::-1])[::-1]
    inside = np.minimum(row, none - 1)
    there = (row < none) & (cut.subject[inside] == cut.subject)
    out: np.ndarray = np.where(there, right[inside], cut.end.max())
    return out
