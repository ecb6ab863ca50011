"""PUE by month: bars from 1, which no data centre gets below, with the interval of each month and the target."""

from __future__ import annotations

from collections.abc import Sequence

from collector.report.pictures.axes import (
    Language,
    Numbers,
    Plot,
    domain,
    draw_scale,
    draw_target,
    month_label,
    number_text,
    word,
)
from collector.report.pictures.canvas import INK, SOFT, Canvas, whisker
from collector.scoring.form import Chart

HEIGHT = 240.0
BAR = "#8fb4dc"


def pue_by_month(
    title: str,
    months: Sequence[str],
    values: Numbers,
    lower: Numbers,
    upper: Numbers,
    target: float | None = None,
    language: Language = "zh",
) -> Chart:
    """months: ``2026-01`` and so on. A month without value is hatched; an end that nothing bounds has no whisker."""
    canvas = Canvas(title, HEIGHT)
    plot = Plot(64.0, 26.0, 644.0, HEIGHT - 54.0, len(months))
    _, high = domain([values, upper], target)
    axis = plot.axis(1.0, max(high, 1.1))
    draw_scale(canvas, plot, axis)
    for column, (value, low, top) in enumerate(zip(values, lower, upper, strict=True)):
        x = plot.centre(column)
        if value is None:
            canvas.gap(plot.left(column) + 4, plot.y, plot.step - 8, plot.height)
        else:
            canvas.box(x - 0.3 * plot.step, axis.at(value), 0.6 * plot.step, plot.bottom - axis.at(value), BAR)
        if low is not None and top is not None and top > low:
            whisker(canvas, x, axis.at(top), axis.at(low))
        if value is not None:
            canvas.text(x, plot.bottom - 7, number_text(value, 2), "middle", INK, 11.0)
        canvas.text(
            x, plot.bottom + 17, month_label(f"{months[column]}-01", language, column == 0), "middle", size=11.0
        )
    canvas.line(plot.x, plot.bottom, plot.x + plot.width, plot.bottom, SOFT)
    if target is not None:
        draw_target(canvas, plot, axis.at(target))
    canvas.legend(_legend(values, lower, upper, target, language))
    return canvas.chart()


def _legend(
    values: Numbers, lower: Numbers, upper: Numbers, target: float | None, language: Language
) -> list[tuple[str, str]]:
    entries = [(BAR, word("value", language))]
    if any(low != high for low, high in zip(lower, upper, strict=True)):
        entries.append(("whisker", word("interval", language)))
    if None in values:
        entries.append(("gap", word("gap", language)))
    if target is not None:
        entries.append(("target", word("target", language, target=number_text(target, 2))))
    return entries
