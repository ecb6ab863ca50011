"""The second annex: how each value was measured and judged, beside what was declared, and the difference in words."""

from __future__ import annotations

from collections.abc import Iterator

from collector.report.forms.document import Cell, Grid
from collector.report.forms.texts import clean, percent, points, score_text
from collector.report.forms.words import FormWords
from collector.report.rounding import DASH
from collector.scoring.form import Declared, Form, Line

COLUMNS = {
    "number": 9.0,
    "level3": 34.0,
    "actual": 23.0,
    "interval": 27.0,
    "coverage": 18.0,
    "basis": 12.0,
    "verdict": 17.0,
    "score": 17.0,
    "declared_value": 22.0,
    "declared_points": 13.0,
    "declared_by": 25.0,
    "difference": 40.0,
    "explanation": 46.0,
}
"""Widths in mm."""

_LEFT = frozenset({"level3", "declared_by", "difference", "explanation"})


def comparison_grid(form: Form, words: FormWords) -> Grid:
    head = tuple(Cell(words(key), "head") for key in COLUMNS)
    rows = [tuple(_cells(number, line, words)) for number, line in enumerate(form.lines, 1)]
    return Grid(tuple(COLUMNS.values()), (head, *rows), repeated=1)


def line_texts(number: int, line: Line, words: FormWords) -> dict[str, str]:
    """What the comparison says of a line, by column."""
    declared = line.declared
    return {
        "number": str(number),
        "level3": clean(line.levels[2]),
        "actual": clean(line.actual),
        "interval": clean(line.interval) or DASH,
        "coverage": DASH if line.coverage is None else percent(line.coverage),
        "basis": words.shared(f"basis.{line.basis}"),
        "verdict": words.shared(f"verdict.{line.verdict}"),
        "score": score_text(line.score, words),
        "declared_value": DASH if declared is None else clean(declared.actual),
        "declared_points": DASH if declared is None or declared.score is None else points(declared.score),
        "declared_by": "" if declared is None else _who(declared),
        "difference": clean(line.difference),
        "explanation": clean(line.explanation),
    }


def _cells(number: int, line: Line, words: FormWords) -> Iterator[Cell]:
    for key, text in line_texts(number, line, words).items():
        yield Cell(text, "text" if key in _LEFT else "centre")


def _who(declared: Declared) -> str:
    return "\n".join(clean(one) for one in (declared.by, declared.declared_at, declared.attachment) if one)
