"""Times of many subjects in columns, and their exact sums over groups: what availability's overall figure, its break-downs and its list
of subjects are all made from, in one pass and without an object for each subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from collector.measures.groups import Groups
from collector.measures.states import Times

_EXACT = 1 << 53
"""Whole numbers up to here are exact as doubles."""
LONG_RUN = 8
"""Rows of one group in a row, on average, from which on they are added up together."""

_TIMES = ("up", "down", "unknown", "excluded", "sampling")
_COLUMNS = (*_TIMES, "owed_subjects", "subjects", "seen_subjects", "members")


@dataclass(frozen=True)
class Seen:
    """All that availability needs of N subjects (int64[N], milliseconds).

    excluded: owed time taken out by exclusions. sampling: see ``states.sampling_time``.
    """

    times: Times
    sampling: np.ndarray
    excluded: np.ndarray


@dataclass(frozen=True)
class Sums:
    """Milliseconds and counts over some subjects. rates: sums of the subjects' own value, lower and upper; empty where nobody asked."""

    rates: Sequence[float]
    up: int
    down: int
    unknown: int
    excluded: int
    sampling: int
    owed_subjects: int
    subjects: int
    seen_subjects: int

    @property
    def owed(self) -> int:
        return self.up + self.down + self.unknown


@dataclass(frozen=True)
class Tally:
    """Rows of subjects or of groups of them. up to sampling: milliseconds (int64[G]).

    Counts (int64[G]): owed_subjects have owed time, subjects have some or had it excluded, seen_subjects were seen at all, members are
    those there are. rates: float64[G, 3], sums of the subjects' own value, lower and upper; None where nobody asked.
    """

    up: np.ndarray
    down: np.ndarray
    unknown: np.ndarray
    excluded: np.ndarray
    sampling: np.ndarray
    owed_subjects: np.ndarray
    subjects: np.ndarray
    seen_subjects: np.ndarray
    members: np.ndarray
    rates: np.ndarray | None = None

    @classmethod
    def of(cls, seen: Seen, chosen: np.ndarray, rates: bool = False) -> Tally:
        """The chosen subjects (bool[N]), a row each. rates: whether sums of their own rates will be wanted."""
        times = seen.times
        columns = (times.up, times.down, times.unknown, seen.excluded, seen.sampling)
        up, down, unknown, excluded, sampling = columns if chosen.all() else (one[chosen] for one in columns)
        known = condensed(up + down)
        owed = condensed(known + unknown)
        there = owed > 0
        some = (owed + excluded) > 0 if excluded.any() else there
        each = _rates(up, unknown, known, owed) if rates else None
        tally = cls(up, down, unknown, excluded, sampling, there, some, known > 0, constant(True, len(up)), each)
        tally.__dict__.update(known=known, owed=owed)  # what the cached properties would work out again
        return tally

    @property
    def size(self) -> int:
        return len(self.up)

    @cached_property
    def known(self) -> np.ndarray:
        return np.asarray(self.up + self.down)

    @cached_property
    def owed(self) -> np.ndarray:
        return np.asarray(self.known + self.unknown)

    def grouped(self, groups: Groups) -> Tally:
        """The sums of the rows of each group."""
        codes, size, rates = groups.codes, groups.size, self.rates
        runs = _runs(codes)
        everybody = np.bincount(codes, minlength=size)
        sums = {name: _sum_by(codes, runs, column, everybody) for name, column in self._columns.items()}
        each = None if rates is None else np.stack([np.bincount(codes, rate, size) for rate in rates.T], axis=1)
        return Tally(**sums, rates=each)

    def take(self, rows: np.ndarray) -> Tally:
        """Some rows, in this order."""
        return Tally(
            **{name: column[rows] for name, column in self._columns.items()},
            rates=None if self.rates is None else self.rates[rows],
        )

    def sums(self, row: int) -> Sums:
        rates = () if self.rates is None else self.rates[row].tolist()
        counts = {name: int(column[row]) for name, column in self._columns.items() if name != "members"}
        return Sums(rates, **counts)

    def whole(self) -> Sums:
        """The sums over all rows."""
        return self.grouped(Groups.none(self.size)).sums(0)

    @property
    def _columns(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in _COLUMNS}


def condensed(column: np.ndarray) -> np.ndarray:
    """The same numbers; where all are one, kept once: it is divided by and added up much faster."""
    if len(column) and not is_constant(column) and bool((column == column[0]).all()):
        return constant(column[0], len(column))
    return column


def constant(value: object, size: int) -> np.ndarray:
    """One number ``size`` times, kept once; ``np.broadcast_to`` in a tenth of the time."""
    one = np.array(value)
    column: np.ndarray = np.ndarray(size, one.dtype, one.data, strides=(0,))
    column.flags.writeable = False
    return column


def is_constant(column: np.ndarray) -> bool:
    """Whether it was made by ``constant``; no column without rows is."""
    return len(column) > 0 and column.strides == (0,)


def _rates(up: np.ndarray, unknown: np.ndarray, known: np.ndarray, owed: np.ndarray) -> np.ndarray:
    whole, sight = np.maximum(owed, 1), np.maximum(known, 1)
    value, lower = np.where(known > 0, up / sight, 0), up / whole
    return np.stack([value, lower, np.where(owed > 0, (up + unknown) / whole, 0)], axis=1)


def _runs(codes: np.ndarray) -> np.ndarray | None:
    """Where a row has another code than the one before it; None where that is so of too many rows to add up run by run.

    Lists are mostly kept department after department, and a run is added up much faster than its rows one by one.
    """
    begins = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    return None if len(begins) * LONG_RUN >= len(codes) else np.append(0, begins)


def _sum_by(codes: np.ndarray, runs: np.ndarray | None, values: np.ndarray, everybody: np.ndarray) -> np.ndarray:
    """Exact sums of int64 or bool by code, of runs where there are any. everybody: how many rows each code has."""
    if is_constant(values):
        return everybody * np.int64(values[0])
    if values.dtype == bool and values.all():
        return everybody
    if runs is not None:
        codes, values = codes[runs], np.add.reduceat(values, runs, dtype=np.int64)
    if int(values.sum(dtype=np.int64)) < _EXACT:
        return np.bincount(codes, values, len(everybody)).astype(np.int64)
    high = np.bincount(codes, values >> 24, len(everybody)).astype(np.int64)
    return (high << 24) + np.bincount(codes, values & 0xFFFFFF, len(everybody)).astype(np.int64)
