"""Time that subjects spent up, down and unseen: the sums behind availability and behind a day segment's roll-up. Pure, exact, vectorised.

Everything is int64 milliseconds. A subject's states cut time into intervals; how much of each interval counts is a difference of two
prefix sums (``Timeline.until``), so a million channels cost one sort and a few passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collector.periods import Span
from collector.records import State
from collector.timeline import Timeline, Vouching


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

    def gone_as_down(self) -> States:
        """As a register sees them: what it owes and the source does not list is down."""
        opening, state = (np.where(one == State.GONE, np.uint8(State.DOWN), one) for one in (self.opening, self.state))
        return States(opening, self.subject, self.at, state)


@dataclass(frozen=True)
class Registered:
    """One span [joined, removed) of every subject (int64[N]) in which a register owes it; empty where it has none."""

    joined: np.ndarray
    removed: np.ndarray

    @classmethod
    def nothing(cls, size: int) -> Registered:
        return cls(np.zeros(size, np.int64), np.zeros(size, np.int64))

    def clip(
        self, subject: np.ndarray, start: np.ndarray, end: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(start, end, which) of the spans [start, end) of subjects inside their registration; ``which`` (bool) are not empty."""
        start, end = np.maximum(start, self.joined[subject]), np.minimum(end, self.removed[subject])
        which = end > start
        return start[which], end[which], which


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

    def at(self, numbers: np.ndarray, other: Times) -> Times:
        """These times, those of ``other`` (one row for each of ``numbers``) for the subjects with these numbers."""
        parts = [part.copy() for part in (self.up, self.down, self.unknown)]
        for part, theirs in zip(parts, (other.up, other.down, other.unknown), strict=True):
            part[numbers] = theirs
        return Times(*parts)


def intervals(states: States, span: Span) -> Intervals:
    """The changes as intervals that fill ``span`` for every subject; repeated states are one interval.

    What changed before ``span`` (a span may begin in the middle of a day) decides on the state as it begins.
    """
    before = states.at < span.end
    subject = np.concatenate([np.arange(states.size, dtype=np.int32), states.subject[before].astype(np.int32)])
    start = np.concatenate([np.full(states.size, np.iinfo(np.int64).min), states.at[before]])
    state = np.concatenate([states.opening, states.state[before]])
    order = np.lexsort((start, subject))
    subject, start, state = subject[order], np.maximum(start[order], span.start), state[order]
    kept = ~_same_as_next(subject) | ~_same_as_next(start)  # of two changes at one instant the one learned last
    subject, start, state = subject[kept], start[kept], state[kept]
    kept = ~_same_as_before(subject) | ~_same_as_before(state)
    subject, start, state = subject[kept], start[kept], state[kept]
    end = np.where(_same_as_next(subject), np.roll(start, -1), span.end)
    return Intervals(subject, start, end, state)


def registered(cut: Intervals, rounds: Sequence[Registered]) -> Intervals:
    """The parts of the intervals in which a register owes their subjects, round after round."""
    parts = []
    for one in rounds:
        start, end, which = one.clip(cut.subject, cut.start, cut.end)
        parts.append((cut.subject[which], start, end, cut.state[which]))
    return Intervals(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def stayed(states: States, whole: Span, span: Span) -> tuple[States, np.ndarray]:
    """(states, disappeared): as if every subject that left the list inside ``span`` had stayed on it and been down until it came back.

    whole: covers ``span``; the states given back hold over it. disappeared: bool[N], the subjects that left at least once.
    """
    disappeared = np.zeros(states.size, bool)
    if not (states.state == State.GONE).any():
        return states, disappeared
    # From one millisecond before, for a subject that is gone with the poll at the very start was listed until then.
    cut = intervals(states, Span(min(whole.start, span.start - 1), whole.end))
    follows = _same_as_before(cut.subject)
    left = follows & (cut.state == State.GONE) & (cut.start >= span.start) & (cut.start < span.end)
    state = np.where(left, np.uint8(State.DOWN), cut.state)
    disappeared[cut.subject[left]] = True
    return States(state[~follows], cut.subject[follows], cut.start[follows], state[follows]), disappeared


def owed_time(cut: Intervals, size: int, window: Timeline) -> np.ndarray:
    """Milliseconds of ``window`` per subject in which it was not gone."""
    return _sum(cut, size, window.until(cut.end) - window.until(cut.start), cut.state != State.GONE)


def listed_times(cut: Intervals, size: int, window: Timeline, vouched: Timeline) -> Times:
    """Times of subjects over ``cut``; they are owed wherever they are not gone.

    window: what is owed at all (period, schedule, without exclusions). vouched: what the source's runs vouch for.
    """
    seen = window & vouched
    in_seen = seen.until(cut.end) - seen.until(cut.start)
    up = _sum(cut, size, in_seen, cut.state == State.UP)
    down = _sum(cut, size, in_seen, cut.state == State.DOWN)
    return Times(up, down, owed_time(cut, size, window) - up - down)


def sampling_time(
    states: States, span: Span, vouching: Vouching, rounds: Sequence[Registered] | None = None
) -> np.ndarray:
    """Per subject, milliseconds in which a change may have happened unseen: one polling interval for each change of state.

    The span in which a poll saw the change owns all of the interval before it, also what lies before the span; so spans add up. A change
    that no run saw (a log with its own times) has no such interval, nor has one seen after time that nobody vouched for, which is unknown
    already. vouching: of the runs that vouch for the span or up to its start.
    rounds: where a register owes the subjects, only what lies inside their registration counts.
    """
    out = np.zeros(states.size, np.int64)
    good_runs = vouching.instants
    # From one millisecond before, for a change at the very start follows the state that was until then.
    cut = intervals(states, Span(span.start - 1, span.end))
    changed = _same_as_before(cut.subject) & (np.roll(cut.state, 1) != State.GONE)
    subject, at = cut.subject[changed], cut.start[changed]
    index = np.searchsorted(good_runs, at)
    seen = (index > 0) & (index < len(good_runs))
    seen[seen] = good_runs[index[seen]] == at[seen]
    subject, at, since = subject[seen], at[seen], good_runs[index[seen] - 1]
    unbroken = vouching.time.until(at) - vouching.time.until(since) == at - since
    subject, at, since = subject[unbroken], at[unbroken], since[unbroken]
    if rounds is None:
        np.add.at(out, subject, at - since)
    for one in rounds or ():
        start, end, which = one.clip(subject, since, at)
        np.add.at(out, subject[which], end - start)
    return out


def up_counts(
    states: States, owed: np.ndarray, instants: np.ndarray, rounds: Sequence[Registered] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(up, listed): how many of the ``owed`` subjects (bool[N]) were up, and how many were listed, at each sorted instant.

    rounds: where a register owes the subjects, they count inside their registration only.
    """
    cut = intervals(states, Span(-(1 << 62), 1 << 62))
    if rounds is not None:
        cut = registered(cut, rounds)
    mine = owed[cut.subject]
    up, listed = mine & (cut.state == State.UP), mine & (cut.state != State.GONE)
    return _count(cut, up, instants), _count(cut, listed, instants)


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
