"""R18 evaluation dated before its period ends · R19 activity shorter than the indicator's period."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collector.audit.document import Document, Sentence
from collector.audit.rules.finding import Finding, Rule

R18 = Rule("R18", "high", "评价日期不早于评价期末", "no evaluation before its period ends", "前后对照")
R19 = Rule("R19", "medium", "活动期不短于指标期", "activity covers the indicator's period", "前后对照")
_STEP = re.compile(
    r"(?:前期准备|数据收集|资料收集|分析评价|现场评价|报告撰写|撰写报告|形成报告|评价实施|绩效评价|自评)[^。;]{0,6}?[(（:](?:20\d\d年)?"
)
_MONTH = re.compile(r"(20\d\d)年(\d{1,2})月")
_RESULT = re.compile(r"分析|撰写|报告|结论|数据收集|评分")


def check_r18(document: Document) -> Iterator[Finding]:
    """Dated steps of the evaluation, and the date it is signed with, in or before the last month of the evaluated year."""
    if document.year is None:
        return
    early = []
    for one in document.prose:
        head = one.text[:40]
        dated = _MONTH.search(head)
        if dated and _STEP.search(head) and int(dated[1]) * 12 + int(dated[2]) <= document.year * 12 + 12:
            early.append(one)
    telling = [one for one in early if _RESULT.search(one.text[:40])]
    if telling:
        yield _early(document, telling)
    signed = _signature(document)
    if signed and not telling:
        yield _early(document, [signed])


def _early(document: Document, early: list[Sentence]) -> Finding:
    dates = [f"{match[1]}年{match[2]}月" for one in early if (match := _MONTH.search(one.text))]
    signed = _signed(document)
    later = f"；落款却是 {signed}" if signed and signed not in dates else ""
    return R18.finding(
        early[0].place,
        [*early],
        f"评价期到 {document.year} 年 12 月 31 日为止，而收集数据、评分或撰写报告的日期是{'、'.join(dates)}，全年数据当时还不存在{later}。",
        f"the period ends on {document.year}-12-31; data and scores are dated {', '.join(dates)}.",
        stated="、".join(dates),
        recomputed=f"{document.year + 1 if document.year else ''}年1月以后",
    )


def _signed(document: Document) -> str:
    dates = [one.text for one in document.paragraphs if re.fullmatch(r"20\d\d年\d{1,2}月(?:\d{1,2}日)?", one.text)]
    return dates[-1] if dates else ""


def _signature(document: Document) -> Sentence | None:
    """A paragraph that is nothing but a date; the last one signs the report."""
    dates = [one for one in document.paragraphs if re.fullmatch(r"20\d\d年\d{1,2}月(?:\d{1,2}日)?", one.text)]
    match = _MONTH.match(dates[-1].text) if dates else None
    if match is None or document.year is None or int(match[1]) * 12 + int(match[2]) > document.year * 12 + 12:
        return None
    if int(match[2]) == 12 and int(match[1]) == document.year and re.search(r"31日", dates[-1].text):
        return None
    return Sentence(dates[-1].text, dates[-1].place, -1)


_STARTED = re.compile(
    r"(?P<year>20\d\d)年(?P<month>\d{1,2})月(?:份)?(?:已|才|正式)?(?:启动|开工|上线|投入(?:使用|运行)|建成)(?![\u4e00-\u9fff]{0,6}(?:招标|采购|培训|宣传|调研|评价|自评|检查|编制|验收))"
    r"|(?:正式)?(?:启动|开工|上线)(?:时间)?为(?P<year2>20\d\d)年(?P<month2>\d{1,2})月"
)
_ANNUAL = re.compile(r"率|天/月|次/年|PUE|满意度|提升|名次")
LATE = 4
"""From an April start on a quarter of the year is missing."""


def check_r19(document: Document) -> Iterator[Finding]:
    yield from _started_late(document)
    yield from _trial(document)


def _started_late(document: Document) -> Iterator[Finding]:
    hits = [(one, match) for one in document.prose for match in _STARTED.finditer(one.text)]
    own = [
        (one, int(match["month"] or match["month2"]))
        for one, match in hits
        if int(match["year"] or match["year2"]) == document.year
    ]
    rows = [
        row.name.label
        for form in document.forms
        for row in form.rows
        if _ANNUAL.search(row.name.label + (row.target.label if row.target else ""))
    ]
    if own and own[0][1] >= LATE and rows:
        month = own[0][1]
        yield R19.finding(
            own[0][0].place,
            [*(one for one, _ in own), *rows[:8]],
            f"项目 {document.year} 年 {month} 月才启动，全年指标（{'、'.join(rows[:4])}等 {len(rows)} 项）"
            f"至多只有 {13 - month} 个月的数据。",
            f"started in month {month}: annual figures rest on {13 - month} months.",
            stated="12 个月",
            recomputed=f"{13 - month} 个月",
        )


_TRIAL = re.compile(r"(?:结论|评价|数据)[^。;]{0,12}基于[^。;]{0,8}试运行|(?:进入|处于|尚在|仍在)试运行")


def _trial(document: Document) -> Iterator[Finding]:
    """Effects of a year judged on a system still on trial at its end."""
    trial = [one for one in document.prose if _TRIAL.search(one.text)]
    effects = [
        one
        for one in document.prose
        if re.search(r"较上年|发现率|平均时长|满意度", one.text) and re.search(r"\d", one.text)
    ]
    if trial and effects:
        yield R19.finding(
            trial[0].place,
            [*trial[:3], *(one.text for one in effects[:3])],
            f"系统到 {document.year or '评价'} 年末仍在试运行，全年的效益指标（主动发现率、处置时长、满意度等）只有试运行期的数据。",
            "the system was on trial at the end of the year; annual effects rest on the trial only.",
            stated="全年",
            recomputed="仅试运行期",
        )
