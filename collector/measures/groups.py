"""Break-downs: every row of a table belongs to one group, and the total is the same sum over all of them."""

from __future__ import annotations

from collections.abc import Sequence
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
        """By the values of a column of texts, encoded or not; null is the group ``unnamed``. Labels are sorted."""
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = array.dictionary_encode()
        texts = [*encoded.dictionary.to_pylist(), unnamed]
        codes = np.asarray(encoded.indices.fill_null(len(texts) - 1))
        rows = np.bincount(codes, minlength=len(texts))  # of some texts there may be none: a column may come encoded
        used = np.flatnonzero(rows).tolist()
        labels = sorted({texts[code] for code in used})
        place = {label: i for i, label in enumerate(labels)}
        rank = np.zeros(len(texts), np.int64)
        rank[used] = [place[texts[code]] for code in used]
        return cls(labels, rank[codes])

    @classmethod
    def joined(cls, parts: Sequence[Groups]) -> Groups:
        """The rows of several tables one after another; groups with one label are one."""
        if all(part.labels == parts[0].labels for part in parts):
            return cls(parts[0].labels, np.concatenate([part.codes for part in parts]))
        labels = sorted({label for part in parts for label in part.labels})
        place = {label: i for i, label in enumerate(labels)}
        ranks = (np.array([place[label] for label in part.labels], np.int64) for part in parts)
        return cls(labels, np.concatenate([rank[part.codes] for rank, part in zip(ranks, parts, strict=True)]))

    @classmethod
    def none(cls, rows: int) -> Groups:
        """Every row in no group: one unnamed group that is the whole."""
        return cls([], np.zeros(rows, np.int64))

    def within(self, outer: Groups) -> Groups:
        """By both at once, each pair that some row has; labels are joined by ``|``, and a ``|`` in one has a backslash before it."""
        codes = outer.codes * self.size + self.codes
        used = np.flatnonzero(np.bincount(codes, minlength=outer.size * self.size))
        index = np.zeros(outer.size * self.size, np.int64)
        index[used] = np.arange(len(used))
        pairs = zip((used // self.size).tolist(), (used % self.size).tolist(), strict=True)
        return Groups([f"{_escaped(outer.labels[i])}|{_escaped(self.labels[j])}" for i, j in pairs], index[codes])

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


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace("|", "\\|")
