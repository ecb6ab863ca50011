"""R11 the actual value is the target copied · R12 the actual value is an inequality: declared, not measured."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collector.audit.document import Document, Form, Row
from collector.audit.rules.finding import FORM, Finding, Rule
from collector.audit.text import compact, number

R11 = Rule("R11", "high", "实际完成值照抄指标值", "the actual value is the target copied", FORM)
R12 = Rule("R12", "high", "实际完成值是不等式", "the actual value is an inequality", FORM)
_OPERATOR = re.compile(
    r"^(?:≥|≤|>=|<=|>|<|≧|≦|不低于|不少于|不超过|不高于|大于|小于|超过|至少)|(?:以上|以下|以内|及以上)$"
)
MOST_TARGETS = 20
_OUTCOME = re.compile(r"^(?:已|全部|按时|按期|如期)?(?:合格|完成|达标|通过|验收|建成|是|有|无|否|及时)$")
LONG_COPY = 24
"""So many characters of prose that stand both as target and as result are a copy, not a coincidence."""


def check_r11(document: Document) -> Iterator[Finding]:
    for form in document.forms:
        yield from _copied(form)
    yield from _copied_prose(document)


def _copied(form: Form) -> Iterator[Finding]:
    """One finding for the form. Plain numbers that are equal (3个, 3个) are counted with the rest, but are no finding by themselves:
    what was planned exactly may be done exactly.
    """
    rows = _with_actual(form)
    copies = [row for row in rows if row.target and row.actual and compact(row.target.text) == compact(row.actual.text)]
    telling = [row for row in copies if row.actual and _tells(row.actual.label)]
    if telling:
        yield R11.finding(
            telling[0].actual.place if telling[0].actual else form.place,
            [_cells(row) for row in copies],
            f"{len(rows)} 个实际完成值中有 {len(copies)} 个与年度指标值逐字相同"
            f"（{'、'.join(row.name.label for row in copies)}），是申报而不是实测。",
            f"{len(copies)} of {len(rows)} actual values copy the target.",
            stated=f"{len(copies)}/{len(rows)}",
            recomputed=f"{len(copies)}/{len(rows)} 项无实测值",
        )


def _tells(label: str) -> bool:
    """An operator, or words that are no outcome: 合格 may be both target and result, 持续推进 is no result."""
    return bool(_OPERATOR.search(label)) or not (re.search(r"\d", label) or _OUTCOME.match(label))


def _with_actual(form: Form) -> list[Row]:
    return [
        row
        for row in form.rows
        if row.target and row.actual and row.target.label and row.actual.label not in {"", "/", "—", "-"}
    ]


def _cells(row: Row) -> str:
    return f"{row.name.label}：{row.target.text if row.target else ''} → {row.actual.text if row.actual else ''}"


_TARGET = re.compile(r"(?:年初)?(?:设定的)?[^。]{0,12}(?:指标|目标)为:?(.{20,}?)。?(?:实际完成|$)")
_RESULT = re.compile(r"完成情况")


def _copied_prose(document: Document) -> Iterator[Finding]:
    """A stretch of a stated target that a section on results repeats word by word."""
    targets = [(one, match[1]) for one in document.prose if (match := _TARGET.search(one.text))][:MOST_TARGETS]
    for paragraph in document.paragraphs if targets else ():
        heading = _RESULT.search(paragraph.text[:20])
        if not heading or re.search(r"(?:设定|预期)", paragraph.text[:20]):
            continue
        said = paragraph.text[heading.end() :]
        for sentence, target in targets:
            same = _shared(said, target)
            if len(same) >= LONG_COPY and sentence.text not in paragraph.text:
                planned = "，且写的是“拟”建，尚未完成" if re.search(r"拟建|拟", same) else ""
                yield R11.finding(
                    paragraph.place,
                    [paragraph.text, sentence],
                    f"“{paragraph.text[: heading.end()].strip()}”的内容“{same}”就是年初目标的原文（{sentence.place}）{planned}。",
                    "what is given as the result is the target, word by word.",
                    stated=same[:40],
                    recomputed="无实际完成情况",
                )


def _shared(one: str, other: str) -> str:
    """The longest stretch that both hold."""
    best = ""
    for start in range(len(one)):
        while one[start : start + len(best) + 1] in other and start + len(best) < len(one):
            best = one[start : start + len(best) + 1]
    return best.strip(",。;")


def check_r12(document: Document) -> Iterator[Finding]:
    for form in document.forms:
        rows = _with_actual(form)
        found = [
            row for row in rows if row.actual and _OPERATOR.search(row.actual.label) and number(row.actual.text) is None
        ]
        if found:
            yield R12.finding(
                found[0].actual.place if found[0].actual else form.place,
                [_cells(row) for row in found],
                f"{len(rows)} 个实际完成值中有 {len(found)} 个是不等式"
                f"（{'、'.join(row.actual.label for row in found if row.actual)}），实际是多少没有写。",
                f"{len(found)} of {len(rows)} actual values are inequalities.",
                stated=f"{len(found)}/{len(rows)}",
                recomputed=f"{len(found)}/{len(rows)} 项无实测值",
            )
