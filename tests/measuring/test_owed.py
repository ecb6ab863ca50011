"""Who is owed, from the register file or the source's list to the figure; rows of docs/torture.md carry their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from collector.errors import ConfigurationError
from collector.figures import Figure, measure
from collector.measurement import Measurement
from collector.periods import Period, iso
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

INDICATORS = """indicators:
  - {id: online, measure: availability, source: video}
  - {id: mean, measure: availability, source: video, method: subject_mean}
  - {id: sweep, measure: availability, source: video, method: sweep_mean}
  - {id: patient, measure: availability, source: video, ignore_shorter_than: 3h}
  - {id: office, measure: availability, source: video, schedule: {hours: [["08:00", "18:00"]]}}
  - {id: police, measure: availability, source: video, where: {department: 公安局}}
"""
NOW = OCTOBER + 40 * DAY
FIRST_DAY = "2026-10-01"
Make = Callable[..., City]


def figure(
    city: City, period: str = FIRST_DAY, indicator: str = "online", as_of: int = NOW, by: str | None = None
) -> Figure:
    history = city.installation.history
    return measure(history, city.installation.city.indicator(indicator), Period.parse(period, ZONE), as_of, by)


def measured(city: City, *args: Any, **kwargs: Any) -> Measurement:
    return figure(city, *args, **kwargs).measurement


def poll_hours(city: City, hours: range, answer: dict[str, str]) -> None:
    for hour in hours:
        city.say("video", OCTOBER + hour * HOUR, answer)


@pytest.fixture
def listed(tmp_path: Path) -> Iterator[City]:
    made = make_city(tmp_path, INDICATORS)
    yield made
    made.installation.close()


@pytest.fixture
def fixed(tmp_path: Path) -> Iterator[Make]:
    """Makes a city whose source owes what the register file says: ``fixed(rows, text)``, with ``text`` after the indicators."""
    made: list[City] = []

    def make(rows: str, text: str = "") -> City:
        (tmp_path / "channels.csv").write_text("subject,joined,removed,entered_at,approved_by,department\n" + rows)
        path = tmp_path / "city.yaml"
        city = make_city(tmp_path, INDICATORS + text)
        path.write_text(
            path.read_text().replace("every: 1h", "every: 1h, register: {policy: fixed, file: channels.csv}")
        )
        made.append(City(type(city.installation)(path)))
        city.installation.close()
        return made[-1]

    yield make
    for city in made:
        city.installation.close()


def test_t18_a_channel_is_owed_from_its_registration_on_and_no_earlier(fixed: Make) -> None:
    """b joins at noon by the register, is listed before that already, and answers three hours later."""
    city = fixed("a,,,,,\nb,2026-10-01T12:00:00,,,,\n")
    poll_hours(city, range(9), {"a": "up"})
    poll_hours(city, range(9, 15), {"a": "up", "b": "down"})
    poll_hours(city, range(15, 24), {"a": "up", "b": "up"})

    day = measured(city)

    assert (day.numerator, day.denominator) == ((24 + 9) * 3600, (24 + 12) * 3600)
    assert day.n == 2


def test_t18_each_poll_counts_the_channels_that_are_owed_then(fixed: Make) -> None:
    city = fixed("a,,,,,\nb,2026-10-01T12:00:00,,,,\n")
    poll_hours(city, range(24), {"a": "up"})

    assert float(measured(city, indicator="sweep").value or 0) == pytest.approx((12 + 12 / 2) / 24)


def test_t18_a_channel_that_joins_after_the_period_is_not_owed_in_it(fixed: Make) -> None:
    city = fixed("a,,,,,\nb,2026-10-02,,,,\n")
    poll_hours(city, range(24), {"a": "up"})

    assert (measured(city).value, measured(city).n) == (1, 1)


def test_t19_a_dead_channel_that_the_platform_drops_stays_owed_until_its_removal_is_approved(fixed: Make) -> None:
    rows = "a,,,,,公安局\nb,2026-09-01,,,,公安局\n"
    city = fixed(rows + "b,2026-09-01,2026-10-01T18:00:00,2026-10-01T20:00:00,,公安局\n")
    poll_hours(city, range(12), {"a": "up", "b": "down", "stranger": "up"})
    poll_hours(city, range(12, 24), {"a": "up", "stranger": "up"})
    asked = measured(city)
    (city.installation.city.folder / "channels.csv").write_text(
        "subject,joined,removed,entered_at,approved_by,department\n" + rows
        + "b,2026-09-01,2026-10-01T18:00:00,2026-10-01T20:00:00,,公安局\n"
        + "b,2026-09-01,2026-10-01T18:00:00,2026-10-03T10:00:00,王局,公安局\n"
    )  # fmt: skip

    approved = measured(city)

    assert (asked.value, asked.parts["pending_removals"]) == (Fraction(24, 48), 1)
    assert asked.faults == (
        "subjects that stay owed past their removal from the register: 1 (b); it counts when approved_by says who approved it",
    )
    assert (approved.value, approved.parts["pending_removals"]) == (Fraction(24, 42), 0)
    assert approved.faults == ()


def test_a_register_file_that_was_changed_is_read_again_and_one_that_is_gone_is_named(fixed: Make) -> None:
    city = fixed("a,,,,,\n")
    poll_hours(city, range(24), {"a": "up"})
    path = city.installation.city.folder / "channels.csv"
    assert measured(city).n == 1

    path.write_text("subject\na\nb\n")
    assert measured(city).n == 2

    path.unlink()
    with pytest.raises(ConfigurationError, match=r"register file channels\.csv: No such file or directory"):
        measured(city)


def test_t19_what_was_known_before_the_approval_stays_reproducible(fixed: Make) -> None:
    city = fixed("a,,,,,\nb,,,,,\nb,,2026-10-01T18:00:00,2026-10-03T10:00:00,王局,\n")
    poll_hours(city, range(24), {"a": "up"})

    entered = OCTOBER + 2 * DAY + 10 * HOUR
    assert measured(city, as_of=entered - 1).value == Fraction(24, 48)
    assert measured(city, as_of=entered).value == Fraction(24, 42)


def test_t19_every_disappearance_is_reported_where_the_list_decides(listed: City) -> None:
    poll_hours(listed, range(12), {"a": "up", "b": "down", "c": "up"})
    poll_hours(listed, range(12, 24), {"a": "up"})

    day = measured(listed)

    assert day.value == Fraction(36, 48)
    assert day.parts["disappeared_subjects"] == 2
    assert day.parts["disappeared_seconds"] == 2 * 12 * 3600
    assert day.parts["value_if_disappeared_were_down"] == Fraction(36, 72)
    (fault,) = day.faults
    assert fault.startswith(
        "subjects that disappeared from the source's list and are owed no longer: 2 (b, c); the part value_if_"
    )


@pytest.mark.parametrize(
    ("indicator", "value"), [("mean", (1 + 0.5) / 2), ("sweep", 18 / 24), ("patient", 36 / 48), ("office", 0.7)]
)
def test_t19_the_value_had_it_stayed_is_that_of_the_indicators_own_method(
    listed: City, indicator: str, value: float
) -> None:
    poll_hours(listed, range(12), {"a": "up", "b": "up"})
    poll_hours(listed, range(12, 24), {"a": "up"})

    day = measured(listed, indicator=indicator)

    assert day.value == 1
    assert float(day.parts["value_if_disappeared_were_down"]) == pytest.approx(value)


def test_nothing_is_reported_where_nobody_left(listed: City) -> None:
    poll_hours(listed, range(12), {"a": "up"})
    poll_hours(listed, range(12, 24), {"a": "up", "late": "up"})

    day = measured(listed)

    assert day.parts["disappeared_subjects"] == 0
    assert "value_if_disappeared_were_down" not in day.parts
    assert day.faults == ()


def test_a_channel_that_left_before_the_period_left_in_another_one(listed: City) -> None:
    poll_hours(listed, range(23), {"a": "up", "b": "up"})
    poll_hours(listed, range(23, 48), {"a": "up"})

    assert [measured(listed, f"2026-10-0{day}").parts["disappeared_subjects"] for day in (1, 2)] == [1, 0]


def test_a_channel_that_is_gone_with_the_first_poll_of_a_period_left_in_it(listed: City) -> None:
    poll_hours(listed, range(24), {"a": "up", "b": "up"})
    poll_hours(listed, range(24, 48), {"a": "up"})

    assert [measured(listed, f"2026-10-0{day}").parts["disappeared_subjects"] for day in (1, 2)] == [0, 1]
    assert measured(listed, "2026-10-02").parts["value_if_disappeared_were_down"] == Fraction(1, 2)


def test_only_the_indicators_own_subjects_are_reported(fixed: Make, listed: City) -> None:
    city = fixed("a,,,,,公安局\nb,,2026-10-01,,,城管局\n")
    poll_hours(city, range(24), {"a": "up"})

    day = figure(city, indicator="police", by="department")

    assert (day.measurement.parts["pending_removals"], day.measurement.faults) == (0, ())
    assert {label: one.parts["pending_removals"] for label, one in figure(city, by="department").by.items()} == {
        "公安局": 0,
        "城管局": 1,
    }


def test_a_break_down_by_subject_tells_who_left(listed: City) -> None:
    poll_hours(listed, range(12), {"a": "up", "b": "up"})
    poll_hours(listed, range(12, 24), {"a": "up"})

    by = figure(listed, by="subject").by

    assert {label: one.parts["disappeared_subjects"] for label, one in by.items()} == {"a": 0, "b": 1}
    assert by["b"].parts["value_if_disappeared_were_down"] == Fraction(1, 2)


def test_sealed_days_report_the_same_disappearances(listed: City) -> None:
    """b leaves at a midnight; c leaves twice and comes back in between; d was never there before the third day."""
    for hour in range(72):
        answer = {"a": "up"} | ({"b": "down"} if hour < 24 else {}) | ({"d": "up"} if hour > 50 else {})
        listed.say("video", OCTOBER + hour * HOUR, answer | ({"c": "up"} if hour < 10 or 30 <= hour < 40 else {}))
    period = f"{iso(OCTOBER)}/{iso(OCTOBER + 3 * DAY)}"

    def both() -> list[Any]:
        found = [figure(listed, period, indicator, by="subject") for indicator in ("online", "mean")]
        return [
            [one.measurement.parts for one in found],
            [one.measurement.faults for one in found],
            [{k: v.value for k, v in one.by.items()} for one in found],
        ]

    before = both()
    for day in (1, 2, 3):
        listed.installation.sealer.seal_day("video", date(2026, 10, day), NOW)

    assert both() == before
    assert before[0][0]["disappeared_subjects"] == 2
    assert before[0][0]["value_if_disappeared_were_down"] == Fraction(72 + 20 + 21, 72 + 72 + 72 + 21)


def test_two_spans_of_one_subject_are_owed_and_the_time_between_them_is_not(fixed: Make) -> None:
    rows = "a,2026-10-01T02:00:00,2026-10-01T06:00:00,,王局,\na,2026-10-01T12:00:00,2026-10-01T18:00:00,,王局,\nb,2026-10-01T20:00:00,,,,\n"
    city = fixed(rows)
    for hour in range(24):
        city.say("video", OCTOBER + hour * HOUR, {"a": "down" if hour < 4 or 14 <= hour < 16 else "up", "b": "up"})

    day = figure(city, by="subject")

    assert (day.by["a"].numerator, day.by["a"].denominator) == ((2 + 4) * 3600, (4 + 6) * 3600)
    assert (day.measurement.numerator, day.measurement.denominator) == (10 * 3600, 14 * 3600)
    assert figure(city, indicator="office", by="subject").by["a"].denominator == 6 * 3600
    assert day.by["a"].parts["sampling_seconds"] == 3 * 3600  # up at 04:00, down at 14:00, up at 16:00


def test_exclusions_of_one_subject_leave_the_second_span_of_another(fixed: Make) -> None:
    window = "start: 2026-10-01T13:00:00+08:00, end: 2026-10-01T15:00:00+08:00"
    rows = "a,,2026-10-01T06:00:00,,王局,\na,2026-10-01T12:00:00,,,,\nb,,,,,\n"
    why = "reason: 检修, approved_by: 王局, entered_at: 2026-09-30T00:00:00+08:00, subjects: a"
    city = fixed(rows, f"exclusions:\n  - {{source: video, {window}, {why}}}\n")
    poll_hours(city, range(24), {"a": "up", "b": "up"})

    day = figure(city, by="subject")

    assert day.measurement.parts["excluded_seconds"] == 2 * 3600
    assert {label: one.denominator for label, one in day.by.items()} == {"a": (6 + 10) * 3600, "b": 24 * 3600}
    assert [one.subjects for one in day.exclusions] == [1]


def test_what_the_platform_does_not_list_is_an_outage_as_long_as_it_was_down_before_and_after(fixed: Make) -> None:
    """Down for two hours and missing for two more is one outage of four: not shorter than three."""
    city = fixed("a,,,,,\nb,,,,,\n")
    poll_hours(city, range(10), {"a": "up", "b": "up"})
    poll_hours(city, range(10, 12), {"a": "up", "b": "down"})
    poll_hours(city, range(12, 14), {"a": "up"})
    poll_hours(city, range(14, 20), {"a": "up", "b": "up"})
    poll_hours(city, range(20, 22), {"a": "up"})
    poll_hours(city, range(22, 24), {"a": "up", "b": "up"})

    assert measured(city).value == Fraction(42, 48)
    assert measured(city, indicator="patient").value == Fraction(44, 48)


def test_a_period_that_begins_in_the_middle_of_a_day_knows_what_changed_before_it(listed: City) -> None:
    poll_hours(listed, range(3), {"a": "up"})
    poll_hours(listed, range(3, 24), {"a": "down", "b": "up"})

    part = measured(listed, f"{iso(OCTOBER + 5 * HOUR)}/{iso(OCTOBER + 10 * HOUR)}")

    assert (part.value, part.coverage, part.n) == (Fraction(1, 2), 1, 2)
