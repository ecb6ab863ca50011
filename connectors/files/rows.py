"""The rows of a file that are read, column by column under our names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.errors import SourceChanged
from collector.faults import LEAPT, MORE_ROWS
from collector.periods import iso
from collector.records import SCHEMAS
from connectors.files import cells
from connectors.files.cells import BadCellError, shown
from connectors.files.options import REQUIRED, FileOptions, columns_of
from connectors.files.tables import Sheet
from connectors.files.times import Times, read_times

FAULTS = 100
"""Faults listed of one file; of the rest only the number is told."""


@dataclass(frozen=True)
class Rows:
    """The rows that ``where`` chooses.

    table: the file's columns that are needed. number: int64, which data rows of the file these are.
    chosen: our column -> the columns of the file that make it up; a column that the file does not have is not in it.
    """

    sheet: Sheet
    table: pa.Table
    number: np.ndarray
    chosen: Mapping[str, tuple[str, ...]]
    options: FileOptions
    zone: ZoneInfo

    def __len__(self) -> int:
        return len(self.number)

    def has(self, name: str) -> bool:
        return name in self.chosen or name in self.options.constants

    def texts(self, name: str) -> pa.Array:
        """Trimmed texts, null where the cell is blank; a required column has no blank cell."""
        values = self._texts(name)
        if name in REQUIRED[self.options.kind] and values.null_count:
            raise self.wrong(pc.index(values.is_null(), True).as_py(), name, "is blank; every row needs one")
        return values

    def words(self, name: str) -> pa.Array:
        """Trimmed texts of a closed vocabulary, ``""`` where the cell is blank."""
        return self._texts(name).fill_null("")

    def numbers(self, name: str) -> pa.Array:
        return self._read(name, lambda values: cells.numbers(values, self.options.blanks))

    def times(self, name: str) -> Times:
        def read(values: pa.Array) -> Times:
            if pa.types.is_string(values.type):
                values = cells.texts(values, self.options.blanks)
            return read_times(values, self.zone, self.options.time_format)

        times: Times = self._read(name, read)
        if name in REQUIRED[self.options.kind] and (row := cells.first(~times.given)) is not None:
            raise self.wrong(row, name, "is blank; every row needs one")
        return times

    def column(self, name: str) -> pa.Array:
        """A column of SCHEMAS in its type, null throughout where the file does not have it; for times see ``times``."""
        kind = SCHEMAS[self.options.kind].field(name).type
        if not self.has(name):
            return pa.nulls(len(self), kind)
        if kind == pa.float64():
            return self.numbers(name)
        if kind == pa.int32():
            return self._read(name, lambda values: cells.whole_numbers(values, self.options.blanks))
        if kind == pa.bool_():
            return self._read(name, lambda values: cells.flags(values, self.options.blanks))
        return self.dimensions() if name == "dimensions" else self.texts(name)

    def dimensions(self) -> pa.Array:
        """Canonical JSON: of a column that holds JSON objects, or of several columns under their own names."""
        names = self.chosen.get("dimensions", ())
        if len(names) > 1:
            parts = [cells.texts(_whole(self.table[name]), self.options.blanks).to_pylist() for name in names]
            return pa.array([_canonical(dict(zip(names, row, strict=True))) for row in zip(*parts, strict=True)])
        coded = self.texts("dimensions").dictionary_encode()
        canonical = []
        for text in coded.dictionary.to_pylist():
            try:
                document = json.loads(text)
            except ValueError:
                document = None
            if not isinstance(document, dict):
                row = pc.index(coded.dictionary_decode(), text).as_py()
                raise self.wrong(row, "dimensions", f"{shown(text)} is not a JSON object")
            canonical.append(_canonical(document))
        return pa.array(canonical, pa.string()).take(coded.indices)

    def wrong(self, row: int, name: str, message: str) -> SourceChanged:
        """What to raise for the cell of our column ``name`` in row ``row`` of these."""
        return SourceChanged(f"{self.place(row)}, column {self._theirs(name)}", message)

    def place(self, row: int) -> str:
        return self.sheet.place(int(self.number[row]))

    def faults(self, wrong: np.ndarray, say: Callable[[int], str]) -> list[str]:
        """What ``say`` says of the rows that are set in ``wrong`` (bool[N]); of very many only how many there are."""
        rows = np.flatnonzero(wrong).tolist()
        more = [MORE_ROWS(place=self.sheet.name, count=len(rows) - FAULTS)] if len(rows) > FAULTS else []
        return [say(row) for row in rows[:FAULTS]] + more

    def leaps(self, name: str, times: Times) -> list[str]:
        """The times that the zone's clock leaps over."""
        return self.faults(
            times.leapt,
            lambda row: LEAPT(
                place=self.place(row), column=self._theirs(name), zone=self.zone.key, at=iso(int(times.at[row]), self.zone)
            ),
        )

    def _theirs(self, name: str) -> str:
        return " + ".join(self.chosen.get(name, (name,)))

    def _read(self, name: str, read: Callable[[pa.Array], Any]) -> Any:
        try:
            return read(self._values(name))
        except BadCellError as bad:
            if not len(self):
                raise SourceChanged(f"{self.sheet.name}, column {name}", bad.message) from None
            raise self.wrong(bad.row, name, bad.message) from None

    def _texts(self, name: str) -> pa.Array:
        return self._read(name, lambda values: cells.texts(values, self.options.blanks))

    def _values(self, name: str) -> pa.Array:
        if name in self.options.constants:
            return pa.repeat(self.options.constants[name], len(self))
        parts = [_whole(self.table[one]) for one in self.chosen[name]]
        if len(parts) == 1:
            return parts[0]
        texts = [cells.texts(part, self.options.blanks) for part in parts]
        return pc.binary_join_element_wise(*texts, pa.scalar(" "), null_handling="skip")


