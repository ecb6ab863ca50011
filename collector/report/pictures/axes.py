"""Where numbers and days lie in a picture, with the ticks beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from collector.report.charts import Axis, ticks
from collector.report.pictures.canvas import RULE, SOFT, TARGET, Canvas
from collector.report.rounding import Quantity, exact

Language = Literal["zh", "en"]
Numbers = Sequence[float | None]

WORDS = {
    "value": ("实测值", "measured"),
    "interval": ("可能区间", "interval"),
    "gap": ("未观测", "not observed"),
    "target": ("目标{target}", "target {target}"),
    "cut": ("纵轴不从零起", "the axis is cut"),
    "open": ("未结案件", "open cases"),
    "late": ("其中超期", "of these late"),
    "users": ("活跃用户", "active users"),
    "mean": ("有数日均值{mean}", "mean of the days known {mean}"),
    "up": ("在线", "up"),
    "down": ("离线", "down"),
    "unknown": ("未观测", "not observed"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_DAYS_LABELLED = 62
"""Longer spans are labelled by month."""


def word(key: str, language: Language, **values: str) -> str:
    return WORDS[key][0 if language == "zh" else 1].format(**values)


@dataclass(frozen=True)
class Plot:
    """The rectangle that data are drawn in; columns: how many days or months it holds."""

    x: float
    y: float
    width: float
    height: float
    columns: int

    @property
    def step(self) -> float:
        return self.width / max(1, self.columns)

    def left(self, column: int) -> float:
        return self.x + column * self.step

    def centre(self, column: int) -> float:
        return self.x + (column + 0.5) * self.step

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def axis(self, low: float, high: float) -> Axis:
        return Axis(low, high, self.bottom, self.y)


def domain(
    groups: Sequence[Numbers], target: float | None, most: float = math.inf, from_zero: bool = False
) -> tuple[float, float]:
    """What an axis must show: a little more than the finite numbers there are, never below zero for want of a negative one."""
    drawn = [one for group in groups for one in group if one is not None and math.isfinite(one)]
    drawn += [target] if target is not None else []
    if not drawn:
        return 0.0, min(most, 1.0)
    low, high = (0.0 if from_zero else min(drawn)), max(drawn)
    pad = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    return (0.0 if from_zero else max(low - pad, 0.0 if low >= 0 else -math.inf)), min(high + pad, max(most, high))


def draw_scale(canvas: Canvas, plot: Plot, axis: Axis, unit: str = "") -> None:
    """Grid lines with their numbers; no number stands outside of the plot."""
    for tick in ticks(axis.low, axis.high):
        y = axis.at(float(tick.number))
        canvas.line(plot.x, y, plot.x + plot.width, y, RULE)
        canvas.text(plot.x - 6, y + 4, tick.plain + unit, "end")


def draw_target(canvas: Canvas, plot: Plot, y: float) -> None:
    canvas.line(plot.x, y, plot.x + plot.width, y, TARGET, 1.4, "6 4")


def draw_days(canvas: Canvas, plot: Plot, days: Sequence[str], language: Language) -> None:
    """Ticks under the plot: month and day, or the months where there are many days; a column may be a month itself (``2026-10``)."""
    if len(days) <= MOST_DAYS_LABELLED:
        every = math.ceil(len(days) / 11) or 1
        for column in range(0, len(days), every):
            day = days[column]
            label = day[5:] if len(day) == len("2026-10-01") else month_label(day, language, column == 0)
            canvas.text(plot.centre(column), plot.bottom + 17, label, "middle")
        return
    for column in [n for n, day in enumerate(days) if day.endswith("-01")]:
        x = plot.left(column)
        canvas.line(x, plot.bottom, x, plot.bottom + 5, SOFT)
        canvas.text(x + 3, plot.bottom + 17, month_label(days[column], language, column == 0), "start")


def month_label(day: str, language: Language, first: bool) -> str:
    """``2026.1`` for the first one and for January, else ``2月``; of a text that is no date, the text."""
    year, _, rest = day.partition("-")
    if not (year.isdigit() and rest[:2].isdigit() and 1 <= int(rest[:2]) <= 12):
        return day
    month = int(rest[:2])
    named = f"{month}月" if language == "zh" else MONTHS[month - 1]
    if not first and month != 1:
        return named
    return f"{year}.{month}" if language == "zh" else f"{named} {year[2:]}"


def percent_text(ratio: float, digits: int = 1) -> str:
    return f"{Quantity(exact(ratio) * 100, digits).plain}%"


def number_text(number: float, digits: int = 0) -> str:
    return Quantity(exact(number), digits).plain


def runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points that follow one another; None parts them."""
    found: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            found.append([])
        else:
            found[-1].append(point)
    return [run for run in found if run]
