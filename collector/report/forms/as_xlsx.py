"""The document as a workbook: a sheet for each page, merged as on paper, and one with the plain data of every line.

Texts are strings whatever they begin with; the numbers of settled cells are numbers. Rows are given their height here, since not every
program fits rows to wrapped text, and none does for merged cells.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from collector.report.forms.document import (
    Block,
    Cell,
    Document,
    Grid,
    Heading,
    Page,
    Paragraph,
    Picture,
    Signatures,
    Slot,
)
from collector.report.forms.fitting import POINT_MM, lines, row_heights
from collector.report.forms.pictures_as_png import rasterised
from collector.report.rounding import Quantity
from collector.report.sheets import A4, LONGEST_CELL, TALLEST_ROW

MM_PER_CHARACTER = 1.95
"""Of a column's width, as Excel counts it with the default font."""
TEXT_COLUMNS = 24
"""On a sheet of text; its tables take some of them for each of their columns."""
PORTRAIT_MM, LANDSCAPE_MM = 176.0, 271.0
LONGEST_FOOT = 240
"""What a footer may hold (the format's limit is 255, with its codes)."""
PIXELS_PER_MM = 96 / 25.4
PICTURE_PIXELS = 1500
"""Width of a rasterised chart."""

SHADES = {"head": "#E3E9F0", "label": "#EEF2F6", "own": "#F7F7F2", "sum": "#EEF2F6"}
ALIGNED = {"text": "left", "own": "left", "number": "right"}
HEADING_POINTS = (18.0, 11.0, 12.0)


def as_xlsx(document: Document, fonts: Sequence[Path] = ()) -> bytes:
    target = io.BytesIO()
    never_interpreted = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = Workbook(target, {"in_memory": True, **never_interpreted})
    workbook.set_properties({"title": document.title, "created": datetime.combine(document.dated, time())})
    pictures = iter(rasterised([chart.svg for chart in document.charts()], fonts))
    sheets = [_Sheet(workbook, page, document) for page in document.pages]
    for sheet, page in zip(sheets, document.pages, strict=True):
        for block in page.blocks:
            sheet.draw(block, pictures)
    next(
        sheet for sheet, page in zip(sheets, document.pages, strict=True) if page.landscape or len(sheets) == 1
    ).activate()
    workbook.close()
    return target.getvalue()


