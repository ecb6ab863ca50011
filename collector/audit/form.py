"""项目支出绩效自评表 out of a table: funds, heads, indicator rows and totals, whatever columns a province leaves out.

The columns are found by their labels. Rows may be longer than their header (a merged label stands in front) and then align at the right.
一级 and 二级指标 that are empty or merged inherit from above.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from collector.audit.document import Cell, Form, Fund, Head, Row, Table
from collector.audit.text import compact, single

_COLUMNS = {
    "first": re.compile(r"一级指标"),
    "second": re.compile(r"二级指标"),
    "third": re.compile(r"三级指标|^指标名称$|四级指标"),
    "target": re.compile(r"指标值|目标值|计划值"),
    "actual": re.compile(r"完成值|实际值|完成情况"),
    "weight": re.compile(r"^(?:分值|权重|标准分|满分)"),
    "score": re.compile(r"得分"),
    "reason": re.compile(r"偏差|原因|改进|备注"),
}
_FUND_COLUMNS = {
    "initial": re.compile(r"年初预算"),
    "annual": re.compile(r"全年预算|预算数\(A\)|调整后预算"),
    "executed": re.compile(r"执行数|支出数"),
    "weight": re.compile(r"^(?:分值|权重)"),
    "rate": re.compile(r"执行率"),
    "score": re.compile(r"得分"),
}
_FUND_NAMES = re.compile(r"资金|拨款|合计")
_TOTAL = re.compile(r"^(?:总分|合计|总计|总得分)(?:\d+分?)?$")
_HEAD = re.compile(r"^(.*?)[(（]?(?:满分)?(\d+(?:\.\d+)?)分?[)）]?$")
FIRST_NAMES = re.compile(r"产出|效益|满意度|决策|过程|投入|管理|成本|执行率")


def forms(tables: Sequence[Table]) -> list[Form]:
    found = []
    for above, table in zip([None, *tables], tables, strict=False):
        if form := recognised(table):
            found.append(_with_head(form, above))
    return found


def _with_head(form: Form, above: Table | None) -> Form:
    """With the funds of the table right above, where a form is printed as two tables."""
    if form.funds or not form.rows or above is None:
        return form
    funds = tuple(_funds(above.rows))
    return replace(form, funds=funds, project=form.project or _project(above.rows)) if funds else form


def recognised(table: Table) -> Form | None:
    """The form in a table, or None: a form has a row that names 三级指标 and 分值 or 得分."""
    header = next((i for i, row in enumerate(table.rows) if _is_header(row)), None)
    if header is None:
        return None
    columns = _columns(table.rows[header], _COLUMNS)
    heads, rows = _indicators(table.rows[header + 1 :], columns, len(table.rows[header]))
    weight, score = _totals(table.rows[header + 1 :], columns, len(table.rows[header]))
    funds = tuple(_funds(table.rows[:header]))
    return Form(table.place, _project(table.rows[:header]), funds, tuple(heads), tuple(rows), weight, score)


def _is_header(row: Sequence[Cell]) -> bool:
    labels = [cell.label for cell in row]
    named = any(_COLUMNS["third"].search(label) for label in labels)
    return named and any(_COLUMNS[one].search(label) for one in ("weight", "score") for label in labels)


def _columns(header: Sequence[Cell], patterns: dict[str, re.Pattern[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        name = next((key for key, one in patterns.items() if key not in found and one.search(cell.label)), None)
        if name and not (cell.inherited and at):
            found[name] = at
    return found


def _cell(row: Sequence[Cell], columns: dict[str, int], key: str, width: int) -> Cell | None:
    if key not in columns:
        return None
    at = columns[key] + max(0, len(row) - width)
    return row[at] if 0 <= at < len(row) else None


def _project(rows: Sequence[Sequence[Cell]]) -> Cell | None:
    for row in rows:
        for label, value in itertools.pairwise(row):
            if label.label == "项目名称" and value.label != "项目名称" and value.text:
                return value
    return next(
        (cell for row in rows for cell in row[1:] if row[0].label == "项目名称" and cell.label != "项目名称"), None
    )


def _funds(rows: Sequence[Sequence[Cell]]) -> Iterator[Fund]:
    header = next((i for i, row in enumerate(rows) if len(_columns(row, _FUND_COLUMNS)) >= 3), None)
    if header is None:
        return
    columns, width = _columns(rows[header], _FUND_COLUMNS), len(rows[header])
    first = min(columns.values())
    for row in rows[header + 1 :]:
        shift = max(0, len(row) - width)
        names = [
            cell
            for cell in row[: first + shift]
            if cell.text and _FUND_NAMES.search(cell.label) and "项目资金" not in cell.label
        ]
        if not names:
            if any(cell.label in {"年度总体目标", "年度目标", "预期目标"} for cell in row):
                return
            continue
        get = {key: _cell(row, columns, key, width) for key in _FUND_COLUMNS}
        yield Fund(names[-1], *(get[key] for key in ("initial", "annual", "executed", "weight", "rate", "score")))


def _indicators(rows: Sequence[Sequence[Cell]], columns: dict[str, int], width: int) -> tuple[list[Head], list[Row]]:
    heads: list[Head] = []
    found: list[Row] = []
    second, name, above = "", "", ""
    for row in rows:
        if _is_total(row):
            break
        get = {key: _cell(row, columns, key, width) for key in _COLUMNS}
        first = get["first"]
        if first and first.label and first.label != above:
            heads.append(_head(first))
            second, above = "", first.label
        second = get["second"].label if get["second"] and get["second"].label else second
        get |= {
            key: None for key in ("weight", "score") if (cell := get[key]) and cell.inherited
        }  # counted where it is printed
        third = get["third"]
        if third is None or not heads or not (_has_points(get["weight"]) or _has_points(get["score"])):
            continue
        name = third.label or name or second
        own = third if third.label else Cell(name, third.place, inherited=True)
        last = [get[key] for key in ("target", "actual", "weight", "score", "reason")]
        found.append(Row(len(heads) - 1, second, own, *last))
    return heads, found


def _has_points(cell: Cell | None) -> bool:
    return cell is not None and single(cell.text) is not None


def _is_total(row: Sequence[Cell]) -> bool:
    return any(_TOTAL.match(cell.label) for cell in row[:2])


def _head(cell: Cell) -> Head:
    match = _HEAD.match(cell.label)
    if match and match[1]:
        return Head(Cell(match[1].rstrip("(（"), cell.place), Decimal(match[2]))
    return Head(cell, None)


def _totals(rows: Sequence[Sequence[Cell]], columns: dict[str, int], width: int) -> tuple[Cell | None, Cell | None]:
    """Of the row of the total: under 分值 and 得分 where it has all columns, else its numbers in turn."""
    row = next((one for one in rows if _is_total(one)), None)
    if row is None:
        return None, None
    if len(row) >= width and any(_has_points(_cell(row, columns, key, width)) for key in ("weight", "score")):
        weight, score = (_points(_cell(row, columns, key, width)) for key in ("weight", "score"))
        return weight, score
    numbers = [cell for cell in row[1:] if single(cell.text) and not cell.inherited]
    if len(numbers) == 1:
        return None, numbers[0]
    return (numbers[0], numbers[1]) if numbers else (None, None)


def _points(cell: Cell | None) -> Cell | None:
    return cell if _has_points(cell) and cell and compact(cell.text) else None
