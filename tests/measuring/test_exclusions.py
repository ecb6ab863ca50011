"""Exclusions: what they take out, and that who, why and when entered stand beside the figure with and without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from collector.cli.results import excluded_mark
from collector.documents import figure_document
from collector.figures import Figure, measure
from collector.measuring.methods import method_table
from collector.periods import Period, iso
from collector.verdict import Verdict
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

INDICATORS = """indicators:
  - {id: online, measure: availability, source: video, target: ">= 95"}
  - {id: office, measure: availability, source: video, schedule: {hours: [["08:00", "18:00"]]}}
  - {id: only_a, measure: availability, source: video, where: {subject: a}}
  - {id: both, measure: availability, sources: [video, portal]}
exclusions:
"""
OCTOBER_2026 = f"{iso(OCTOBER)}/{iso(OCTOBER + 31 * DAY)}"
FIRST_DAY = "2026-10-01"
Make = Callable[..., City]


def exclusion(start: str, end: str, entered_at: str = "2026-09-20T10:00:00+08:00", more: str = "") -> str:
    return (
        f"  - {{source: video, start: '{start}+08:00', end: '{end}+08:00', reason: 机房搬迁, approved_by: 王局, "
        f"entered_at: '{entered_at}'{more}}}\n"
    )


NOON = exclusion("2026-10-01T12:00:00", "2026-10-01T14:00:00")


@pytest.fixture
def city_of(tmp_path: Path) -> Iterator[Make]:
    made: list[City] = []

    def make(exclusions: str) -> City:
        made.append(make_city(tmp_path, INDICATORS + exclusions, names=("video", "portal")))
        return made[-1]

    yield make
    for city in made:
        city.installation.close()


def poll_hours(city: City, hours: range, answer: dict[str, str], source: str = "video") -> None:
    for hour in hours:
        city.say(source, OCTOBER + hour * HOUR, answer)


def figure(city: City, period: str = FIRST_DAY, indicator: str = "online", as_of: int = OCTOBER + 60 * DAY) -> Figure:
    history = city.installation.history
    return measure(history, city.installation.city.indicator(indicator), Period.parse(period, ZONE), as_of)


def shown(found: Figure) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = figure_document(found)["exclusions"]
    return listed


def test_t3_a_month_wholly_under_approved_maintenance_is_not_applicable_and_says_by_whom(city_of: Make) -> None:
    city = city_of(exclusion("2026-10-01T00:00:00", "2026-11-01T00:00:00"))
    poll_hours(city, range(31 * 24), {"a": "down"})

    month = figure(city, "2026-10")

    assert (month.verdict, month.measurement.value) == (Verdict.NOT_APPLICABLE, None)
    assert month.without_exclusions is not None
    assert month.without_exclusions.value == 0
    assert shown(month) == [
        {
            "source": "video",
            "start": "2026-10-01T00:00:00+08:00",
            "end": "2026-11-01T00:00:00+08:00",
            "reason": "机房搬迁",
            "approved_by": "王局",
            "entered_at": "2026-09-20T10:00:00+08:00",
            "after_the_fact": False,
            "subjects": 1,
        }
    ]


def test_t4_29_days_of_maintenance_and_a_day_of_outage_are_0_and_the_rule_that_says_29_of_30_is_named(tmp_path: Path) -> None:
    """Polled twice a day; down on every one of the thirty days, of which all but the last are approved maintenance."""
    maintenance = exclusion("2026-10-01T00:00:00", "2026-10-30T00:00:00")
    city = make_city(tmp_path, INDICATORS + maintenance, every="12h", names=("video", "portal"))
    for half_day in range(60):
        city.say("video", OCTOBER + half_day * DAY // 2, {"a": "down"})
    history, indicator = city.installation.history, city.installation.city.indicator("online")
    period, as_of = Period.parse(f"{iso(OCTOBER)}/{iso(OCTOBER + 30 * DAY)}", ZONE), OCTOBER + 60 * DAY

    month = measure(history, indicator, period, as_of)
    rows = [row for row in method_table(history, indicator, period, as_of) if row.rules["method"] == "subject_time"]
    by_rule = {row.rules["exclusions"]: row.value for row in rows if row.rules["unknown"] == "excluded"}

    assert (month.measurement.value, month.verdict) == (0, Verdict.MISSED)
    assert month.measurement.parts["excluded_seconds"] == 29 * 86400
    assert month.without_exclusions is not None
    assert month.without_exclusions.value == 0
    assert by_rule == {"removed": 0, "as_observed": 0, "counted_up": Fraction(29, 30), "counted_down": 0}
    assert [row.rules["exclusions"] for row in rows if row.chosen] == ["removed"]
    city.installation.close()


def test_t10_an_exclusion_entered_after_the_month_closed_changes_nothing_that_was_known_before(city_of: Make) -> None:
    city = city_of(exclusion("2026-10-01T00:00:00", "2026-10-02T00:00:00", "2026-11-05T09:00:00+08:00"))
    poll_hours(city, range(24), {"a": "down"})
    poll_hours(city, range(24, 48), {"a": "up"})
    days, entered = f"{iso(OCTOBER)}/{iso(OCTOBER + 2 * DAY)}", OCTOBER + 35 * DAY + 9 * HOUR

    before, after = figure(city, days, as_of=entered - 1), figure(city, days, as_of=entered)

    assert (before.measurement.value, before.without_exclusions, before.exclusions) == (Fraction(1, 2), None, ())
    assert after.measurement.value == 1
    assert after.without_exclusions is not None
    assert after.without_exclusions.value == Fraction(1, 2)
    assert [one["after_the_fact"] for one in shown(after)] == [True]


@pytest.mark.parametrize(
    ("entered_at", "after_the_fact"),
    [("2026-10-01T11:59:59+08:00", False), ("2026-10-01T12:00:00+08:00", False), ("2026-10-01T12:00:01+08:00", True)],
)
def test_an_exclusion_that_was_entered_when_it_had_begun_is_marked(
    city_of: Make, entered_at: str, after_the_fact: bool
) -> None:
    city = city_of(exclusion("2026-10-01T12:00:00", "2026-10-01T14:00:00", entered_at))
    poll_hours(city, range(24), {"a": "up"})

    assert [one.after_the_fact for one in figure(city).exclusions] == [after_the_fact]


def test_the_table_for_people_marks_figures_with_exclusions_and_those_entered_after_the_fact(city_of: Make) -> None:
    late = exclusion("2026-10-03T12:00:00", "2026-10-03T14:00:00", "2026-11-05T09:00:00+08:00")
    city = city_of(NOON + late)
    poll_hours(city, range(72), {"a": "up"})

    marks = [excluded_mark(figure(city, f"2026-10-0{day}")) for day in (1, 2, 3)]

    assert marks == ["，有剔除", "", "，事后剔除"]


def test_an_exclusion_is_listed_with_the_subjects_that_it_took_time_from(city_of: Make) -> None:
    """c is not there yet while the exclusion lasts."""
    city = city_of(NOON)
    poll_hours(city, range(16), {"a": "up", "b": "down"})
    poll_hours(city, range(16, 24), {"a": "up", "b": "down", "c": "up"})

    assert [one.subjects for one in figure(city).exclusions] == [2]
    assert [one.subjects for one in figure(city, indicator="only_a").exclusions] == [1]


@pytest.mark.parametrize(
    ("indicator", "left_out"),
    [
        ("office", exclusion("2026-10-01T20:00:00", "2026-10-01T22:00:00")),
        ("only_a", exclusion("2026-10-01T12:00:00", "2026-10-01T14:00:00", more=", subjects: b")),
        ("online", exclusion("2026-10-02T12:00:00", "2026-10-02T14:00:00")),
    ],
    ids=["outside the schedule", "of other subjects", "of another day"],
)
def test_an_exclusion_that_took_nothing_is_not_listed(city_of: Make, indicator: str, left_out: str) -> None:
    city = city_of(left_out)
    poll_hours(city, range(24), {"a": "up", "b": "up"})

    day = figure(city, indicator=indicator)

    assert (day.exclusions, day.without_exclusions, day.measurement.parts["excluded_seconds"]) == ((), None, 0)


def test_exclusions_that_overlap_take_their_time_out_once_and_are_all_listed(city_of: Make) -> None:
    city = city_of(NOON + exclusion("2026-10-01T13:00:00", "2026-10-01T16:00:00", more=", subjects: a"))
    poll_hours(city, range(24), {"a": "up", "b": "up"})

    day = figure(city)

    assert day.measurement.parts["excluded_seconds"] == (4 + 2) * 3600
    assert [one.subjects for one in day.exclusions] == [2, 1]


def test_of_several_sources_each_exclusion_counts_its_own_subjects(city_of: Make) -> None:
    city = city_of(NOON)
    poll_hours(city, range(24), {"a": "up"})
    poll_hours(city, range(24), {"a": "up", "x": "down"}, "portal")

    day = figure(city, indicator="both")

    assert [(one.source, one.subjects) for one in day.exclusions] == [("video", 1)]
    assert day.measurement.parts["excluded_seconds"] == 2 * 3600


def test_a_disappearance_during_an_exclusion_weighs_only_what_is_not_excluded(city_of: Make) -> None:
    city = city_of(NOON)
    poll_hours(city, range(12), {"a": "up", "b": "up"})
    poll_hours(city, range(12, 24), {"a": "up"})

    day = figure(city)

    assert day.measurement.parts["value_if_disappeared_were_down"] == Fraction(22 + 12, 44)
    assert day.without_exclusions is not None
    assert day.without_exclusions.parts["value_if_disappeared_were_down"] == Fraction(24 + 12, 48)
