"""R15: an adjective against the number it describes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Document, Row, Sentence
from collector.audit.rules.execution import spent_share
from collector.audit.rules.finding import Finding, Rule, percent, shown
from collector.audit.rules.totals import USUAL, grade_of
from collector.audit.text import single

R15 = Rule("R15", "medium", "文字评价与数据相符", "the adjective fits the number", "前后对照")
_PRAISE = re.compile(
    r"明显达到了?预期(?:效果|目标)?|全面完成|圆满完成|超额完成|(?:均|全部)(?:已)?(?:按[量时质期、]+)+完成|均已?完成|全部达到|高质量完成|完成(?:了)?年度(?:建设)?任务"
)
_DENIAL = re.compile(r"未|没有|尚未|不能|是否|如|若|确保|力争|按照|按要求|推动|基本")
LITTLE = Decimal("0.5")


def check_r15(document: Document) -> Iterator[Finding]:
    yield from _missed(document)
    yield from _graded_rate(document)
    yield from _spent_little(document)
    yield from _deducted_without_reason(document)
    yield from _strong_and_weak(document)


def praise(document: Document) -> list[tuple[Sentence, str]]:
    found = []
    for one in document.prose:
        match = _PRAISE.search(one.text)
        if match and not _DENIAL.search(re.split(r"[,;。]", one.text[: match.start()])[-1][-8:]):
            found.append((one, match[0]))
    return found


def _missed(document: Document) -> Iterator[Finding]:
    """All is said to be reached, and rows of the form fall short of their targets."""
    missed = [row for form in document.forms for row in form.rows if is_missed(row)]
    claims = [(one, words) for one, words in praise(document) if not re.search(r"20\d\d年将|计划", one.text)]
    if missed and claims:
        rows = [
            f"{row.name.label}：{row.target.text if row.target else ''} → {row.actual.text if row.actual else ''}"
            for row in missed
        ]
        yield R15.finding(
            claims[0][0].place,
            [claims[0][0], *rows],
            f"报告称“{claims[0][1]}”，而有 {len(missed)} 项未达指标值（{'、'.join(row.name.label for row in missed)}）。",
            f'"{claims[0][1]}", while {len(missed)} indicators missed their target.',
            stated=claims[0][1],
            recomputed=f"{len(missed)} 项未达标",
        )


def is_missed(row: Row) -> bool:
    """Target and actual are one number each, and the actual is on the wrong side. A smaller sum of money misses nothing."""
    target, actual = (single(cell.text) if cell else None for cell in (row.target, row.actual))
    if not target or not actual or not row.target or target.unit != actual.unit or "元" in row.target.label:
        return False
    if re.match(r"[≤<]|不超过|不高于", row.target.label):
        return actual.amount > target.amount
    return actual.amount < target.amount


_RATED = re.compile(r"(?:完成|执行)[^。;,]{0,12}?(\d+(?:\.\d+)?)%[,，](?:完成|执行)情况为(优秀?|良好?|中|差|较好|好)")


def _graded_rate(document: Document) -> Iterator[Finding]:
    for one in document.prose:
        if match := _RATED.search(one.text):
            due = grade_of(Decimal(match[1]), document.bands or USUAL)
            if match[2][0] != due:
                yield R15.finding(
                    one.place,
                    [match[0]],
                    f"完成 {match[1]}% 被评为“{match[2]}”，按报告的分档属于“{due}”。",
                    f"{match[1]} % is called {match[2]}; by the report's own bands it is {due}.",
                    stated=match[2],
                    recomputed=due,
                )


_DONE = re.compile(r"完成(?:了)?年度(?:建设)?任务|全面完成|圆满完成|全部完成|已按设定要求完成")


def _spent_little(document: Document) -> Iterator[Finding]:
    share = spent_share(document)
    claims = [
        one
        for one in document.prose
        if (found := _DONE.search(one.text)) and not _DENIAL.search(one.text[max(0, found.start() - 2) : found.start()])
    ]
    if share and share[0] < LITTLE and claims:
        words = [match[0] for one in claims if (match := _DONE.search(one.text))]
        yield R15.finding(
            claims[0].place,
            [*(one.text[-60:] for one in claims), share[2].sentence],
            f"报告称“{words[0]}”，而预算只执行 {percent(share[0])}（{share[2].printed}/{share[1].printed}）。",
            f'"{words[0]}", while {percent(share[0])} of the budget was spent.',
            stated=words[0],
            recomputed=percent(share[0]),
        )


_ALL_DONE = re.compile(r"均(?:已)?(?:按[量时质期][、,]?)+完成|均已?(?:全部)?完成|全部完成")
_PARTLY = re.compile(r"部分[^。;,、]{2,10}?(?:开发|建设|完成|部署)|不健全|尚未|未完成")


def _deducted_without_reason(document: Document) -> Iterator[Finding]:
    """All was delivered, the prose says; the score is lower, and nothing says why, or another sentence says "partly"."""
    for item in document.items:
        match = _ALL_DONE.search(item.sentence)
        if not match or item.score >= item.weight or re.search(r"但|不足|扣", item.sentence):
            continue
        partly = [
            one for one in document.prose if _PARTLY.search(one.text) and re.search(r"软件|硬件|平台|系统", one.text)
        ]
        also = f"；另有{'、'.join(str(one.place) for one in partly[:2])}说明并未全部完成" if partly else ""
        yield R15.finding(
            item.cell.place,
            [item.sentence, *partly[:2]],
            f"称“{match[0]}”，却只得 {shown(item.score)}/{shown(item.weight)} 分，扣分没有理由{also}。",
            f'"{match[0]}", yet {shown(item.score)} of {shown(item.weight)}, and no reason is given.',
            stated=match[0],
            recomputed=f"{shown(item.score)}/{shown(item.weight)}",
        )


_TOPIC = r"(满意度|发现率|处置效率|办结率|效率|使用率|在线率)"
_STRONG = re.compile(_TOPIC + r"(?:得到|有|均有)?(?:了)?(?:显著|大幅|明显)(?:提升|提高|增强)?")
_WEAK = re.compile(_TOPIC + r"(?:有)?(?:小幅|略有|微幅|有限|不明显|变化不大)(?:提升|提高|上升|增强)?")


def _strong_and_weak(document: Document) -> Iterator[Finding]:
    strong = {match[1]: (one, match[0]) for one in reversed(document.prose) for match in _STRONG.finditer(one.text)}
    for one in document.prose:
        for match in _WEAK.finditer(one.text):
            if match[1] in strong:
                other, words = strong[match[1]]
                yield R15.finding(
                    other.place,
                    [
                        other.text[max(0, other.text.find(words) - 12) : other.text.find(words) + 20],
                        one.text[max(0, match.start() - 10) : match.end() + 6],
                    ],
                    f"{match[1]}在一处为“{words}”，在另一处（{one.place}）为“{match[0]}”，都没有数据。",
                    f"{match[1]} is called both {words} and {match[0]}.",
                    stated=words,
                    recomputed=match[0],
                )
                return
