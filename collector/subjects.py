"""The subjects of a source by number, with what is said about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from collector.records import ATTRIBUTES

SUBJECT_SCHEMA = pa.schema([("n", pa.int32()), ("subject", pa.string())] + [(name, pa.string()) for name in ATTRIBUTES])


@dataclass(frozen=True)
class Dictionary:
    """The subjects of a source by number, with their attributes as last told."""

    keys: list[str] = field(default_factory=list)
    attributes: Mapping[str, list[str | None]] = field(default_factory=lambda: {name: [] for name in ATTRIBUTES})
    numbers: dict[str, int] = field(default_factory=dict)

    def table(self) -> pa.Table:
        """Columns of SUBJECT_SCHEMA, in the order of the numbers."""
        columns = [pa.array(range(len(self.keys)), pa.int32()), pa.array(self.keys, pa.string())]
        return pa.Table.from_arrays(
            columns + [pa.array(self.attributes[name], pa.string()) for name in ATTRIBUTES], schema=SUBJECT_SCHEMA
        )

    def merge(self, keys: Sequence[str], attributes: Mapping[str, Sequence[str | None]]) -> tuple[Dictionary, pa.Table]:
        """This dictionary with ``keys`` added and their attributes replaced, and the rows that are new or differ."""
        given = {name: attributes[name] for name in ATTRIBUTES if name in attributes}
        rows = []
        for i, key in enumerate(keys):
            n = self.numbers.get(key)
            if n is None or any(self.attributes[name][n] != values[i] for name, values in given.items()):
                rows.append((n, key, i))
        if not rows:
            return self, SUBJECT_SCHEMA.empty_table()
        merged = Dictionary(list(self.keys), {name: list(self.attributes[name]) for name in ATTRIBUTES}, dict(self.numbers))
        return merged, merged._write(rows, given)

    def _write(self, rows: list[tuple[int | None, str, int]], given: Mapping[str, Sequence[str | None]]) -> pa.Table:
        changed = []
        for number, key, i in rows:
            n = number
            if n is None:
                n = self.numbers[key] = len(self.keys)
                self.keys.append(key)
                for values in self.attributes.values():
                    values.append(None)
            for name, values in given.items():
                self.attributes[name][n] = values[i]
            changed.append((n, key, *(self.attributes[name][n] for name in ATTRIBUTES)))
        return pa.Table.from_arrays([pa.array(column) for column in zip(*changed, strict=True)], schema=SUBJECT_SCHEMA)
