"""One electricity meter: over which time it was metered, and how much energy passed in it.

A counter's energy is the difference of its readings, linear between two of them. A power meter's is the trapezoid
between readings no further apart than ``holds``.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from collector.measures import versions
from collector.measures.versions import instants
from collector.periods import Span
from collector.timeline import Timeline

HOUR = 3_600_000
PLAUSIBLE_STEP = 10
"""A counter that falls rolled over only if its step is at most so many times the meter's mean power; else it was reset."""
POWER_GAP = HOUR
"""Milliseconds between two power readings that are bridged where the source does not say how long one holds; our own choice."""


@dataclass(frozen=True)
class Metered:
    """One meter over time.

    at, energy: knots of the energy function in kWh (int64, float64); only its differences inside ``metered`` mean
    anything. bridged: polling gaps that the counter's difference spans; the course inside of one is not known.
    resets: instants of the first reading after a reset or a replacement. of_power: whether it was integrated from power readings.
    """

    at: np.ndarray
    energy: np.ndarray
    metered: Timeline
    bridged: list[Span]
    resets: list[int]
    of_power: bool = False

    def kwh(self, time: Timeline) -> np.ndarray:
        """Energy of each span of ``time``, which lies inside ``metered``: the value at its end less that at its start."""
        if not time.total:
            return np.zeros(0)
        ends, starts = np.interp([time.ends, time.starts], self.at, self.energy)
        out: np.ndarray = ends - starts
        return out

    def limits(self, span: Span) -> tuple[float, float]:
        """Least and largest energy in kWh of ``span``, which lies inside ``metered``.

        Of a polling gap that crosses an edge the counter says how much passed in it and not when: in ``span`` none of it
        or all of it.
        """
        cut = Timeline(self._gap_across(span.start) + self._gap_across(span.end))
        certain = math.fsum(self.kwh(Timeline([span]) - cut))
        return certain, certain + math.fsum(self.kwh(cut))

    def _gap_across(self, edge: int) -> list[Span]:
        after = bisect_left(self.bridged, edge, key=lambda gap: gap.start)
        return [gap for gap in self.bridged[max(0, after - 1) : after] if gap.end > edge]


def latest(table: pa.Table, as_of: int) -> pa.Table:
    """One row per meter and own time: the version learned last at or before ``as_of``."""
    return versions.latest(table, ["meter", "at"], as_of)


def around(readings: pa.Table) -> Callable[[Span], pa.Table]:
    """Takes out of many readings those of a span, with each meter's last one before it and first one from its end on."""
    meters = readings["meter"].combine_chunks().dictionary_encode()
    codes, at = meters.indices.to_numpy(), instants(readings, "at")
    order = np.lexsort((at, codes))
    at = at[order]
    edges = np.searchsorted(codes[order], np.arange(len(meters.dictionary) + 1)).tolist()

    def taken(span: Span) -> pa.Table:
        rows = []
        for first, after in pairwise(edges):
            start, end = (first + int(np.searchsorted(at[first:after], edge)) for edge in (span.start, span.end))
            rows.append(order[max(first, start - 1) : min(after, end + 1)])
        return readings.take(pa.array(np.concatenate(rows) if rows else np.empty(0, np.int64)))

    return taken


def meter(readings: pa.Table, holds: int, rollover_kwh: float | None = None) -> Metered:
    """From the readings of one meter in any order, one per instant; counter readings are used alone where there are
    any.

    holds: milliseconds that a reading stands for when the next one does not come, 0 where its source does not say; power is then integrated
    over gaps up to ``POWER_GAP``. rollover_kwh: where the counter
    starts again from 0 (42949672.96 for four bytes of 0.01 kWh).
    """
    at, kwh, kw = (_sorted(readings, name) for name in ("at", "kwh", "kw"))
    counts = ~np.isnan(kwh)
    if counts.any():
        return _counter(at[counts], kwh[counts], holds, rollover_kwh)
    powers = ~np.isnan(kw)
    return _power(at[powers], kw[powers], holds or POWER_GAP)


def _sorted(readings: pa.Table, name: str) -> np.ndarray:
    at = instants(readings, "at")
    values = at if name == "at" else readings[name].combine_chunks().to_numpy(zero_copy_only=False)
    return values[np.argsort(at, kind="stable")]


def _counter(at: np.ndarray, kwh: np.ndarray, holds: int, rollover_kwh: float | None) -> Metered:
    steps, lengths = np.diff(kwh), np.diff(at)
    falls = steps < 0
    rolled = (
        falls & _plausible(steps + (rollover_kwh or 0), lengths, ~falls, steps)
        if rollover_kwh
        else np.zeros_like(falls)
    )
    metered = ~falls | rolled
    turns = np.concatenate([[0], np.cumsum(rolled)])[: len(kwh)]
    gaps = np.flatnonzero(metered & (lengths > holds))
    return Metered(
        at=at,
        energy=kwh + turns * (rollover_kwh or 0),
        metered=_joined(at, metered),
        bridged=[Span(int(at[i]), int(at[i + 1])) for i in gaps],
        resets=at[1:][~metered].tolist(),
    )


def _plausible(ahead: np.ndarray, lengths: np.ndarray, forward: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Steps over the rollover that are about as steep as the meter's mean course."""
    course = steps[forward].sum() / max(1, lengths[forward].sum())
    out: np.ndarray = (ahead >= 0) & (ahead <= PLAUSIBLE_STEP * course * lengths)
    return out


def _power(at: np.ndarray, kw: np.ndarray, holds: int) -> Metered:
    lengths = np.diff(at)
    energy = np.concatenate([[0.0], np.cumsum((kw[1:] + kw[:-1]) / 2 * lengths / HOUR)])[: len(kw)]
    return Metered(at, energy, _joined(at, lengths <= holds), bridged=[], resets=[], of_power=len(at) > 0)


def _joined(at: np.ndarray, metered: np.ndarray) -> Timeline:
    """The stretches of neighbouring metered intervals; metered[i] is about [at[i], at[i + 1])."""
    edges = np.diff(np.concatenate([[0], metered.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return Timeline(Span(int(at[a]), int(at[b])) for a, b in zip(starts, ends, strict=True))
