"""Sets of time as sorted, disjoint spans, and how much of them lies between two instants, for millions of pairs at once.

A figure that weighs states by time needs one thing again and again: the part of [a, b) that a source vouched for, that lies in the
indicator's schedule and outside its exclusions. ``Timeline`` answers it by one ``searchsorted`` per end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.periods import Span


class Timeline:
    """A set of instants: union of half-open spans, in milliseconds (int64, exact)."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        ordered = sorted((span.start, span.end) for span in spans if span.end > span.start)
        starts: list[int] = []
        ends: list[int] = []
        for start, end in ordered:
            if starts and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        self.starts = np.array(starts, np.int64)
        self.ends = np.array(ends, np.int64)
        self._before = np.concatenate([[0], np.cumsum(self.ends - self.starts)]).astype(np.int64)

    @classmethod
    def union(cls, starts: np.ndarray, ends: np.ndarray) -> Timeline:
        """Of many spans at once, in any order (int64 arrays of equal length)."""
        some = ends > starts
        starts, ends = starts[some], ends[some]
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], np.maximum.accumulate(ends[order])
        begins = np.append(True, starts[1:] > ends[:-1])[: len(starts)]
        last = np.append(begins[1:], True)[: len(starts)]
        return cls(Span(a, b) for a, b in zip(starts[begins].tolist(), ends[last].tolist(), strict=True))

    @classmethod
    def everything(cls, span: Span) -> Timeline:
        return cls([span])

    def spans(self) -> list[Span]:
        return [Span(int(a), int(b)) for a, b in zip(self.starts, self.ends, strict=True)]

    @property
    def total(self) -> int:
        """Milliseconds in the whole set."""
        return int(self._before[-1])

    def until(self, instants: np.ndarray) -> np.ndarray:
        """Milliseconds of the set before each instant (int64, any shape)."""
        index = np.searchsorted(self.starts, instants, side="right")
        if not len(self.starts):
            return np.zeros(np.shape(instants), np.int64)
        inside = np.minimum(instants, self.ends[index - 1]) - self.starts[index - 1]
        return np.where(index > 0, self._before[index - 1] + inside, 0)

    def within(self, start: int, end: int) -> int:
        """Milliseconds of the set in [start, end)."""
        before, after = self.until(np.array([start, max(start, end)], np.int64))
        return int(after - before)

    def contains(self, instants: np.ndarray) -> np.ndarray:
        index = np.searchsorted(self.starts, instants, side="right")
        if not len(self.starts):
            return np.zeros(np.shape(instants), bool)
        return (index > 0) & (instants < self.ends[index - 1])

    def clip(self, span: Span) -> Timeline:
        return Timeline(one.clip(span) for one in self.spans())

    def __and__(self, other: Timeline) -> Timeline:
        """What lies in both sets."""
        out: list[Span] = []
        mine, theirs = self.spans(), other.spans()
        i = j = 0
        while i < len(mine) and j < len(theirs):
            both = mine[i].clip(theirs[j])
            if both.end > both.start:
                out.append(both)
            if mine[i].end < theirs[j].end:
                i += 1
            else:
                j += 1
        return Timeline(out)

    def __or__(self, other: Timeline) -> Timeline:
        return Timeline(self.spans() + other.spans())

    def __sub__(self, other: Timeline) -> Timeline:
        """What lies in this set and not in the other."""
        if not self.total or not other.total:
            return self
        whole = Span(int(self.starts[0]), int(self.ends[-1]))
        edges = [whole.start, *(edge for span in other.spans() for edge in (span.start, span.end)), whole.end]
        gaps = Timeline(Span(edges[i], edges[i + 1]) for i in range(0, len(edges), 2) if edges[i] < edges[i + 1])
        return self & gaps


@dataclass(frozen=True)
class Vouching:
    """The time that good runs vouch for, and their instants (sorted int64)."""

    time: Timeline
    instants: np.ndarray

    @classmethod
    def of(
        cls, instants: Sequence[int], starts: Sequence[int], ends: Sequence[int], gaps: Sequence[str | None], as_of: int
    ) -> Vouching:
        """From each run's instant, vouch_start, vouch_end and vouch_gaps, these as JSON; nothing is vouched for beyond ``as_of``."""
        start, end = np.array(starts, np.int64), np.array(ends, np.int64)
        unbroken = np.array([one is None for one in gaps], bool)
        whole = Timeline.union(start[unbroken], np.minimum(end[unbroken], as_of))
        torn = ((starts[i], ends[i], gaps[i] or "[]") for i in np.flatnonzero(~unbroken).tolist())
        parts = [span.clip(Span(span.start, as_of)) for one in torn for span in _without_gaps(*one)]
        return cls(whole | Timeline(parts) if parts else whole, np.array(instants, np.int64))


def vouching_of(runs: pa.Table, as_of: int) -> Vouching:
    """The same from a table of records.RUNS, of which only the good runs vouch for anything."""
    good = runs.filter(pc.is_valid(runs["vouch_start"]))
    at, starts, ends = (good[name].cast(pa.int64()).to_pylist() for name in ("run_at", "vouch_start", "vouch_end"))
    return Vouching.of(at, starts, ends, good["vouch_gaps"].to_pylist(), as_of)


def _without_gaps(start: int, end: int, gaps: str) -> list[Span]:
    edges = [start, *(edge for gap in json.loads(gaps) for edge in gap), end]
    return [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
