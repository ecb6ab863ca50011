"""R07: a printed rate is the quotient of the amounts printed with it, within the rounding of both.

Looked at: 得分率 in score tables and prose, ``A/B×100%=C`` written out, a named rate in a sentence that also holds its numerator and
its denominator, 执行率 in the form, and growth from one figure to another in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Cell, Document, Sentence
from collector.audit.rules.amounts import RATES, Labelled, labelled
from collector.audit.rules.finding import Finding, Rule, rounded, shown
from collector.audit.text import Quantity, quantities, single

R07 = Rule(
    "R07",
    "high",
    "比率等于所列数据之商（按所印位数）",
    "a quotient is right within its printed rounding",
    "算术；四舍五入",
)
COUNTS = {
    "起",
    "件",
    "个",
    "路",
    "人",
    "户",
    "家",
    "份",
    "名",
    "台",
    "次",
    "人次",
    "条",
    "场",
    "张",
    "处",
    "宗",
    "项",
    "天",
    "只",
    "辆",
    "分",
}
HUNDRED = Decimal(100)


def fits(above: Quantity, below: Quantity, rate: Quantity) -> bool:
    """Whether the rate's printed interval meets that of the quotient; counts are exact, amounts of money are rounded."""
    up, down = _half(above), _half(below)
    if below.amount <= down:
        return False
    low = (above.amount - up) / (below.amount + down) * HUNDRED
    high = (above.amount + up) / (below.amount - down) * HUNDRED
    slack = rate.amount / 20 if rate.bound == "about" else rate.half
    return low <= rate.amount + slack and rate.amount - slack <= high


def _half(one: Quantity) -> Decimal:
    return Decimal(0) if one.unit in COUNTS else one.half


def check_r07(document: Document) -> Iterator[Finding]:
    yield from _score_rates(document)
    for sentence in document.prose:
        yield from _written_out(sentence)
        yield from _named_rates(sentence)
        yield from _growth(sentence)


def _score_rates(document: Document) -> Iterator[Finding]:
    for table in document.score_tables:
        columns = [*zip(table.names, table.weights, table.scores, table.rates, strict=False)]
        weight, score, rate = table.total
        if weight and score and rate:
            columns.append((Cell("合计", weight.place), weight, score, rate))
        for name, *cells in columns:
            yield from _score_rate(name.text, *cells)
    for item in document.items:
        if item.rate is not None and item.weight and not _near(item.score / item.weight * HUNDRED, item.rate):
            yield _wrong(item.cell, [item.cell], f"{item.name}得分率", shown(item.rate), item.score / item.weight, 2)


def _near(value: Decimal, printed: Decimal) -> bool:
    exponent = printed.as_tuple().exponent
    return abs(value - printed) <= Decimal(1).scaleb(int(exponent)) / 2


def _score_rate(name: str, weight: Cell, score: Cell, rate: Cell) -> Iterator[Finding]:
    w, s, r = weight.number, score.number, single(rate.text)
    if w and s is not None and r and abs(s / w * HUNDRED - r.amount) > r.half:
        yield _wrong(rate, [name, weight, score, rate], f"{name}得分率", shown(r.amount), s / w, 2)


def _wrong(
    at: Cell | Sentence, quote: list[str | Cell | Sentence | None], what: str, stated: str, ratio: Decimal, places: int
) -> Finding:
    value = rounded(ratio * HUNDRED, places)
    return R07.finding(
        at.place,
        quote,
        f"{what}按所列数据为 {value}%，报告印 {stated}%。",
        f"the figures shown give {value} %, printed {stated} %.",
        stated=f"{stated}%",
        recomputed=f"{value}%",
    )


_QUOTIENT = re.compile(
    r"(?<![\d.,])(\d[\d,.]{0,20}\d|\d)\s*(?:万元|亿元|元|[\u4e00-\u9fff])?\s*[/÷]\s*(\d[\d,.]{0,20}\d|\d)\s*(?:万元|亿元|元|[\u4e00-\u9fff])?"
    r"\s*(?:[×xX*]\s*100\s*%?)?\s*[=≈]\s*(\d+(?:\.\d+)?)\s*(%?)"
)


