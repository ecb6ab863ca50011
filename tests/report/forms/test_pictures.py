"""The pictures: what they draw, that a gap stays a gap, and that they carry nothing but shapes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.report.forms.svg import checked_svg
from collector.report.pictures.days import backlog_by_day, rate_by_day, users_by_day
from collector.report.pictures.heat import SHADES, rate_by_department
from collector.report.pictures.months import pue_by_month
from collector.report.pictures.strips import DOWN, UP, Stretch, uptime_strips
from collector.scoring.form import Chart
from tests.report.forms.county import DAYS, START, charts

HERE = Path(__file__).parent
DAY = 86_400_000
WEEK = DAYS[:7]


def week() -> dict[str, Chart]:
    return {
        "rate": rate_by_day("在线率", WEEK, [0.97, 0.96, None, 0.94, None, 0.99, 1.0], [0.95] * 7, [1.0] * 7, 0.95),
        "backlog": backlog_by_day("存量", WEEK, [10, 12, None, 9, 8, 8, 7], [1, 2, None, 1, 0, 0, 0], [9] * 7, [13] * 7),
        "users": users_by_day("日活", WEEK, [4000, None, 5200, 5100, 4800, 2100, 2000], 5000, "en"),
        "heat": rate_by_department("部门", WEEK, {"公安局": [0.97, 0.96, None, 0.5, 0.5, 0.99, 1.0]}, {"公安局": 0.9123}),
        "pue": pue_by_month("PUE", ["2026-01", "2026-02", "2026-03"], [1.42, None, 1.56], [1.4, None, 1.56], [1.45, None, 1.56], 1.5),
        "strips": uptime_strips(
            "平台", WEEK, START, START + 7 * DAY,
            {"甲": [Stretch(START, START + DAY, "up"), Stretch(START + DAY, START + DAY + 1000, "down")]}, {"甲": None},
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", week())
def test_the_shapes_of_a_picture(golden: Callable[[Path, str], None], name: str) -> None:
    golden(HERE / "golden" / f"{name}.svg", week()[name].svg + "\n")


def test_every_picture_may_stand_in_a_report() -> None:
    for chart in (*week().values(), *charts()):
        assert checked_svg(chart.svg, chart.title)


def test_a_day_without_value_parts_the_line_and_is_hatched() -> None:
    svg = week()["rate"].svg
    assert svg.count("<polyline") == 2
    assert svg.count("<circle") == 1  # the day between two gaps is a dot, or it would not be seen
    assert svg.count('fill="url(#gap)"') == 3  # two gaps, and the legend


def test_a_month_without_value_has_no_bar() -> None:
    assert len(re.findall(r'<rect [^>]*fill="#8fb4dc"', week()["pue"].svg)) == 3  # two months, and the legend


def test_days_of_one_shade_are_drawn_as_one_and_a_gap_has_no_shade() -> None:
    drawn = re.findall(r'<rect [^>]*fill="([^"]+)"', week()["heat"].svg)[:4]
    assert drawn == [SHADES[3], "url(#gap)", SHADES[0], SHADES[4]]


def test_a_short_outage_is_still_seen() -> None:
    outage = next(one for one in re.findall(r"<rect [^>]*>", week()["strips"].svg) if DOWN in one)
    assert 'width="1"' in outage
    assert UP in week()["strips"].svg


def test_nothing_known_is_a_picture_of_gaps() -> None:
    for chart in (
        rate_by_day("x", WEEK, [None] * 7, [None] * 7, [None] * 7),
        users_by_day("x", WEEK, [None] * 7),
        pue_by_month("x", ["2026-01"], [None], [None], [None]),
        backlog_by_day("x", WEEK, [None] * 7),
    ):
        assert "<polyline" not in chart.svg
        assert "url(#gap)" in chart.svg


@pytest.mark.parametrize(
    "svg",
    [
        "<svg><script>alert(1)</script></svg>",
        '<svg onload="alert(1)"/>',
        '<svg><image href="http://evil.example/"/></svg>',
        '<svg><a href="#x"><text>x</text></a></svg>',
        '<svg><rect fill="url(http://evil.example/#x)"/></svg>',
        '<svg><rect style="background:url(x)"/></svg>',
        "<svg><style>*{}</style></svg>",
        "<svg><foreignObject/></svg>",
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        '<?xml-stylesheet href="x"?><svg/>',
        "<svg><g></svg>",
    ],
)
def test_a_chart_that_runs_or_loads_anything_is_refused(svg: str) -> None:
    with pytest.raises(ValueError, match="chart 'x': "):
        checked_svg(svg, "x")


def test_what_an_html_parser_would_read_as_an_element_is_escaped() -> None:
    assert "<script>" not in checked_svg("<svg><title><![CDATA[><script>alert(1)</script>]]></title></svg>", "x")
