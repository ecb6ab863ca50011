"""The subjects of a source by number, with what is said about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.measures.groups import Groups
from collector.records import ATTRIBUTES

SUBJECT_SCHEMA = pa.schema([("n", pa.int32()), ("subject", pa.string())] + [(name, pa.string()) for name in ATTRIBUTES])


class Columns(Protocol):
    """Columns of SUBJECT_SCHEMA that are read one by one, when somebody asks for them."""

    @property
    def num_rows(self) -> int: ...

    def __getitem__(self, name: str) -> pa.ChunkedArray: ...

    def table(self) -> pa.Table:
        """All of them."""


@dataclass(frozen=True)
class Dictionary:
    """All subjects that a source ever had, with their attributes as last told; row i of ``columns`` is number i."""

    columns: pa.Table | Columns = field(default_factory=SUBJECT_SCHEMA.empty_table)
    _groups: dict[str, Groups] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of_rows(cls, rows: pa.Table) -> Dictionary:
        """From rows as they were stored: of several rows for a number the last one counts."""
        last = rows_that_count(rows["n"].to_numpy())
        return cls(rows if last is None else rows.take(last).combine_chunks())

    @property
    def table(self) -> pa.Table:
        return self.columns if isinstance(self.columns, pa.Table) else self.columns.table()

    @property
    def size(self) -> int:
        return int(self.columns.num_rows)

    @property
    def keys(self) -> pa.Array:
        return self.attribute("subject")

    def attribute(self, name: str) -> pa.Array:
        """One of ATTRIBUTES, or ``subject``, by number."""
        return _array(self.columns[name])

    def groups(self, name: str) -> Groups:
        """The subjects by an attribute (or ``subject``); found once, as a dictionary is kept for long."""
        if name not in self._groups:
            self._groups[name] = Groups.of(self.attribute(name))
        return self._groups[name]

    def merge(
        self, keys: Sequence[str], attributes: Mapping[str, Sequence[str | None]]
    ) -> tuple[Dictionary, pa.Table, np.ndarray]:
        """(dictionary, rows, numbers): with ``keys`` (no key twice) entered and their attributes replaced by those given.

        rows: what is new or differs (SUBJECT_SCHEMA). numbers: of ``keys``, int64.
        """
        given = pa.array(keys, pa.string())
        numbers = np.asarray(pc.fill_null(pc.index_in(given, value_set=self.keys), -1)).astype(np.int64)
        new = numbers < 0
        numbers[new] = np.arange(self.size, self.size + np.count_nonzero(new))
        table = self._extended(given.filter(pa.array(new)))
        touched = np.zeros(table.num_rows, bool)
        touched[self.size :] = True
        order = np.argsort(numbers)
        for name in ATTRIBUTES:
            if name in attributes:
                told = pa.array(attributes[name], pa.string())
                column, differs = _replaced(_array(table[name]), told.take(pa.array(order)), numbers[order])
                table = table.set_column(table.column_names.index(name), name, column)
                touched |= differs
        return Dictionary(table), table.filter(pa.array(touched)), numbers

    def _extended(self, keys: pa.Array) -> pa.Table:
        first = self.size
        columns = {"n": pa.array(np.arange(first, first + len(keys), dtype=np.int32)), "subject": keys}
        nulls = {name: pa.nulls(len(keys), pa.string()) for name in ATTRIBUTES}
        return pa.concat_tables([self.table, pa.table(columns | nulls, schema=SUBJECT_SCHEMA)]).combine_chunks()


def rows_that_count(numbers: np.ndarray) -> pa.Array | None:
    """Of rows as they were stored, by number the last one that tells of it; None where they are just that already."""
    if np.array_equal(numbers, np.arange(len(numbers))):
        return None  # nothing was told twice
    last = np.empty(int(numbers.max()) + 1, np.int64)
    last[numbers] = np.arange(len(numbers))
    return pa.array(last)


def _replaced(column: pa.Array, told: pa.Array, numbers: np.ndarray) -> tuple[pa.Array, np.ndarray]:
    """``column`` with ``told[i]`` at ``numbers[i]`` (ascending), and where that changed it (bool by number)."""
    before = column.take(pa.array(numbers))
    same = pc.or_kleene(pc.fill_null(pc.equal(before, told), False), pc.and_(pc.is_null(before), pc.is_null(told)))
    differs = ~np.asarray(same)
    mask = np.zeros(len(column), bool)
    mask[numbers[differs]] = True
    return pc.replace_with_mask(column, pa.array(mask), told.filter(pa.array(differs))), mask


def _array(column: pa.ChunkedArray) -> pa.Array:
    """One array; an empty table's columns have no chunk to give."""
    return column.combine_chunks()
