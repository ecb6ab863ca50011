"""R10: one quantity, two figures. Changes of one thing, sums of one kind, the total score, counts of indicators, object and scope.

Two figures are compared only where the words make them the same quantity: the same subject and direction of a change, the project's
budget against the project's budget, the same words right before the number. Figures of different years, targets against actual values
and parts against wholes are different quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Document, Sentence
from collector.audit.rules.amounts import Money, labelled, money
from collector.audit.rules.changes import changed_twice
from collector.audit.rules.finding import Finding, Rule, shown
from collector.audit.rules.totals import scattered_points
from collector.audit.text import bigrams, single

R10 = Rule("R10", "high", "同一数据前后一致", "one quantity, one figure", "前后对照")


def check_r10(document: Document) -> Iterator[Finding]:
    yield from changed_twice(document, R10)
    yield from _budgets(document)
    yield from _totals(document)
    yield from _counts(document)
    yield from _scope(document)
    yield from _same_words(document)


_ANNUAL = re.compile(r"其中|分项|每|月均|追加|调整|结转|(?:20\d\d)年?至|总投资|三年|合同")


def _budgets(document: Document) -> Iterator[Finding]:
    """Sums that prose calls the project's budget, and those it calls spent, each against its like and against the form's columns."""
    found = [
        one for one in money(document) if not _ANNUAL.search(one.label) and not _other_year(document, one.sentence)
    ]
    for kind, word in (("budget", "预算（计划投入）"), ("spent", "支出")):
        same = [one for one in found if one.kind == kind]
        values = list(dict.fromkeys(one.value for one in same))
        if len(values) > 1 and max(values) > min(values) * Decimal("1.01") and not _all_in_form(document, values):
            first = {one.value: one for one in reversed(same)}
            yield _two_sums(word, [first[value] for value in values])


def _other_year(document: Document, sentence: Sentence) -> bool:
    years = {int(year) for year in re.findall(r"(20\d\d)年", sentence.text)}
    return bool(years) and document.year is not None and document.year not in years


def _all_in_form(document: Document, values: list[Decimal]) -> bool:
    """年初预算数 and 全年预算数 are two figures by right."""
    cells = [
        cell
        for form in document.forms
        for fund in form.funds
        for cell in (fund.initial, fund.annual, fund.executed)
        if cell
    ]
    printed = {cell.number * 10_000 for cell in cells if cell.number is not None}
    return set(values) <= printed


def _two_sums(word: str, found: list[Money]) -> Finding:
    listed = "；".join(f"{one.sentence.place}：“{one.label}{one.printed}”" for one in found)
    return R10.finding(
        found[0].sentence.place,
        [f"{one.label}{one.printed}" for one in found],
        f"同一项目的{word}有 {len(found)} 个数：{listed}。",
        f"one sum ({'budget' if '预算' in word else 'spending'}), {len(found)} figures: {', '.join(one.printed for one in found)}.",
        stated=found[0].printed,
        recomputed=" / ".join(one.printed for one in found[1:]),
    )


def _totals(document: Document) -> Iterator[Finding]:
    """The total of the prose against that of the form."""
    if len(document.forms) > 1 or len({one.score for one in document.totals}) > 1:
        return  # several projects, or the unit's own score beside that of the evaluator: which belongs to which would be a guess
    printed = [(form.total_score, single(form.total_score.text)) for form in document.forms if form.total_score]
    tables = [(cell, quantity.amount) for cell, quantity in printed if quantity]
    if document.scattered and (points := scattered_points(document.scattered)):
        tables.append((document.scattered, points[1]))
    for total in document.totals[:1]:
        for cell, value in tables:
            if value != total.score:
                yield R10.finding(
                    total.cell.place,
                    [total.cell, cell if cell is not document.scattered else f"附表总分 {shown(value)}"],
                    f"总分在正文为 {shown(total.score)}，在附表为 {shown(value)}（{cell.place}）。",
                    f"the total is {shown(total.score)} in the text and {shown(value)} in the form.",
                    stated=shown(total.score),
                    recomputed=shown(value),
                )


_COUNT = re.compile(r"(?:(\d+)个一级指标|一级指标(\d+)[个项])")


def _counts(document: Document) -> Iterator[Finding]:
    """How many 一级指标 the text announces, against how many the prose, the score table or the form scores."""
    heads = [item.name for item in document.items if item.level == 1] or [
        c.text for t in document.score_tables for c in t.names
    ]
    if not heads:
        return
    for sentence in document.prose:
        match = _COUNT.search(sentence.text)
        if match and int(match[1] or match[2]) != len(heads):
            yield R10.finding(
                sentence.place,
                [match[0], *heads],
                f"报告称有 {match[1] or match[2]} 个一级指标，实际评分的有 {len(heads)} 个（{'、'.join(heads)}）。",
                f"{match[1] or match[2]} first-level indicators are announced, {len(heads)} are scored.",
                stated=match[1] or match[2],
                recomputed=str(len(heads)),
            )


_SCOPE = re.compile(r"对象为(?P<object>[^;。]{4,60}?)[;,](?:评价的?)?范围为(?P<scope>[^;。]{4,60})")


def _scope(document: Document) -> Iterator[Finding]:
    """The object is the whole project's money, the scope one part of it."""
    for paragraph in document.paragraphs:
        match = _SCOPE.search(paragraph.text)
        if not match or not re.search(r"\d[\d.]*(?:万|亿)?元", match["object"]) or "项目" in match["scope"]:
            continue
        named = re.search(r"([^的]{2,24}(?:平台|系统|中心|工程))(?:系统)?$", match["scope"])
        if named and len(bigrams(named[1]) & bigrams(match["object"])) * 2 < len(bigrams(named[1])):
            money_ = re.search(r"\d[\d.]*(?:万|亿)?元", match["object"])
            yield R10.finding(
                paragraph.place,
                [match["object"], match["scope"]],
                f"评价对象是全部经费（“{match['object']}”），评价范围却只有“{named[1]}”，两者不是同一内容。",
                f"the object is the whole budget, the scope only {named[1]}.",
                stated=money_[0] if money_ else "",
                recomputed=named[1],
            )


