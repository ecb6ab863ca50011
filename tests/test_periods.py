"""Calendar periods are half-open, exact, and add up; slots fit days of 23, 24 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import ConfigurationError
from collector.periods import Period, Span, instant, iso, midnight, moment, parse_duration, slot_of, slots

SHANGHAI, BERLIN, CHATHAM = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Chatham")
ZONES = [SHANGHAI, BERLIN, CHATHAM, ZoneInfo("UTC"), ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")]
HOUR = 3_600_000
DAY = 24 * HOUR
zones = st.sampled_from(ZONES)
days = st.dates(date(2000, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("label", "zone", "start", "end"),
    [
        ("2026-10", SHANGHAI, "2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00"),
        ("2026-12", SHANGHAI, "2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
        ("2026-Q4", SHANGHAI, "2026-10-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
        ("2026", SHANGHAI, "2026-01-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
        ("2028-02-29", SHANGHAI, "2028-02-29T00:00:00+08:00", "2028-03-01T00:00:00+08:00"),
        ("2026-03-29", BERLIN, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        ("2026-10", BERLIN, "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00"),
        ("2026-10-01T08:00/2026-10-01T09:30", SHANGHAI, "2026-10-01T08:00:00+08:00", "2026-10-01T09:30:00+08:00"),
        ("2026-10-01T00:00Z/2026-10-02T00:00+08:00", SHANGHAI, "2026-10-01T08:00:00+08:00", "2026-10-02T00:00:00+08:00"),
    ],
)
def test_a_period_begins_and_ends_at_these_instants(label: str, zone: ZoneInfo, start: str, end: str) -> None:
    span = Period.parse(label, zone).span
    assert (iso(span.start, zone), iso(span.end, zone)) == (start, end)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2026-13", "there is no such date"),
        ("2026-00", "there is no such date"),
        ("2026-10-00", "there is no such date"),
        ("２０２６-10", "write 2026-10-05, 2026-10, 2026-Q4, 2026 or START/END"),
        ("2026-02-29", "there is no such date"),
        ("2026-Q5", "write 2026-10-05, 2026-10, 2026-Q4, 2026 or START/END"),
        ("October", "write 2026-10-05, 2026-10, 2026-Q4, 2026 or START/END"),
        ("", "write 2026-10-05, 2026-10, 2026-Q4, 2026 or START/END"),
        ("2026-10-01/2026-10-01", "ends at or before its start"),
        ("2026-10-02/2026-10-01", "ends at or before its start"),
        ("2026-10-01/later", "'later' is not an ISO 8601 instant"),
        ("0000", "there is no such date"),
        ("9999", "there is no such date"),
        ("9999-12-31", "there is no such date"),
    ],
)
def test_what_is_no_period_is_refused_in_words(label: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Period.parse(label, SHANGHAI)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("month", "hours"),
    [("2026-01", 31 * 24), ("2026-02", 28 * 24), ("2028-02", 29 * 24), ("2026-04", 30 * 24), ("2026-10", 31 * 24)],
)
def test_t11_months_in_shanghai_are_whole_days(month: str, hours: int) -> None:
    assert Period.parse(month, SHANGHAI).span.milliseconds == hours * HOUR


def test_t11_a_month_in_which_the_clock_changes_is_an_hour_shorter_or_longer() -> None:
    assert Period.parse("2026-03", BERLIN).span.milliseconds == 31 * DAY - HOUR
    assert Period.parse("2026-10", BERLIN).span.milliseconds == 31 * DAY + HOUR
    assert Period.parse("2026-03-29", BERLIN).span.milliseconds == 23 * HOUR
    assert Period.parse("2026-10-25", BERLIN).span.milliseconds == 25 * HOUR


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("year", [2000, 2024, 2026, 2027])
def test_t11_months_and_quarters_add_up_to_the_year_without_gap(zone: ZoneInfo, year: int) -> None:
    whole = Period.parse(str(year), zone).span
    for labels in ([f"{year}-{month:02}" for month in range(1, 13)], [f"{year}-Q{quarter}" for quarter in range(1, 5)]):
        spans = [Period.parse(label, zone).span for label in labels]
        assert (spans[0].start, spans[-1].end) == (whole.start, whole.end)
        assert [one.end for one in spans[:-1]] == [one.start for one in spans[1:]]
        assert sum(one.milliseconds for one in spans) == whole.milliseconds


@given(days, zones)
def test_the_days_of_a_month_follow_one_another_and_add_up(day: date, zone: ZoneInfo) -> None:
    month = Period.parse(f"{day:%Y-%m}", zone)
    parts = month.days()
    assert [one.span.end for one in parts[:-1]] == [one.span.start for one in parts[1:]]
    assert sum(one.span.milliseconds for one in parts) == month.span.milliseconds
    assert parts[0].label == f"{day:%Y-%m}-01"
    assert month.is_month


@given(days, zones)
def test_a_day_holds_its_first_instant_and_not_its_last(day: date, zone: ZoneInfo) -> None:
    span = Period.of_day(day, zone).span
    assert moment(span.start, zone).date() == day
    assert moment(span.end - 1, zone).date() == day
    assert moment(span.end, zone).date() == day + timedelta(days=1)


@given(st.integers(-(2**40), 2**42), zones)
def test_an_instant_survives_the_way_through_text(at: int, zone: ZoneInfo) -> None:
    assert instant(moment(at, zone)) == at
    assert instant(datetime.fromisoformat(iso(at, zone))) == at


def test_an_instant_needs_an_offset_and_cuts_finer_digits() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 10, 1))  # noqa: DTZ001 - the mistake
    assert instant(datetime(2026, 10, 1, 0, 0, 0, 999, tzinfo=UTC)) == midnight(date(2026, 10, 1), ZoneInfo("UTC"))
    assert iso(1_500, ZoneInfo("UTC")) == "1970-01-01T00:00:01.500Z"


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_clipping_gives_what_lies_in_both(a: int, b: int, c: int, d: int) -> None:
    one, other = Span(min(a, b), max(a, b)), Span(min(c, d), max(c, d))
    both = set(range(one.start, one.end)) & set(range(other.start, other.end))
    assert one.clip(other).milliseconds == len(both)


# --- slots


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-06-01", 24), ("2026-10-25", 25)], ids=["23 h", "24 h", "25 h"]
)
def test_a_day_has_as_many_slots_as_it_is_long(day: str, hours: int) -> None:
    period = Period.parse(day, BERLIN)
    hourly = slots(period, timedelta(hours=1))
    assert len(hourly) == hours
    assert len(set(hourly)) == hours
    assert hourly[0] == period.span.start


def test_counting_restarts_at_midnight() -> None:
    seven_hours = slots(Period.parse("2026-10-01", SHANGHAI), timedelta(hours=7))
    assert [iso(slot, SHANGHAI)[11:16] for slot in seven_hours] == ["00:00", "07:00", "14:00", "21:00"]


@given(days, zones, st.integers(0, 25 * HOUR - 1), st.sampled_from([1, 7, 60, 300, 3600, 7 * 3600, 86400]))
def test_the_slot_of_an_instant_is_the_last_one_that_is_due(day: date, zone: ZoneInfo, after: int, every: int) -> None:
    period = Period.of_day(day, zone)
    at = min(period.span.start + after, period.span.end - 1)
    slot = slot_of(at, timedelta(seconds=every), zone)
    assert period.span.start <= slot <= at < slot + every * 1000
    assert (slot - period.span.start) % (every * 1000) == 0


# --- durations


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("1h30m", 5400), ("1d", 86400), ("0s", 0), ("250ms", 0.25), ("1.5h", 5400)]
)
def test_durations_are_numbers_with_units(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "5 m", "-5m", "5minutes", "m", "5m!", "1e3s", "∞s", "５m", "9" * 30 + "d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration such as 30s, 5m, 1h30m, 1d"):
        parse_duration(text)
