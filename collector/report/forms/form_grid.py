"""The two grids of 项目支出绩效自评表: facts, money and goal above, indicators and total below, on the same columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from collector.report.forms.document import Cell, Grid, Look
from collector.report.forms.packs import FUND_COLUMNS, Pack
from collector.report.forms.texts import clean, grades_text, money, percent, points, quantity, score_text
from collector.report.forms.words import FormWords
from collector.report.rounding import Quantity
from collector.scoring.form import Form, Fund, Line, Score

LEAST_LABEL_MM = 20.0
Row = tuple[Cell, ...]


def top_grid(form: Form, pack: Pack, words: FormWords) -> Grid:
    """Facts, 项目资金 and 年度总体目标."""
    widths = tuple(pack.columns.values())
    half = _half(widths)
    rows = [*_facts(form, pack, words, half), *_funds(form, pack, words), *_goal(form, words, half, len(widths))]
    return Grid(widths, tuple(rows))


def lines_grid(form: Form, pack: Pack, words: FormWords) -> Grid:
    """绩效指标 with merged levels, and 总分. Its head is repeated on every page."""
    head = tuple(Cell(words("block_head" if key == "block" else key), "head") for key in pack.columns)
    rows = [head, *_lines(form.lines, pack, words), _total(form, pack, words)]
    return Grid(tuple(pack.columns.values()), tuple(rows), repeated=1, joined=True)


def _half(widths: Sequence[float]) -> int:
    """The column whose left edge is nearest to the middle, with room for a label and a text on both sides."""
    edges = [0.0, *accumulate(widths)]
    return min(range(3, len(widths) - 1), key=lambda i: abs(edges[i] - edges[-1] / 2))


def _facts(form: Form, pack: Pack, words: FormWords, half: int) -> Iterator[Row]:
    """Those of the pack in its rows, and the other ones after them, two in a row."""
    given = [(clean(label), clean(text)) for label, text in form.facts]
    rows = []
    for row in pack.facts:
        labels = [label.text(words.language) for label in row]
        found = [next((fact for fact in given if fact[0] == label), (label, "")) for label in labels]
        given = [fact for fact in given if fact not in found]
        rows.append(found)
    rows += [given[i : i + 2] for i in range(0, len(given), 2)]
    for facts in rows:
        yield _fact_row(facts, tuple(pack.columns.values()), half)


def _fact_row(facts: Sequence[tuple[str, str]], widths: Sequence[float], half: int) -> Row:
    (label, text), *rest = facts
    if not rest:
        return (Cell(label, "label", columns=2), Cell(text, columns=len(widths) - 2))
    second = next(
        n
        for n in range(1, len(widths))
        if sum(widths[half : half + n]) >= LEAST_LABEL_MM or half + n + 1 == len(widths)
    )
    return (
        Cell(label, "label", columns=2),
        Cell(text, columns=half - 2),
        Cell(rest[0][0], "label", columns=second),
        Cell(rest[0][1], columns=len(widths) - half - second),
    )


def _funds(form: Form, pack: Pack, words: FormWords) -> Iterator[Row]:
    spans = [*pack.funds, len(pack.columns) - 1 - sum(pack.funds)]
    head = [Cell(words(key), "label", columns=span) for key, span in zip(FUND_COLUMNS, spans, strict=True)]
    yield (Cell(words("funds"), "label", rows=len(form.funds) + 1), *head)
    for fund in form.funds:
        yield tuple(_fund_row(fund, spans, words))


def _fund_row(fund: Fund, spans: Sequence[int], words: FormWords) -> Iterator[Cell]:
    name, *rest = spans
    yield Cell(clean(fund.name), columns=name)
    rate = None if fund.rate is None else percent(fund.rate)
    score = "" if fund.weight is None else score_text(fund.score, words)
    weight = None if fund.weight is None else quantity(fund.weight)
    amounts = [money(one) for one in (fund.initial, fund.annual, fund.executed)]
    looks: tuple[tuple[Quantity | None, str, Look], ...] = (
        *((one, "" if one is None else one.plain, "number") for one in amounts),
        (weight, "" if fund.weight is None else points(fund.weight), "centre"),
        (None, rate or "", "centre"),
        (_settled(fund.score), score, "centre"),
    )
    for (number, text, look), span in zip(looks, rest, strict=True):
        yield Cell(text, look, columns=span, number=number)


def _settled(score: Score | None) -> Quantity | None:
    return quantity(score.lower) if score is not None and score.is_settled else None


def _goal(form: Form, words: FormWords, half: int, columns: int) -> Iterator[Row]:
    expected, achieved = (clean(text) for text in form.goal)
    spans = (half - 1, columns - half)
    yield (
        Cell(words("goal"), "label", rows=2),
        *(Cell(words(key), "label", columns=span) for key, span in zip(("expected", "achieved"), spans, strict=True)),
    )
    yield (Cell(expected, columns=spans[0]), Cell(achieved, columns=spans[1]))


def _lines(lines: Sequence[Line], pack: Pack, words: FormWords) -> Iterator[Row]:
    """Equal texts that follow one another are merged: 一级 over its run, 二级 inside of it."""
    block = Cell(words("block"), "label", rows=len(lines))
    for first, of_level1 in groupby(lines, key=lambda one: one.levels[0]):
        same = list(of_level1)
        level1 = Cell(clean(first), "centre", rows=len(same))
        for second, of_level2 in groupby(same, key=lambda one: one.levels[1]):
            inner = list(of_level2)
            level2 = Cell(clean(second), "centre", rows=len(inner))
            for line in inner:
                merged = [block] * (line is lines[0]) + [level1] * (line is same[0]) + [level2] * (line is inner[0])
                yield (*merged, *(_line_cell(line, key, words) for key in list(pack.columns)[3:]))


def _line_cell(line: Line, key: str, words: FormWords) -> Cell:
    match key:
        case "weight":
            return Cell(points(line.weight), "centre", number=quantity(line.weight))
        case "score":
            return Cell(score_text(line.score, words), "centre", number=_settled(line.score))
        case "evidence":
            return Cell("\n".join(_evidence(line, words)), "own")
        case "declared":
            return Cell("\n".join(_declared(line, words)), "own")
    text, look = {
        "level3": (line.levels[2], "text"),
        "target": (line.target, "centre"),
        "actual": (line.actual, "centre"),
        "reason": (line.reason, "text"),
    }[key]
    return Cell(clean(text), "centre" if look == "centre" else "text")


def _evidence(line: Line, words: FormWords) -> Iterator[str]:
    basis = words.shared(f"basis.{line.basis}")
    yield basis if line.coverage is None else words("basis_text", basis=basis, share=percent(line.coverage))
    if line.interval:
        yield words("interval_text", interval=clean(line.interval))


def _declared(line: Line, words: FormWords) -> Iterator[str]:
    if line.declared is not None:
        yield clean(line.declared.actual)
        if line.declared.score is not None:
            yield words("declared_score", points=points(line.declared.score))


def _total(form: Form, pack: Pack, words: FormWords) -> Row:
    total, before = form.total, list(pack.columns).index("weight")
    weights = points(total.weights)
    if total.weights != total.out_of:
        weights = words("weights_text", weights=weights, out_of=points(total.out_of))
    shown = {
        "weight": Cell(weights, "sum", number=quantity(total.weights) if total.weights == total.out_of else None),
        "score": Cell(score_text(total.score, words), "sum", number=_settled(total.score)),
        "reason": Cell(words("grade_text", grades=_grades(total.grades, words)) if total.grades else "", "sum"),
        "evidence": Cell(words("measured_share", share=percent(total.measured_share)), "own"),
        "declared": Cell(
            "" if total.declared is None else words("declared_total", points=points(total.declared)), "own"
        ),
    }
    return (
        Cell(words("total"), "sum", columns=before),
        *(shown.get(key, Cell("", "sum")) for key in list(pack.columns)[before:]),
    )


def _grades(grades: Sequence[str], words: FormWords) -> str:
    return grades_text([clean(one) for one in grades], words)
