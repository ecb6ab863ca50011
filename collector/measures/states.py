"""Time that subjects spent up, down and unseen: the sums behind availability and behind a day segment's roll-up. Pure, exact, vectorised.

Everything is int64 milliseconds. A subject's states cut time into intervals; how much of each interval counts is a difference of two
prefix sums (``Timeline.until``), so a million channels cost one sort and a few passes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.periods import Span
from collector.records import State
from collector.timeline import Timeline


@dataclass(frozen=True)
class States:
    """What is known of N subjects over a span.

    opening: uint8[N], each subject's state as the span begins. subject: int32[K], at: int64[K], state: uint8[K], the changes, in the
    order they were learned (of two changes of a subject at one instant the one learned last counts).
    """

    opening: np.ndarray
    subject: np.ndarray
    at: np.ndarray
    state: np.ndarray

    @property
    def size(self) -> int:
        return len(self.opening)

    def padded(self, size: int) -> States:
        """With subjects added that were never listed."""
        added = np.full(size - self.size, State.GONE, np.uint8)
        return States(np.concatenate([self.opening, added]), self.subject, self.at, self.state)


@dataclass(frozen=True)
class Intervals:
    """Stretches in one state: subject, start, end (half-open), state; sorted by subject and start, neighbours differ in state."""

    subject: np.ndarray
    start: np.ndarray
    end: np.ndarray
    state: np.ndarray


@dataclass(frozen=True)
class Times:
    """Milliseconds per subject (int64[N]). unknown is what was owed and seen neither up nor down."""

    up: np.ndarray
    down: np.ndarray
    unknown: np.ndarray

    @property
    def owed(self) -> np.ndarray:
        return np.asarray(self.up + self.down + self.unknown)

    def where(self, mask: np.ndarray, other: Times) -> Times:
        """These times, those of ``other`` for the subjects in ``mask`` (bool[N])."""
        pairs = ((self.up, other.up), (self.down, other.down), (self.unknown, other.unknown))
        return Times(*(np.where(mask, theirs, mine) for mine, theirs in pairs))


def intervals(states: States, span: Span) -> Intervals:
    """The changes inside ``span`` as intervals that fill it for every subject; repeated states are one interval."""
    inside = (states.at >= span.start) & (states.at < span.end)
    subject = np.concatenate([np.arange(states.size, dtype=np.int32), states.subject[inside].astype(np.int32)])
    start = np.concatenate([np.full(states.size, span.start, np.int64), states.at[inside]])
    state = np.concatenate([states.opening, states.state[inside]])
    order = np.lexsort((start, subject))
    subject, start, state = subject[order], start[order], state[order]
    kept = ~_same_as_next(subject) | ~_same_as_next(start)  # of two changes at one instant the one learned last
    subject, start, state = subject[kept], start[kept], state[kept]
    kept = ~_same_as_before(subject) | ~_same_as_before(state)
    subject, start, state = subject[kept], start[kept], state[kept]
    end = np.where(_same_as_next(subject), np.roll(start, -1), span.end)
    return Intervals(subject, start, end, state)


def ignoring_short(cut: Intervals, shorter_than: int) -> Intervals:
    """Down intervals shorter than so many milliseconds count as up; the state before and after them stays what it is."""
    short = (cut.state == State.DOWN) & (cut.end - cut.start < shorter_than)
    return Intervals(cut.subject, cut.start, cut.end, np.where(short, np.uint8(State.UP), cut.state))


def listed_times(cut: Intervals, size: int, window: Timeline, vouched: Timeline) -> Times:
    """Times of subjects that are owed from their first appearance until they are gone.

    window: what is owed at all (period, schedule, without exclusions). vouched: what the source's runs vouch for.
    """
    seen = window & vouched
    in_window = window.until(cut.end) - window.until(cut.start)
    in_seen = seen.until(cut.end) - seen.until(cut.start)
    up = _sum(cut, size, in_seen, cut.state == State.UP)
    down = _sum(cut, size, in_seen, cut.state == State.DOWN)
    owed = _sum(cut, size, in_window, cut.state != State.GONE)
    return Times(up, down, owed - up - down)


def fixed_times(
    cut: Intervals, window: Timeline, vouched: Timeline, joined: np.ndarray, removed: np.ndarray
) -> Times:
    """Times of subjects that a register owes over [joined, removed) (int64[N]); missing from a complete answer is down."""
    start = np.maximum(cut.start, joined[cut.subject])
    end = np.maximum(start, np.minimum(cut.end, removed[cut.subject]))
    seen = window & vouched
    in_window = window.until(end) - window.until(start)
    in_seen = seen.until(end) - seen.until(start)
    up = _sum(cut, len(joined), in_seen, cut.state == State.UP)
    down = _sum(cut, len(joined), in_seen, (cut.state == State.DOWN) | (cut.state == State.GONE))
    owed = _sum(cut, len(joined), in_window, np.ones(len(cut.state), bool))
    return Times(up, down, owed - up - down)


def sampling_time(states: States, span: Span, good_runs: np.ndarray) -> np.ndarray:
    """Per subject, milliseconds in which a change may have happened unseen: one polling interval for each change of state.

    good_runs: sorted instants of the runs; a change that no run saw (a log with its own times) has no such interval.
    """
    out = np.zeros(states.size, np.int64)
    cut = intervals(states, span)
    changed = _same_as_before(cut.subject) & (np.roll(cut.state, 1) != State.GONE)
    subject, at = cut.subject[changed], cut.start[changed]
    index = np.searchsorted(good_runs, at)
    seen = (index > 0) & (index < len(good_runs))
    seen[seen] = good_runs[index[seen]] == at[seen]
    np.add.at(out, subject[seen], at[seen] - good_runs[index[seen] - 1])
    return out


def up_counts(states: States, owed: np.ndarray, instants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(up, listed): how many of the ``owed`` subjects (bool[N]) were up, and how many were listed, at each sorted instant."""
    order = np.argsort(states.at, kind="stable")
    span = Span(-(1 << 62), 1 << 62)
    cut = intervals(States(states.opening, states.subject[order], states.at[order], states.state[order]), span)
    mine = owed[cut.subject]
    return _count(cut, mine & (cut.state == State.UP), instants), _count(cut, mine & (cut.state != State.GONE), instants)


def _same_as_next(column: np.ndarray) -> np.ndarray:
    """Per row, whether the row after it has the same value; the last row has none after it."""
    return np.append(column[1:] == column[:-1], False)[: len(column)]


def _same_as_before(column: np.ndarray) -> np.ndarray:
    return np.insert(column[1:] == column[:-1], 0, False)[: len(column)]


def _count(cut: Intervals, chosen: np.ndarray, instants: np.ndarray) -> np.ndarray:
    starts, ends = np.sort(cut.start[chosen]), np.sort(cut.end[chosen])
    return np.searchsorted(starts, instants, side="right") - np.searchsorted(ends, instants, side="right")


def _sum(cut: Intervals, size: int, milliseconds: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Milliseconds per subject over the chosen intervals; doubles are exact here, a year has 3.2e10 ms."""
    return np.bincount(cut.subject[chosen], milliseconds[chosen], minlength=size).astype(np.int64)
