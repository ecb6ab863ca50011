"""A figure's numbers in its unit, its interval, and why it has no value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from collector.measurement import Measurement
from collector.report.content import Report
from collector.report.quantities import Reading
from collector.report.rounding import SPACE
from collector.report.words import Words
from tests.report.october import october, report_of


def reading(name: str, words: Words | None = None, **definition: Any) -> Reading:
    document = october()
    one = next(one for one in document["indicators"] if one["id"] == name)
    one["definition"] |= definition
    lines = report_of(document).lines
    return Reading(next(line.figure for line in lines if line.figure.indicator.id == name), words or Words("zh"))


def printed(text: str) -> str:
    return text.replace(SPACE, " ")


@pytest.mark.parametrize(
    ("name", "value", "interval", "target"),
    [
        ("video_online_rate", "94.999 %", "[93.76, 95.06] %", "≥ 95 %"),
        ("platform_availability", "99.9996 %", "[99.9996, 99.9996] %", "≥ 99.5 %"),
        ("signal_availability", "—", "[0.00, 100.00] %", "≥ 90 %"),
        ("closure", "96.28 %", "[96.28, 96.28] %", "≥ 95 %"),
        ("duration", "24.03 小时", "[24.03, 无界) 小时", "≤ 24 小时"),
        ("dau", "—", "[4,406.77, 无界) 人", "≥ 5,000 人"),
        ("pue", "1.50004", "[1.50004, 1.50004]", "≤ 1.5"),
        ("catalogue", "1,199 个", "[1,199, 1,199] 个", "≥ 1,200 个"),
    ],
)
def test_each_figure_is_printed_in_its_unit(name: str, value: str, interval: str, target: str) -> None:
    shown = reading(name)
    measured = shown.figure.measurement
    assert printed(shown.text(measured.value)) == value
    assert printed(shown.interval(measured)) == interval
    assert printed(shown.target_text) == target


def test_an_indicator_without_target_shows_a_dash() -> None:
    assert reading("closure", target=None).target_text == "—"


def test_pue_has_three_digits_where_the_target_is_far() -> None:
    assert reading("pue", target="<= 1.8").text(1.4996) == "1.500"


def test_a_side_that_nothing_bounds_is_open() -> None:
    nothing = Measurement(None, None, None, 0.5, 0)
    assert reading("pue", Words("en")).interval(nothing) == "(unbounded, unbounded)"


@pytest.mark.parametrize(
    ("measured", "why"),
    [
        ({"applicable": False, "coverage": 0.0}, "不适用：应测时间全部被剔除"),
        ({"coverage": None}, "期间内没有应测时间"),
        ({"coverage": 0.0}, "缺测：期间内没有任何有效观测"),
        ({"coverage": 0.899999}, "覆盖率不足：89.9999 %，最低 90.00 %"),
        ({"coverage": 1.0, "faults": ("ratio of 2 to 1 is outside of 0 to 1",)}, "数据异常，见所列异常"),
        ({"coverage": 1.0}, "分母为 0，没有可计算的对象"),
        ({"coverage": 1.0, "value": 0}, None),
    ],
)
def test_a_figure_without_value_says_why(measured: Mapping[str, Any], why: str | None) -> None:
    bare: dict[str, Any] = {"value": None, "lower": 0, "upper": 1, "n": 0} | dict(measured)
    told = reading("closure").why_no_value(Measurement(**bare))
    assert (told and printed(told)) == why


def test_every_figure_of_the_month_has_a_value_or_a_reason(report: Report, chinese: Words) -> None:
    for line in report.lines:
        measured = line.figure.measurement
        assert (measured.value is None) == (Reading(line.figure, chinese).why_no_value(measured) is not None)