class _Sheet:
    """Draws blocks one below another; ``_row`` is the first row that is free."""

    def __init__(self, workbook: Any, page: Page, document: Document) -> None:
        self._workbook, self._sheet, self._row = workbook, workbook.add_worksheet(_sheet_name(page.name, workbook)), 0
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        first = next((block for block in page.blocks if isinstance(block, Grid)), None)
        room = LANDSCAPE_MM if page.landscape else PORTRAIT_MM
        own = first.widths if first is not None and page.landscape else (1.0,) * TEXT_COLUMNS
        self._widths = [width * room / sum(own) for width in own]
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, width / MM_PER_CHARACTER)
        self._repeats = page.landscape  # one head for all pages of a sheet: not that of a small table in a text
        self._print_set_up(page, document)

    def activate(self) -> None:
        self._sheet.activate()

    def draw(self, block: Block, pictures: Iterator[bytes]) -> None:
        match block:
            case Heading(text, level):
                self._line(text, HEADING_POINTS[level], bold=level != 1, align="left" if level == 2 else "center")
            case Paragraph(text, note, lead):
                self._line(f"{lead}：{text}" if lead else text, 9.0 if note else 10.5, align="left")
            case Grid():
                self._grid(block)
            case Picture(_, caption):
                self._picture(next(pictures), caption)
            case Signatures(labels):
                self._line("　　　　　　".join(f"{label}：" for label in labels), 10.5, align="left", above=10)

    def _print_set_up(self, page: Page, document: Document) -> None:
        sheet = self._sheet
        (sheet.set_landscape if page.landscape else sheet.set_portrait)()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.75)
        page_of = _literal(document.page_of, 60).replace("{pages}", "&N").replace("{page}", "&P")
        foot = _literal(document.foot, LONGEST_FOOT - _units(page_of))
        sheet.set_footer(f"&L&6{foot}\n&C&9\n{page_of}", {"margin": 0.25})

    def _line(self, text: str, size: float, above: float = 0, **looks: object) -> None:
        height = lines(text, sum(self._widths), size) * size * 1.4 + 4 + above
        cell = Cell(text, "text")
        looks = {"font_size": size, "border": 0, "valign": "vcenter", **looks}
        self._place(cell, 0, len(self._widths) - 1, self._tall([height]), looks)

    def _grid(self, grid: Grid) -> None:
        columns = self._columns(grid)
        heights = [height / POINT_MM for height in row_heights(self._as_drawn(grid, columns))]
        tops = [self._tall([height]) for height in heights]
        if grid.repeated and self._repeats:
            self._sheet.repeat_rows(tops[0][0], tops[grid.repeated - 1][1])
        for number, row in enumerate(grid.lattice()):
            for slot in row:
                if slot.begins:
                    rows = (tops[number][0], tops[number + slot.cell.rows - 1][1])
                    first, last = columns[slot.column], columns[slot.column + slot.cell.columns] - 1
                    self._place(slot.cell, first, last, rows, _looks(slot))
        if grid.repeated:
            self._tall([6.0])

    def _columns(self, grid: Grid) -> list[int]:
        """The sheet's column at each edge of the grid's: the nearest one, and at least one further than the edge before."""
        count, scale = len(self._widths), sum(self._widths) / sum(grid.widths)
        edges = [0.0, *accumulate(self._widths)]
        found = [0]
        for n, edge in enumerate(accumulate(grid.widths), 1):
            nearest = min(range(count + 1), key=lambda i, at=edge * scale: abs(edges[i] - at))  # type: ignore[misc]
            found.append(max(found[-1] + 1, min(nearest, count - (len(grid.widths) - n))))
        return found

    def _as_drawn(self, grid: Grid, columns: list[int]) -> Grid:
        widths = tuple(sum(self._widths[first:last]) for first, last in pairwise(columns))
        return Grid(widths, grid.rows, grid.repeated)

    def _tall(self, heights: Sequence[float]) -> tuple[int, int]:
        """Rows for a height in points, as many as a row's tallest makes necessary: the first and the last."""
        first = self._row
        for height in heights:
            parts = max(1, math.ceil(height / TALLEST_ROW))
            for _ in range(parts):
                self._sheet.set_row(self._row, height / parts)
                self._row += 1
        return first, self._row - 1

    def _place(self, cell: Cell, first: int, last: int, rows: tuple[int, int], looks: dict[str, object]) -> None:
        number = cell.number
        if rows[0] != rows[1]:
            looks = {**looks, "valign": "top"}  # in the middle of many rows a page may end, and cut the text
        style = self._format(**looks, **({"num_format": _number_format(number)} if number is not None else {}))
        if (rows[0], first) != (rows[1], last):
            self._sheet.merge_range(rows[0], first, rows[1], last, "", style)
        if number is not None:
            self._sheet.write_number(rows[0], first, float(number.number), style)
        elif cell.text:
            self._sheet.write_string(rows[0], first, _fitting(cell.text), style)
        else:
            self._sheet.write_blank(rows[0], first, None, style)

    def _picture(self, png: bytes, caption: str) -> None:
        width, height = _size(png)
        shown = sum(self._widths) * PIXELS_PER_MM
        scale = shown / width
        rows = self._tall([height * scale * 0.75 + 6])
        options = {"x_scale": scale, "y_scale": scale, "description": caption[:255], "object_position": 1}
        self._sheet.insert_image(rows[0], 0, "chart.png", {"image_data": io.BytesIO(png), **options})
        self._line(caption, 9.0, align="center", bold=True)

    def _format(self, **looks: object) -> Any:
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format({"font_name": "宋体", "text_wrap": True, **looks})
        return self._formats[key]


def _sheet_name(name: str, workbook: Any) -> str:
    """A name that the format takes: no longer than 31 (in UTF-16), without its signs for places, and no other sheet's."""
    number = len(workbook.worksheets()) + 1
    plain = re.sub(r"[\[\]:*?/\\'\n]", " ", name).strip()
    plain = plain.encode("utf-16-le")[:56].decode("utf-16-le", "ignore") or str(number)
    taken = {sheet.get_name().lower() for sheet in workbook.worksheets()}
    return f"{plain} {number}" if plain.lower() in taken else plain


def _looks(slot: Slot) -> dict[str, object]:
    look = slot.cell.look
    shade = {"bg_color": SHADES[look]} if look in SHADES else {}
    placed = {"valign": "vcenter", "align": ALIGNED.get(look, "center")}
    return {"font_size": 9.0, "border": 1, "bold": look in {"head", "sum"}, **placed, **shade}


def _number_format(quantity: Quantity) -> str:
    return "#,##0" + ("." + "0" * min(quantity.digits, 30) if quantity.digits else "")


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _literal(text: str, room: int) -> str:
    """For a footer, in which an ampersand begins a code: doubled, and cut to the room that there is."""
    shown = ""
    for one in text:
        piece = "&&" if one == "&" else one
        if _units(shown + piece) > room:
            break
        shown += piece
    return shown


def _units(text: str) -> int:
    """Length as the format counts it, in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def _size(png: bytes) -> tuple[int, int]:
    """Pixels, from the header of the file."""
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
