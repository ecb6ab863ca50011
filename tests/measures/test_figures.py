from fractions import Fraction
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measures.figures import figure, latest, timeliness, usage_days
from collector.measures.groups import Groups
from collector.periods import Span
from collector.records import Kind
from tests.measures.build import at, october, table


def figures(*rows: tuple[Any, ...], **more: Any) -> pa.Table:
    """Rows of (at, value) or (at, value, recorded_at) or (at, value, recorded_at, dimensions)."""
    names = ("at", "value", "recorded_at", "dimensions")
    return table(
        Kind.FIGURES, [{"name": "catalogue_total"} | dict(zip(names, row, strict=False)) | more for row in rows]
    )


PUBLISHED = figures(("05", 100.0), ("20", 130.0), ("10", 90.0), ("2026-09-30", 7.0), ("2026-11-01", 900.0))


@pytest.mark.parametrize(
    ("stat", "value"),
    [("last", 130), ("sum", 320), ("mean", pytest.approx(320 / 3)), ("max", 130), ("min", 90), ("delta", 30)],
)
def test_a_figure_is_taken_over_the_period(stat: str, value: float) -> None:
    whole, _ = figure(PUBLISHED, october(), stat)
    assert whole.value == whole.lower == whole.upper == value
    assert (whole.n, whole.parts) == (3, {"readings": 3})


def test_a_delta_needs_two_readings() -> None:
    assert figure(figures(("05", 100.0)), october(), "delta")[0].value is None


def test_t9_an_old_reading_learned_late_does_not_become_the_last() -> None:
    rows = figures(("20", 130.0, "20"), ("05", 100.0, "2026-11-20"))
    assert figure(latest(rows, at("2026-12-01")), october())[0].value == 130


def test_of_two_versions_of_one_reading_the_one_learned_last_counts() -> None:
    rows = figures(("20", 130.0, "25"), ("20", 120.0, "21"), ("20", 1.0, "25", '{"district":"a"}'))
    known = latest(rows, at("31"))
    assert known["value"].to_pylist() == [130.0, 1.0]
    assert latest(rows, at("22"))["value"].to_pylist() == [120.0]


def test_t17_values_that_are_not_plausible_are_faults_and_left_out() -> None:
    whole, _ = figure(figures(("05", 0.97), ("20", 1.03)), october(), plausible=(0.0, 1.0))
    assert (whole.value, whole.parts["readings"]) == (0.97, 1)
    assert whole.faults == ("figure catalogue_total at 2026-10-20T00:00:00+08:00: 1.03 is not plausible",)


def test_t17_faults_are_listed_by_their_instants_in_any_order_of_the_rows() -> None:
    rows = [("20", 9.0), ("05", 7.0)]
    one, other = (figure(figures(*order), october(), plausible=(0.0, 1.0))[0] for order in (rows, rows[::-1]))
    assert one.faults == other.faults
    assert "2026-10-05" in one.faults[0]


def test_t7_no_reading_is_no_value_and_t15_a_published_0_is_0() -> None:
    empty, _ = figure(figures(), october(), "mean")
    assert (empty.value, empty.lower, empty.upper) == (None, None, None)
    assert figure(figures(("05", 0.0)), october())[0].value == 0


def test_the_last_reading_is_certain_if_all_time_since_is_vouched_for() -> None:
    rows = figures(("20", 130.0))
    certain, _ = figure(rows, october("", ("19", "2026-11-01")))
    assert (certain.lower, certain.upper, certain.coverage) == (130, 130, pytest.approx(13 / 31))
    open_end, _ = figure(rows, october("25"))
    assert (open_end.value, open_end.lower, open_end.upper) == (130, None, None)


def test_unseen_time_leaves_one_side_of_extremes_open() -> None:
    most, _ = figure(PUBLISHED, october("25"), "max")
    least, _ = figure(PUBLISHED, october("25"), "min")
    assert (most.lower, most.upper, least.lower, least.upper) == (130, None, None, 90)


