"""availability by label: a mapping to measurements that makes one only when it is asked for, and keeps columns for those who want all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from collector.measurement import Measurement
from collector.measures.availability import of_sums, standing
from collector.measures.groups import Groups
from collector.measures.tally import Tally


@dataclass(frozen=True, eq=False)
class Base:
    """What is to be said about each row's base. Counts (int64[G]) are None where nothing is said.

    disappeared: who left the source's list; if_stayed: the same rows, had they stayed and been down. pending: removals not approved.
    """

    disappeared: np.ndarray | None = None
    if_stayed: Tally | None = None
    pending: np.ndarray | None = None

    def grouped(self, groups: Groups) -> Base:
        left, pending = (
            None if one is None else np.bincount(groups.codes[np.flatnonzero(one)], minlength=groups.size)
            for one in (self.disappeared, self.pending)
        )
        return Base(left, self.if_stayed and self.if_stayed.grouped(groups), pending)

    def take(self, rows: np.ndarray) -> Base:
        left, pending = (None if one is None else one[rows] for one in (self.disappeared, self.pending))
        return Base(left, self.if_stayed and self.if_stayed.take(rows), pending)


@dataclass(frozen=True, eq=False)
class Breakdown(Mapping[str, Measurement]):
    """Rows by label, the labels sorted. min_coverage: below it a row's value is withheld, its bounds stay; None: never.

    mean: whether the value is the mean of the subjects' rates and not the ratio of their sums.
    """

    labels: Sequence[str]
    tally: Tally
    base: Base
    min_coverage: float
    mean: bool = False
    withholds: bool = False

    def withheld(self) -> Breakdown:
        """With the values left out of the rows of which too little was seen."""
        return replace(self, withholds=True)

    def __len__(self) -> int:
        return len(self.labels)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __getitem__(self, label: str) -> Measurement:
        return self.row(self._rows[label])

    def row(self, i: int) -> Measurement:
        base = self.base
        left, pending = (None if one is None else int(one[i]) for one in (base.disappeared, base.pending))
        stayed = of_sums(base.if_stayed.sums(i), self.mean) if base.if_stayed and left else None
        told = standing(of_sums(self.tally.sums(i), self.mean), left, stayed, pending, self.min_coverage)
        return replace(told, value=None) if self.withholds and not _covered(told, self.min_coverage) else told

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {label: i for i, label in enumerate(self.labels)}


def _covered(measured: Measurement, min_coverage: float) -> bool:
    return measured.coverage is not None and measured.coverage >= min_coverage
