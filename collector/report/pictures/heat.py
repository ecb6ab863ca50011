"""A rate by day and department as strips of cells, darker where it is lower, so that a bad week of one department is seen at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from collector.report.pictures.axes import Language, Numbers, Plot, draw_days, percent_text, word
from collector.report.pictures.canvas import INK, Canvas
from collector.report.words import short
from collector.scoring.form import Chart

SHADES = ("#08306b", "#2a6fb0", "#6baed6", "#b5d4ea", "#e4eff8")
"""From the lowest class to the highest: darker is worse, in grey as well."""
ROW, LEFT, RIGHT, TOP = 22.0, 132.0, 62.0, 30.0


def rate_by_department(
    title: str,
    days: Sequence[str],
    rows: Mapping[str, Numbers],
    overall: Mapping[str, float | None],
    bounds: Sequence[float] = (0.80, 0.90, 0.95, 0.99),
    language: Language = "zh",
) -> Chart:
    """A strip for each department, a cell for each day: shares 0 to 1, None not observed.

    overall: the measured share of the whole period, printed at the end of its row; it is no mean of the days. bounds: four
    shares that part the five shades.
    """
    canvas = Canvas(title, TOP + ROW * len(rows) + 28)
    plot = Plot(LEFT, TOP, canvas.width - LEFT - RIGHT, ROW * len(rows), len(days))
    for number, (department, values) in enumerate(rows.items()):
        y = TOP + number * ROW
        canvas.text(LEFT - 8, y + 15, short(department, 10), "end", INK)
        for first, last, fill in _merged(values, bounds):
            x, width = plot.left(first), plot.left(last + 1) - plot.left(first)
            (canvas.gap(x, y + 2, width, ROW - 4) if fill is None else canvas.box(x, y + 2, width, ROW - 4, fill))
        share = overall.get(department)
        canvas.text(canvas.width - RIGHT + 8, y + 15, "—" if share is None else percent_text(share, 2), "start", INK)
    draw_days(canvas, plot, days, language)
    missing = any(None in values for values in rows.values())
    canvas.legend([*_classes(bounds), *([("gap", word("gap", language))] if missing else [])])
    return canvas.chart()


def _merged(values: Numbers, bounds: Sequence[float]) -> Iterator[tuple[int, int, str | None]]:
    """Cells of one shade that follow one another, as one: first and last column, and the shade."""
    begun, shade = 0, None
    for column, value in enumerate(values):
        now = None if value is None else SHADES[sum(value >= bound for bound in bounds)]
        if column and now != shade:
            yield begun, column - 1, shade
            begun = column
        shade = now
    if values:
        yield begun, len(values) - 1, shade


def _classes(bounds: Sequence[float]) -> list[tuple[str, str]]:
    texts = [f"<{percent_text(bounds[0], 0)}"]
    texts += [f"{percent_text(low, 0)[:-1]}–{percent_text(high, 0)}" for low, high in pairwise(bounds)]
    return list(zip(SHADES, [*texts, f"≥{percent_text(bounds[-1], 0)}"], strict=True))
