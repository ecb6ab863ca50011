"""Changes that prose states in percent (处置时长缩短约70%), and what the counts printed beside them make of them. Part of R10."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from collector.audit.document import Document, Sentence
from collector.audit.rules.finding import Finding, Rule, rounded, shown
from collector.audit.rules.quotients import growth_of


@dataclass(frozen=True)
class Change:
    """subject: what changes, by its family. up: it rises. value: percent as printed."""

    subject: str
    up: bool
    value: Decimal
    expected: bool
    printed: str
    sentence: Sentence


_SUBJECTS = {
    "时长": re.compile(r"(?:处置|处理|办理|办结|响应|闭环)(?:平均)?(?:时长|时间|用时)"),
    "事件量": re.compile(r"(?:事件|案件|问题)(?:数|总)?量"),
    "发现率": re.compile(r"发现率"),
    "成本": re.compile(r"(?:运行|管理|人工|执法|建设)成本"),
    "人员": re.compile(r"(?:人工|人员)工作量"),
    "能耗": re.compile(r"能耗|用电量|PUE"),
    "满意度": re.compile(r"满意度"),
}
_CHANGE = re.compile(
    r"(提升|增加|增长|提高|上升|下降|降低|减少|缩短)(?:了)?(?:约|近|超过?|达)?(\d+(?:\.\d+)?)%(?:以上|左右)?"
)
_UP = {"提升", "增加", "增长", "提高", "上升"}
_AHEAD = re.compile(r"预期|预计|有望|计划|目标|将")


def changes(prose: Iterable[Sentence]) -> Iterator[Change]:
    for sentence in prose:
        for match in _CHANGE.finditer(sentence.text):
            before = re.split(r"[。;]", sentence.text[: match.start()])[-1][-24:]
            named = [
                (before.rfind(one[0]), name) for name, words in _SUBJECTS.items() for one in words.finditer(before)
            ]
            if named:
                clause = before[max(named)[0] :] + match[0]
                ahead = bool(_AHEAD.search(before[-16:]))
                yield Change(max(named)[1], match[1] in _UP, Decimal(match[2]), ahead, clause, sentence)


def changed_twice(document: Document, rule: Rule) -> Iterator[Finding]:
    """One change of one subject with percentages that differ by more than a tenth."""
    groups: dict[tuple[str, bool], list[Change]] = {}
    for one in changes(document.prose):
        if not re.search(r"20\d\d年", one.printed):
            groups.setdefault((one.subject, one.up), []).append(one)
    for (subject, _), found in groups.items():
        values = sorted({one.value for one in found})
        if len(values) > 1 and values[-1] - values[0] > values[-1] / 10:
            yield _finding(document, rule, subject, found)


def _finding(document: Document, rule: Rule, subject: str, found: list[Change]) -> Finding:
    values = list(dict.fromkeys(one.value for one in found))
    recomputed, why = _from_counts(document, subject)
    others = "；".join(f"{one.sentence.place}：“{one.printed}”" for one in found)
    return rule.finding(
        found[0].sentence.place,
        [one.printed for one in found],
        f"同一变化（{subject}）前后不一：{others}{why}。",
        f"the same change is given as {' and '.join(f'{shown(value)} %' for value in values)}.",
        stated=" / ".join(f"{shown(value)}%" for value in values),
        recomputed=recomputed,
    )


def _from_counts(document: Document, subject: str) -> tuple[str, str]:
    """What the counts that the report itself prints make of a change in number."""
    if subject == "时长":
        return _from_days(document)
    if subject != "事件量":
        return "", ""
    for sentence in document.prose:
        for before, after, _ in growth_of(sentence.text):
            value = rounded((after - before) / before * 100, 0)
            sign = "+" if after > before else ""
            return f"{sign}{value}%", f"；报告所列由 {shown(before)} 变为 {shown(after)}，即 {sign}{value}%"
    return "", ""


_DAYS = re.compile(
    r"(\d+)(?:-(\d+))?天[^。\d]{0,16}(?:转变为|缩短(?:至|到|为)|降至)?[^。]{0,40}?(?:仅需|只需|缩短(?:至|到|为))(\d+)天"
)


def _from_days(document: Document) -> tuple[str, str]:
    """What the days that the report itself prints make of a change in duration."""
    for sentence in document.prose:
        if match := _DAYS.search(sentence.text):
            first, last, after = Decimal(match[1]), Decimal(match[2] or match[1]), Decimal(match[3])
            values = list(dict.fromkeys(f"-{rounded((days - after) / days * 100, 0)}%" for days in (first, last)))
            return (
                " 至 ".join(values),
                f"；报告所列由 {match[1]}{'-' + match[2] if match[2] else ''} 天变为 {match[3]} 天，即 {' 至 '.join(values)}",
            )
    return "", ""
