"""Two small charts as plain geometry: a line by day with its interval, and bars. Templates draw them; nothing here knows SVG.

A day without a value is a gap in the line, never a point at zero; its interval is still drawn, since the bounds are known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from collector.measurement import Measurement, Number
from collector.report.quantities import Reading, label_of
from collector.report.rounding import DASH, Quantity, exact
from collector.report.words import short

WIDTH, HEIGHT = 720.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 12.0, 12.0, 24.0
BAR_LEFT, BAR_RIGHT, BAR_STEP = 180.0, 96.0, 22.0
MOST_BARS = 40
MOST_DOTS = 62


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Mark:
    """A point with what it says."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class LineChart:
    """bands: the interval of each day. gaps: days without a value. lines: values of days that follow one another."""

    plot: Box
    y_ticks: list[Mark]
    x_ticks: list[Mark]
    bands: list[Box]
    gaps: list[Box]
    lines: list[list[Mark]]
    dots: list[Mark]
    target: Mark | None
    from_zero: bool
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True)
class Bar:
    """width: None where there is no value. interval: x of its ends."""

    label: str
    y: float
    width: float | None
    interval: tuple[float, float]
    text: str


@dataclass(frozen=True)
class BarChart:
    plot: Box
    bars: list[Bar]
    target: Mark | None
    left_out: int
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True)
class Axis:
    """Numbers from ``low`` to ``high`` on pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, number: float) -> float:
        """The pixel, kept inside the plot and rounded, so that the same data give the same text."""
        inside = min(max(number, self.low), self.high)
        return round(self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start), 2)


def line_chart(reading: Reading, days: Mapping[str, Measurement], with_target: bool = True) -> LineChart | None:
    """None where there is no day. with_target: whether the target is one for a day's value."""
    if not days:
        return None
    scaled = [_Scaled.of(label, one, reading.figure.scale) for label, one in days.items()]
    target = float(reading.target.threshold) if with_target and reading.target else None
    plot = Box(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
    low, high = _domain(scaled, target, share=reading.unit == "%")
    axis, step = Axis(low, high, plot.y + plot.height, plot.y), plot.width / len(scaled)
    centres = [round(plot.x + (i + 0.5) * step, 2) for i in range(len(scaled))]
    points = [
        None if day.value is None else Mark(x, axis.at(day.value), f"{day.label}: {reading.text(day.raw)}")
        for x, day in zip(centres, scaled, strict=True)
    ]
    columns = [round(plot.x + i * step, 2) for i in range(len(scaled))]
    return LineChart(
        plot=plot,
        y_ticks=[Mark(plot.x, axis.at(float(one.number)), one.plain) for one in ticks(low, high)],
        x_ticks=_day_ticks(centres, [day.label for day in scaled]),
        bands=[_band(axis, x, round(step, 2), day) for x, day in zip(columns, scaled, strict=True)],
        gaps=[
            Box(x, plot.y, round(step, 2), plot.height)
            for x, day in zip(columns, scaled, strict=True)
            if day.value is None
        ],
        lines=_runs(points),
        dots=[point for point in points if point] if len(points) <= MOST_DOTS else [],
        target=None if target is None else Mark(plot.x + plot.width, axis.at(target), reading.target_text),
        from_zero=low == 0,
    )


def bar_chart(reading: Reading, groups: Mapping[str, Measurement]) -> BarChart | None:
    """One bar from zero for each group, the lowest value first; None where there is nothing to compare."""
    if len(groups) < 2:
        return None
    scaled = sorted((_Scaled.of(label, one, reading.figure.scale) for label, one in groups.items()), key=_lowest_first)
    shown = scaled[:MOST_BARS]
    target = float(reading.target.threshold) if reading.target else None
    highest = max(
        [one.value for one in shown if one.value is not None] + ([] if target is None else [target]), default=1.0
    )
    top = 100.0 if reading.unit == "%" and highest <= 100 else highest * 1.05 or 1.0
    plot = Box(BAR_LEFT, TOP, WIDTH - BAR_LEFT - BAR_RIGHT, BAR_STEP * len(shown))
    axis = Axis(0.0, top, plot.x, plot.x + plot.width)
    return BarChart(
        plot=plot,
        bars=[_bar(reading, axis, plot.y + i * BAR_STEP, one) for i, one in enumerate(shown)],
        target=None if target is None else Mark(axis.at(target), plot.y + plot.height, reading.target_text),
        left_out=len(scaled) - len(shown),
        height=plot.height + TOP + BOTTOM,
    )


def ticks(low: float, high: float, about: int = 5) -> list[Quantity]:
    """Round numbers between ``low`` and ``high``, each with the digits that tell it from its neighbours."""
    raw = (high - low) / about
    power = math.floor(math.log10(raw))
    step = next(
        Fraction(one) * Fraction(10) ** power for one in (1, 2, Fraction(5, 2), 5, 10) if one * 10.0**power >= raw
    )
    digits = next(digits for digits in range(20) if (step * 10**digits).denominator == 1)
    first, last = math.ceil(Fraction(low) / step), math.floor(Fraction(high) / step)
    return [Quantity(i * step, digits) for i in range(first, last + 1)]


@dataclass(frozen=True)
class _Scaled:
    """A measurement in the indicator's unit; raw: its value in base units."""

    label: str
    raw: Number | None
    value: float | None
    lower: float
    upper: float
    drawn: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, label: str, measured: Measurement, scale: Fraction) -> _Scaled:
        lower, value, upper = (_float(one, scale) for one in (measured.lower, measured.value, measured.upper))
        drawn = [one for one in (lower, value, upper) if one is not None] if value is not None else []
        below, above = (-math.inf if lower is None else lower), (math.inf if upper is None else upper)
        return cls(label, measured.value, value, below, above, drawn)


def _float(number: Number | None, scale: Fraction) -> float | None:
    return None if number is None else float(exact(number) * scale)


def _domain(days: list[_Scaled], target: float | None, share: bool) -> tuple[float, float]:
    """From a little below the lowest to a little above the highest number drawn; never below zero for want of a negative one."""
    drawn = [one for day in days for one in day.drawn] + ([] if target is None else [target])
    if not drawn:
        return 0.0, 100.0 if share else 1.0
    low, high = min(drawn), max(drawn)
    pad = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    least = 0.0 if low >= 0 else -math.inf
    most = 100.0 if share and high <= 100 else math.inf
    return max(low - pad, least), min(high + pad, most)


def _band(axis: Axis, x: float, width: float, day: _Scaled) -> Box:
    top, bottom = axis.at(day.upper), axis.at(day.lower)
    return Box(x, top, width, round(bottom - top, 2))


def _runs(points: list[Mark | None]) -> list[list[Mark]]:
    runs: list[list[Mark]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _day_ticks(centres: list[float], labels: list[str]) -> list[Mark]:
    """Month and day, about ten of them."""
    every = math.ceil(len(labels) / 11)
    return [Mark(x, HEIGHT - BOTTOM, label[5:]) for x, label in list(zip(centres, labels, strict=True))[::every]]


def _lowest_first(one: _Scaled) -> tuple[bool, float, str]:
    return one.value is None, one.value or 0.0, one.label


def _bar(reading: Reading, axis: Axis, y: float, one: _Scaled) -> Bar:
    return Bar(
        label=short(label_of(one.label, reading.words), 14),
        y=y,
        width=None if one.value is None else round(axis.at(one.value) - axis.start, 2),
        interval=(axis.at(one.lower), axis.at(one.upper)),
        text=DASH if one.raw is None else reading.text(one.raw),
    )
