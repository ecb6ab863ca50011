"""Any form whose numbers add up has no finding about numbers; one number changed gives at least one."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from collector.audit.build import document
from collector.audit.flattened import blocks
from collector.audit.rules import audit
from tests.audit.paper import PROSE, Paper, as_text

ARITHMETIC = {"R01", "R02", "R03", "R04", "R05", "R07", "R08", "R09", "R10"}
LABELS = ("产出指标", "效益指标", "满意度指标")


def split(draw: st.DrawFn, whole: int, parts: int) -> list[int]:
    """``whole`` as a sum of ``parts`` positive integers."""
    if parts == 1:
        return [whole]
    cuts = sorted(draw(st.lists(st.integers(1, whole - 1), min_size=parts - 1, max_size=parts - 1, unique=True)))
    return [b - a for a, b in zip([0, *cuts], [*cuts, whole], strict=True)]


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    weights = split(draw, 90, 3)
    total, heads = Decimal(0), {}
    for label, weight in zip(LABELS, weights, strict=True):
        items = []
        for at, own in enumerate(split(draw, weight, draw(st.integers(1, min(4, weight))))):
            lost = Decimal(draw(st.integers(0, min(own * 2, 5)))) / 2
            total += own - lost
            items.append(["数量指标", f"{label[:2]}第{at}项工作量", "≥5件", "6件", str(own), str(own - lost), ""])
        heads[f"{label}({weight}分)"] = items
    budget = draw(st.integers(20, 5000))
    spent = draw(st.integers(budget // 2 + 1, budget))
    own = draw(st.integers(1, budget - 1))
    rate = (Decimal(spent) / budget * 100).quantize(Decimal("0.01"))
    score = (Decimal(spent) / budget * 10).quantize(Decimal("0.01"))
    total += score
    funds = [
        ["年度资金总额", str(budget), str(budget), str(spent), "10", f"{rate}%", str(score)],
        ["其中:当年财政拨款", str(own), str(own), str(spent), "", "", ""],
        ["上年结转资金", str(budget - own), str(budget - own), "0", "", "", ""],
    ]
    return Paper(prose=[PROSE[0]], funds=funds, heads=heads, total=["100", str(total)])


def rules_of(paper: Paper) -> set[str]:
    return {one.rule for one in audit(document("report.txt", blocks(as_text(paper))))}


@given(papers())
def test_a_form_that_adds_up_has_no_finding_about_numbers(paper: Paper) -> None:
    assert rules_of(paper) & ARITHMETIC == set()


@given(papers(), st.data())
def test_one_changed_number_gives_a_finding(paper: Paper, data: st.DataObject) -> None:
    """A weight, a score, the total, a fund or the printed rate, off by more than any rounding."""
    rows = [row for items in paper.heads.values() for row in items]
    row = data.draw(st.sampled_from(rows))
    cells = [
        (row, 4),
        (row, 5),
        (paper.total, 1),
        (paper.total, 0),
        (paper.funds[0], 3),
        (paper.funds[0], 6),
        (paper.funds[1], 1),
    ]
    where, at = data.draw(st.sampled_from(cells))
    where[at] = str(Decimal(where[at]) + data.draw(st.integers(2, 9)))
    assert rules_of(paper) & ARITHMETIC
