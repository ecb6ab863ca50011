"""A day's times from changes that stand sorted by subject and instant, as sealed segments hold them: no sorting, a few passes.

The same sums as ``states.listed_times`` and ``states.sampling_time`` give, to the millisecond. A subject's time in a state is written as
one term a change: if a state holds from ``at`` on, it holds for what is left of the window from there, and where it ends as much is taken
back. Changes before the window count in full, those after it not at all, so that nothing has to be cut. What is left at an instant is
looked up by the poll that saw the change: there are a thousand polls a day, and millions of changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.measures.states import Times
from collector.measures.tally import Seen
from collector.periods import Span
from collector.records import State
from collector.timeline import Timeline, Vouching

_UP = np.array([state == State.UP for state in State])
_UNSEEN = np.array([state in (State.UNKNOWN, State.GONE) for state in State])
_GONE = np.array([state == State.GONE for state in State])
_BUCKETS_PER_RUN = 4


@dataclass(frozen=True)
class SortedChanges:
    """opening: uint8[N], states as the day begins. The changes: n (int32[K]), at (int64[K]), state (uint8[K]), by n, then by at; of several
    of a subject at one instant the last row counts.
    """

    opening: np.ndarray
    n: np.ndarray
    at: np.ndarray
    state: np.ndarray

    def distinct(self) -> SortedChanges:
        """Without the rows that another one of their subject and instant follows."""
        last = np.append((self.n[1:] != self.n[:-1]) | (self.at[1:] != self.at[:-1]), True)[: len(self.n)]
        return self if last.all() else SortedChanges(self.opening, self.n[last], self.at[last], self.state[last])

    def before(self) -> np.ndarray:
        """uint8[K]: the state that each change ended."""
        ended = np.empty_like(self.state)
        ended[1:] = self.state[:-1]
        first = np.flatnonzero(np.append(True, self.n[1:] != self.n[:-1])[: len(self.n)])
        ended[first] = self.opening[self.n[first]]
        return ended


@dataclass(frozen=True)
class _Turns:
    """Changes ready to be summed. n: int64[K]. ended, state: uint8[K]. at: the K instants as indices into ``instants`` (sorted int64)."""

    opening: np.ndarray
    n: np.ndarray
    ended: np.ndarray
    state: np.ndarray
    at: np.ndarray
    instants: np.ndarray

    def time_in(self, states: np.ndarray, timeline: Timeline, window: Span) -> np.ndarray:
        """Milliseconds of ``timeline`` per subject inside the window and in one of ``states`` (bool by code)."""
        whole = np.int64(timeline.within(window.start, window.end))
        out = np.asarray(states[self.opening] * whole)
        if not states[self.state].any() and not states[self.opening].any():
            return out
        edges = np.clip(self.instants, window.start, window.end)
        left = (timeline.until(np.array([window.end])) - timeline.until(edges)).astype(np.float64)
        turn = states[self.state].view(np.int8) - states[self.ended].view(np.int8)
        sums = np.bincount(self.n, left[self.at] * turn, minlength=len(out))
        return np.asarray(out + sums.astype(np.int64))

    def intervals(self, vouching: Vouching, window: Span) -> np.ndarray:
        """Milliseconds per subject: one polling interval for each change inside the window that a poll saw, unless nobody vouched for
        some of that interval.
        """
        runs = vouching.instants
        between = np.diff(runs)
        unbroken = vouching.time.until(runs[1:]) - vouching.time.until(runs[:-1]) == between
        inside = (runs[1:] >= window.start) & (runs[1:] < window.end)
        interval = np.zeros(len(self.instants))
        interval[np.searchsorted(self.instants, runs[1:])] = np.where(unbroken & inside, between, 0)
        turned = (self.state != self.ended) & (self.ended != State.GONE)
        each = interval[self.at] if turned.all() else interval[self.at] * turned
        return np.asarray(np.bincount(self.n, each, minlength=len(self.opening)).astype(np.int64))


def day_times(changes: SortedChanges, window: Span, vouching: Vouching) -> Seen:
    """Of every subject over ``window``, which lies inside the day. vouching: of the runs that vouch for it or up to its start."""
    changes = changes.distinct()
    turns = _turns(changes, vouching.instants)
    up = turns.time_in(_UP, vouching.time, window)
    seen = vouching.time.within(window.start, window.end) - turns.time_in(_UNSEEN, vouching.time, window)
    gone = turns.time_in(_GONE, Timeline.everything(window), window)
    times = Times(up, seen - up, window.milliseconds - gone - seen)
    return Seen(times, turns.intervals(vouching, window), np.broadcast_to(np.int64(0), len(up)))


def _turns(changes: SortedChanges, runs: np.ndarray) -> _Turns:
    """The changes by the polls that saw them; instants of changes that no poll saw (there should be none) stand among theirs."""
    at, instants = places(changes.at, runs), runs
    strange = np.append(runs, -1)[at] != changes.at if len(at) else np.zeros(0, bool)
    if strange.any():
        instants = np.union1d(runs, changes.at[strange])
        at = np.searchsorted(instants, changes.at)
    return _Turns(changes.opening, changes.n.astype(np.int64), changes.before(), changes.state, at, instants)


def places(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """What ``np.searchsorted(among, values)`` gives (int64), for many values in no order: looked up by buckets, not by halving."""
    if len(among) < 2 or not len(values):
        return np.searchsorted(among, values)
    shift = max(0, int(among[-1] - among[0]).bit_length() - (len(among) * _BUCKETS_PER_RUN).bit_length())
    last = int(among[-1] - among[0] >> shift) + 1
    first = np.searchsorted(among - among[0] >> shift, np.arange(last + 1))
    out = first[np.clip(values - among[0] >> shift, 0, last)]
    ended = np.append(among, np.iinfo(np.int64).max)
    while (behind := ended[out] < values).any():
        out += behind
    return np.asarray(out)
