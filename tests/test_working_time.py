from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from collector.errors import ConfigurationError, UnknownCalendarYear
from collector.periods import Span, iso
from collector.working_time import Clock, WorkCalendar, YearCalendar
from tests.measures.build import HOUR, ZONE, at

CALENDAR = WorkCalendar(ZONE)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 9), True),  # a Friday
        (date(2026, 10, 11), False),  # a Sunday
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked in exchange
    ],
)
def test_holidays_and_exchanged_days_follow_the_official_calendar(day: date, works: bool) -> None:
    assert CALENDAR.is_workday(day) is works


def test_a_year_that_is_not_known_is_an_error_with_its_remedy() -> None:
    with pytest.raises(UnknownCalendarYear, match=r"working days of 2027 are not known: update the chinesecalendar package"):
        CALENDAR.is_workday(date(2027, 1, 4))


def test_an_extra_year_is_taken_as_given() -> None:
    year = YearCalendar(off=frozenset({date(2027, 1, 1)}), worked=frozenset({date(2027, 1, 3)}))
    calendar = WorkCalendar(ZONE, extra_years={2027: year})
    known = [calendar.is_workday(date(2027, 1, day)) for day in (1, 2, 3, 4)]
    assert known == [False, False, True, True]


def test_the_timeline_holds_the_office_hours_of_working_days() -> None:
    spans = CALENDAR.timeline(Span(at("09 10:00"), at("12 09:00"))).spans()
    assert [iso(one.start, ZONE)[8:16] for one in spans] == ["09T10:00", "09T14:00", "10T08:30", "10T14:00", "12T08:30"]
    assert spans[-1].end == at("12 09:00")


def test_elapsed_working_time_is_found_for_many_pairs_at_once() -> None:
    starts = np.array([at("09 08:00"), at("09 11:00"), at("11 03:00")])
    ends = np.array([at("09 09:00"), at("10 09:00"), at("11 23:00")])
    assert CALENDAR.elapsed(starts, ends).tolist() == [HOUR // 2, 5 * HOUR, 0]
    assert CALENDAR.elapsed(starts[:0], ends[:0]).tolist() == []


@pytest.mark.parametrize(
    ("clock", "limit", "due"),
    [
        (Clock.URGENT_HOUR, 2, "09 18:30"),
        (Clock.WORK_HOUR, 1, "09 17:30"),  # the last minute of a day still belongs to it
        (Clock.WORK_HOUR, 4, "10 11:30"),
        (Clock.WORK_DAY, 1, "10 16:30"),
        (Clock.WORK_DAY, Fraction(1, 2), "10 11:00"),
        (Clock.WORK_DAY, 2, "12 16:30"),  # over Sunday
        (Clock.NATURAL_DAY, 2, "11 16:30"),
    ],
)
def test_each_clock_runs_in_its_own_way(clock: Clock, limit: Fraction | int, due: str) -> None:
    """From Friday 9 October 2026, 16:30; Saturday is worked in exchange."""
    assert iso(CALENDAR.deadline(at("09 16:30"), limit, clock), ZONE) == iso(at(due), ZONE)


def test_a_working_limit_that_starts_in_a_holiday_runs_from_the_next_working_day() -> None:
    assert CALENDAR.deadline(at("03"), 1, Clock.WORK_HOUR) == at("08 09:30")


def test_a_deadline_and_the_time_elapsed_until_it_agree() -> None:
    start = at("08 10:17")
    for hours in range(1, 60):
        due = CALENDAR.deadline(start, hours, Clock.WORK_HOUR)
        assert CALENDAR.elapsed(np.array([start]), np.array([due])).tolist() == [hours * HOUR]


def test_office_hours_may_reach_midnight_in_a_zone_with_clock_changes() -> None:
    zone = ZoneInfo("Europe/Berlin")
    calendar = WorkCalendar(
        zone, hours=[("00:00", "24:00")], extra_years={2026: YearCalendar(worked=frozenset({date(2026, 10, 25)}))}
    )
    day = Span(at("2026-10-25", zone), at("2026-10-26", zone))
    assert calendar.timeline(day).total == 25 * HOUR


@pytest.mark.parametrize(
    "hours",
    [[], [("12:00", "08:30")], [("08:30", "12:00"), ("11:00", "17:30")], [("8.30", "12:00")], [("08:30", "08:30")]],
)
def test_office_hours_that_make_no_sense_are_refused(hours: list[tuple[str, str]]) -> None:
    with pytest.raises(ConfigurationError, match="hours: "):
        WorkCalendar(ZONE, hours)
