"""Times as files write them: formats, zones, clock changes, whole days."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.periods import instant, iso
from connectors.files.cells import BadCellError
from connectors.files.times import read_times, to_utc

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def _at(*texts: str | None, zone: ZoneInfo = SHANGHAI, time_format: str | None = None) -> list[str | None]:
    times = read_times(pa.array(texts, pa.string()), zone, time_format)
    return [iso(int(at)) if given else None for at, given in zip(times.at, times.given, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z"),
        ("2026-10-01T08:00:00+08:00", "2026-10-01T00:00:00Z"),
        ("2026-10-01T08:00:00+0800", "2026-10-01T00:00:00Z"),
        ("2026-10-01 08:00:00-05", "2026-10-01T13:00:00Z"),
        ("2026-10-01 08:00:00", "2026-10-01T00:00:00Z"),
        ("2026-10-01T08:00", "2026-10-01T00:00:00Z"),
        ("2026-10-01", "2026-09-30T16:00:00Z"),
        ("2026-10-01T00:00:00.5Z", "2026-10-01T00:00:00.500Z"),
        ("2026-10-01T00:00:00.123456789Z", "2026-10-01T00:00:00.123Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
    ],
)
def test_iso_8601_is_read_with_its_offset_or_in_the_zone(text: str, expected: str) -> None:
    assert _at(text) == [expected]


def test_times_with_and_without_an_offset_may_stand_in_one_column() -> None:
    column = _at("2026-10-01T00:00:00Z", None, "2026-10-01 08:00:00", "2026-10-02")
    assert column == ["2026-10-01T00:00:00Z", None, "2026-10-01T00:00:00Z", "2026-10-01T16:00:00Z"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "2026-02-30 00:00:00",
        "2026-10-01T25:00:00",
        "01/10/2026",
        "20261001",
        "2026-10-01T08:00:00 CST",
        "x",
    ],
)
def test_a_time_that_is_none_is_named_by_its_row(text: str) -> None:
    with pytest.raises(BadCellError, match=r"is not an ISO 8601 time .* set time_format") as caught:
        _at("2026-10-01", None, "2026-10-01T00:00:00Z", text, "2026-10-02")
    assert caught.value.row == 3


@pytest.mark.parametrize("text", ["1899-12-31", "2200-01-01"])
def test_a_time_outside_three_centuries_stands_for_something_else(text: str) -> None:
    with pytest.raises(BadCellError, match="lies outside the years 1900 to 2199"):
        _at(text)


@pytest.mark.parametrize(
    ("text", "time_format", "expected"),
    [
        ("1/10/2026 08:00", "%d/%m/%Y %H:%M", "2026-10-01T00:00:00Z"),
        ("10/01/2026 08:00:00 PM +0000", "%m/%d/%Y %I:%M:%S %p %z", "2026-10-01T20:00:00Z"),
        ("2026年10月1日", "%Y年%m月%d日", "2026-09-30T16:00:00Z"),
        ("1790812800", "epoch_s", "2026-10-01T00:00:00Z"),
        ("1790812800.001", "epoch_s", "2026-10-01T00:00:00.001Z"),
        ("1790812800123", "epoch_ms", "2026-10-01T00:00:00.123Z"),
    ],
)
def test_a_time_format_replaces_iso_8601(text: str, time_format: str, expected: str) -> None:
    assert _at(text, None, time_format=time_format) == [expected, None]


@pytest.mark.parametrize(
    ("text", "time_format"),
    [
        ("31/02/2026", "%d/%m/%Y"),
        ("2026-10-01", "%d/%m/%Y"),
        ("noon", "epoch_s"),
        ("1790812800123", "epoch_s"),
        ("inf", "epoch_s"),
    ],
)
def test_a_time_that_does_not_fit_its_format_is_refused(text: str, time_format: str) -> None:
    with pytest.raises(BadCellError):
        _at(text, time_format=time_format)


def test_numbers_are_no_times_until_their_unit_is_given() -> None:
    seconds = pa.array([1_790_812_800])
    with pytest.raises(BadCellError, match="set time_format: epoch_s or epoch_ms"):
        read_times(seconds, SHANGHAI, None)
    assert read_times(seconds, SHANGHAI, "epoch_s").at.tolist() == [1_790_812_800_000]


def test_timestamps_of_a_file_format_are_local_unless_they_have_a_zone() -> None:
    noon = [datetime(2026, 10, 1, 12)]  # noqa: DTZ001  a wall clock
    local = read_times(pa.array(noon, pa.timestamp("us")), SHANGHAI, None)
    fixed = read_times(pa.array(noon, pa.timestamp("ns", "UTC")), SHANGHAI, None)
    assert [iso(int(one.at[0])) for one in (local, fixed)] == ["2026-10-01T04:00:00Z", "2026-10-01T12:00:00Z"]


def test_a_date_stands_for_its_whole_day_even_when_the_clock_changes_in_it() -> None:
    times = read_times(pa.array(["2026-11-01", "2026-11-01 10:00:00"]), NEW_YORK, None)
    assert [(end - at) / 3_600_000 for at, end in zip(times.at, times.end, strict=True)] == [25, 0]
    dates = read_times(pa.array([20_000], pa.date32()), NEW_YORK, None)
    patterned = read_times(pa.array(["19970101"]), NEW_YORK, "%Y%m%d")
    assert [int(one.end[0] - one.at[0]) for one in (dates, patterned)] == [86_400_000, 86_400_000]


def test_of_an_hour_that_the_clock_repeats_the_first_is_taken() -> None:
    times = read_times(pa.array(["2026-11-01 01:30:00"]), NEW_YORK, None)
    assert iso(int(times.at[0])) == "2026-11-01T05:30:00Z"
    assert not times.leapt.any()


def test_a_time_that_the_clock_leaps_over_is_moved_by_the_leap_and_reported() -> None:
    times = read_times(pa.array(["2026-03-08 01:59:59", "2026-03-08 02:30:00", "2026-03-08 03:00:00"]), NEW_YORK, None)
    assert [iso(int(at)) for at in times.at] == ["2026-03-08T06:59:59Z", "2026-03-08T07:30:00Z", "2026-03-08T07:00:00Z"]
    assert times.leapt.tolist() == [False, True, False]


WALL_CLOCKS = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1))  # noqa: DTZ001


@given(st.lists(WALL_CLOCKS, min_size=1, max_size=20), st.sampled_from(
    [SHANGHAI, NEW_YORK, LORD_HOWE, ZoneInfo("Africa/Cairo")]))  # fmt: skip
def test_whole_columns_are_converted_as_single_times_are(moments: list[datetime], zone: ZoneInfo) -> None:
    local = np.array([instant(one.replace(tzinfo=ZoneInfo("UTC"))) for one in moments], np.int64)
    assert to_utc(local, zone)[0].tolist() == [instant(one.replace(tzinfo=zone)) for one in moments]
