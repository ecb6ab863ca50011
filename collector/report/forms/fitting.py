"""How much room a text takes, in mm: for programs that do not fit rows to wrapped text, and for where a row may be broken."""

from __future__ import annotations

import math
from unicodedata import east_asian_width

from collector.report.forms.document import LONG_ROW_MM, Cell, Grid, Slot

POINT_MM = 0.3528
FONT_POINTS = 9.0
LINE_MM = FONT_POINTS * 1.35 * POINT_MM
PADDING_MM = 2.2


def half_widths(text: str) -> int:
    """A Chinese character is as wide as two Latin ones; so are those that Chinese fonts draw wide, such as ≥ and ～."""
    return sum(2 if east_asian_width(one) in "WFA" else 1 for one in text)


def lines(text: str, width: float, size: float = FONT_POINTS) -> int:
    """How many lines a text takes in so many mm; at least one."""
    room = max(2, int((width - PADDING_MM) / (size * POINT_MM / 2)))
    return sum(max(1, math.ceil(half_widths(line) / (room - room % 2))) for line in text.split("\n"))


def cell_height(cell: Cell, column: int, grid: Grid) -> float:
    width = sum(grid.widths[column : column + cell.columns])
    return lines(cell.text, width) * LINE_MM + PADDING_MM


def row_heights(grid: Grid) -> list[float]:
    """Of every row in mm. A cell over several rows that needs more than they have widens the last of them."""
    lattice = grid.lattice()
    heights = [
        max([cell_height(one.cell, one.column, grid) for one in row if _single(one)], default=0.0) for row in lattice
    ]
    for number, row in enumerate(lattice):
        for one in row:
            if one.begins and one.cell.rows > 1:
                last = number + one.cell.rows
                missing = cell_height(one.cell, one.column, grid) - sum(heights[number:last])
                heights[last - 1] += max(0.0, missing)
    return heights


def may_break(grid: Grid) -> list[bool]:
    """Whether each row may be broken across pages: only those that would not fit on what is left of most pages."""
    return [height > LONG_ROW_MM for height in row_heights(grid)]


def _single(slot: Slot) -> bool:
    return slot.begins and slot.cell.rows == 1
