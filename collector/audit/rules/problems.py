"""R16 "no problems" while problems are listed · R21 full marks, or praise, and a stated defect of the same thing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from collector.audit.document import Cell, Document, Paragraph, Place, Sentence
from collector.audit.rules.defects import ASPECTS, Aspect, complaints, defects
from collector.audit.rules.finding import Finding, Rule, shown

R16 = Rule("R16", "medium", "“暂无问题”与所列问题矛盾", '"no problems" while problems are listed', "前后对照")
R21 = Rule(
    "R21", "high", "满分（或好评）与自认缺陷矛盾", "full marks and a stated defect on the same indicator", "前后对照"
)
_NONE = re.compile(r"^(?:暂无|无|没有|不存在问题|暂未发现问题|暂无问题|无问题|未发现问题)[。,]?$")
_HEADING = re.compile(r"(?:存在的?|主要)问题|问题及原因|问题和改进")
_ADVICE = re.compile(r"建议|改进")


def check_r16(document: Document) -> Iterator[Finding]:
    """The section on problems says there are none; other sections admit some, or the advice presupposes them."""
    for heading, body in _pairs(document.paragraphs):
        if not (_HEADING.search(heading.text) and _NONE.match(body)):
            continue
        others = complaints(document.prose)
        advice = [
            one
            for one in document.paragraphs
            if _ADVICE.search(one.place.section) and re.match(r"[一二三四]是", one.text)
        ]
        if not others and not advice:
            continue
        quote: list[str | Cell | Sentence | None] = [
            f"{heading.text} {body}",
            *others[:6],
            *(one.text[:60] for one in advice[:4]),
        ]
        sections = [one.place.section for one in others] + [one.place.section for one in advice]
        places = list(dict.fromkeys(one for one in sections if one))
        yield R16.finding(
            heading.place,
            quote,
            f"“{heading.text}”写“{body.rstrip('。')}”，而别处列有问题或以问题为前提的建议（{'、'.join(places) or '正文'}）。",
            f'"{body}" under {heading.text}, while {len(others) + len(advice)} other passages list problems.',
            stated=body.rstrip("。"),
            recomputed=f"{len(places) or 1} 处",
        )


def _pairs(paragraphs: tuple[Paragraph, ...]) -> Iterator[tuple[Paragraph, str]]:
    """A heading and the paragraph after it; also ``存在问题:无`` in one."""
    for one, after in itertools.pairwise(paragraphs):
        head, _, rest = one.text.partition(":")
        yield (Paragraph(head, one.place), rest) if rest and len(head) < 24 else (one, after.text)


@dataclass(frozen=True)
class Praised:
    """What has full marks: its name, how it is printed, and the sentence that praises it. head: a 一级指标, praised for all below it."""

    name: str
    cell: Cell
    weight: Decimal
    text: str
    head: bool = False


def full_marks(document: Document) -> Iterator[Praised]:
    """Indicators with their whole weight: of the prose (the lowest level that is scored) and of the form."""
    parents = {item.parent for item in document.items if item.parent is not None}
    for at, item in enumerate(document.items):
        if item.score == item.weight and item.weight and at not in parents:
            yield Praised(item.name, item.cell, item.weight, item.sentence, item.level == 1)
    for form in document.forms:
        for row in form.rows:
            weight, score = (cell.number if cell else None for cell in (row.weight, row.score))
            if weight and weight == score:
                cell = Cell(f"{row.name.text} {shown(weight)}/{shown(weight)}", row.name.place)
                yield Praised(row.name.label, cell, weight, row.name.label)


def check_r21(document: Document) -> Iterator[Finding]:
    stated = {aspect.name: defects(document, aspect) for aspect in ASPECTS}
    for one in full_marks(document):
        for aspect in ASPECTS:
            if stated[aspect.name] and (
                aspect.indicator.search(one.name) or (one.head and aspect.indicator.search(one.text))
            ):
                yield from _full(one, aspect, stated[aspect.name])
    yield from _claimed(document)


def _full(one: Praised, aspect: Aspect, admitted: list[Sentence]) -> Iterator[Finding]:
    stated = [sentence for sentence in admitted if sentence.text not in one.text]
    if stated:
        yield R21.finding(
            one.cell.place,
            [one.cell, one.text if one.text != one.name else None, *stated[:3]],
            f"“{one.name}”得满分（{shown(one.weight)}/{shown(one.weight)}），而{_places(stated)}自认{aspect.name}有缺陷。",
            f"{one.name} has full marks while a defect of its {aspect.name_en} is stated.",
            stated=f"{shown(one.weight)}/{shown(one.weight)}",
            recomputed="应扣分",
        )


def _places(stated: list[Sentence]) -> str:
    return "、".join(dict.fromkeys(str(one.place) for one in stated[:3]))


_CLAIM = re.compile(r"(?:连续)?稳定(?:、)?(?:高效|可靠)?(?:、)?(?:高效)?运行|运行良好|实现正常运行")


def _claimed(document: Document) -> Iterator[Finding]:
    """Stable operation is claimed (as aim reached, or as a state) while a check on the spot found the opposite."""
    aspect = next(one for one in ASPECTS if one.name == "运行稳定")
    stated = defects(document, aspect)
    claims = [
        one for one in document.prose if _CLAIM.search(one.text) and not re.search(r"建议|加大|应当|今后", one.text)
    ]
    if stated and claims:
        found = [match[0] for one in claims if (match := _CLAIM.search(one.text))]
        place: Place = stated[0].place
        yield R21.finding(
            place,
            [*dict.fromkeys(found), *stated[:3]],
            f"报告称“{found[0]}”（{claims[0].place}），而{_places(stated)}写明“{_defect(stated[0], aspect)}”。",
            "stable operation is claimed while a check found it unusable.",
            stated=found[0],
            recomputed=_defect(stated[0], aspect),
        )


def _defect(sentence: Sentence, aspect: Aspect) -> str:
    clauses = re.split(r"[,;。]", sentence.text)
    return next(
        (
            "，".join(clauses[max(0, i - 1) : i + 2]).strip("，")
            for i, one in enumerate(clauses)
            if aspect.defect.search(one)
        ),
        sentence.text,
    )
