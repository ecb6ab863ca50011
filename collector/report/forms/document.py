"""The report before it has a format: pages of headings, paragraphs, grids and pictures. Every renderer draws the same document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from collector.report.rounding import Quantity
from collector.scoring.form import Chart

Look = Literal["head", "label", "text", "centre", "number", "own", "sum"]
"""head: of a column. label: beside or above what it names. own: what the project adds to the official form."""

LONG_ROW_MM = 90.0
"""A row taller than this may be broken across pages: kept whole it would leave most of a page empty, or run off it."""


@dataclass(frozen=True)
class Cell:
    """rows, columns: how many it covers. number: what the text shows, for formats that keep numbers."""

    text: str
    look: Look = "text"
    columns: int = 1
    rows: int = 1
    number: Quantity | None = None


@dataclass(frozen=True)
class Slot:
    """A cell in one row of the lattice. column: of its left edge. begins: whether this is its first row."""

    cell: Cell
    column: int
    begins: bool


@dataclass(frozen=True)
class Grid:
    """A table with merged cells. widths: of its columns in mm. rows: the cells that begin in each row, from the left.

    repeated: how many of the first rows are the head, which every page repeats. joined: continues the grid above it without a gap.
    """

    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    repeated: int = 0
    joined: bool = False

    def lattice(self) -> list[list[Slot]]:
        """Every row with all cells that cover it, from the left. Raises ValueError where cells overlap or leave a hole."""
        free = [0] * len(self.widths)  # how many rows below are still covered, by column
        covering: list[Cell | None] = [None] * len(self.widths)
        return [list(self._row(number, cells, free, covering)) for number, cells in enumerate(self.rows)]

    def _row(
        self, number: int, cells: tuple[Cell, ...], free: list[int], covering: list[Cell | None]
    ) -> Iterator[Slot]:
        column, waiting = 0, iter(cells)
        while column < len(self.widths):
            above = covering[column] if free[column] else None
            cell = above or next(waiting, None)
            if cell is None or any(free[column + i] for i in range(cell.columns) if not above):
                raise ValueError(f"row {number} of the grid does not fill column {column}")
            for i in range(column, column + cell.columns):
                free[i] = free[i] - 1 if above else cell.rows - 1
                covering[i] = cell
            yield Slot(cell, column, above is None)
            column += cell.columns
        if next(waiting, None) is not None:
            raise ValueError(f"row {number} of the grid is too long")


@dataclass(frozen=True)
class Heading:
    """level 0: the title of a page; 1: under it; 2: of a section."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Paragraph:
    """note: small print. lead: printed before the text, as its label."""

    text: str
    note: bool = False
    lead: str = ""


@dataclass(frozen=True)
class Picture:
    chart: Chart
    caption: str


@dataclass(frozen=True)
class Signatures:
    """Labels that leave room to sign."""

    labels: tuple[str, ...]


Block = Heading | Paragraph | Grid | Picture | Signatures


@dataclass(frozen=True)
class Page:
    """What begins on a sheet of its own. name: short, of a workbook's sheet."""

    name: str
    landscape: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """foot: at the foot of every page. page_of: with {page} and {pages}. dated: what the file's own properties say."""

    title: str
    language: Literal["zh", "en"]
    pages: tuple[Page, ...]
    foot: str
    page_of: str
    dated: date

    def charts(self) -> list[Chart]:
        return [block.chart for page in self.pages for block in page.blocks if isinstance(block, Picture)]