def _written_out(sentence: Sentence) -> Iterator[Finding]:
    for match in _QUOTIENT.finditer(sentence.text):
        a, b, rate = (quantities(match[i])[0] for i in (1, 2, 3))
        if not match[4] and "100" not in match[0].split("=")[0]:
            continue
        if b.amount and not fits(a, b, rate):
            places = len(match[3].partition(".")[2])
            yield _wrong(sentence, [match[0].strip()], "算式", shown(rate.amount), a.amount / b.amount, max(places, 2))


def _named_rates(sentence: Sentence) -> Iterator[Finding]:
    """Only where one numerator stands in the sentence: with several, which one the rate is about would be a guess."""
    found = labelled(sentence.text)
    for rate in found:
        kind = next((one for one in RATES if one.name.search(rate.label) or one.name.search(rate.after)), None)
        if rate.quantity.unit != "%" or kind is None:
            continue
        amounts = [one for one in found if one.quantity.unit not in {"%", "个百分点", "年", "月", "分"}]
        above = [one for one in amounts if kind.above.search(one.label)]
        below = [one for one in amounts if kind.below.search(one.label) and one not in above]
        if len(above) == 1 and below and not any(fits(above[0].quantity, one.quantity, rate.quantity) for one in below):
            yield _not_the_quotient(sentence, rate, above[0], below[-1])


def _not_the_quotient(sentence: Sentence, rate: Labelled, above: Labelled, below: Labelled) -> Finding:
    a, b = above.quantity, below.quantity
    return _wrong(
        sentence,
        [f"{above.label}{a.text}", f"{below.label}{b.text}", f"{rate.label}{rate.quantity.text}{rate.after}"],
        f"{shown(a.amount)}/{shown(b.amount)}",
        shown(rate.quantity.amount),
        a.amount / b.amount,
        2,
    )


_FROM_TO = re.compile(
    r"(?:由|从)[^。;]{0,16}?(?P<a>\d[\d,.]*)(?:余|多)?(?P<u>[起件个路人户家份台次条天元])[^。;]{0,40}?(?:转变为|增加到|增长到|提升到|提高到|增至|提升至|提高至|降至|降低到|减少到|缩短到|缩短至|减少至)"
    r"[^。;\d]{0,20}(?P<b>\d[\d,.]*)(?:余|多)?(?P=u)"
)
_BY = re.compile(r"(提升|增加|增长|提高|上升|下降|降低|减少|缩短)(?:了)?(约|近|超过)?(\d+(?:\.\d+)?)%")


def growth_of(text: str) -> list[tuple[Decimal, Decimal, str]]:
    """(before, after, as printed) of the changes a text describes."""
    found = []
    for match in _FROM_TO.finditer(text):
        before, after = (Decimal(match[key].replace(",", "").rstrip(".")) for key in ("a", "b"))
        if before:
            found.append((before, after, match[0]))
    return found


def _growth(sentence: Sentence) -> Iterator[Finding]:
    """One change and one percentage of the same direction in the sentence; more of either are not paired."""
    changes = growth_of(sentence.text)
    if len(changes) != 1:
        return
    before, after, printed = changes[0]
    ups = {"提升", "增加", "增长", "提高", "上升"}
    stated = [match for match in _BY.finditer(sentence.text) if (match[1] in ups) == (after > before)]
    ratio = abs(after - before) / before
    if len(stated) == 1 and not _close(ratio * HUNDRED, Decimal(stated[0][3]), bool(stated[0][2])):
        yield _wrong(
            sentence, [printed, stated[0][0]], f"由 {shown(before)} 到 {shown(after)} 的变化", stated[0][3], ratio, 0
        )


def _close(value: Decimal, printed: Decimal, about: bool) -> bool:
    return abs(value - printed) <= (max(printed / 10, Decimal(1)) if about else Decimal("0.5"))
