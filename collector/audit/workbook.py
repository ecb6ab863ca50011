"""An xlsx as blocks: one grid a sheet, values as their cells show them (0.86 formatted as 0% is 86%), merged cells repeated and marked.

A formula counts with the value stored beside it. One without (the file was never calculated) stays text, and is told as a remark.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries

from collector.audit.blocks import Block, Grid, GridCell, Prose
from collector.errors import ConfigurationError

MOST_CELLS = 200_000
_MERGE = re.compile(rb'mergeCell ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
LONG_TEXT = 12
"""A row with nothing but one text of this length is prose."""


def xlsx_blocks(path: Path) -> tuple[list[Block], list[str]]:
    _check_merges(path)
    values = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path)
    found: list[Block] = []
    unknown: list[str] = []
    for sheet in values.worksheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            raise ConfigurationError(
                f"sheet {sheet.title[:40]} spans more than {MOST_CELLS:,} cells; delete empty rows and columns"
            )
        found += _sheet(sheet, formulas[sheet.title], unknown)
    listed = ", ".join(unknown[:10])
    remark = f"{len(unknown)} 个公式没有存储的结果，未作核对（{listed}）；请用表格软件打开并保存后再审核"
    return found, [remark] if unknown else []


def _check_merges(path: Path) -> None:
    """Every cell of a merged range becomes an object in openpyxl: one over a whole sheet would be 17 thousand million."""
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                spans = [range_boundaries(span.decode()) for span in _MERGE.findall(package.read(name))]
                if sum((right - left + 1) * (low - high + 1) for left, high, right, low in spans) > MOST_CELLS:
                    raise ConfigurationError(
                        f"{name}: merged cells span more than {MOST_CELLS:,} cells; unmerge what is empty"
                    )


def _sheet(sheet: Any, formulas: Any, unknown: list[str]) -> list[Block]:
    merged = _merged(sheet)
    rows = []
    for row in range(1, sheet.max_row + 1):
        cells = []
        for column in range(1, sheet.max_column + 1):
            at = merged.get((row, column), (row, column))
            cells.append(GridCell(_text(sheet, formulas, at, unknown), None, at != (row, column)))
        rows.append(tuple(cells))
    return _blocks(sheet.title, rows)


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Every cell of a merged range to its first one."""
    return {
        (row, column): (span.min_row, span.min_col)
        for span in sheet.merged_cells.ranges
        for row in range(span.min_row, min(span.max_row, sheet.max_row) + 1)
        for column in range(span.min_col, min(span.max_col, sheet.max_column) + 1)
    }


def _text(sheet: Any, formulas: Any, at: tuple[int, int], unknown: list[str]) -> str:
    cell = sheet.cell(*at)
    if cell.value is not None:
        return shown(cell.value, cell.number_format)
    formula = formulas.cell(*at)
    if formula.data_type == "f":
        name = f"{sheet.title}!{formula.coordinate}"
        if name not in unknown:
            unknown.append(name)
        return str(getattr(formula.value, "text", formula.value))
    return ""


def shown(value: object, number_format: str) -> str:
    """A value as its cell shows it: percent and decimals after the number format, whole numbers without a point."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date):
        return f"{value.year}年{value.month}月{value.day}日"
    if not isinstance(value, int | float):
        return str(value)
    number = Decimal(repr(value))
    places = re.search(r"0\.(0+)", number_format)
    if "%" in number_format:
        return f"{_rounded(number * 100, len(places[1]) if places else 0)}%"
    if places:
        return _rounded(number, len(places[1]))
    return f"{number.normalize():f}"


def _rounded(number: Decimal, places: int) -> str:
    return f"{number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"


def _blocks(title: str, rows: list[tuple[GridCell, ...]]) -> list[Block]:
    """Rows with one text only, above the table or below it, are prose; the rest is one grid."""
    found: list[Block] = []
    first, last = 0, len(rows)
    while first < last and len(_texts(rows[first])) <= 1:
        first += 1
    while last > first and len(_texts(rows[last - 1])) <= 1:
        last -= 1
    for at, row in enumerate(rows):
        texts = _texts(row)
        if len(texts) == 1 and (at < first or at >= last or len(texts[0]) >= LONG_TEXT):
            found += [Prose(text, at + 1) for text in texts[0].split("\n") if text.strip()]
        if at == first and first < last:
            found.append(Grid(tuple(rows[first:last]), None, title, first + 1))
    return found


def _texts(row: tuple[GridCell, ...]) -> list[str]:
    return list(dict.fromkeys(cell.text.strip() for cell in row if cell.text.strip()))
