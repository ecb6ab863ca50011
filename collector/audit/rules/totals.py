"""R03 scores add up to the total · R04 total = 100 − the deductions shown · R05 score ≤ weight · R06 grade follows the bands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Band, Cell, Document, Total
from collector.audit.rules.finding import FORM, Finding, Rule, added, shown
from collector.audit.rules.scheme import Part, Scheme, schemes
from collector.audit.rules.search import Named, subsets
from collector.audit.text import single

R03 = Rule("R03", "high", "各项得分之和等于总分", "item scores add up to the total", FORM)
R04 = Rule("R04", "high", "总分等于 100 减去所列扣分", "total equals 100 less the deductions shown", FORM)
R05 = Rule("R05", "high", "得分不超过分值", "no score above its weight", FORM)
R06 = Rule("R06", "high", "等级符合分档", "the grade follows the bands", "报告自列分档；未列时按 90/80/60 分档")
FULL = Decimal(100)
USUAL = (
    Band("优", Decimal(90), True),
    Band("良", Decimal(80), True),
    Band("中", Decimal(60), True),
    Band("差", Decimal(0), True),
)
"""The bands that the published reports state; they are used where a report states none."""
SAME = {"合格": "中", "不合格": "差"}


def totals_of(document: Document, scheme: Scheme) -> list[tuple[Decimal, Decimal, Cell]]:
    """The totals a scheme must meet: its own, and where it prints none those of the prose. (total, half its last digit, cell)."""
    own = single(scheme.total_score.text) if scheme.total_score else None
    if own and scheme.total_score:
        return [(own.amount, own.half, scheme.total_score)]
    return [(one.score, Decimal(0), one.cell) for one in _distinct(document.totals)]


def _distinct(totals: tuple[Total, ...]) -> list[Total]:
    return list({one.score: one for one in reversed(totals)}.values())[::-1]


def check_r03(document: Document) -> Iterator[Finding]:
    for scheme in schemes(document):
        parts = scheme.scored
        if not parts or len(scheme.groups) < 2:
            continue
        sums = [one for one in (_sum(scheme.heads), _sum(parts)) if one is not None]
        totals = totals_of(document, scheme)
        if totals and not any(abs(value - total) <= half for value in sums for total, half, _ in totals):
            yield _not_the_sum(document, scheme, totals[0][0], totals[0][2])


def _sum(parts: list[Part] | None) -> Decimal | None:
    if not parts or any(part.score is None for part in parts):
        return None
    return sum((part.score for part in parts if part.score is not None), Decimal(0))


def _not_the_sum(document: Document, scheme: Scheme, total: Decimal, cell: Cell) -> Finding:
    groups = _scores(scheme)
    heads = scheme.heads if scheme.heads and _sum(scheme.heads) is not None else None
    stated = [part.score or Decimal(0) for part in heads] if heads else [value for _, value in groups]
    items = [value for _, value in groups]
    more = f"；按各分项得分则为 {added(items)}" if heads and items != stated else ""
    if document.scattered and (form := _scattered_total(document.scattered)) is not None and form != total:
        more += f"；附表总分印 {shown(form)}"
    names = [part.name for part in heads] if heads else [name for name, _ in groups]
    return R03.finding(
        cell.place,
        [cell, *(f"{name} {shown(value)}" for name, value in zip(names, stated, strict=True))],
        f"{scheme.source}各项得分合计 {added(stated)}，总分印 {shown(total)}{more}。",
        f"scores add up to {shown(sum(stated, Decimal(0)))}, printed {shown(total)}.",
        stated=shown(total),
        recomputed=shown(sum(stated, Decimal(0))),
    )


def _scores(scheme: Scheme) -> list[tuple[str, Decimal]]:
    """Scores by group, from its items where it has some."""
    own = [(scheme.execution.name, scheme.execution.score or Decimal(0))] if scheme.execution else []
    for group in scheme.groups:
        items = [part.score or Decimal(0) for part in group.parts]
        own.append((group.name, sum(items, Decimal(0)) if items else group.score or Decimal(0)))
    return own


def _scattered_total(cell: Cell) -> Decimal | None:
    found = scattered_points(cell)
    return found[1] if found else None


def scattered_points(cell: Cell) -> tuple[Decimal, Decimal] | None:
    """(weight, score) of the total in a form whose cells lost their order: the last numbers before its notes."""
    match = re.search(r"总 ?分 [\d. ]*?(\d+(?:\.\d+)?) (\d+(?:\.\d+)?) 注", cell.text)
    return (Decimal(match[1]), Decimal(match[2])) if match else None


def check_r04(document: Document) -> Iterator[Finding]:
    for scheme in schemes(document):
        parts = scheme.scored
        if not parts or len(scheme.groups) < 2:
            continue
        lost = [(part, part.weight - (part.score or Decimal(0))) for part in parts if part.score != part.weight]
        heads = scheme.heads or []
        by_head = (
            [part.weight - part.score for part in heads if part.score is not None] if _sum(heads) is not None else []
        )
        expected = FULL - sum((value for _, value in lost), Decimal(0))
        also = FULL - sum(by_head, Decimal(0)) if by_head else expected
        totals = totals_of(document, scheme)
        if totals and not any(abs(value - total) <= half for value in (expected, also) for total, half, _ in totals):
            yield _not_deducted(scheme, lost, totals[0][0], expected, totals[0][2])


def _not_deducted(
    scheme: Scheme, lost: list[tuple[Part, Decimal]], total: Decimal, expected: Decimal, cell: Cell
) -> Finding:
    listed = [f"{part.name} −{shown(value)}" for part, value in lost]
    shown_sum = added(value for _, value in lost) if lost else "0"
    why, why_en = _explanation(scheme, lost, FULL - total)
    return R04.finding(
        cell.place,
        [cell, *listed],
        f"{scheme.source}所列扣分 {shown_sum}，100 减去扣分为 {shown(expected)}，总分印 {shown(total)}。{why}",
        f"the deductions shown leave {shown(expected)}, printed {shown(total)}. {why_en}".strip(),
        stated=shown(total),
        recomputed=shown(expected),
    )


def _explanation(scheme: Scheme, lost: list[tuple[Part, Decimal]], deducted: Decimal) -> tuple[str, str]:
    """Which deductions the printed total must have left out; the execution rate first, because forms add it apart."""
    terms = [Named(part.name, value) for part, value in lost]
    missing = sum((one.value for one in terms), Decimal(0)) - deducted
    if missing <= 0:
        return _not_shown(scheme, -missing)
    found = subsets(terms, missing)
    if not found:
        return (
            "所列扣分的任何组合（至多三项）都解释不了印出的总分。",
            "no choice of up to three deductions explains the printed total.",
        )
    apart = next(
        (one for one in found if len(one) == 1 and scheme.execution and one[0].name == scheme.execution.name), None
    )
    first = apart or found[0]
    names = "、".join(one.name for one in first)
    printed = shown(FULL - deducted)
    zh = f"{printed} = 100 − {shown(deducted)}：漏扣了{names}的 {shown(missing)} 分"
    others = len(found) - 1
    more = f"（漏扣其他某一组也能得到 {printed}，共 {len(found)} 种解释，此为首选）" if others else ""
    more_en = f" ({len(found)} explanations exist; this is the likeliest)" if others else ""
    return f"{zh}{more}。", f"{printed} = 100 − {shown(deducted)} forgets {shown(missing)} of {names}{more_en}."


def _not_shown(scheme: Scheme, missing: Decimal) -> tuple[str, str]:
    """More was deducted than is shown; a head whose whole weight that is may have been left out, or it is chance."""
    heads = [part.name for part in scheme.heads or [] if part.weight == missing]
    zh = f"要得到印出的总分，还须扣 {shown(missing)} 分，报告没有列出"
    if heads:
        more = "，多种解释并存" if len(heads) > 1 else "，仅此一种整项解释"
        zh += f"（恰为{'或'.join(heads)}的全部分值{more}）"
    return f"{zh}。", f"{shown(missing)} more would have to be deducted."


def check_r05(document: Document) -> Iterator[Finding]:
    for scheme in schemes(document):
        heads = [part for part in scheme.heads or [] if part not in scheme.parts]
        for part in [*scheme.parts, *heads]:
            if part.score is not None and part.score > part.weight:
                yield R05.finding(
                    part.cells[0].place,
                    [*part.cells],
                    f"“{part.name}”得分 {shown(part.score)} 高于分值 {shown(part.weight)}。",
                    f"{part.name}: score {shown(part.score)} is above its weight {shown(part.weight)}.",
                    stated=shown(part.score),
                    recomputed=f"≤{shown(part.weight)}",
                )


def check_r06(document: Document) -> Iterator[Finding]:
    bands = document.bands or USUAL
    for total in document.totals:
        if not total.grade:
            continue
        due = grade_of(total.score, bands)
        if total.grade not in {due, SAME.get(due, due)} and SAME.get(total.grade, total.grade) != due:
            listed = "、".join(f"{band.grade} {'≥' if band.inclusive else '>'}{shown(band.lower)}" for band in bands)
            yield R06.finding(
                total.cell.place,
                [total.cell],
                f"{shown(total.score)} 分按分档（{listed}）应为“{due}”，报告为“{total.grade}”。",
                f"{shown(total.score)} points are {due} by the bands, stated {total.grade}.",
                stated=total.grade,
                recomputed=due,
            )


def grade_of(score: Decimal, bands: tuple[Band, ...]) -> str:
    """The highest band that the score reaches; the lowest where it reaches none."""
    reached = [band.grade for band in bands if score > band.lower or (band.inclusive and score == band.lower)]
    return reached[0] if reached else bands[-1].grade
