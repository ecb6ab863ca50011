"""R23: a saving that is non-payment: the cost indicator is met because money was not spent, not because anything was cheaper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Document, Row, Sentence
from collector.audit.rules.execution import spent_share
from collector.audit.rules.finding import FORM, Finding, Rule, percent, shown
from collector.audit.rules.problems import full_marks
from collector.audit.text import single

R23 = Rule("R23", "high", "节约不是未支付", "a saving is not a payment that is still due", FORM)
_UNPAID = re.compile(
    r"未(?:达到|具备)?支付|尚未(?:支付|付款|结算)|暂未(?:达到)?支付|未达到支付条件|完成支付|结转(?:至|到)?下年|待支付|未付款"
)
LITTLE = Decimal("0.5")


def check_r23(document: Document) -> Iterator[Finding]:
    rows = [
        row
        for form in document.forms
        for row in form.rows
        if re.search(r"成本|经费|投资|费用", row.second + row.name.label)
    ]
    for row in rows:
        yield from _row(document, row)
    if not rows:
        yield from _prose(document)


def _row(document: Document, row: Row) -> Iterator[Finding]:
    """Less spent than planned, full marks for it, and the report says that payments are outstanding."""
    target, actual = (single(cell.text) if cell else None for cell in (row.target, row.actual))
    weight, score = (cell.number if cell else None for cell in (row.weight, row.score))
    unpaid = [one for one in document.prose if _UNPAID.search(one.text)]
    if not row.target or not row.actual or not target or not actual or weight is None or weight != score:
        return
    if unpaid and "元" in row.target.label and actual.amount < target.amount:
        rest = (target.amount - actual.amount) / (10_000 if "万" in target.text else 1)
        yield R23.finding(
            row.name.place,
            [row.name, row.target, row.actual, f"{shown(weight)}/{shown(weight)}", unpaid[0]],
            f"“{row.name.label}”{row.target.text} → {row.actual.text} 得满分；"
            f"差额 {shown(rest)} 是未支付（{unpaid[0].place}），不是节约。",
            f"the difference of {shown(rest)} is unpaid, not saved, and has full marks.",
            stated=f"{shown(weight)}/{shown(weight)}",
            recomputed=f"{shown(rest)} 未支付",
        )


def _prose(document: Document) -> Iterator[Finding]:
    """Cost "within the budget" with full marks, where most of the budget was not spent."""
    share = spent_share(document)
    if share is None or share[0] >= LITTLE:
        return
    for one in full_marks(document):
        if re.search(r"成本", one.name) and re.search(r"不突破|未超|不超|节约|控制", one.text):
            quote: list[Sentence | str] = [one.text, share[2].sentence]
            yield R23.finding(
                one.cell.place,
                [*quote],
                f"“{one.name}”以未突破预算得满分（{shown(one.weight)}/{shown(one.weight)}），"
                f"而预算只支出 {percent(share[0])}，是未支出而不是节约。",
                f"cost has full marks for staying within a budget of which {percent(share[0])} was spent.",
                stated=f"{shown(one.weight)}/{shown(one.weight)}",
                recomputed=percent(share[0]),
            )
