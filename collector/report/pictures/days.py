"""Pictures by day: a rate with its interval, the backlog of cases, and active users."""

from __future__ import annotations

from collections.abc import Sequence

from collector.report.charts import Axis
from collector.report.pictures.axes import (
    Language,
    Numbers,
    Plot,
    domain,
    draw_days,
    draw_scale,
    draw_target,
    number_text,
    percent_text,
    runs,
    word,
)
from collector.report.pictures.canvas import BAND, LINE, SOFT, Canvas
from collector.scoring.form import Chart

HEIGHT = 240.0
LATE = "#7a2e0e"


def rate_by_day(
    title: str,
    days: Sequence[str],
    values: Numbers,
    lower: Numbers,
    upper: Numbers,
    target: float | None = None,
    language: Language = "zh",
) -> Chart:
    """A share of each day, 0 to 1, as a line; None is a gap, whose interval is still drawn. days: ISO dates."""
    canvas, plot = _begun(title, days)
    percents = [_scaled(one, 100.0) for one in (values, lower, upper)]
    goal = None if target is None else 100 * target
    shown = [one for one, value in zip(percents[1], values, strict=True) if value is not None]
    low, high = domain([percents[0], shown], goal, most=100.0)
    axis = plot.axis(low, high)
    _bands(canvas, plot, axis, percents[1], percents[2])
    _gaps(canvas, plot, values)
    draw_scale(canvas, plot, axis, "%")
    draw_days(canvas, plot, days, language)
    if goal is not None:
        draw_target(canvas, plot, axis.at(goal))
    _line(canvas, plot, axis, percents[0])
    legend = [("line", word("value", language)), (BAND, word("interval", language)), *_gap_legend(values, language)]
    legend += [("target", word("target", language, target=percent_text(target)))] if target is not None else []
    canvas.legend(legend)
    if low > 0:
        canvas.text(plot.x, 14, word("cut", language), size=11.0)
    return canvas.chart()


def backlog_by_day(
    title: str,
    days: Sequence[str],
    open_cases: Numbers,
    late: Numbers | None = None,
    lower: Numbers | None = None,
    upper: Numbers | None = None,
    language: Language = "zh",
) -> Chart:
    """Cases open at the end of each day, from zero, and how many of them are past their time; None is a gap."""
    canvas, plot = _begun(title, days)
    axis = plot.axis(*domain([open_cases, upper or ()], None, from_zero=True))
    if lower and upper:
        _bands(canvas, plot, axis, lower, upper)
    _bars(canvas, plot, axis, late or (), LATE)
    _gaps(canvas, plot, open_cases)
    draw_scale(canvas, plot, axis)
    draw_days(canvas, plot, days, language)
    _line(canvas, plot, axis, open_cases)
    legend = [("line", word("open", language))]
    legend += [(LATE, word("late", language))] if late else []
    legend += [(BAND, word("interval", language))] if lower and upper else []
    canvas.legend([*legend, *_gap_legend(open_cases, language)])
    return canvas.chart()


def users_by_day(
    title: str, days: Sequence[str], users: Numbers, target: float | None = None, language: Language = "zh"
) -> Chart:
    """Distinct users of each day as bars from zero, and the mean of the days that are known; None is a gap."""
    canvas, plot = _begun(title, days)
    axis = plot.axis(*domain([users], target, from_zero=True))
    _gaps(canvas, plot, users)
    draw_scale(canvas, plot, axis)
    draw_days(canvas, plot, days, language)
    _bars(canvas, plot, axis, users, "#6f9fd0")
    known = [one for one in users if one is not None]
    legend = [("#6f9fd0", word("users", language))]
    if known:
        mean = sum(known) / len(known)
        canvas.line(plot.x, axis.at(mean), plot.x + plot.width, axis.at(mean), LINE, 1.2)
        legend.append(("line", word("mean", language, mean=number_text(mean))))
    if target is not None:
        draw_target(canvas, plot, axis.at(target))
        legend.append(("target", word("target", language, target=number_text(target))))
    canvas.legend([*legend, *_gap_legend(users, language)])
    return canvas.chart()


def _begun(title: str, days: Sequence[str]) -> tuple[Canvas, Plot]:
    return Canvas(title, HEIGHT), Plot(64.0, 26.0, 644.0, HEIGHT - 54.0, len(days))


def _scaled(numbers: Numbers, scale: float) -> list[float | None]:
    return [None if one is None else one * scale for one in numbers]


def _bands(canvas: Canvas, plot: Plot, axis: Axis, lower: Numbers, upper: Numbers) -> None:
    """An end that nothing bounds reaches to the edge of the plot."""
    for column, (low, high) in enumerate(zip(lower, upper, strict=True)):
        top = axis.at(axis.high if high is None else high)
        bottom = axis.at(axis.low if low is None else low)
        if bottom > top:
            canvas.box(plot.left(column), top, plot.step + 0.05, bottom - top, BAND)


def _gaps(canvas: Canvas, plot: Plot, values: Numbers) -> None:
    """Days without a value that follow one another are hatched as one."""
    column = 0
    while column < len(values):
        end = column
        while end < len(values) and values[end] is None:
            end += 1
        if end > column:
            canvas.gap(plot.left(column), plot.y, (end - column) * plot.step, plot.height)
        column = end + 1
    canvas.line(plot.x, plot.bottom, plot.x + plot.width, plot.bottom, SOFT)


def _bars(canvas: Canvas, plot: Plot, axis: Axis, values: Numbers, fill: str) -> None:
    share = 0.76 if plot.step > 4 else 1.0  # thinner gaps than a pixel would only blur
    for column, value in enumerate(values):
        if value is not None:
            top = axis.at(value)
            canvas.box(plot.left(column) + (1 - share) / 2 * plot.step, top, share * plot.step, plot.bottom - top, fill)


def _line(canvas: Canvas, plot: Plot, axis: Axis, values: Numbers) -> None:
    points = [None if value is None else (plot.centre(n), axis.at(value)) for n, value in enumerate(values)]
    for run in runs(points):
        canvas.path(run)


def _gap_legend(values: Numbers, language: Language) -> list[tuple[str, str]]:
    return [("gap", word("gap", language))] if None in values else []
