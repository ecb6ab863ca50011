"""Uptime strips: for each platform when it was up, when it was down, and when nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from collector.report.pictures.axes import Language, Plot, draw_days, percent_text, word
from collector.report.pictures.canvas import INK, Canvas
from collector.report.words import short
from collector.scoring.form import Chart

UP, DOWN = "#a9cbe8", "#7a1f12"
ROW, LEFT, RIGHT, TOP = 24.0, 150.0, 70.0, 30.0
LEAST_PX = 1.0
"""An outage of minutes in a year is still drawn so wide: what is shown is that it was, not how long."""


@dataclass(frozen=True)
class Stretch:
    """Half-open, in ms since the epoch, UTC."""

    start: int
    end: int
    state: Literal["up", "down", "unknown"]


def uptime_strips(
    title: str,
    days: Sequence[str],
    start: int,
    end: int,
    rows: Mapping[str, Sequence[Stretch]],
    overall: Mapping[str, float | None],
    language: Language = "zh",
) -> Chart:
    """start, end: of the period, half-open, whose local days are ``days``. overall: the measured availability of each platform.

    What no stretch covers is not observed. Outages are drawn over the rest, so that a short one is not hidden.
    """
    canvas = Canvas(title, TOP + ROW * len(rows) + 28)
    plot = Plot(LEFT, TOP, canvas.width - LEFT - RIGHT, ROW * len(rows), len(days))
    for number, (platform, stretches) in enumerate(rows.items()):
        y = TOP + number * ROW
        canvas.text(LEFT - 8, y + 16, short(platform, 11), "end", INK)
        canvas.gap(LEFT, y + 3, plot.width, ROW - 6)
        _stretches(canvas, plot, y, stretches, start, end)
        share = overall.get(platform)
        canvas.text(canvas.width - RIGHT + 8, y + 16, "—" if share is None else percent_text(share, 3), "start", INK)
    draw_days(canvas, plot, days, language)
    canvas.legend([(UP, word("up", language)), (DOWN, word("down", language)), ("gap", word("unknown", language))])
    return canvas.chart()


def _stretches(canvas: Canvas, plot: Plot, y: float, stretches: Sequence[Stretch], start: int, end: int) -> None:
    scale = plot.width / (end - start)
    known = [one for one in stretches if one.state != "unknown" and one.end > start and one.start < end]
    for one in sorted(known, key=lambda each: (each.state == "down", each.start)):
        x = (max(one.start, start) - start) * scale
        width = (min(one.end, end) - start) * scale - x
        if one.state == "up":
            canvas.box(LEFT + x, y + 3, width, ROW - 6, UP)
        else:
            canvas.box(LEFT + x, y + 3, max(width, LEAST_PX), ROW - 6, DOWN)
