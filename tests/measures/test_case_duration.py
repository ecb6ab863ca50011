from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import UnknownCalendarYear
from collector.measures.case_duration import case_duration
from collector.measures.cases import CaseRule
from collector.measures.groups import Groups
from collector.working_time import WorkCalendar
from tests.measures.build import OCTOBER, ZONE, cases, october

RULE = CaseRule()


def closed_after(*hours: int, **more: object) -> list[dict[str, object]]:
    start = OCTOBER.span.start
    return [{"opened_at": start, "closed_at": start + h * 3_600_000} | more for h in hours]


@pytest.mark.parametrize(("stat", "hours"), [("mean", 4), ("p50", Fraction(5, 2)), ("p90", Fraction(79, 10))])
def test_durations_are_exact_seconds_with_quantiles_between_two_cases(stat: str, hours: Fraction) -> None:
    whole, _ = case_duration(cases(*closed_after(1, 2, 10, 3)), october(), RULE, stat=stat)
    assert whole.value == whole.lower == whole.upper == hours * 3600
    assert (whole.n, whole.parts["open"], whole.coverage) == (4, 0, 1.0)


def test_an_open_case_counts_in_the_lower_bound_with_its_age_so_far() -> None:
    table = cases(*closed_after(2, 4), {"opened_at": "31 23:00"})
    whole, _ = case_duration(table, october(), RULE, stat="mean")
    assert (whole.value, whole.lower, whole.upper) == (3 * 3600, Fraction(7, 3) * 3600, None)


@pytest.mark.parametrize("stat", ["mean", "p50", "p90"])
def test_what_the_closed_cases_understate_stands_beside_their_value(stat: str) -> None:
    table = cases(*closed_after(2, 4), {"opened_at": "21"}, {"opened_at": "22"})
    whole, _ = case_duration(table, october(), RULE, stat=stat)
    closed, _ = case_duration(cases(*closed_after(2, 4)), october(), RULE, stat=stat)

    assert whole.value == whole.lower == closed.value
    assert whole.parts["with_open_cases_seconds"] > 4 * 3600
    assert (whole.upper, whole.n) == (None, 2)


def test_the_age_of_an_open_case_is_certain_up_to_the_first_gap_only() -> None:
    gap = october("", ("2026-09-01", "10"), ("20", "2026-11-01"))
    whole, _ = case_duration(cases({"opened_at": "08"}), gap, RULE, stat="mean")
    assert whole.lower == 2 * 24 * 3600


def test_the_age_of_an_open_case_ends_where_vouching_ends() -> None:
    table = cases({"opened_at": "19 22:00"}, {"opened_at": "19 20:00", "closed_at": "20"})
    whole, _ = case_duration(table, october("2026-10-20"), RULE, stat="mean")
    assert (whole.value, whole.lower) == (4 * 3600, 3 * 3600)


def test_with_all_cases_open_there_is_a_lower_bound_and_no_value() -> None:
    whole, _ = case_duration(cases({"opened_at": "31 00:00"}), october(), RULE)
    assert (whole.value, whole.lower, whole.upper, whole.n) == (None, 24 * 3600, None, 0)


def test_suspended_cases_are_left_out_of_durations() -> None:
    whole, _ = case_duration(cases(*closed_after(2), *closed_after(900, suspended=True)), october(), RULE, stat="mean")
    assert (whole.value, whole.n, whole.parts["suspended"]) == (2 * 3600, 1, 1)


def test_t23_a_case_closed_before_it_was_opened_has_no_duration_and_is_listed() -> None:
    whole, _ = case_duration(cases(*closed_after(-5, 3)), october(), RULE, stat="mean")
    assert (whole.value, whole.n, whole.faults) == (3 * 3600, 1, ("case 1: closed before it was opened",))


def test_durations_of_cases_that_may_have_closed_unseen_have_no_bounds() -> None:
    rule = CaseRule(cohort="closed")
    whole, _ = case_duration(cases(*closed_after(2), {"opened_at": "05"}), october("20"), rule)
    assert (whole.value, whole.lower, whole.upper) == (2 * 3600, None, None)


def test_t7_no_closed_case_is_no_duration() -> None:
    whole, by = case_duration(cases(), october(), RULE, groups=Groups(["a"], np.zeros(0, np.int64)))
    assert (whole.value, whole.lower, whole.upper, by["a"].value) == (None, None, None, None)


def test_working_time_counts_office_hours_only() -> None:
    """From Thursday afternoon over a Saturday that is worked in exchange (调休) and a Sunday to Monday morning."""
    table = cases({"opened_at": "2026-10-08 16:30", "closed_at": "2026-10-12 09:30"})
    natural = case_duration(table, october(), RULE)[0]
    working = case_duration(table, october(), RULE, calendar=WorkCalendar(ZONE))[0]
    assert natural.value == 89 * 3600
    assert working.value == (1 + 7 + 7 + 1) * 3600


def test_working_time_of_a_year_whose_calendar_is_not_known_is_refused() -> None:
    table = cases({"opened_at": "2026-10-05", "closed_at": "2027-03-01"})
    with pytest.raises(UnknownCalendarYear, match="2027"):
        case_duration(table, october("2027-12-01", cutoff="2027-12-01"), RULE, calendar=WorkCalendar(ZONE))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**6)), min_size=1, max_size=30))
def test_statistics_of_groups_equal_those_of_numpy(rows: list[tuple[int, int]]) -> None:
    start = OCTOBER.span.start
    table = cases(*({"opened_at": start, "closed_at": start + 1000 * seconds} for _, seconds in rows))
    groups = Groups(list("abcd"), np.array([code for code, _ in rows]))
    for stat, of in (("mean", np.mean), ("p50", np.median), ("p90", lambda x: np.quantile(x, 0.9))):
        whole, by = case_duration(table, october(), RULE, stat=stat, groups=groups)
        for code, label in [(None, None), *enumerate("abcd")]:
            chosen = [seconds for its, seconds in rows if code in {None, its}]
            found = (by[label] if label else whole).value
            assert found == (pytest.approx(float(of(chosen)), rel=1e-12, abs=1e-6) if chosen else None)
