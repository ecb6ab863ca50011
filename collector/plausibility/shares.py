"""Shares of rows that a check hit: of a source as a whole, and of the departments that stand out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from collector.measures.groups import Groups
from collector.plausibility.doubt import NAMED, percent

STANDS_OUT = 2
"""Where the source as a whole is below the threshold, a department must have so many times the source's share."""


@dataclass(frozen=True)
class Share:
    """``count`` of ``total`` rows were hit. rows: bool[N], the hit ones. label: empty for the source as a whole."""

    label: str
    count: int
    total: int
    rows: np.ndarray

    @property
    def value(self) -> float:
        return self.count / self.total if self.total else 0.0

    @property
    def words(self) -> str:
        return f"{self.label} {percent(self.value)} ({self.count}/{self.total})"


def doubtful(
    hit: np.ndarray, of: np.ndarray, departments: pa.ChunkedArray, least_share: float, least_count: int
) -> list[Share]:
    """The source as a whole where it reaches both thresholds, else the departments that do and stand out.

    hit, of: bool[N]; ``hit`` lies inside ``of``.
    """
    whole = Share("", int(hit.sum()), int(of.sum()), hit)
    if whole.count >= least_count and whole.value >= least_share:
        return [whole]
    least = max(least_share, STANDS_OUT * whole.value)
    parts = by_department(hit, of, departments)
    return [one for one in parts if one.label and one.count >= least_count and one.value >= least]


def by_department(hit: np.ndarray, of: np.ndarray, departments: pa.ChunkedArray) -> list[Share]:
    """Departments with any hit, greatest share first."""
    groups = Groups.of(departments)
    counts = np.bincount(groups.codes[hit], minlength=groups.size)
    totals = np.bincount(groups.codes[of], minlength=groups.size)
    some = np.flatnonzero(counts)
    order = some[np.lexsort((-counts[some], -counts[some] / totals[some]))]
    return [Share(groups.labels[i], int(counts[i]), int(totals[i]), hit & (groups.codes == i)) for i in order.tolist()]


def worst(share: Share, of: np.ndarray, departments: pa.ChunkedArray) -> str:
    """The departments with the greatest shares in words; empty where ``share`` is a department's or none is named."""
    if share.label:
        return ""
    named = [one.words for one in by_department(share.rows, of, departments) if one.label]
    return ", ".join(named[:NAMED])