_NOT_SAME = re.compile(
    r"目标|预期|计划|原先|原有|上年|同比|环比|每月|每天|每人|满分|得分|分值|其中|第|年$|至|提升|增加|缩短|减少|提高|下降|超过|不低于|含"
)


def _same_words(document: Document) -> Iterator[Finding]:
    """At least six characters before a number, the same words and unit, another number; a heading of another year parts them."""
    seen: dict[tuple[str, str], tuple[Decimal, str, Sentence]] = {}
    for sentence in document.prose:
        if _other_year(document, sentence) or re.search(r"原先|原来|上年|目标|计划", sentence.text):
            continue
        for one in labelled(sentence.text):
            label = re.sub(r"(?:已)?(?:达到?|为|是|共|约|突破|有)$", "", one.label)
            unit = one.quantity.unit
            if len(label) < 6 or not unit or unit in {"%", "年", "月", "分", "元"} or _NOT_SAME.search(one.label):
                continue
            before = seen.setdefault((label, unit), (one.quantity.amount, one.label + one.quantity.text, sentence))
            if before[0] != one.quantity.amount and one.quantity.bound == "" and before[2] is not sentence:
                yield R10.finding(
                    before[2].place,
                    [before[1], one.label + one.quantity.text],
                    f"“{label}”前后不一：{before[2].place}为 {shown(before[0])}{unit}，"
                    f"{sentence.place}为 {shown(one.quantity.amount)}{unit}。",
                    f"{label} is {shown(before[0])} in one place and {shown(one.quantity.amount)} in another.",
                    stated=f"{shown(before[0])}{unit}",
                    recomputed=f"{shown(one.quantity.amount)}{unit}",
                )
