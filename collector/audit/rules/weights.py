"""R01 items of a head add up to the head · R02 heads, and items, add up to 100 · R24 one indicator, two weights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Document, Form, Row, Weights
from collector.audit.rules.finding import FORM, Finding, Rule, added, shown
from collector.audit.rules.scheme import Group, Part, Scheme, schemes
from collector.audit.text import single

R01 = Rule("R01", "high", "分项分值之和等于上级分值", "items of a head add up to the head", FORM)
R02 = Rule("R02", "high", "分值合计为 100", "weights add up to 100", FORM)
R24 = Rule("R24", "high", "同一指标正文与附表分值一致", "one indicator has one weight in text and table", FORM)
FULL = Decimal(100)
_SECOND = re.compile(r"^(.+?)[(（](\d+(?:\.\d+)?)分[)）]$")


def check_r01(document: Document) -> Iterator[Finding]:
    for scheme in schemes(document):
        for group in scheme.groups:
            if group.weight is not None and len(group.parts) > 1:
                yield from _head(scheme, group)
    for form in document.forms:
        yield from _seconds(form)


def _head(scheme: Scheme, group: Group) -> Iterator[Finding]:
    weight, weights = group.weight, [part.weight for part in group.parts]
    total = sum(weights, Decimal(0))
    if weight is None or total == weight:
        return
    label = f"{group.name}({shown(weight)}分)" if "分" not in group.cell.text else group.cell.text
    quote = [label, *(f"{part.name} {shown(part.weight)}" for part in group.parts)]
    yield R01.finding(
        group.cell.place,
        quote,
        f"{scheme.source}“{group.name}”印 {shown(weight)} 分，其下 {len(weights)} 项分值 {added(weights)}，"
        f"相差 {shown(total - weight)} 分。",
        f"{group.name} is headed {shown(weight)}; its {len(weights)} items add up to {shown(total)}.",
        stated=shown(weight),
        recomputed=shown(total),
    )


def _seconds(form: Form) -> Iterator[Finding]:
    """二级指标 that print a weight of their own, such as 数量指标(8分)."""
    seconds: dict[tuple[int, str], list[Row]] = {}
    for row in form.rows:
        seconds.setdefault((row.head, row.second), []).append(row)
    for (_, name), rows in seconds.items():
        match = _SECOND.match(name)
        found = [single(row.weight.text) if row.weight else None for row in rows]
        weights = [one.amount for one in found if one]
        if match and len(weights) == len(rows) and sum(weights) != Decimal(match[2]):
            yield R01.finding(
                rows[0].name.place,
                [name, *(f"{row.name.label} {shown(weight)}" for row, weight in zip(rows, weights, strict=True))],
                f"二级指标“{match[1]}”印 {match[2]} 分，其下各项分值 {added(weights)}。",
                f"{match[1]} is headed {match[2]}; its items add up to {shown(sum(weights, Decimal(0)))}.",
                stated=match[2],
                recomputed=shown(sum(weights, Decimal(0))),
            )


def check_r02(document: Document) -> Iterator[Finding]:
    for scheme in schemes(document):
        yield from _sum_of(scheme)
    for weights in document.weights:
        total = sum((weight for _, weight in weights.heads), Decimal(0))
        if total != FULL and len(weights.heads) >= 4:
            quote = [f"{name} {shown(weight)}分" for name, weight in weights.heads]
            stated = [weight for _, weight in weights.heads]
            yield R02.finding(
                weights.cell.place,
                quote,
                f"{weights.source}所列一级指标分值 {added(stated)}，不是 100。",
                f"the heads as listed add up to {shown(total)}, not 100.",
                stated="100",
                recomputed=shown(total),
            )


def _sum_of(scheme: Scheme) -> Iterator[Finding]:
    if len(scheme.groups) < 2:
        return
    printed = single(scheme.total_weight.text) if scheme.total_weight else None
    stated = printed.amount if printed else FULL
    heads = scheme.heads
    if heads and sum(part.weight for part in heads) not in {stated, FULL}:
        yield _not_full(scheme, heads, stated, "一级指标")
        return
    parts = scheme.parts
    if sum(part.weight for part in parts) != stated and any(group.parts for group in scheme.groups):
        yield _not_full(scheme, _by_group(scheme), stated, "各项指标")


def _by_group(scheme: Scheme) -> list[Part]:
    own = [scheme.execution] if scheme.execution else []
    for group in scheme.groups:
        weight = sum((part.weight for part in group.parts), Decimal(0)) if group.parts else group.weight
        own.append(Part(group.name, weight or Decimal(0), None, (group.cell,)))
    return own


def _not_full(scheme: Scheme, parts: list[Part], stated: Decimal, what: str) -> Finding:
    total = sum((part.weight for part in parts), Decimal(0))
    listed = "、".join(f"{part.name} {shown(part.weight)}" for part in parts)
    return R02.finding(
        scheme.total_weight.place if scheme.total_weight else scheme.place,
        [*(f"{part.name} {shown(part.weight)}" for part in parts), scheme.total_weight],
        f"{scheme.source}{what}分值合计 {added(part.weight for part in parts)}（{listed}），应为 {shown(stated)}。",
        f"weights add up to {shown(total)}, printed {shown(stated)}.",
        stated=shown(stated),
        recomputed=shown(total),
    )


def check_r24(document: Document) -> Iterator[Finding]:
    """The heads' weights of every place that prints them, compared with the first place that is another one."""
    places = [*_printed(document), *document.weights]
    seen: dict[str, tuple[Decimal, Weights]] = {}
    found: dict[tuple[int, int], list[tuple[str, Decimal, Decimal]]] = {}
    order = {id(one): at for at, one in enumerate(places)}
    for place in places:
        for name, weight in place.heads:
            core = re.sub(r"指标|项目", "", name)
            before, origin = seen.setdefault(core, (weight, place))
            if before != weight:
                found.setdefault((order[id(origin)], order[id(place)]), []).append((core, before, weight))
    for (a, b), pairs in found.items():
        yield _two_weights(places[a], places[b], pairs)


def _printed(document: Document) -> list[Weights]:
    schemes_ = [(scheme, [g for g in scheme.groups if g.weight is not None]) for scheme in schemes(document)]
    return [
        Weights(groups[0].cell, scheme.source, tuple((g.name, g.weight) for g in groups if g.weight is not None))
        for scheme, groups in schemes_
        if groups
    ]


def _two_weights(one: Weights, other: Weights, pairs: list[tuple[str, Decimal, Decimal]]) -> Finding:
    texts = [f"{name}：{one.source} {shown(a)} 分，{other.source} {shown(b)} 分" for name, a, b in pairs]
    return R24.finding(
        one.cell.place,
        [*texts],
        f"同一指标两处分值不同：{'；'.join(texts)}（另一处：{other.cell.place}）。",
        "one indicator has different weights: "
        + "; ".join(f"{name} {shown(a)} and {shown(b)}" for name, a, b in pairs)
        + ".",
        stated="/".join(shown(a) for _, a, _ in pairs),
        recomputed="/".join(shown(b) for _, _, b in pairs),
    )
