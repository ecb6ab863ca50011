"""A declaration as a simple table in xlsx: a row with the names of the columns, then one row for each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from collector.audit.text import compact
from collector.audit.workbook import shown
from collector.declaring.statement import Item, Statement, Told
from collector.errors import ConfigurationError

COLUMNS = {
    "line": ("三级指标", "指标", "指标名称", "line"),
    "actual": ("实际完成值", "完成值", "全年实际完成值", "actual"),
    "number": ("数值", "number"),
    "unit": ("单位", "计量单位", "unit"),
    "finding": ("档次", "finding"),
    "score": ("得分", "自评得分", "score"),
    "n": ("样本量", "n"),
    "attachment": ("附件", "佐证材料", "attachment"),
    "reason": ("偏差原因", "偏差原因分析及改进措施", "reason"),
}
"""The names that a column may have."""
NUMBERS = ("number", "score", "n")
LONGEST_HEAD = 20
"""The row of names is looked for among so many rows."""
MOST_ROWS = 5_000

Row = Sequence[Any]
"""The cells of a row, as openpyxl has them."""


def read_table(path: Path) -> Statement:
    """The first sheet with a row of column names. Raises ConfigurationError naming file, sheet and cell."""
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        if sheet.max_row > MOST_ROWS:
            raise ConfigurationError(f"{path}: sheet {sheet.title} has more than {MOST_ROWS:,} rows; delete empty ones")
        rows = list(sheet.iter_rows())
        head = next((i for i, row in enumerate(rows[:LONGEST_HEAD]) if _is_head(row)), None)
        if head is not None:
            columns = _columns(f"{path}: {sheet.title}", rows[head])
            return Statement(tuple(_items(f"{path}: {sheet.title}", rows[head + 1 :], columns)))
    raise ConfigurationError(
        f"{path}: is neither the official form nor a table of declared values; name the columns in one row, "
        f"such as {COLUMNS['line'][0]}, {COLUMNS['actual'][0]}, {COLUMNS['number'][0]}"
    )


def _is_head(row: Row) -> bool:
    named = {_column(cell.value) for cell in row}
    return "line" in named and bool(named & {"actual", "number", "finding", "score", "reason"})


def _column(label: object) -> str | None:
    text = compact(str(label)).lower() if label is not None else ""
    return next((key for key, names in COLUMNS.items() if text in names), None)


def _columns(where: str, head: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(head):
        if cell.value is None:
            continue
        key = _column(cell.value)
        if key is None or key in found:
            known = ", ".join(names[0] for names in COLUMNS.values())
            said = "there twice" if key else "not a column of declared values"
            raise ConfigurationError(
                f"{where} {cell.coordinate}: {str(cell.value)[:40]!r} is {said}; remove it, the columns are {known}"
            )
        found[key] = at
    return found


def _items(where: str, rows: Sequence[Row], columns: dict[str, int]) -> Iterator[Item]:
    for row in rows:
        cells = {key: row[at] for key, at in columns.items() if at < len(row) and row[at].value is not None}
        if not cells:
            continue
        name = cells.pop("line", None)
        if name is None:
            first = next(iter(cells.values()))
            raise ConfigurationError(
                f"{where} {first.coordinate}: stands beside no {COLUMNS['line'][0]}; name the line"
            )
        at = f"{where} {name.coordinate}"
        yield from _told(where, cells).items(_text(where, name), at)


def _told(where: str, cells: dict[str, Any]) -> Told:
    numbers = {key: _number(where, cells[key]) for key in NUMBERS if key in cells}
    told: dict[str, Any] = {key: _text(where, cell) for key, cell in cells.items() if key not in NUMBERS}
    answers = numbers.pop("n", None)
    if answers is not None and (answers < 1 or answers % 1):
        raise ConfigurationError(
            f"{where} {cells['n'].coordinate}: {answers} is no number of answers; write a whole number"
        )
    return Told(**told | numbers, n=None if answers is None else int(answers))


def _text(where: str, cell: Any) -> str:
    """As the cell shows it: 0.962 in the format 0.0% is 96.2%."""
    if isinstance(cell.value, bool):
        raise ConfigurationError(f"{where} {cell.coordinate}: holds a truth value; write a text or a number")
    return shown(cell.value, cell.number_format).strip()


def _number(where: str, cell: Any) -> Decimal:
    """Exact, whatever the cell shows of it; of a cell formatted as percent in percent."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigurationError(
            f"{where} {cell.coordinate}: {str(value)[:40]!r} is no number; write one without a unit, in a cell of numbers"
        )
    number = Decimal(repr(value))
    return number * 100 if "%" in cell.number_format else number
