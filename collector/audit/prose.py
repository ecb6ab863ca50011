"""Scores, totals, grades and bands that a report states in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from collector.audit.document import Band, Cell, Item, Paragraph, Sentence, Total, Weights

_POINTS = r"(\d+(?:\.\d+)?)分"
_ITEM = re.compile(
    r"(?P<enum>[(][一二三四五六七八九十]{1,2}[)]|[一二三四五六七八九十]{1,2}、|\d{1,2}[.、])?\s*"
    r"(?P<name>[^\s。;,:()\d][^\s。;,:()]{1,29})"
    rf"[(](?:满分|分值|权重|总分|标准分)(?:为|:)?{_POINTS}[,;、](?:实得|得分|实际得分|自评得分|自评分|自评)(?:为|:)?{_POINTS}[)]"
)
_LONG_ITEM = re.compile(
    rf"(?P<name>[^\s。;,:()\d]{{2,14}}?)(?:指标)?(?:总分|满分|分值)(?:为|:)?{_POINTS},(?:实际)?得分(?:为|:)?{_POINTS}"
    r"(?:,得分率(?:为|:)?(?P<rate>\d+(?:\.\d+)?)%)?"
)
_TOTAL = re.compile(
    r"(?:综合得分|自评得分|自评分|自评总分|评价得分|评价总分|总得分|最终得分|总分|综合评分|考评得分)"
    rf"(?:为|是|:)+{_POINTS}(?![以之]|[-—(])"
)
_GRADES = r"优秀|良好|合格|不合格|较差|优|良|中|差"
_GRADE = re.compile(
    rf"(?:等级|结果|级别|评定|结论)[^。;]{{0,4}}?(?:为|是|:|评定为)[“\"'「]?({_GRADES})(?![\u4e00-\u9fff])[”\"'」]?"
)
_BAND = re.compile(rf"(?P<range>[^;。]*?)(?:为|评定为|定为|:)[“\"]?(?P<grade>{_GRADES})[”\"]?(?=[、,;。】)]|$)")
_HEADS = re.compile(
    r"((?:项目)?(?:决策|过程|管理|投入|产出|效益|效果|满意度|预算执行率?|资金执行率?|成本))(?:指标)?(?:为|:|权重|占)?(\d+(?:\.\d+)?)分"
)
SCATTERED_HEAD = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,6}(?: ?指标)?) ?[(] ?(\d+(?:\.\d+)?) ?分 ?[)]")
SAME_GRADE = {"优秀": "优", "良好": "良", "较差": "差"}


def grade(word: str) -> str:
    return SAME_GRADE.get(word, word)


def totals(prose: Iterable[Sentence]) -> list[Total]:
    """Totals with their grade, and grades are looked for in the same sentence; a sentence that explains the bands is none."""
    found = []
    for one in prose:
        if len(re.findall(r"\d+(?:\.\d+)?分?(?:以上|以下|\(含|-)", one.text)) > 2:
            continue
        for match in _TOTAL.finditer(one.text):
            word = _GRADE.search(one.text, match.end())
            found.append(Total(Cell(one.text, one.place), Decimal(match[1]), grade(word[1]) if word else ""))
    return found


def bands(prose: Iterable[Sentence]) -> list[Band]:
    """The grades' lower bounds, from the sentences that state several: ``90(含)-100分为优、80(含)-90分为良``."""
    found: dict[str, Band] = {}
    for one in prose:
        for match in _BAND.finditer(one.text.replace("、", ";")):
            bounds = [Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", match["range"])]
            if not bounds or not re.search(r"以上|以下|含|-|~|至|≥|<", match["range"]) or max(bounds) > 100:
                continue
            below = "以下" in match["range"] and len(set(bounds)) == 1
            lower = Decimal(0) if below else min(bounds)
            name = grade(match["grade"])
            found.setdefault(name, Band(name, lower, "不含" not in match["range"]))
    return sorted(found.values(), key=lambda band: -band.lower) if len(found) >= 3 else []


def items(paragraphs: Sequence[Paragraph]) -> list[Item]:
    """Indicators scored in prose. A head is numbered in brackets (or is one of several without inner numbering); its items follow it."""
    found: list[Item] = []
    for paragraph in paragraphs:
        matches = list(_ITEM.finditer(paragraph.text)) or list(_LONG_ITEM.finditer(paragraph.text))
        for at, match in enumerate(matches):
            end = matches[at + 1].start() if at + 1 < len(matches) else len(paragraph.text)
            cell = Cell(match[0].strip(), paragraph.place)
            rate = match.groupdict().get("rate")
            level = 1 if (match.groupdict().get("enum") or "").startswith("(") else 2
            found.append(
                Item(
                    cell,
                    re.sub(r"^[(]?[一二三四五六七八九十\d]+[).、]", "", match["name"]),
                    level,
                    *_two_scores(match),
                    Decimal(rate) if rate else None,
                    None,
                    paragraph.text[match.start() : end],
                )
            )
    return _tree(found)


def _two_scores(match: re.Match[str]) -> tuple[Decimal, Decimal]:
    numbers = re.findall(r"(\d+(?:\.\d+)?)分", match[0])
    return Decimal(numbers[0]), Decimal(numbers[1])


def _tree(found: list[Item]) -> list[Item]:
    """Give every item its parent. Where numbering begins anew (1. after 1.), the items up to the weight of the first are its own."""
    if not any(one.level == 1 for one in found):
        return [replace(one, level=1) for one in found]
    result: list[Item] = []
    head: int | None = None
    inner: tuple[int, Decimal] | None = None  # the item being filled, and what it still lacks
    for at, one in enumerate(found):
        if one.level == 1:
            head, inner = at, None
        elif inner and one.weight <= inner[1]:
            result.append(replace(one, level=3, parent=inner[0]))
            rest = inner[1] - one.weight
            inner = (inner[0], rest) if rest else None
            continue
        elif at and found[at - 1].level == 2 and _begins_anew(found[at - 1], one):
            rest = found[at - 1].weight - one.weight
            result.append(replace(one, level=3, parent=at - 1))
            inner = (at - 1, rest) if rest else None
            continue
        result.append(replace(one, parent=None if one.level == 1 else head))
    return result


def _begins_anew(before: Item, one: Item) -> bool:
    first = re.match(r"1[.、]", before.cell.text) and re.match(r"1[.、]", one.cell.text)
    return bool(first) and one.weight <= before.weight


def stated_weights(prose: Iterable[Sentence]) -> list[Weights]:
    """``决策 20 分,过程 20 分,产出 30 分,效益 30 分`` in one sentence."""
    found = []
    for one in prose:
        pairs = [(name, Decimal(weight)) for name, weight in _HEADS.findall(one.text)]
        names = [name for name, _ in pairs]
        if len(pairs) >= 3 and len(set(names)) == len(names) and "得分" not in one.text.split(names[-1])[-1][:12]:
            found.append(Weights(Cell(one.text, one.place), "正文", tuple(pairs)))
    return found


def scattered_heads(cell: Cell) -> list[tuple[str, Decimal]]:
    """``决策 (15 分)`` in the text of a form whose cells lost their order."""
    return [(name.replace(" ", ""), Decimal(weight)) for name, weight in SCATTERED_HEAD.findall(cell.text)]
