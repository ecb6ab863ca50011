"""Meters that stand still: a counter that no longer moves, a power reading that repeats exactly, while others move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from collector.measures.groups import Groups
from collector.measures.versions import instants
from collector.periods import Period, iso
from collector.plausibility.doubt import Doubt, lasting, listed
from collector.plausibility.thresholds import Thresholds

HOUR = 3_600_000
LEAST_READINGS = 3
"""So many equal readings at least: two can be one step of a coarse counter."""
GRAVE_SHARE = 0.1
"""A meter that stands still for this share of the period is of high severity."""


@dataclass(frozen=True)
class _Runs:
    """Stretches of equal readings of all meters, sorted by meter and time; neighbours of a meter differ in value.

    meter: index of the label. start, end: instants of the first and the last equal reading. count: of them.
    follows: whether the run before is of the same meter, which is to say that the meter moved as this one began.
    """

    meter: np.ndarray
    start: np.ndarray
    end: np.ndarray
    count: np.ndarray
    value: np.ndarray
    follows: np.ndarray

    @classmethod
    def of(cls, meter: np.ndarray, at: np.ndarray, value: np.ndarray) -> _Runs:
        order = np.lexsort((at, meter))
        meter, at, value = meter[order], at[order], value[order]
        same = np.append(False, (meter[1:] == meter[:-1]) & (value[1:] == value[:-1]))[: len(meter)]
        first = np.flatnonzero(~same)
        last = np.append(first[1:], len(meter))[: len(first)] - 1
        owner = meter[first]
        follows = np.append(False, owner[1:] == owner[:-1])[: len(first)]
        return cls(owner, at[first], at[last], last - first + 1, value[first], follows)

    @property
    def moves(self) -> np.ndarray:
        """Sorted instants at which a meter showed a value other than before."""
        return np.sort(self.start[self.follows])


def stuck_meters(readings: pa.Table, period: Period, cutoff: int, source: str, limits: Thresholds) -> list[Doubt]:
    """``readings``: one row per meter and instant, also each meter's last before the period.

    Still is what lasts longer than the threshold and than ``stuck_ratio`` times what is usual for that meter, so that
    a counter of coarse steps is not blamed for them. A counter must have moved at some time (it shows more than 0), a
    power of 0 is a load switched off, and another meter of the source must have moved meanwhile.
    """
    meters = Groups.of(readings["meter"])
    at, kwh, kw = instants(readings, "at"), _numbers(readings, "kwh"), _numbers(readings, "kw")
    counted, powered = ~np.isnan(kwh), ~np.isnan(kw)
    has_counter = np.bincount(meters.codes[counted], minlength=meters.size) > 0
    powered &= ~has_counter[meters.codes] if len(at) else powered  # where there is a counter the figure rests on it
    counters = _Runs.of(meters.codes[counted], at[counted], kwh[counted])
    powers = _Runs.of(meters.codes[powered], at[powered], kw[powered])
    moves = np.sort(np.concatenate([counters.moves, powers.moves]))
    end = min(cutoff, period.span.end)
    still = {
        "stuck_counter": _still_counters(counters, period.span.start, end, limits),
        "repeated_power": _still_powers(powers, period.span.start, end, limits),
    }
    found = []
    for (check, chosen), runs in zip(still.items(), (counters, powers), strict=True):
        others = np.searchsorted(moves, runs.end, "right") > np.searchsorted(moves, runs.start, "right")
        rows = np.flatnonzero(chosen & others)
        for meter in np.unique(runs.meter[rows]).tolist():
            mine = rows[runs.meter[rows] == meter]
            found.append(_doubt(check, meters.labels[meter], runs, mine, period, end, source))
    return found


def _still_counters(runs: _Runs, start: int, end: int, limits: Thresholds) -> np.ndarray:
    length = _inside(runs, start, end)
    long_enough = (length >= limits.stuck_hours * HOUR) & (runs.count >= LEAST_READINGS) & (runs.value > 0)
    steps = np.append(runs.start[1:] - runs.start[:-1], 0)[: len(runs.start)]
    ends_in_a_step = np.append(runs.follows[1:], False)[: len(runs.start)]
    return _unusual(runs, long_enough, length, np.where(ends_in_a_step, steps, -1), limits.stuck_ratio)


def _still_powers(runs: _Runs, start: int, end: int, limits: Thresholds) -> np.ndarray:
    inside = _inside(runs, start, end) > 0
    enough = inside & (runs.count >= limits.repeated_readings) & (runs.value != 0)
    return _unusual(runs, enough, runs.count, runs.count, limits.stuck_ratio)


def _unusual(runs: _Runs, candidates: np.ndarray, size: np.ndarray, usual: np.ndarray, ratio: float) -> np.ndarray:
    """Of the candidates those that are ``ratio`` times the median of their meter's other runs (``usual``; -1 is none)."""
    out = candidates.copy()
    for i in np.flatnonzero(candidates).tolist():
        first, after = np.searchsorted(runs.meter, [runs.meter[i], runs.meter[i] + 1])
        others = np.concatenate([usual[first:i], usual[i + 1 : after]])
        others = others[others > 0]
        out[i] = not len(others) or size[i] >= ratio * np.median(others)
    return out


def _inside(runs: _Runs, start: int, end: int) -> np.ndarray:
    """Milliseconds of each run inside the period (int64, 0 where it lies outside)."""
    length: np.ndarray = np.maximum(0, np.minimum(runs.end, end) - np.maximum(runs.start, start))
    return length


def _doubt(check: str, meter: str, runs: _Runs, rows: np.ndarray, period: Period, end: int, source: str) -> Doubt:
    zone, inside = period.zone, _inside(runs, period.span.start, end)[rows]
    starts, ends = np.maximum(runs.start[rows], period.span.start), np.minimum(runs.end[rows], end)
    spans = [f"{iso(a, zone)}/{iso(b, zone)}" for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    longest = int(inside.argmax())
    row = rows[longest]
    share = float(inside.sum()) / max(1, end - period.span.start)
    unit, zh, en = (
        ("kWh", "读数停在", "stood at") if check == "stuck_counter" else ("kW", "功率读数一直是", "read exactly")
    )
    value, length, count = f"{runs.value[row]:g} {unit}", lasting(float(inside[longest])), int(runs.count[row])
    return Doubt(
        check=check,
        source=source,
        severity="high" if share >= GRAVE_SHARE else "medium",
        where=f"meter {meter} {spans[longest]}",
        count=len(rows),
        share=share,
        examples=listed(spans),
        text_zh=f"电表 {meter} 共 {len(rows)} 次不动，最长 {length}：{spans[longest]} 间 {count} 次读数，{zh} {value}，而其他电表在动",
        text_en=f"meter {meter} stood still {len(rows)} times, for {length} at most: {count} readings over {spans[longest]} "
        f"{en} {value} while other meters moved",
    )


def _numbers(readings: pa.Table, column: str) -> np.ndarray:
    """float64, NaN where there is none."""
    return np.asarray(readings[column].combine_chunks().to_numpy(zero_copy_only=False), np.float64)
