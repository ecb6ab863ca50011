"""The table of accounting methods, from sums alone."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.measurement import Number
from collector.measures.availability import Seen, Sweeps
from collector.measures.cases import CaseRule
from collector.measures.methods import (
    Cutoff,
    MethodRow,
    availability_methods,
    closure_methods,
    on_time_methods,
    spread,
)
from collector.measures.observed import Observed
from collector.measures.states import Times
from tests.measures.build import DAY, cases, october

Days = tuple[int, int, int]
"""(up, down, unknown) of one subject, in days."""


def seen(times: Sequence[Days], excluded: Sequence[int]) -> Seen:
    up, down, unknown = np.array(times, np.int64).reshape(-1, 3).T * DAY
    return Seen(Times(up, down, unknown), np.zeros(len(times), np.int64), np.array(excluded, np.int64) * DAY)


def table(
    kept: Sequence[Days],
    inside: Sequence[Days] | None = None,
    *,
    sweeps: Sweeps | None = None,
    method: str = "subject_time",
    thirty_days: bool = True,
    min_coverage: float = 0.0,
) -> list[MethodRow]:
    """kept: outside exclusions. inside: what was seen in excluded time."""
    inside = inside or [(0, 0, 0)] * len(kept)
    whole = [tuple(a + b for a, b in zip(*both, strict=True)) for both in zip(kept, inside, strict=True)]
    return availability_methods(
        seen(kept, [sum(days) for days in inside]),
        seen(whole, [0] * len(kept)),  # type: ignore[arg-type]
        np.ones(len(kept), bool),
        sweeps,
        method=method,  # type: ignore[arg-type]
        min_coverage=min_coverage,
        thirty_days=thirty_days,
    )


def value(rows: Sequence[MethodRow], **rules: str | None) -> Number | None:
    """Of the one row with these rules; a rule that is not named is the one of every figure."""
    usual: Mapping[str, str | None] = {
        "exclusions": "removed",
        "unknown": "excluded",
        "method": "subject_time",
        "month": "calendar",
    }
    wanted = {name: choice for name, choice in usual.items() if name in rows[0].rules} | rules
    (row,) = [row for row in rows if row.rules == wanted]
    return row.value


def the_chosen(rows: Sequence[MethodRow]) -> MethodRow:
    (row,) = [row for row in rows if row.chosen]
    return row


def test_t4_29_days_of_maintenance_and_1_day_of_outage_have_a_value_under_each_named_rule() -> None:
    rows = table([(0, 1, 0)], [(0, 29, 0)])

    assert value(rows, exclusions="removed") == 0
    assert value(rows, exclusions="counted_up") == Fraction(29, 30)
    assert value(rows, exclusions="counted_down") == 0
    assert the_chosen(rows).rules["exclusions"] == "removed"
    assert the_chosen(rows).value == 0
    assert spread(rows) == (0, pytest.approx(29 / 30))


def test_t13_districts_of_9_and_900_channels_are_a_ratio_of_sums_and_the_mean_is_a_named_method() -> None:
    small, large = [(0, 30, 0)] * 9, [(1, 0, 0)] * 900

    rows = table([*small, *large])

    assert value(rows) == Fraction(900, 900 + 9 * 30)
    assert value(rows, method="subject_mean") == pytest.approx(900 / 909)
    assert Fraction(1, 2) not in {row.value for row in rows}  # the mean of the districts' percentages is no method


def test_excluded_time_counts_as_it_was_seen_where_exclusions_are_not_applied() -> None:
    rows = table([(8, 2, 0)], [(5, 10, 5)])

    assert value(rows, exclusions="as_observed") == Fraction(13, 25)
    assert value(rows, exclusions="as_observed", unknown="counted_down") == Fraction(13, 30)
    assert value(rows, exclusions="counted_up") == Fraction(28, 30)
    assert value(rows, exclusions="counted_down") == Fraction(8, 30)


def test_unknown_time_counted_up_or_down_gives_the_bounds() -> None:
    rows = table([(12, 3, 15)])

    assert value(rows) == Fraction(12, 15)
    assert value(rows, unknown="counted_up") == Fraction(27, 30)
    assert value(rows, unknown="counted_down") == Fraction(12, 30)


def test_the_usual_rule_has_no_value_below_the_least_coverage_and_the_others_keep_theirs() -> None:
    rows = table([(12, 3, 15)], min_coverage=0.9)

    assert the_chosen(rows).value is None
    assert value(rows, month="30_days") is None
    assert value(rows, unknown="counted_down") == Fraction(12, 30)


def test_what_was_never_seen_has_a_value_only_where_a_rule_invents_one() -> None:
    rows = table([(0, 0, 30)])

    assert {row.value for row in rows if row.rules["unknown"] == "excluded"} == {None}
    assert value(rows, unknown="counted_up") == 1
    assert value(rows, unknown="counted_down") == 0


def test_in_a_month_of_30_days_the_contractual_month_is_the_calendar_month() -> None:
    rows = table([(20, 4, 2), (25, 0, 5)], [(1, 2, 1), (0, 0, 0)])
    by_time = [row for row in rows if row.rules["method"] == "subject_time"]
    by_month = {
        month: [row.value for row in same]
        for month, same in groupby(
            sorted(by_time, key=lambda row: str(row.rules["month"])), lambda row: row.rules["month"]
        )
    }

    assert by_month["30_days"] == by_month["calendar"]
    assert len(by_month["calendar"]) == 12


def test_in_a_month_of_31_days_the_contractual_month_forgives_no_outage_and_may_fall_below_zero() -> None:
    assert value(table([(28, 3, 0)]), month="30_days") == Fraction(27, 30)
    assert value(table([(0, 31, 0)]), month="30_days") == Fraction(-1, 30)


def test_in_a_contractual_month_a_channel_that_joined_late_counts_as_up_before() -> None:
    rows = table([(14, 1, 0)])

    assert value(rows) == Fraction(14, 15)
    assert value(rows, month="30_days") == Fraction(29, 30)


def test_where_exclusions_take_out_all_of_the_agreed_time_the_contractual_month_has_no_value() -> None:
    rows = table([(0, 1, 0)], [(30, 0, 0)])

    assert value(rows, month="30_days") is None
    assert value(rows, exclusions="counted_up", month="30_days") == Fraction(29, 30)


def test_no_contractual_month_where_the_period_is_not_one() -> None:
    assert {row.rules["month"] for row in table([(1, 1, 0)], thirty_days=False)} == {"calendar"}


def test_polls_take_no_exclusions_and_those_that_did_not_happen_are_unknown() -> None:
    sweeps = Sweeps(online=np.array([1, 2]), listed=np.array([2, 2]), missed=2)

    rows = table([(1, 1, 0)], sweeps=sweeps, method="sweep_mean")

    polled = {row.rules["unknown"]: row.value for row in rows if row.rules["method"] == "sweep_mean"}
    assert polled == {"excluded": 0.75, "counted_up": 0.875, "counted_down": 0.375}
    assert {row.rules["exclusions"] for row in rows if row.rules["method"] == "sweep_mean"} == {"as_observed"}
    assert the_chosen(rows).rules == {
        "exclusions": "as_observed",
        "unknown": "excluded",
        "method": "sweep_mean",
        "month": "calendar",
    }


def test_no_mean_of_polls_where_nothing_is_polled() -> None:
    assert "sweep_mean" not in {row.rules["method"] for row in table([(1, 1, 0)])}


def test_no_two_rows_have_the_same_rules() -> None:
    rows = table([(1, 1, 1)], sweeps=Sweeps(np.array([1]), np.array([1]), 0))

    assert len(rows) == 4 * 3 * 3 + 3
    assert len({tuple(row.rules.items()) for row in rows}) == len(rows)


some_days = st.tuples(*[st.integers(0, 30)] * 3)


@given(st.lists(st.tuples(some_days, some_days), min_size=1, max_size=5))
def test_counted_down_is_least_and_counted_up_is_most_whatever_the_sums(sums: list[tuple[Days, Days]]) -> None:
    rows = table([kept for kept, _ in sums], [inside for _, inside in sums], thirty_days=False)

    for rule, between in (("exclusions", ("removed", "as_observed")), ("unknown", ("excluded",))):
        for low, row, high in ((beside(rows, row, rule, "down"), row, beside(rows, row, rule, "up")) for row in rows):
            if row.rules[rule] in between and row.value is not None:
                assert low.value is not None
                assert high.value is not None
                assert low.value <= row.value + 1e-12
                assert row.value <= high.value + 1e-12


def beside(rows: Sequence[MethodRow], row: MethodRow, rule: str, way: str) -> MethodRow:
    """The row that differs from ``row`` in counting the time that ``rule`` is about up or down."""
    return next(one for one in rows if one.rules == {**row.rules, rule: f"counted_{way}"})


@given(st.lists(st.tuples(some_days, some_days), min_size=1, max_size=5))
def test_the_spread_holds_every_value_and_the_chosen_one(sums: list[tuple[Days, Days]]) -> None:
    rows = table([kept for kept, _ in sums], [inside for _, inside in sums])
    least, greatest = spread(rows)

    values = [row.value for row in rows if row.value is not None]
    assert all(least <= one <= greatest for one in values if least is not None and greatest is not None)
    assert (least is None) == (greatest is None) == (values == [])


# --- cases

OCTOBER_TWICE: dict[Cutoff, Observed] = {
    "period_end": october("2026-12-01"),
    "as_of": october("2026-12-01", cutoff="2026-12-01"),
}
CASES = cases(
    {"opened_at": "01", "due_at": "03", "closed_at": "02"},
    {"opened_at": "02", "due_at": "05", "disposed_at": "04", "closed_at": "06"},
    {"opened_at": "03", "due_at": "20", "closed_at": "2026-11-05"},
    {"opened_at": "28", "accepted_at": "2026-11-02", "due_at": "2026-11-10", "closed_at": "2026-11-09"},
    {"opened_at": "2026-09-20", "due_at": "04", "closed_at": "10"},
)


def test_closure_has_a_row_for_every_base_cohort_and_cut_off() -> None:
    rows = closure_methods(CASES, OCTOBER_TWICE, CaseRule(), "period_end", 0.9)

    def of(base: str, cohort: str | None, cutoff: str | None) -> Number | None:
        return value(rows, base=base, cohort=cohort, cutoff=cutoff)

    assert of("should_archive", "reported", "period_end") == Fraction(2, 3)
    assert of("should_archive", "reported", "as_of") == 1
    assert of("should_archive", "due", "period_end") == Fraction(3, 4)
    assert of("accepted_in_period", "accepted", "period_end") == Fraction(2, 3)
    assert of("closed_vs_accepted", None, None) == 1
    assert the_chosen(rows).rules == {"base": "should_archive", "cohort": "reported", "cutoff": "period_end"}
    assert len(rows) == 9
    assert spread(rows) == (Fraction(2, 3), 1)


@pytest.mark.parametrize(
    ("rule", "cohort"), [(CaseRule("accepted_in_period"), "accepted"), (CaseRule("closed_vs_accepted"), None)]
)
def test_the_base_of_the_definition_is_the_chosen_one(rule: CaseRule, cohort: str | None) -> None:
    rows = closure_methods(CASES, OCTOBER_TWICE, rule, "as_of", 0.9)

    assert the_chosen(rows).rules["base"] == rule.base
    assert the_chosen(rows).rules["cohort"] == cohort


def test_closure_of_closed_cases_is_listed_only_where_the_definition_says_so() -> None:
    usual = closure_methods(CASES, OCTOBER_TWICE, CaseRule(), "period_end", 0.9)
    odd = closure_methods(CASES, OCTOBER_TWICE, CaseRule(cohort="closed"), "period_end", 0.9)

    assert "closed" not in {row.rules["cohort"] for row in usual}
    assert the_chosen(odd).rules["cohort"] == "closed"
    assert the_chosen(odd).value == 1


def test_on_time_has_a_row_for_every_cohort_deciding_event_and_cut_off() -> None:
    rows = on_time_methods(CASES, OCTOBER_TWICE, CaseRule(decided_by="closing"), "as_of", 0.9)

    def of(cohort: str, decided_by: str, cutoff: str) -> Number | None:
        return value(rows, cohort=cohort, decided_by=decided_by, cutoff=cutoff)

    assert of("reported", "disposal", "period_end") == Fraction(2, 3)
    assert of("reported", "closing", "period_end") == Fraction(1, 3)
    assert of("reported", "closing", "as_of") == Fraction(2, 4)
    assert of("closed", "disposal", "period_end") == Fraction(2, 3)
    assert the_chosen(rows).rules == {"cohort": "reported", "decided_by": "closing", "cutoff": "as_of"}
    assert len(rows) == 16


def test_cases_in_time_that_nobody_vouches_for_have_no_value_under_any_rule() -> None:
    unseen = october("2026-09-02")
    rows = on_time_methods(CASES, {"period_end": unseen, "as_of": unseen}, CaseRule(), "period_end", 0.9)

    assert {row.value for row in rows} == {None}
    assert spread(rows) == (None, None)
