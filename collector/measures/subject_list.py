"""The list of subjects behind an availability: every subject's own times and rates as columns, and its break-downs.

A million subjects are a dozen arrays. ``Breakdown`` makes the measurements that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.measures.breakdown import Base, Breakdown
from collector.measures.groups import Groups
from collector.measures.tally import Tally, constant, is_constant


@dataclass(frozen=True, eq=False)
class SubjectList:
    """tally, base: a row for each of M subjects, in the order of their sources and numbers. numbers: their places among all subjects.

    min_coverage, mean: see ``Breakdown``. keys: gives the keys of all subjects, which are read only where somebody asks.
    """

    tally: Tally
    base: Base
    min_coverage: float
    mean: bool
    numbers: np.ndarray
    keys: Callable[[], pa.Array]

    @property
    def value(self) -> np.ndarray:
        """float64[M]: up / known; NaN where too little was seen. The nearest double to the exact quotient, as are the bounds."""
        withheld = (self.coverage < self.min_coverage) | (self.tally.known == 0)
        value = _quotient(self.tally.up, self.tally.known, 0)
        return np.where(withheld, np.nan, value) if withheld.any() else value

    @property
    def lower(self) -> np.ndarray:
        return _quotient(self.tally.up, self.tally.owed, 0)

    @property
    def upper(self) -> np.ndarray:
        return _quotient(self.tally.up + self.tally.unknown, self.tally.owed, 1)

    @cached_property
    def coverage(self) -> np.ndarray:
        return _quotient(self.tally.known, self.tally.owed, 0)

    def table(self) -> pa.Table:
        """Keys, milliseconds and rates; a value that was withheld is null."""
        names = ("up", "down", "unknown", "excluded", "sampling")
        columns = {f"{name}_ms": np.ascontiguousarray(getattr(self.tally, name)) for name in names}
        rates = {name: np.ascontiguousarray(getattr(self, name)) for name in ("lower", "upper", "coverage")}
        value = pa.array(np.ascontiguousarray(self.value), from_pandas=True)
        return pa.table({"subject": self.subjects, **columns, "value": value, **rates})

    @property
    def subjects(self) -> pa.Array:
        """The keys of the list's subjects."""
        keys = self.keys()
        return keys if len(keys) == len(self.numbers) else keys.take(pa.array(self.numbers))

    def grouped(self, groups: Groups) -> Breakdown:
        """By groups of all subjects; those without a subject of the list are left out."""
        mine = groups if len(groups.codes) == len(self.numbers) else groups.where(self.numbers)
        tally, base = self.tally.grouped(mine), self.base.grouped(mine)
        present = np.flatnonzero(tally.members)
        if len(present) < tally.size:
            tally, base = tally.take(present), base.take(present)
        return self._breakdown([groups.labels[code] for code in present.tolist()], tally, base)

    def by_key(self) -> Breakdown:
        """By key; subjects of several sources may share one."""
        keys = self.subjects
        if _ascending(keys):
            return self._breakdown(keys.to_pylist(), self.tally, self.base)
        order = pc.sort_indices(keys)
        ordered = keys.take(order)
        if _ascending(ordered):
            rows = order.to_numpy()
            return self._breakdown(ordered.to_pylist(), self.tally.take(rows), self.base.take(rows))
        return self.grouped(Groups.of(self.keys()))

    def _breakdown(self, labels: list[str], tally: Tally, base: Base) -> Breakdown:
        return Breakdown(labels, tally, base, self.min_coverage, self.mean)


def _ascending(keys: pa.Array) -> bool:
    """Whether every key is greater than the one before it, so that none occurs twice."""
    if len(keys) < 2:
        return True
    return bool(pc.all(pc.less(keys.slice(0, len(keys) - 1), keys.slice(1))).as_py())


def _quotient(above: np.ndarray, below: np.ndarray, empty: float) -> np.ndarray:
    """Of whole numbers up to 2^53; ``empty`` where there is nothing to divide by."""
    if is_constant(above) and is_constant(below):
        return constant(above[0] / below[0] if below[0] > 0 else empty, len(below))
    if (below > 0).all():
        return np.asarray(above / below)
    return np.where(below > 0, above / np.maximum(below, 1), empty)
