"""Sheets of a workbook: heading, table with a frozen header, number formats, and how it prints. The one home of XlsxWriter."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import east_asian_width

from xlsxwriter import Workbook

from collector.report.rounding import Quantity
from collector.report.words import Words, printable

LONGEST_CELL = 32_767
"""What a cell may hold (the format's limit)."""

LINE_HEIGHT, TALLEST_ROW = 15.0, 409.0
"""In points; the second is the format's limit. Heights are set since not every program fits rows to wrapped text by itself."""

FONT = "Microsoft YaHei"
A4 = 9
MOST_DIGITS = 30
"""After the point, in a number format (the limit of the format)."""

Cell = str | int | Quantity | date | datetime | None


@dataclass(frozen=True)
class Column:
    """key: of its heading. width: in characters of Latin script; a Chinese one takes two."""

    key: str
    width: float


class Book:
    """Writes tables into a workbook; ``heading`` stands on top of every sheet, ``footer`` at the foot of every printed page.

    properties: of the document (title, comments, created); without ``created`` the file would hold the time it was made at.
    """

    def __init__(self, words: Words, heading: str, properties: Mapping[str, str | datetime], footer: str) -> None:
        self.words, self.heading, self._footer = words, heading, footer
        self._target = io.BytesIO()
        never_interpreted = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._workbook = Workbook(self._target, {"in_memory": True} | never_interpreted)
        self._workbook.set_properties(
            {key: one.replace(tzinfo=None) if isinstance(one, datetime) else one for key, one in properties.items()}
        )
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def close(self) -> bytes:
        """The finished workbook."""
        self._workbook.close()
        return self._target.getvalue()

    def sheet(
        self, key: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], head: Sequence[str] = ()
    ) -> None:
        """One table under its heading lines. The header row stays on the screen and is repeated on paper."""
        sheet = self._workbook.add_worksheet(self.words(key))
        sheet.set_row(0, 24)
        self._write(sheet, 0, 0, self.heading, bold=True, font_size=14)
        for row, line in enumerate(head, 1):
            self._write(sheet, row, 0, line, font_color="#5B6570")
        header = len(head) + 1
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        labels = [self.words.both(column.key) for column in columns]
        self._row(sheet, header, columns, labels, bold=True, bg_color="#EEF2F6")
        for number, cells in enumerate(rows, header + 1):
            self._row(sheet, number, columns, cells)
        self._print_set_up(sheet, header, len(columns), len(rows))

    def _row(self, sheet: Any, number: int, columns: Sequence[Column], cells: Sequence[Cell], **looks: object) -> None:
        sheet.set_row(number, min(TALLEST_ROW, LINE_HEIGHT * max(map(_lines, cells, columns))))
        for index, cell in enumerate(cells):
            self._write(sheet, number, index, cell, border=1, border_color="#C9D0D7", text_wrap=True, **looks)

    def _print_set_up(self, sheet: Any, header: int, columns: int, rows: int) -> None:
        sheet.freeze_panes(header + 1, 1)
        if rows:
            sheet.autofilter(header, 0, header + rows, columns - 1)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(header)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f"&L{self._footer}&C&P / &N")

    def _write(self, sheet: Any, row: int, column: int, cell: Cell, **looks: object) -> None:
        """A number as a number, a day as a date, and everything else as a string that nothing interprets."""
        if isinstance(cell, Quantity):
            sheet.write_number(row, column, _in_cell(cell), self._format(num_format=_number_format(cell), **looks))
        elif isinstance(cell, datetime):
            sheet.write_datetime(
                row, column, cell.replace(tzinfo=None), self._format(num_format="yyyy-mm-dd hh:mm:ss", **looks)
            )
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, cell, self._format(num_format="yyyy-mm-dd", **looks))
        elif isinstance(cell, int):
            sheet.write_number(row, column, cell, self._format(num_format="#,##0", **looks))
        elif cell is None:
            sheet.write_blank(row, column, None, self._format(**looks))
        else:
            sheet.write_string(row, column, printable(cell)[:LONGEST_CELL], self._format(indent=1, **looks))

    def _format(self, **looks: object) -> Any:
        """Formats are kept: a workbook may hold some thousands of different ones, and each cell would else bring its own."""
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(
                {"font_name": FONT, "font_size": 10, "valign": "vcenter", **looks}
            )
        return self._formats[key]


def _lines(cell: Cell, column: Column) -> int:
    """How many lines a text takes in its column; a Chinese character is as wide as two Latin ones."""
    if not isinstance(cell, str):
        return 1
    width = sum(2 if east_asian_width(one) in "WF" else 1 for one in printable(cell)[:LONGEST_CELL])
    return max(1, math.ceil(width / (column.width - 2)))


def _in_cell(quantity: Quantity) -> float:
    """A percentage is stored as the ratio that its number format shows."""
    return float(quantity.number / 100 if quantity.unit == "%" else quantity.number)


def _number_format(quantity: Quantity) -> str:
    places = "." + "0" * min(quantity.digits, MOST_DIGITS) if quantity.digits else ""
    return f"0{places}%" if quantity.unit == "%" else f"#,##0{places}"
