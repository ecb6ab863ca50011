"""An Excel workbook (.xlsx): one sheet, its first row the names; of a formula the last result is read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from collector.errors import SourceChanged
from connectors.files.options import FileOptions
from connectors.files.tables import Sheet

Cell = str | datetime | date | None


class Workbook(Sheet):
    def __init__(self, name: str, body: bytes, options: FileOptions) -> None:
        self.name = name
        rows = _rows(name, body, options.sheet)
        names = list(options.header)
        if not names and rows:
            names = ["" if cell is None else _text(cell).strip() for cell in rows[0][1]]
            while names and not names[-1]:
                names.pop()
            rows = rows[1:]
        self.columns = names
        self._rows = rows
        for line, cells in rows:
            if any(cell is not None for cell in cells[len(names) :]):
                raise SourceChanged(
                    f"{name} line {line}", f"has more cells than the {len(names)} columns that are named"
                )

    def read(self, wanted: Sequence[str]) -> pa.Table:
        return pa.table(
            {one: _column([_at(cells, self.columns.index(one)) for _, cells in self._rows]) for one in wanted}
        )

    def line(self, row: int) -> int:
        return self._rows[row][0]


def _rows(name: str, body: bytes, sheet: str | None) -> list[tuple[int, list[Cell]]]:
    """(row number, cells) of every row that is not empty."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        if sheet is not None and sheet not in book.sheetnames:
            raise SourceChanged(name, f"has no sheet {sheet!r}; its sheets are {', '.join(book.sheetnames)}")
        chosen = book[sheet] if sheet is not None else book.worksheets[0]
        chosen.reset_dimensions()  # some programs write a size that leaves out most of the sheet
        rows = [(number, [_cell(cell) for cell in row]) for number, row in enumerate(chosen.iter_rows(), 1)]
    except SourceChanged:
        raise
    except Exception:  # noqa: BLE001  openpyxl lets through whatever a broken part provokes, from KeyError to zlib.error
        raise SourceChanged(
            name, "is not a complete Excel workbook (.xlsx); a ZIP archive must be unpacked first"
        ) from None
    return [(number, cells) for number, cells in rows if any(cell is not None for cell in cells)]


def _cell(cell: Any) -> Cell:
    """A cell as text; times stay times, and are dates where Excel shows no hour."""
    value = cell.value
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value if "h" in cell.number_format.lower() else value.date()
    return value if isinstance(value, date) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _at(cells: list[Cell], index: int) -> Cell:
    return cells[index] if index < len(cells) else None


def _column(cells: list[Cell]) -> pa.Array:
    """Times where every cell is one, else text, so that the words among the times are found and named."""
    given = [cell for cell in cells if cell is not None]
    if given and all(isinstance(cell, date) and not isinstance(cell, datetime) for cell in given):
        return pa.array(cells, pa.date32())
    if given and all(isinstance(cell, datetime) for cell in given):
        return pa.array(cells, pa.timestamp("us"))
    return pa.array([None if cell is None else _text(cell) for cell in cells], pa.string())
