from fractions import Fraction
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measures.active_users import active_users
from collector.measures.groups import Groups
from collector.measures.observed import Observed
from collector.periods import Period
from collector.records import Kind
from collector.timeline import Timeline
from tests.measures.build import OCTOBER, ZONE, at, october, table

WEEK = Period("first week", OCTOBER.span.__class__(at("01"), at("08")), ZONE)


def logins(*rows: tuple[str, str]) -> pa.Table:
    """Rows of (when, who)."""
    return table(Kind.ACTIVITY, [{"at": when, "actor": who.encode().ljust(16, b"\0")} for when, who in rows])


def week(*vouched: tuple[str, str], cutoff: str = "08") -> Observed:
    spans = [OCTOBER.span.__class__(at(a), at(b)) for a, b in vouched or [("01", "08")]]
    return Observed(WEEK, at(cutoff), Timeline(spans))


USUAL = logins(
    ("01 08:00", "ann"), ("01 09:00", "ann"), ("01 10:00", "bob"),
    ("03 08:00", "ann"), ("04 23:59", "cho"), ("05 00:00", "cho"), ("08 00:00", "dan"),
)  # fmt: skip


def test_users_of_a_month_are_distinct_and_not_the_sum_of_the_days() -> None:
    whole, by = active_users(USUAL, week())
    assert (whole.value, whole.lower, whole.upper, whole.n, whole.coverage, by) == (3, 3, 3, 3, 1.0, {})
    assert [day["users"] for day in whole.parts["days"]] == [2, 0, 1, 1, 1, 0, 0]
    assert whole.parts["days"][0] == {"day": "2026-10-01", "users": 2}


@pytest.mark.parametrize(("stat", "value"), [("mean", Fraction(5, 7)), ("max", 2), ("min", 0), ("last", 0)])
def test_daily_users_have_a_mean_a_maximum_a_minimum_and_a_last(stat: str, value: Fraction) -> None:
    whole, _ = active_users(USUAL, week(), window="day", stat=stat)
    assert whole.value == whole.lower == whole.upper == value


def test_two_actors_that_differ_in_the_last_byte_only_are_two() -> None:
    rows = [{"at": "01", "actor": b"x" * 15 + last} for last in (b"a", b"b", b"a")]
    assert active_users(table(Kind.ACTIVITY, rows), week())[0].value == 2


@pytest.mark.parametrize(
    ("stat", "lower", "value"), [("mean", Fraction(3, 7), Fraction(3, 2)), ("max", 2, 2), ("min", 0, 1), ("last", 0, 1)]
)
def test_a_day_without_a_good_run_has_no_count_and_lowers_coverage(stat: str, lower: int, value: Fraction) -> None:
    seen = week(("01", "02"), ("03", "04"))
    whole, _ = active_users(USUAL, seen, window="day", stat=stat)
    assert (whole.lower, whole.value, whole.upper) == (lower, value, None)
    assert whole.coverage == pytest.approx(2 / 7)
    assert [day["users"] for day in whole.parts["days"]] == [2, None, 1, None, None, None, None]


def test_a_month_seen_in_part_has_what_was_seen_as_value_and_lower_bound() -> None:
    whole, _ = active_users(USUAL, week(("01", "05")))
    assert (whole.value, whole.lower, whole.upper) == (3, 3, None)


def test_days_after_the_cut_off_are_not_owed() -> None:
    whole, _ = active_users(USUAL, week(("01", "04"), cutoff="04"), window="day")
    assert (whole.value, whole.upper, whole.coverage, len(whole.parts["days"])) == (1, 1, 1.0, 3)
    nothing_yet, _ = active_users(USUAL, week(cutoff="2026-09-30"), window="day")
    assert (nothing_yet.value, nothing_yet.coverage, nothing_yet.parts["days"]) == (None, None, [])


def test_t2_a_period_that_nothing_vouches_for_has_no_value() -> None:
    whole, _ = active_users(USUAL, week(("2026-09-01", "2026-09-02")), window="day")
    assert (whole.value, whole.lower, whole.upper, whole.coverage) == (None, 0, None, 0.0)


def test_t15_a_week_seen_without_any_user_measures_0() -> None:
    whole, _ = active_users(logins(), week())
    assert (whole.value, whole.lower, whole.upper) == (0, 0, 0)


def test_a_user_of_two_groups_counts_in_both_and_once_in_the_whole() -> None:
    rows = logins(("01", "ann"), ("01", "ann"), ("02", "ann"), ("02", "bob"))
    groups = Groups.of(pa.array(["app", "web", "web", "web"]))
    whole, by = active_users(rows, week(), window="day", stat="max", groups=groups)
    assert (whole.value, by["app"].value, by["web"].value) == (2, 1, 2)
    assert (whole.n, by["app"].n, by["web"].n) == (2, 1, 2)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 31), st.integers(0, 6), st.sampled_from("ab"))), st.randoms())
def test_counts_equal_those_of_sets_in_any_order_and_with_repetitions(
    rows: list[tuple[int, int, str]], random: Random
) -> None:
    drawn = rows * 2
    random.shuffle(drawn)
    activity = logins(*((f"{day:02} 12:00", str(who)) for day, who, _ in drawn))
    groups = Groups(["a", "b"], pa.array(["ab".index(group) for _, _, group in drawn], pa.int64()).to_numpy())
    whole, by = active_users(activity, october(), window="day", stat="max", groups=groups)
    for label, one in [("ab", whole), *by.items()]:
        chosen = [(day, who) for day, who, group in rows if group in label]
        daily = [len({who for on, who in chosen if on == day}) for day in range(1, 32)]
        assert [day["users"] for day in one.parts["days"]] == daily
        assert (one.value, one.n) == (max(daily), len({who for _, who in chosen}))
