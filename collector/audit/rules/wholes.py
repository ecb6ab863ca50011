"""R09: parts add up to the whole: lists after 其中, tables with a total, the funds of the form, unit price times number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from collector.audit.document import Cell, Document, Form, Sentence, Table
from collector.audit.rules.finding import Finding, Rule, added, rounded, shown
from collector.audit.rules.search import Named, subsets
from collector.audit.text import Quantity, compact, quantities, single

R09 = Rule("R09", "high", "分项之和等于合计", "parts add up to the whole", "算术")
NEAR = Decimal("0.05")
"""Parts that reach less than 95 % of the whole may be a choice of it (其中…), and say nothing."""
_LIST = re.compile(r"其中|分别为|分别是|包括|由")
_SUM = re.compile(r"^(?:合计|总计|小计|总额|共计)")
_SKIPPED = re.compile(r"序号|占比|比例|比重|率|%|编号|年份|备注|单价|联系|电话")


def check_r09(document: Document) -> Iterator[Finding]:
    for sentence in document.prose:
        yield from _list(document, sentence)
    forms = {form.place for form in document.forms}
    scores = {one.table.place for one in document.score_tables}
    for table in document.tables:
        if table.place not in forms | scores:
            yield from _columns(table)
        if table.place not in forms:
            yield from _products(table)
    for form in document.forms:
        yield from _funds(form)


def _list(document: Document, sentence: Sentence) -> Iterator[Finding]:
    for match in _LIST.finditer(sentence.text):
        before = quantities(sentence.text[: match.start()])
        tail = re.split(r"[。;]", sentence.text[match.end() :])[0]
        parts = _parts(tail)
        if len(parts) < 2 or "等" in tail[: parts[-1].end + 2]:
            continue
        unit = parts[0].unit
        wholes = [one for one in before[-4:] if one.unit == unit]
        total = sum((one.amount for one in parts), Decimal(0))
        if not unit or not wholes or any(_agrees(one, total) for one in wholes):
            continue
        whole = _whole(sentence, wholes)
        exhaustive = match[0] in {"分别为", "分别是"}
        if total > whole.amount or exhaustive or whole.amount - total <= whole.amount * NEAR:
            yield _wrong_sum(document, sentence, whole, parts, total)


def _parts(tail: str) -> list[Quantity]:
    """The numbers of a list: one unit, separated by 、 or a comma; the list ends where the unit changes."""
    found: list[Quantity] = []
    for one in quantities(tail):
        gap = tail[found[-1].end : one.start] if found else tail[: one.start]
        if (
            len(gap) > 14
            or (found and (one.unit != found[0].unit or not re.match(r"[、,及和]", gap)))
            or one.unit in {"%", "年", "月"}
        ):
            break
        found.append(one)
    return found


def _agrees(whole: Quantity, total: Decimal) -> bool:
    if whole.bound == "at_least":
        return total >= whole.amount
    slack = (
        whole.amount / 50
        if whole.bound == "about"
        else whole.half
        if whole.step > 1 or "." in whole.text
        else Decimal(0)
    )
    return abs(total - whole.amount) <= slack


def _whole(sentence: Sentence, wholes: Sequence[Quantity]) -> Quantity:
    named = [one for one in wholes if re.search(r"总|共|合计|累计", sentence.text[max(0, one.start - 8) : one.start])]
    return named[-1] if named else wholes[-1]


def _wrong_sum(
    document: Document, sentence: Sentence, whole: Quantity, parts: Sequence[Quantity], total: Decimal
) -> Finding:
    said = _more_than(document, whole)
    more = f"；另一处作“{said[1].text}”，意为多于 {shown(whole.amount)}，也不符" if said else ""
    clause = sentence.text[
        max(0, whole.start - 10) : sentence.text.find(parts[-1].text, whole.end) + len(parts[-1].text)
    ]
    return R09.finding(
        sentence.place,
        [
            clause,
            *(one.text for one in parts),
            said[0].text[max(0, said[1].start - 12) : said[1].end + 12] if said else None,
        ],
        f"{added(one.amount for one in parts)}，印 {shown(whole.amount)}{more}。",
        f"the parts add up to {shown(total)}, stated {shown(whole.amount)}.",
        stated=f"{shown(whole.amount)}{whole.unit}",
        recomputed=f"{shown(total)}{parts[0].unit}",
    )


def _more_than(document: Document, whole: Quantity) -> tuple[Sentence, Quantity] | None:
    found = [
        (s, q) for s in document.prose for q in quantities(s.text) if q.amount == whole.amount and q.unit == whole.unit
    ]
    return next(((s, q) for s, q in found if q.bound == "at_least"), None)


def _columns(table: Table) -> Iterator[Finding]:
    """Columns of numbers above a row of the sum; a row of parts (其中) below its whole is not added twice."""
    at = next((i for i, row in enumerate(table.rows) if row and any(_SUM.match(cell.label) for cell in row[:2])), None)
    if at is None or at < 2:
        return
    header, sums = table.rows[0], table.rows[at]
    body = [row for row in table.rows[1:at] if not any(cell.label.startswith("其中") for cell in row)]
    for column in range(1, len(header)):
        cells = [row[column] for row in body if column < len(row) and not row[column].inherited]
        values = [cell.number for cell in cells if cell.label]
        if _SKIPPED.search(header[column].label) or len(values) < 2 or any(value is None for value in values):
            continue
        cell = _sum_cell(sums, column, len(header))
        if cell is not None and cell.number is not None:
            yield from _column(header[column], [one for one in cells if one.label], cell)


def _sum_cell(sums: Sequence[Cell], column: int, width: int) -> Cell | None:
    """Under its column; a short row of the sum (its label spans columns) is taken only where it holds one number."""
    if len(sums) == width:
        return sums[column]
    numbers = [cell for cell in sums if cell.number is not None]
    return numbers[0] if len(numbers) == 1 else None


def _column(header: Cell, cells: Sequence[Cell], total: Cell) -> Iterator[Finding]:
    values = [cell.number or Decimal(0) for cell in cells]
    printed = total.number or Decimal(0)
    half = sum((one.half for cell in cells if "." in cell.text and (one := single(cell.text))), Decimal(0))
    if abs(sum(values, Decimal(0)) - printed) > half:
        yield R09.finding(
            total.place,
            [header, *cells, total],
            f"“{header.label}”列 {added(values)}，合计印 {shown(printed)}。",
            f"the column adds up to {shown(sum(values, Decimal(0)))}, printed {shown(printed)}.",
            stated=shown(printed),
            recomputed=shown(sum(values, Decimal(0))),
        )


_WAGE = re.compile(r"每人每(月|年|天)(\d[\d,.]*)(万)?元")
_HEADS = re.compile(r"(?<![每\d])(\d+)(?:人|名)")
_MONTHS = re.compile(r"(?<!\d)(\d{1,2})个月")


def _products(table: Table) -> Iterator[Finding]:
    """A remark that says how an amount comes about (每人每月3000元, 33人), against the amount in its row."""
    for row in table.rows[1:]:
        remark = next((cell for cell in row if _WAGE.search(cell.text) and _HEADS.search(cell.text)), None)
        amount = next(
            ((i, cell) for i, cell in enumerate(row) if i and cell is not remark and cell.number is not None), None
        )
        if remark is None or amount is None:
            continue
        head = table.rows[0][amount[0]].label if amount[0] < len(table.rows[0]) else ""
        yield from _product(remark, amount[1], Decimal(10_000) if "万" in head + amount[1].text else Decimal(1))
    yield from _unit_prices(table)


def _product(remark: Cell, amount: Cell, scale: Decimal) -> Iterator[Finding]:
    wage, people, months = _WAGE.search(remark.text), _HEADS.search(remark.text), _MONTHS.search(remark.text)
    printed = single(amount.text)
    if not wage or not people or not printed or wage[1] == "天":
        return
    pay = Decimal(wage[2].replace(",", "")) * (10_000 if wage[3] else 1)
    times = Decimal(months[1]) if months else Decimal(12 if wage[1] == "月" else 1)
    total = pay * Decimal(people[1]) * times / scale
    if abs(total - printed.amount) > printed.half:
        formula = f"{people[1]}人×{shown(pay)}元" + (f"×{shown(times)}个月" if wage[1] == "月" else "")
        yield R09.finding(
            amount.place,
            [remark, amount],
            f"{formula} = {shown(total)}{'万元' if scale > 1 else '元'}，表中印 {shown(printed.amount)}，"
            f"相差 {rounded(printed.amount - total)}。",
            f"{people[1]} × {shown(pay)} × {shown(times)} = {shown(total)}, stated {shown(printed.amount)}.",
            stated=shown(printed.amount),
            recomputed=shown(total),
        )


def _unit_prices(table: Table) -> Iterator[Finding]:
    labels = [compact(cell.text) for cell in table.rows[0]]
    price = next((i for i, label in enumerate(labels) if "单价" in label), None)
    count = next((i for i, label in enumerate(labels) if re.match(r"数量", label)), None)
    amount = next((i for i, label in enumerate(labels) if re.match(r"金额|小计|总价|合价", label)), None)
    if price is None or count is None or amount is None:
        return
    scale = (10_000 if "万" in labels[price] else 1) / Decimal(10_000 if "万" in labels[amount] else 1)
    for row in table.rows[1:]:
        if len(row) != len(labels):
            continue
        p, n, a = row[price].number, row[count].number, single(row[amount].text)
        if p is not None and n is not None and a and abs(p * n * scale - a.amount) > a.half:
            yield R09.finding(
                row[amount].place,
                [row[price], row[count], row[amount]],
                f"单价 {shown(p)} × 数量 {shown(n)} = {shown(p * n * scale)}，表中印 {shown(a.amount)}。",
                f"{shown(p)} × {shown(n)} = {shown(p * n * scale)}, stated {shown(a.amount)}.",
                stated=shown(a.amount),
                recomputed=shown(p * n * scale),
            )


def _funds(form: Form) -> Iterator[Finding]:
    """年度资金总额 = 财政拨款 + 上年结转 + 其他, in each of the three columns. More than three rows may hold parts of parts."""
    if len(form.funds) < 2 or "总额" not in form.funds[0].name.label:
        return
    for key, label in (("initial", "年初预算数"), ("annual", "全年预算数"), ("executed", "全年执行数")):
        whole = getattr(form.funds[0], key)
        parts = [cell for fund in form.funds[1:] if (cell := getattr(fund, key)) and cell.number is not None]
        if whole is None or whole.number is None or not parts:
            continue
        total = sum((cell.number for cell in parts), Decimal(0))
        nested = len(parts) > 3 and subsets([Named("", cell.number) for cell in parts], whole.number)
        if total != whole.number and not nested:
            yield R09.finding(
                whole.place,
                [f"{label} {whole.text}", *(cell.text for cell in parts)],
                f"{label}：{added(cell.number for cell in parts)}，年度资金总额印 {shown(whole.number)}。",
                f"the sources of funds add up to {shown(total)}, the total is {shown(whole.number)}.",
                stated=shown(whole.number),
                recomputed=shown(total),
            )
