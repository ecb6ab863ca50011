"""case_duration: from opening to closing, in wall or working time; mean, median or 90th percentile."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
import pyarrow as pa

from collector.measurement import Measurement
from collector.measures.case_facts import facts, parts, tally
from collector.measures.cases import CaseRule, CaseTimes
from collector.measures.groups import Groups, Measured
from collector.measures.observed import Observed
from collector.working_time import WorkCalendar

Stat = Literal["mean", "p50", "p90"]
_QUANTILE = {"p50": Fraction(1, 2), "p90": Fraction(9, 10)}


def case_duration(
    cases: pa.Table,
    seen: Observed,
    rule: CaseRule,
    *,
    stat: Stat = "p50",
    calendar: WorkCalendar | None = None,
    groups: Groups | None = None,
) -> Measured:
    """Seconds from opening to closing of the cohort's cases, exact.

    calendar: count working time of this calendar; wall time without it. value: over the closed cases, as every statement
    of a mean or median has it. Long cases are the last to close, so that the closed ones alone can understate what is
    certain already; the part ``with_open_cases_seconds`` has the open ones (censored) with their age where vouching ended. lower:
    the lesser of the two, so that it bounds the value and what the statistic will be once every case is closed. upper:
    none while a case is open. Left out: 挂账, whose clock stands still, and cases closed before they were opened. A
    quantile between two cases is interpolated linearly (definition 7 of Hyndman and Fan, the default of numpy and R).
    """
    of_cases = facts(cases, seen, rule)
    counted = tally(cases, of_cases, groups)
    groups = groups or Groups.none(cases.num_rows)
    included = of_cases.counted & ~of_cases.faulty
    durations = _durations(CaseTimes.of(cases), included, of_cases.closed, seen, calendar)
    closed = _statistics(durations, included & of_cases.closed, groups, stat)
    with_open = _statistics(durations, included, groups, stat)
    names = parts(counted.patterns, rule) | {
        "open": counted.patterns.counted & ~counted.patterns.closed,
        "unseen": counted.patterns.candidate,
        "measured": counted.patterns.counted & counted.patterns.closed & ~counted.patterns.faulty,
    }
    rows: list[Measurement] = []
    for sums, faults, value, floor in zip(counted.sums(names), counted.faults, closed, with_open, strict=True):
        unseen = sums.pop("unseen") or seen.nothing
        rows.append(
            Measurement(
                value=None if seen.nothing else value,
                lower=None if unseen else _lesser(value, floor),
                upper=None if unseen or sums["open"] else value,
                coverage=seen.coverage,
                n=sums.pop("measured"),
                parts=sums | {"with_open_cases_seconds": floor},
                faults=faults,
            )
        )
    return counted.measured(rows)


def _lesser(value: Fraction | None, floor: Fraction | None) -> Fraction | None:
    return floor if value is None or floor is None else min(value, floor)


def _durations(
    times: CaseTimes, included: np.ndarray, closed: np.ndarray, seen: Observed, calendar: WorkCalendar | None
) -> np.ndarray:
    """Milliseconds per case (int64[N], 0 where not included): a closed case's duration, an open one's age so far."""
    opened = times.opened[included]
    still_open = seen.unseen_from(times.last[included])
    until = np.maximum(opened, np.where(closed[included], times.closed[included], still_open))
    out = np.zeros(len(included), np.int64)
    out[included] = until - opened if calendar is None else calendar.elapsed(opened, until)
    return out


def _statistics(durations: np.ndarray, chosen: np.ndarray, groups: Groups, stat: Stat) -> list[Fraction | None]:
    """Seconds, of the whole and of each group; None where a group is empty."""
    values, codes = durations[chosen], groups.codes[chosen]
    whole = _of_runs(np.sort(values), np.array([0]), np.array([len(values)]), stat)
    if not groups.labels:
        return whole
    ends = np.cumsum(np.bincount(codes, minlength=groups.size))
    starts = np.concatenate([[0], ends[:-1]])
    return whole + _of_runs(_sorted_by_group(values, codes), starts, ends, stat)


def _of_runs(ordered: np.ndarray, starts: np.ndarray, ends: np.ndarray, stat: Stat) -> list[Fraction | None]:
    """The statistic of each run ordered[start:end], milliseconds in ascending order, as exact seconds."""
    sizes = ends - starts
    if stat == "mean":
        before = np.concatenate([[0], np.cumsum(ordered)])
        numerators, denominators = before[ends] - before[starts], 1000 * sizes
    else:
        rank, part = np.maximum(sizes - 1, 0) * _QUANTILE[stat].numerator, _QUANTILE[stat].denominator
        padded = np.append(ordered, 0)
        low = starts + rank // part
        high = np.minimum(low + 1, np.maximum(ends - 1, low))
        numerators = padded[low] * (part - rank % part) + padded[high] * (rank % part)
        denominators = np.full(len(sizes), 1000 * part)
    rows = zip(numerators.tolist(), denominators.tolist(), sizes.tolist(), strict=True)
    return [Fraction(numerator, denominator) if size else None for numerator, denominator, size in rows]


def _sorted_by_group(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Values (none negative) by group, then by size; group and value are sorted as one word where they fit into it."""
    bits = int(values.max(initial=0)).bit_length()
    if bits + int(codes.max(initial=0)).bit_length() > 62:
        return values[np.lexsort((values, codes))]
    return np.sort((codes.astype(np.int64) << bits) | values) & ((1 << bits) - 1)
