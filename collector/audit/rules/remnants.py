"""R20 a template placeholder left in, and scored · R26 masked figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collector.audit.document import Cell, Document, Place
from collector.audit.rules.finding import FORM, Finding, Rule
from collector.audit.rules.totals import scattered_points
from collector.audit.text import squeezed

R20 = Rule("R20", "high", "模板占位文字未删除", "a template placeholder was left in", FORM)
R26 = Rule("R26", "high", "数据被遮盖", "figures are masked", "公开的数据应可核对")
_FILL_IN = re.compile(
    r"分项填写[^。…]{2,20}?下 ?同|分项填写年度[^。…]{2,20}|(?:此处|请|自行)填写[^。,]{0,12}|填写示例|填报说明"
    r"|指标 ?[1一][:：] ?(?:……|…|\.{3,})?"
    r"|(?<![A-Za-zＸ])[XxＸ×]{2,}(?:年|月|日|万元|元|个|项目|单位|%|县|市)|[_＿]{3,}|\((?:参考格式|示例|样表|模板)\)"
)
_CHOICE = re.compile(r"\((?:或[\u4e00-\u9fff]{2,8}|简要说明|如有|可选|若有)\)")
_MASK = re.compile(r"[*＊]{3,}|[█■]{2,}|(?<![×\d])×{3,}(?=[个条万亿元人次路])")


def check_r20(document: Document) -> Iterator[Finding]:
    left = _hits(document, _FILL_IN)
    if left:
        scored = _scored(document)
        yield R20.finding(
            left[0][1],
            [text for text, _ in left],
            f"模板文字没有替换为实际内容（{'、'.join(dict.fromkeys(text for text, _ in left[:4]))}等 {len(left)} 处）{scored}。",
            f"{len(left)} placeholders of the template were left in{', and scored' if scored else ''}.",
            stated=left[0][0],
            recomputed=f"{len(left)} 处",
        )
    choice = _hits(document, _CHOICE)
    if choice:
        yield R20.finding(
            choice[0][1],
            [text for text, _ in choice],
            f"模板的选择性文字没有删去（{'、'.join(dict.fromkeys(text for text, _ in choice))}），未作选择。",
            "words that the template leaves for a choice were not removed.",
            stated=choice[0][0],
            recomputed=f"{len(choice)} 处",
            severity="medium" if any("或" in text for text, _ in choice) else "low",
        )


def _hits(document: Document, pattern: re.Pattern[str]) -> list[tuple[str, Place]]:
    """The words around each hit, in the order of the document; every text once."""
    prose = [(one.text, one.place) for one in document.paragraphs]
    cells = [(cell.text, cell.place) for table in document.tables for cell in table.cells() if not cell.inherited]
    rest = [(document.scattered.text, document.scattered.place)] if document.scattered else []
    found: dict[str, Place] = {}
    for text, place in [*prose, *cells, *rest]:
        for match in pattern.finditer(text):
            words = re.split(r"[。;,、]", text[: match.start()])[-1][-12:] if match[0].startswith("(") else ""
            found.setdefault(squeezed(words + match[0]).rstrip(":…. "), place)
    return list(found.items())


def _scored(document: Document) -> str:
    """Whether what holds the placeholders was given points."""
    if document.scattered and (points := scattered_points(document.scattered)):
        return f"，而附表总分仍为 {points[1]}/{points[0]}"
    rows = [
        row
        for form in document.forms
        for row in form.rows
        if _is_left(row.target, row.actual, row.name) and row.score and row.score.number
    ]
    return f"，其中 {len(rows)} 项仍然得分" if rows else ""


def _is_left(*cells: Cell | None) -> bool:
    return any(cell is not None and _FILL_IN.search(cell.text) for cell in cells)


def check_r26(document: Document) -> Iterator[Finding]:
    hits = [(one, match) for one in document.everything for match in _MASK.finditer(one.text)]
    found = [(one.text[max(0, match.start() - 16) : match.end() + 6], one.place) for one, match in hits]
    if found:
        yield R26.finding(
            found[0][1],
            [text for text, _ in found],
            f"{len(found)} 处数据以符号遮盖，无法核对：{'；'.join(text for text, _ in found[:4])}。",
            f"{len(found)} figures are masked and cannot be checked.",
            stated=hits[0][1][0],
            recomputed="无数据",
        )
