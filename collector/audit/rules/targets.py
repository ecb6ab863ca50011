"""R27: a target is stated, and elsewhere said to be missing or not measurable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collector.audit.document import Document, Sentence
from collector.audit.rules.finding import Finding, Rule

R27 = Rule("R27", "medium", "目标值有无前后一致", "a target is stated and said to be missing", "前后对照")
_MISSING = re.compile(
    r"(?P<names>[^。;]{2,60}?)(?:等)?(?:均|都)?(?:未|没有|尚未)(?:设置|设定|明确|规定)(?:具体|明确)?的?(?:目标值|指标值|目标)"
)
_TARGET = re.compile(
    r"([\u4e00-\u9fff]{2,20}?(?:率|度|时间|时长))(?:达到|提升至|控制在|缩短至|为|:)?(?:≥|≤|不低于|不高于|不少于)?(\d+(?:\.\d+)?%?(?:小时)?)"
)
_SIDES = ("数量", "质量", "成本", "时效", "效益", "满意度")


def check_r27(document: Document) -> Iterator[Finding]:
    yield from _named(document)
    yield from _sides(document)
    yield from _measurable(document)


def _named(document: Document) -> Iterator[Finding]:
    targets = _targets(document)
    for one in document.prose:
        match = _MISSING.search(one.text)
        if not match:
            continue
        names = [re.sub(r".*(?:如|的|具体)", "", name) for name in match["names"].split("、")]
        for name in names:
            stated = next(
                ((text, at) for text, at in targets if len(name) >= 3 and _is_inside(name, text) and at != one), None
            )
            if stated:
                yield R27.finding(
                    one.place,
                    [stated[1].text, one],
                    f"称“{name}”未设置目标值，而{stated[1].place}列有“{stated[0]}”。",
                    f"{name} is said to have no target; {stated[0]} is stated.",
                    stated="未设置具体目标值",
                    recomputed=stated[0],
                )


def _targets(document: Document) -> list[tuple[str, Sentence]]:
    found = [(match[0], one) for one in document.prose for match in _TARGET.finditer(one.text)]
    for form in document.forms:
        for row in form.rows:
            if row.target and re.search(r"\d", row.target.label):
                text = f"{row.name.label} {row.target.label}"
                found.append((text, Sentence(text, row.target.place, -1)))
    return found


def _is_inside(name: str, target: str) -> bool:
    """Every character of the name in the target's name, in order: 监控在线率 in 视频监控设备在线率."""
    rest = iter(re.split(r"[≥≤\d]", target)[0])
    return all(one in rest for one in name)


_QUANTIFIED = re.compile(r"在?([数量质成本时效益满意度、和及]{2,24})(?:等)?方面(?:均)?(?:设置|设定)了?(?:量化|可衡量)")
_HARD = re.compile(
    r"在?([数量质成本时效益满意度、和及]{2,24})(?:等)?方面[^,。;]{0,10}(?:较难量化|难以量化|未量化|不可衡量)"
)


def _sides(document: Document) -> Iterator[Finding]:
    """数量 among the sides that are quantified, and among those that are hard to quantify, in one sentence or paragraph."""
    for own in document.by_paragraph():
        good = {
            side: one for one in own for match in _QUANTIFIED.finditer(one.text) for side in _SIDES if side in match[1]
        }
        bad = {side: one for one in own for match in _HARD.finditer(one.text) for side in _SIDES if side in match[1]}
        both = [side for side in _SIDES if side in good and side in bad]
        if both:
            yield R27.finding(
                bad[both[0]].place,
                [good[both[0]], bad[both[0]]],
                f"{'、'.join(both)}指标既“设置了量化”，又“较难量化”。",
                f"{', '.join(both)}: targets are said to be quantified and to be hard to quantify.",
                stated="设置了量化绩效目标",
                recomputed="较难量化",
            )


_CLEAR = re.compile(r"(?:指标|目标)[^。;]{0,8}(?:清晰|明确)?[、]?(?:细化|量化)[、]?(?:可衡量|明确)?")
_VAGUE = re.compile(r"未能用可衡量|指标值?[^。;,]{0,8}(?:未量化|没有量化)|指标[^。;,]{0,4}(?:比较)?抽象")


def _measurable(document: Document) -> Iterator[Finding]:
    clear = [
        one
        for one in document.prose
        if (match := _CLEAR.search(one.text)) and not re.search(r"未|不|难|建议|应|需", match[0])
    ]
    clear = [
        one
        for one in clear
        if re.search(r"可衡量|量化", one.text)
        and not re.search(r"建议|应依据|应当", one.text)
        and not _VAGUE.search(one.text)
    ]
    vague = [one for one in document.prose if _VAGUE.search(one.text)]
    stated = [one for one in clear if re.search(r"清晰[、,]?细化[、,]?可衡量|指标(?:清晰|明确)?(?:、)?量化", one.text)]
    if stated and vague:
        yield R27.finding(
            vague[0].place,
            [stated[0], vague[0]],
            f"指标一处称已细化、可衡量（{stated[0].place}），一处称未能用可衡量的指标值体现。",
            "the targets are said to be measurable, and not to be.",
            stated="清晰、细化、可衡量",
            recomputed="未能用可衡量的指标值",
        )
