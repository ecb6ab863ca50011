"""Break-downs: every row of a table belongs to one group, and the total is the same sum over all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from collector.measurement import Measurement

Measured = tuple[Measurement, dict[str, Measurement]]
"""A measurement of the whole, and by group label (empty where no groups were asked for)."""


@dataclass(frozen=True)
class Groups:
    """labels: of the groups, each once. codes: for every row the index of its group (integers)."""

    labels: list[str]
    codes: np.ndarray

    @classmethod
    def of(cls, column: pa.ChunkedArray | pa.Array, unnamed: str = "") -> Groups:
        """By the values of a string column; null is the group ``unnamed``. Labels are sorted."""
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = array.fill_null(unnamed).dictionary_encode()
        labels = encoded.dictionary.to_pylist()
        order = np.argsort(np.array(labels, object))
        rank = np.empty(len(labels), np.int64)
        rank[order] = np.arange(len(labels))
        return cls([labels[i] for i in order], rank[encoded.indices.to_numpy()])

    @classmethod
    def none(cls, rows: int) -> Groups:
        """Every row in no group: one unnamed group that is the whole."""
        return cls([], np.zeros(rows, np.int64))

    @property
    def size(self) -> int:
        return max(1, len(self.labels))

    def where(self, rows: np.ndarray) -> Groups:
        """The groups of the chosen rows (bool or indices)."""
        return Groups(self.labels, self.codes[rows])

    def with_whole(self, sums: np.ndarray) -> np.ndarray:
        """Sums per group (first axis) with the sum over all of them put before as row 0."""
        return np.concatenate([sums.sum(axis=0, keepdims=True), sums[: len(self.labels)]])

    def count(self, rows: np.ndarray) -> np.ndarray:
        """How many of the chosen rows (bool) lie in the whole (index 0) and in each group."""
        return self.with_whole(np.bincount(self.codes[rows], minlength=self.size))
