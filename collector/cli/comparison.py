"""The table of ``citygauge compare`` for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from rich.console import Console
from rich.markup import escape

from collector.cli.options import table_of
from collector.report.comparison import Compared, Comparisons
from collector.scoring.judged import is_computed, score_text
from collector.scoring.numbers import percent, plain
from collector.scoring.wording import Language

_WORDS = {
    "head": ("申报与实测", "Declared against measured"),
    "line": ("三级指标", "line"),
    "target": ("指标值", "target"),
    "declared": ("申报", "declared"),
    "measured": ("实测", "measured"),
    "coverage": ("覆盖率", "coverage"),
    "outcome": ("比对", "outcome"),
    "scores": ("自评/按规则/实测得分", "stated/by rule/measured"),
    "agree": ("一致", "agree"),
    "overstated": ("虚高", "overstated"),
    "understated": ("偏低", "understated"),
    "outside": ("区间之外", "outside"),
    "unverifiable": ("无法验证", "unverifiable"),
    "undeclared": ("未申报", "not declared"),
    "copied": ("照抄指标值", "copies the target"),
    "total": (
        "分值合计 {weights}；申报总分 {declared}，各项自评合计 {stated}；实测总分 {measured}（{grades}）；实测占分值 {share}",
        "weights {weights}; declared total {declared}, its lines add up to {stated}; measured {measured} ({grades}) on {share}",
    ),
}
_DASH = "—"


def print_comparison(console: Console, found: Comparisons, language: Language) -> None:
    def word(key: str) -> str:
        return _WORDS[key][0 if language == "zh" else 1]

    heads = [word(key) for key in ("line", "target", "declared", "measured", "coverage", "outcome", "scores")]
    table = table_of(f"{word('head')}  {escape(found.form.title)}{escape(found.form.subtitle)}", *heads)
    for column in table.columns:
        column.overflow = "fold"
    for one in found.lines:
        table.add_row(*(escape(cell) for cell in _cells(one, language)))
    console.print(table)
    for one in found.lines:
        if one.row.difference:
            console.print(f"{one.row.levels[2]}: {one.row.difference}", markup=False, soft_wrap=True)
    total = found.form.total
    shown = {"weights": plain(total.weights), "declared": _points(total.declared), "stated": _points(found.stated)}
    shown |= {"measured": score_text(total.score) if total.score else _DASH, "grades": _grades(total.grades, language)}
    console.print(
        word("total").format(**shown, share=percent(Fraction(total.measured_share))), markup=False, soft_wrap=True
    )
    for finding in found.form.findings:
        console.print(finding, markup=False, soft_wrap=True)


def _cells(one: Compared, language: Language) -> Iterable[str]:
    row, told, against = one.row, one.row.declared, one.comparison
    index = 0 if language == "zh" else 1
    outcome = _WORDS[against.kind if against else "undeclared"][index]
    measured = row.score if against and against.measured_score else None
    scores = (told.stated if told else None, told.score if told else None)
    return (
        row.levels[2],
        row.target or _DASH,
        told.actual or _DASH if told else _DASH,
        _measured(one),
        _DASH if row.coverage is None else percent(Fraction(repr(row.coverage))),
        outcome + (f"，{_WORDS['copied'][index]}" if against and against.copies_target else ""),
        " / ".join([*map(_points, scores), score_text(measured) if measured else _DASH]),
    )


def _measured(one: Compared) -> str:
    """Nothing where the value is itself declared."""
    row = one.row
    if row.basis == "declared" and not is_computed(one.judged):
        return _DASH
    return row.actual + (f" {row.interval}" if row.interval else "")


def _grades(grades: Sequence[str], language: Language) -> str:
    """``中、良或优``."""
    *others, last = grades or (_DASH,)
    comma, either = ("、", "或") if language == "zh" else (", ", " or ")
    return comma.join(others) + (either if others else "") + last


def _points(number: Decimal | None) -> str:
    return _DASH if number is None else plain(number)