def choose(sheet: Sheet, options: FileOptions, zone: ZoneInfo) -> Rows:
    """The needed columns and chosen rows of ``sheet``. Raises SourceChanged for a column that is not there."""
    chosen = _columns(sheet, options)
    wanted = dict.fromkeys(one for names in (*chosen.values(), tuple(options.where)) for one in names)
    table = sheet.read(list(wanted))
    number = np.arange(table.num_rows)
    for column, words in options.where.items():
        text = cells.texts(_whole(table[column]), ())
        keep = pc.is_in(text.fill_null(""), pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
        table, number = table.filter(pa.array(keep)), number[keep]
    return Rows(sheet, table, number, chosen, options, zone)


def _columns(sheet: Sheet, options: FileOptions) -> dict[str, tuple[str, ...]]:
    known = sheet.columns
    chosen: dict[str, tuple[str, ...]] = {}
    for ours in columns_of(options.kind):
        theirs = options.columns.get(ours) or ((ours,) if ours in known and ours not in options.constants else ())
        for one in theirs:
            _require(sheet, known, one, f"columns: {{{ours}: …}}")
        if theirs:
            chosen[ours] = theirs
        elif ours in REQUIRED[options.kind] and ours not in options.constants:
            _require(sheet, known, ours, f"columns: {{{ours}: …}}")
    for one in options.where:
        _require(sheet, known, one, "where:")
    return chosen


def _require(sheet: Sheet, known: list[str], name: str, key: str) -> None:
    if known.count(name) == 1:
        return
    if name in known:
        raise SourceChanged(
            f"{sheet.name} column {name}", "stands twice in the file; rename one, or name the columns by header:"
        )
    there = ", ".join(shown(one)[1:-1] for one in known[:30])
    raise SourceChanged(f"{sheet.name} column {name}", f"is not in the file, whose columns are {there}; mend {key}")


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


def _canonical(document: dict[str, Any]) -> str | None:
    given = {key: value for key, value in document.items() if value is not None}
    return json.dumps(given, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if given else None
