"""R08: a rate names its denominator; budget execution is 全年执行数 B / 全年预算数 A, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Cell, Document, Form, Fund, Sentence
from collector.audit.rules.amounts import Money, money
from collector.audit.rules.finding import FORM, Finding, Rule, percent, rounded, shown
from collector.audit.rules.search import Named, quotients
from collector.audit.rules.totals import scattered_points
from collector.audit.text import single

R08 = Rule(
    "R08",
    "high",
    "比率写明分母；预算执行率=全年执行数B/全年预算数A",
    "a rate names its denominator; execution = B / A",
    FORM,
)
HUNDRED = Decimal(100)
LITTLE = Decimal("0.5")
"""Under this execution full marks for execution are impossible under any rule in use."""


def check_r08(document: Document) -> Iterator[Finding]:
    for form in document.forms:
        yield from _form(form)
    yield from _bare(document)
    yield from _received_only(document)
    yield from _full_marks(document)
    yield from _smaller_plan(document)


def _form(form: Form) -> Iterator[Finding]:
    for fund in form.funds:
        a, b, rate = _amount(fund.annual), _amount(fund.executed), single(fund.rate.text) if fund.rate else None
        if rate is None or a is None or b is None or a == 0:
            continue
        if abs(b / a * HUNDRED - rate.amount) > rate.half:
            yield _other_denominator(fund, a, b, rate.amount, rate.half)


def _amount(cell: Cell | None) -> Decimal | None:
    return cell.number if cell else None


def _other_denominator(fund: Fund, a: Decimal, b: Decimal, stated: Decimal, half: Decimal) -> Finding:
    first = _amount(fund.initial)
    printed = [Named("年初预算数", first)] if first else []
    printed += [Named("全年预算数", a), Named("全年执行数", b)]
    found = [
        (x, y)
        for x, y in quotients(printed, stated / HUNDRED, half / HUNDRED)
        if x.name == "全年执行数" or x.value != b
    ]
    why = "；".join(
        f"{shown(x.value)}/{shown(y.value)}={percent(x.value / y.value)}，分母是{y.name}" for x, y in found[:1]
    )
    cells = [cell for cell in (fund.name, fund.initial, fund.annual, fund.executed, fund.rate) if cell]
    return R08.finding(
        fund.rate.place if fund.rate else fund.name.place,
        [
            f"{name} {cell.text}" if name else cell.text
            for name, cell in zip(("", "年初预算数", "全年预算数", "全年执行数", "执行率"), cells, strict=False)
        ],
        f"执行率应为 B/A = {shown(b)}/{shown(a)} = {percent(b / a)}，表中印 {shown(stated)}%"
        f"{'（' + why + '）' if why else '，所列金额两两相除都得不到它'}。",
        f"B/A = {shown(b)}/{shown(a)} is {percent(b / a)}, printed {shown(stated)} %"
        + (f", which is against {shown(found[0][1].value)}." if found else "."),
        stated=f"{shown(stated)}%",
        recomputed=percent(b / a),
    )


_NO_UNIT = re.compile(
    r"(?:执行率|到位率|完成率)[^。;%]{0,40}?[/÷][^。;%]{0,20}?[×xX*]\s*100\s*=\s*(\d+(?:\.\d+)?)(?![\d.]*\s*%)"
)
_EARLIER = re.compile(
    r"(20\d\d)年(?:\d{1,2}月)?[^。]{0,30}?(?:验收|完成[^。]{0,12}建设)[^。]{0,40}?款项?已?(?:全部)?(?:支付完|付清|支付完毕|结清)"
)


def _bare(document: Document) -> Iterator[Finding]:
    """An execution rate without percent sign; with it, whether the money was spent in the evaluated year at all."""
    for sentence in document.prose:
        if not (match := _NO_UNIT.search(sentence.text)):
            continue
        before = _paid_before(document)
        more = ""
        if before:
            more = f"；且该款项属 {before[1]} 年已完成并付清的合同（“{before[0].text[:60]}”），不是 {document.year} 年的支出"
        yield R08.finding(
            sentence.place,
            [match[0].strip(), before[0] if before else None],
            f"执行率写作“{match[1]}”而无单位（应为 {match[1]}%）{more}；分母是合同总额还是 {document.year or '当'} 年预算也未写明。",
            f"execution is printed as {match[1]} without a unit"
            + (f", and is of a contract paid in {before[1]}" if before else "")
            + ".",
            stated=match[1],
            recomputed=f"{match[1]}%；当年执行数未列" if before else f"{match[1]}%",
        )


def _paid_before(document: Document) -> tuple[Sentence, int] | None:
    for sentence in document.prose:
        match = _EARLIER.search(sentence.text)
        years = [int(year) for year in re.findall(r"(20\d\d)年", sentence.text)]
        if match and document.year and int(match[1]) < document.year and years:
            return sentence, int(match[1])
    return None


_RECEIVED = re.compile(r"到位率(?:为|达到?|是|:)?(\d+(?:\.\d+)?)%")
_EXECUTED = re.compile(r"执行率(?:为|达到?|是|:)?(\d+(?:\.\d+)?)%")


def _received_only(document: Document) -> Iterator[Finding]:
    """到位率 below 执行率: what was spent exceeds what that share of the budget is, so the denominator is the money received."""
    for sentence in document.prose:
        came, spent = _RECEIVED.search(sentence.text), _EXECUTED.search(sentence.text)
        if not came or not spent or re.search(r"万元", sentence.text):
            continue
        received, executed = Decimal(came[1]) / HUNDRED, Decimal(spent[1]) / HUNDRED
        if received < 1 and executed > received:
            yield _of_received(document, sentence, received, executed)


def _of_received(document: Document, sentence: Sentence, received: Decimal, executed: Decimal) -> Finding:
    budget = next((one for one in money(document) if one.kind == "budget"), None)
    amounts = ""
    if budget:
        wan = budget.value / 10_000
        came = f"预算 {shown(wan)} 万元 × {percent(received)} = {rounded(wan * received)} 万元到位"
        amounts = f"{came}，支出约 {rounded(wan * received * executed)} 万元；"
    return R08.finding(
        sentence.place,
        [sentence, budget.sentence if budget else None],
        f"两个比率都没有分子分母。{amounts}到位率只有 {percent(received)}，执行率 {percent(executed)} 只能是对到位资金而言，"
        f"对预算为 {percent(received)} × {percent(executed)} = {percent(received * executed)}。",
        f"execution of {percent(executed)} can only be of the money received: {percent(received * executed)} of the budget"
        + (
            f" (received {rounded(budget.value / 10_000 * received)} of {shown(budget.value / 10_000)})."
            if budget
            else "."
        ),
        stated=percent(executed),
        recomputed=percent(received * executed),
    )


def _full_marks(document: Document) -> Iterator[Finding]:
    """Money spent is under half of the budget, and the form gives every indicator, so 预算执行率 too, full marks."""
    ratio = spent_share(document)
    if ratio is None or ratio[0] >= LITTLE:
        return
    share, budget, spent = ratio
    quote: list[str | Cell | Sentence | None] = [spent.sentence]
    cell = document.scattered
    points = scattered_points(cell) if cell else None
    full = _scored_in_full(document)
    if not full and not (cell and points and points[0] == points[1] and re.search(r"预算 ?执行率", cell.text)):
        return
    place = full[0].place if full else spent.sentence.place
    proof = (
        ""
        if full
        else f"附表总分 {shown(points[1])}/{shown(points[0])}，即每一项包括预算执行率都是满分；"
        if points
        else ""
    )
    quote += (
        [full[0]] if full else [f"预算执行率（附表） 总分 {shown(points[0])} {shown(points[1])}" if points else None]
    )
    yield R08.finding(
        place,
        quote,
        f"{proof}而预算执行率为 {shown(spent.value / 10_000)}/{shown(budget.value / 10_000)} = {percent(share)}，"
        f"不可能得满分（按 B/A 计分只得分值的 {percent(share)}）。",
        f"budget execution is {percent(share)}, yet it is given full marks.",
        stated="满分",
        recomputed=percent(share),
    )


def _scored_in_full(document: Document) -> list[Cell]:
    """预算执行率 as a row of the form, as an item of the prose or with the funds, where its score is its weight."""
    rows = [
        (row.name, row.weight, row.score)
        for form in document.forms
        for row in form.rows
        if "预算执行率" in row.name.label
    ]
    rows += [(fund.name, fund.weight, fund.score) for form in document.forms for fund in form.funds]
    found = []
    for name, weight, score in rows:
        w, s = (single(cell.text) if cell else None for cell in (weight, score))
        if w and s and w.amount == s.amount and w.amount:
            found.append(Cell(f"{name.text} {w.text}/{s.text}", name.place))
    items = [item.cell for item in document.items if "预算执行率" in item.name and item.score == item.weight]
    return found + items


def spent_share(document: Document) -> tuple[Decimal, Money, Money] | None:
    """Spent against budget where one sentence prints both, in 元: (share, budget, spent)."""
    found = list(money(document))
    for spent in found:
        if spent.kind == "spent":
            near = [one for one in found if one.kind == "budget" and one.sentence == spent.sentence and one.value]
            if near:
                return spent.value / near[0].value, near[0], spent
    return None


def _smaller_plan(document: Document) -> Iterator[Finding]:
    """到位率 100 % of a plan that is smaller than the budget the same report prints."""
    found = list(money(document))
    for plan in found:
        rate = _RECEIVED.search(plan.sentence.text)
        larger = [
            one
            for one in found
            if one.kind == "budget" and one.value > plan.value * Decimal("1.05") and one.sentence != plan.sentence
        ]
        if "计划" in plan.label and rate and larger:
            received = next((one for one in found if one.kind == "received" and one.sentence == plan.sentence), plan)
            share = received.value / larger[0].value
            yield R08.finding(
                plan.sentence.place,
                [plan.sentence, larger[0].sentence],
                f"到位率 {rate[1]}% 的分母是“计划投入” {plan.printed}，而预算为 {larger[0].printed}；对预算的到位率为 {percent(share)}。",
                f"the money received is {rate[1]} % of {plan.printed}, but {percent(share)} of the budget of {larger[0].printed}.",
                stated=f"{rate[1]}%",
                recomputed=percent(share),
            )
