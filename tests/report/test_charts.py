"""Charts as geometry: gaps where there is no value, bands where there are bounds, bars from zero."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from collector.measurement import Measurement
from collector.report.charts import MOST_BARS, bar_chart, line_chart, ticks
from collector.report.quantities import Reading
from collector.report.words import Words
from tests.report.october import october, rate, report_of


@pytest.fixture
def rates() -> Reading:
    return Reading(report_of(october()).lines[0].figure, Words("zh"))


def days(*values: Measurement) -> dict[str, Measurement]:
    return {f"2026-10-{i:02}": one for i, one in enumerate(values, 1)}


FULL, NONE, THIN = rate(Fraction(96, 100)), rate(None, Fraction(0)), rate(Fraction(99, 100), Fraction(1, 2))


def test_a_day_without_value_is_a_gap_between_two_lines(rates: Reading) -> None:
    chart = line_chart(rates, days(FULL, FULL, NONE, FULL, FULL, THIN))
    assert chart is not None
    assert [len(line) for line in chart.lines] == [2, 2]
    assert [gap.x for gap in chart.gaps] == [chart.bands[2].x, chart.bands[5].x]
    assert len(chart.dots) == 4


def test_a_day_of_which_nothing_is_known_has_a_band_over_the_whole_chart(rates: Reading) -> None:
    chart = line_chart(rates, days(FULL, NONE))
    assert chart is not None
    assert (chart.bands[1].y, chart.bands[1].height) == (chart.plot.y, chart.plot.height)
    assert chart.bands[0].height == 0


def test_a_side_that_nothing_bounds_reaches_the_edge(rates: Reading) -> None:
    chart = line_chart(rates, days(replace(FULL, upper=None), FULL))
    assert chart is not None
    assert chart.bands[0].y == chart.plot.y


def test_higher_values_lie_higher_and_the_target_is_where_its_value_would_be(rates: Reading) -> None:
    chart = line_chart(rates, days(rate(Fraction(90, 100)), rate(Fraction(95, 100)), rate(Fraction(1))))
    assert chart is not None
    assert chart.target is not None
    low, on_target, high = (dot.y for dot in chart.dots)
    assert low > on_target > high
    assert chart.target.y == on_target


def test_a_month_that_says_nothing_still_has_axes(rates: Reading) -> None:
    chart = line_chart(rates, days(NONE, NONE), with_target=False)
    assert chart is not None
    assert (chart.lines, chart.dots, chart.target) == ([], [], None)
    assert [tick.label for tick in chart.y_ticks] == ["0", "20", "40", "60", "80", "100"]


@pytest.mark.parametrize("value", [Fraction(0), Fraction(1), Fraction(1, 3)])
def test_one_day_alone_has_a_chart_too(rates: Reading, value: Fraction) -> None:
    chart = line_chart(rates, days(rate(value)), with_target=False)
    assert chart is not None
    assert len(chart.dots) == 1
    assert chart.plot.y <= chart.dots[0].y <= chart.plot.y + chart.plot.height


def test_without_days_there_is_no_chart(rates: Reading) -> None:
    assert line_chart(rates, {}) is None


def test_bars_begin_at_zero_and_the_lowest_comes_first(rates: Reading) -> None:
    chart = bar_chart(
        rates, {"甲": rate(Fraction(1)), "乙": rate(Fraction(1, 2)), "丙": NONE, "": rate(Fraction(3, 4))}
    )
    assert chart is not None
    assert [bar.label for bar in chart.bars] == ["乙", "（未填部门）", "甲", "丙"]
    widths = [bar.width for bar in chart.bars]
    assert widths[3] is None
    assert widths[0] == pytest.approx(chart.plot.width / 2)
    assert widths[2] == pytest.approx(chart.plot.width)


def test_one_department_is_nothing_to_compare(rates: Reading) -> None:
    assert bar_chart(rates, {"甲": FULL}) is None


def test_many_departments_are_cut_and_counted(rates: Reading) -> None:
    chart = bar_chart(rates, {f"{i}": FULL for i in range(MOST_BARS + 7)})
    assert chart is not None
    assert (len(chart.bars), chart.left_out) == (MOST_BARS, 7)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 100, ["0", "20", "40", "60", "80", "100"]),
        (93.2, 97.1, ["94", "95", "96", "97"]),
        (1.48, 1.52, ["1.48", "1.49", "1.50", "1.51", "1.52"]),
        (0, 5400, ["0", "2,000", "4,000"]),
        (99.9981, 99.9999, ["99.9985", "99.9990", "99.9995"]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, labels: list[str]) -> None:
    assert [tick.plain for tick in ticks(low, high)] == labels
