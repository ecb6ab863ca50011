"""case_duration: from opening to closing, in wall or working time; mean, median or 90th percentile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pyarrow as pa

from collector.measurement import Measurement
from collector.measures.case_facts import Facts, facts, parts, tally, ungrouped
from collector.measures.cases import CaseRule, Cases, CaseTimes
from collector.measures.groups import Groups, Measured
from collector.measures.observed import Observed
from collector.working_time import WorkCalendar

Stat = Literal["mean", "p50", "p90"]
_QUANTILE = {"p50": Fraction(1, 2), "p90": Fraction(9, 10)}


def case_duration(
    cases: pa.Table | Cases,
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
    of = Cases.of(cases)
    of_cases = facts(of, seen, rule)
    counted = tally(of, of_cases, groups)
    groups = groups or ungrouped(of)
    runs = of.once(
        ("runs", seen, rule.counted_by, id(groups), id(calendar)),
        lambda: _Runs.of(of, of_cases, groups, seen, calendar),
    )
    closed, with_open = (
        [one for run in of_these for one in run.statistics(stat)] for of_these in (runs.closed, runs.with_open)
    )
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


@dataclass(frozen=True)
class _Run:
    """Milliseconds in ascending order within each stretch ordered[start:end], one stretch for the whole or for each group."""

    ordered: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def statistics(self, stat: Stat) -> list[Fraction | None]:
        """Of each stretch, as exact seconds; None where it is empty."""
        ordered, starts, ends = self.ordered, self.starts, self.ends
        sizes = ends - starts
        if stat == "mean":
            before = np.concatenate([[0], np.cumsum(ordered)])
            numerators, denominators = before[ends] - before[starts], 1000 * sizes
        else:
            rank, part = np.maximum(sizes - 1, 0) * _QUANTILE[stat].numerator, _QUANTILE[stat].denominator
            padded = ordered if len(ordered) else np.zeros(1, np.int64)
            low = np.minimum(starts + rank // part, len(padded) - 1)
            high = np.minimum(low + 1, np.maximum(ends - 1, low))
            numerators = padded[low] * (part - rank % part) + padded[high] * (rank % part)
            denominators = np.full(len(sizes), 1000 * part)
        rows = zip(numerators.tolist(), denominators.tolist(), sizes.tolist(), strict=True)
        return [Fraction(numerator, denominator) if size else None for numerator, denominator, size in rows]


@dataclass(frozen=True)
class _Runs:
    """Durations sorted, once for all statistics: of the closed cases, and with the open ones; of the whole, then of each group.

    kept: the groups and the calendar that they were sorted for.
    """

    closed: list[_Run]
    with_open: list[_Run]
    kept: tuple[Groups, WorkCalendar | None]

    @classmethod
    def of(cls, cases: Cases, of_cases: Facts, groups: Groups, seen: Observed, calendar: WorkCalendar | None) -> _Runs:
        rows = np.flatnonzero(of_cases.counted & ~of_cases.faulty)
        closed = of_cases.closed[rows]
        durations = _durations(cases.times, rows, closed, seen, calendar)
        run = _run(durations, closed, None, 1)
        runs = [run, _run(durations, closed, groups.codes[rows], groups.size)] if groups.labels else [run]
        return cls([of_closed for of_closed, _ in runs], [with_open for _, with_open in runs], (groups, calendar))


def _durations(
    times: CaseTimes, rows: np.ndarray, closed: np.ndarray, seen: Observed, calendar: WorkCalendar | None
) -> np.ndarray:
    """Milliseconds of each of the cases ``rows``: a closed case's duration, an open one's age so far."""
    opened, until = times.opened[rows], times.closed[rows]
    still_open = np.flatnonzero(~closed)
    until[still_open] = np.maximum(opened[still_open], seen.unseen_from(times.where(rows[still_open]).last))
    return until - opened if calendar is None else calendar.elapsed(opened, until)


def _run(durations: np.ndarray, closed: np.ndarray, codes: np.ndarray | None, groups: int) -> tuple[_Run, _Run]:
    """(of the closed cases, with the open ones), a stretch for each of the groups 0 to ``groups`` - 1; codes: None for one group."""
    ordered, was_closed = _sorted_by_group(durations, closed, codes)
    if codes is None:
        return _stretches(ordered[was_closed], [int(np.count_nonzero(closed))]), _stretches(ordered, [len(ordered)])
    counts = (np.bincount(of_these, minlength=groups) for of_these in (codes[closed], codes))
    return _stretches(ordered[was_closed], next(counts)), _stretches(ordered, next(counts))


def _stretches(ordered: np.ndarray, counts: Sequence[int] | np.ndarray) -> _Run:
    ends = np.cumsum(counts)
    return _Run(ordered, np.concatenate([[0], ends[:-1]]), ends)


def _sorted_by_group(values: np.ndarray, closed: np.ndarray, codes: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """(values, closed): values (none negative) by group, then by size, and of each whether it is that of a closed case.

    Group, value and that are sorted as one word where they fit into it.
    """
    bits = int(values.max(initial=0)).bit_length()
    if bits + (0 if codes is None else int(codes.max(initial=0)).bit_length()) > 61:
        order = np.lexsort((values,) if codes is None else (values, codes))
        return values[order], closed[order]
    words = values.copy() if codes is None else (codes << bits) | values
    words <<= 1
    words |= closed
    words.sort()
    was_closed = (words & 1).astype(bool)
    words >>= 1
    words &= (1 << bits) - 1
    return words, was_closed