def test_series_of_different_dimensions_add_up_and_nothing_else() -> None:
    rows = figures(("05", 1.0, 0, '{"district":"a"}'), ("05", 2.0, 0, '{"district":"b"}'))
    assert figure(rows, october(), "sum")[0].value == 3
    last, by = figure(rows, october(), "last", groups=Groups.of(rows["dimensions"]))
    assert (last.value, len(last.faults)) == (None, 1)
    assert [one.value for one in by.values()] == [1, 2]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 31), st.floats(-1e6, 1e6))), st.randoms())
def test_the_order_and_repetition_of_readings_changes_nothing(rows: list[tuple[int, float]], random: Random) -> None:
    rows = list({day: (f"{day:02}", value) for day, value in rows}.values())
    again = rows * 2
    random.shuffle(again)
    for stat in ("last", "sum", "mean", "max", "min", "delta"):
        ordered, shuffled = figure(figures(*rows), october(), stat), figure(latest(figures(*again), 0), october(), stat)
        assert ordered == shuffled


def test_usage_days_are_the_days_with_a_record() -> None:
    rows = figures(("05 08:00", 1.0), ("05 09:00", 1.0), ("06 00:00", 1.0), ("2026-11-01", 1.0))
    whole, _ = usage_days(rows, october())
    assert (whole.value, whole.lower, whole.upper, whole.denominator) == (2, 2, 2, 31)
    assert usage_days(rows, october(), as_share=True)[0].value == Fraction(2, 31)


def test_a_day_not_wholly_vouched_for_may_have_been_used() -> None:
    rows = figures(("05", 1.0), ("25", 1.0))
    whole, by = usage_days(rows, october("21 12:00"), groups=Groups.of(pa.array(["a", "b"])))
    assert (whole.lower, whole.value, whole.upper) == (2, 2, 2 + 10)
    assert (by["a"].value, by["a"].upper) == (1, 1 + 11)
    share, _ = usage_days(rows, october("21 12:00"), as_share=True)
    assert (share.lower, share.value, share.upper) == (Fraction(2, 31), Fraction(2, 21), Fraction(12, 31))
    assert (share.numerator, share.denominator) == (2, 21)


def daily(first: int, last: int) -> list[Span]:
    """Updates expected between midnight and 9 o'clock."""
    return [Span(at(f"{day:02}"), at(f"{day:02} 09:00")) for day in range(first, last + 1)]


def test_timeliness_is_the_share_of_updates_that_came_by_their_time() -> None:
    rows = figures(("01 08:00", 1.0), ("02 09:00", 1.0), ("02 08:00", 1.0), ("03 09:01", 1.0))
    whole = timeliness(rows, daily(1, 4), october())
    assert (whole.value, whole.n, whole.coverage) == (Fraction(2, 4), 4, 1.0)
    assert whole.parts == {"expected": 4, "timely": 2, "late": 2, "unknown": 0}


def test_an_update_that_may_come_after_the_end_of_its_period_is_owed_in_it_and_undecided_until_then() -> None:
    last = [Span(at("31"), at("2026-11-05"))]

    def of(known_until: str, *rows: tuple[Any, ...]) -> Any:
        found = timeliness(figures(*rows), last, october(known_until))
        return found.n, found.lower, found.value, found.upper

    assert of("2026-11-01") == (1, 0, None, 1)
    assert of("2026-11-04", ("2026-11-03", 1.0)) == (1, 1, 1, 1)
    assert of("2026-11-05") == (1, 0, 0, 0)


def test_an_update_that_nobody_looked_for_is_unknown_and_one_not_due_yet_is_not_owed() -> None:
    rows = figures(("01 08:00", 1.0))
    whole = timeliness(rows, daily(1, 10), october("02 09:00", cutoff="04 09:00"))
    assert (whole.lower, whole.value, whole.upper) == (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
    assert whole.coverage == 0.5
    assert timeliness(rows, daily(1, 10), october(cutoff="04 00:00")).n == 3
    nothing = timeliness(rows, [], october())
    assert (nothing.value, nothing.coverage) == (None, None)
