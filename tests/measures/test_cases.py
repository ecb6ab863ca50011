from fractions import Fraction
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import ConfigurationError
from collector.measures.case_rates import case_closure, case_count, case_found_by, case_on_time, case_rework
from collector.measures.cases import CaseRule, latest
from collector.measures.groups import Groups
from collector.measures.observed import Observed
from collector.periods import Period, Span
from collector.timeline import Timeline
from tests.measures.build import DAY, HOUR, OCTOBER, at, cases, october

RULE = CaseRule()
CLOSING = CaseRule(decided_by="closing")
ACCEPTED = CaseRule(base="accepted_in_period")
FLOW = CaseRule(base="closed_vs_accepted")


def test_closure_is_closed_over_what_should_be_closed() -> None:
    table = cases(
        {"due_at": "03", "closed_at": "02"},
        {"due_at": "03", "closed_at": "05"},
        {"due_at": "03", "disposed_at": "02"},  # disposed, not closed: should be
        {"due_at": "03"},  # past due: should be
        {"due_at": "2026-11-05"},  # not due yet: not owed
        {},  # no due date and open: not owed
    )
    whole, by = case_closure(table, october(), RULE)
    assert (whole.value, whole.lower, whole.upper) == (Fraction(2, 4),) * 3
    assert (whole.numerator, whole.denominator, whole.n, whole.coverage, by) == (2, 4, 4, 1.0, {})
    assert whole.parts == {
        "reported": 6,
        "accepted": 6,
        "should_archive": 4,
        "closed": 2,
        "on_time": 2,
        "closed_late": 1,
        "open_late": 1,
        "open_not_due": 1,
        "no_due_date": 1,
        "suspended": 0,
        "faults": 0,
        "on_time_by_disposal": 2,
        "on_time_by_closing": 1,
    }


def test_closure_of_a_published_bulletin_recomputes() -> None:
    """天门 2016-12: 应结案 972, 结案 911 (93.72 %), 按期结案 737 (75.82 %)."""
    table = cases(
        *[{"due_at": "05", "closed_at": "04"}] * 737,
        *[{"due_at": "05", "closed_at": "06"}] * (911 - 737),
        *[{"due_at": "05"}] * (972 - 911),
        *[{"due_at": "2026-12-01"}] * 24,
    )
    assert case_closure(table, october(), RULE)[0].value == Fraction(911, 972)
    assert case_on_time(table, october(), RULE)[0].value == Fraction(737, 972)


def test_a_case_closed_after_the_cut_off_is_open() -> None:
    table = cases({"closed_at": "30"}, {"closed_at": "2026-11-02"})
    assert case_closure(table, october(), ACCEPTED)[0].value == Fraction(1, 2)
    later = october("2026-12-01", cutoff="2026-12-01")
    assert case_closure(table, later, ACCEPTED)[0].value == 1


def test_a_case_closed_at_the_very_cut_off_is_closed() -> None:
    assert case_closure(cases({"closed_at": "2026-11-01"}), october(), ACCEPTED)[0].value == 1


def test_accepted_in_period_counts_by_acceptance_and_defaults_it_to_opening() -> None:
    table = cases(
        {"opened_at": "2026-09-30", "accepted_at": "02", "closed_at": "03"},
        {"opened_at": "2026-10-31", "accepted_at": "2026-11-01"},
        {"opened_at": "05"},
    )
    whole, _ = case_closure(table, october(), ACCEPTED)
    assert (whole.numerator, whole.denominator) == (1, 2)
    assert case_closure(table, october(), RULE)[0].parts["reported"] == 2


def test_accepted_in_period_refuses_another_cohort() -> None:
    with pytest.raises(ConfigurationError, match="leave cohort out"):
        CaseRule(base="accepted_in_period", cohort="due")


@pytest.mark.parametrize(("cohort", "keys"), [("reported", 3), ("accepted", 2), ("due", 1), ("closed", 2)])
def test_the_cohort_decides_which_cases_belong_to_the_period(cohort: str, keys: int) -> None:
    table = cases(
        {"opened_at": "2026-09-20", "accepted_at": "2026-09-21", "closed_at": "02"},
        {"opened_at": "01", "due_at": "31", "closed_at": "02"},
        {"opened_at": "31 23:59", "accepted_at": "2026-11-01"},
        {"opened_at": "30", "due_at": "2026-11-01"},
    )
    rule = CaseRule(cohort=cohort)  # type: ignore[arg-type]
    assert case_count(table, october(), rule)[0].value == keys


def test_a_case_past_due_and_still_open_is_late() -> None:
    whole, _ = case_on_time(cases({"due_at": "05", "closed_at": "05"}, {"due_at": "05"}), october(), CLOSING)
    assert whole.value == Fraction(1, 2)
    assert (whole.parts["on_time"], whole.parts["open_late"]) == (1, 1)


def test_a_case_due_at_the_very_cut_off_and_open_is_not_yet_late() -> None:
    whole, _ = case_on_time(cases({"due_at": "2026-11-01"}), october(), CLOSING)
    assert (whole.value, whole.parts["open_not_due"]) == (None, 1)


def test_disposed_in_time_and_closed_late_depends_on_what_decides() -> None:
    table = cases({"due_at": "05", "disposed_at": "04", "closed_at": "06"})
    assert case_on_time(table, october(), RULE)[0].value == 1
    late = case_on_time(table, october(), CLOSING)[0]
    assert (late.value, late.parts["closed_late"]) == (0, 1)
    assert (late.parts["on_time_by_disposal"], late.parts["on_time_by_closing"]) == (1, 0)


def test_a_case_without_a_due_date_is_counted_apart() -> None:
    whole, _ = case_on_time(cases({"closed_at": "05"}, {"due_at": "06", "closed_at": "05"}, {}), october(), RULE)
    assert (whole.value, whole.n, whole.parts["no_due_date"]) == (1, 1, 2)


def test_a_suspended_case_leaves_the_denominators() -> None:
    table = cases({"due_at": "05", "closed_at": "04"}, {"due_at": "05", "suspended": True})
    for measure in (case_closure, case_on_time):
        whole = measure(table, october(), RULE)[0]
        assert (whole.value, whole.parts["suspended"], whole.parts["reported"]) == (1, 1, 2)
    assert case_closure(table, october(), ACCEPTED)[0].denominator == 1


def test_of_closed_against_accepted_both_flows_are_counted_and_balance() -> None:
    table = cases(
        {"opened_at": "2026-09-01", "closed_at": "2026-09-05"},
        {"opened_at": "2026-09-20", "closed_at": "05"},
        {"opened_at": "2026-09-20", "closed_at": "06"},
        {"opened_at": "2026-09-20"},
        {"opened_at": "07"},
        {"opened_at": "2026-11-01", "closed_at": "2026-11-02"},
    )
    whole, _ = case_closure(table, october(), FLOW)
    flow = {name: whole.parts[name] for name in ("open_start", "accepted", "closed", "open_end")}
    assert flow == {"open_start": 3, "accepted": 1, "closed": 2, "open_end": 2}
    assert (whole.value, whole.parts["exceeds_one"], whole.faults) == (2, True, ())


def test_a_flow_that_does_not_balance_is_a_fault() -> None:
    table = cases({"opened_at": "05", "accepted_at": "2026-11-05", "closed_at": "06"})
    (fault,) = case_closure(table, october(), FLOW)[0].faults
    assert fault.startswith("flow: 0 open + 0 accepted - 1 closed is not 0 open")


def test_rework_is_over_the_cases_that_should_be_archived() -> None:
    table = cases({"closed_at": "05", "returned": 2}, {"closed_at": "05", "returned": 0}, {"returned": 1})
    assert case_rework(table, october(), RULE)[0].value == Fraction(1, 2)


def test_found_by_leaves_a_case_that_does_not_say_it_in_the_bounds_only() -> None:
    table = cases({"found_by": "video"}, {"found_by": "ai"}, {"found_by": "public"}, {})
    whole, _ = case_found_by(table, october(), RULE, ("video", "ai"))
    assert (whole.lower, whole.value, whole.upper) == (Fraction(2, 4), Fraction(2, 3), Fraction(3, 4))


def test_found_by_is_unbounded_over_unseen_time() -> None:
    whole, _ = case_found_by(cases({"found_by": "video"}), october("20"), RULE, ("video",))
    assert (whole.lower, whole.value, whole.upper) == (0, 1, 1)


def test_a_count_has_an_upper_bound_only_when_all_time_is_vouched_for() -> None:
    table = cases({}, {"closed_at": "05"})
    assert case_count(table, october(), RULE)[0].upper == 2
    partly = case_count(table, october("2026-10-16"), RULE)[0]
    assert (partly.value, partly.lower, partly.upper) == (2, 2, None)
    assert partly.coverage == pytest.approx(15 / 31)
    assert case_count(table, october(), RULE, count="closed")[0].value == 1


def test_groups_add_up_to_the_whole() -> None:
    table = cases({"department": "b", "closed_at": "05"}, {"department": "a"}, {"closed_at": "06"}, {"department": "b"})
    whole, by = case_closure(table, october(), ACCEPTED, Groups.of(table["department"]))
    assert {label: (one.numerator, one.denominator) for label, one in by.items()} == {
        "": (1, 1),
        "a": (0, 1),
        "b": (1, 2),
    }
    assert (whole.numerator, whole.denominator) == (2, 4)


def test_t13_a_whole_is_the_ratio_of_sums_and_not_the_mean_of_its_districts() -> None:
    table = cases(
        *[{"district": "small", "closed_at": "05"}] * 9, *[{"district": "large"}] * 450,
        *[{"district": "large", "closed_at": "05"}] * 450,
    )  # fmt: skip
    whole, by = case_closure(table, october(), ACCEPTED, Groups.of(table["district"]))
    assert (by["small"].value, by["large"].value) == (1, Fraction(1, 2))
    assert whole.value == Fraction(459, 909)


# what unseen time leaves open


def test_cases_open_where_vouching_ends_may_have_closed_since() -> None:
    table = cases({"closed_at": "05"}, {}, {}, {})
    whole, _ = case_closure(table, october("20"), ACCEPTED)
    assert (whole.lower, whole.value, whole.upper) == (Fraction(1, 4), Fraction(1, 4), 1)


def test_a_case_past_due_where_vouching_ends_stays_late() -> None:
    table = cases({"due_at": "05", "closed_at": "04"}, {"due_at": "10"}, {"due_at": "25"}, {"due_at": "2026-11-09"})
    whole, _ = case_on_time(table, october("20"), CLOSING)
    assert whole.value == whole.lower == Fraction(1, 3)  # the one due on the 25th is late unless closed unseen
    assert whole.upper == Fraction(3, 4)


def test_a_case_not_due_yet_may_have_been_disposed_of_and_not_closed() -> None:
    whole, _ = case_closure(cases({"closed_at": "05"}, {"due_at": "2026-11-09"}), october("20"), RULE)
    assert (whole.lower, whole.value, whole.upper) == (Fraction(1, 2), 1, 1)


def test_a_late_case_may_join_the_cohort_of_closed_cases_unseen() -> None:
    table = cases({"due_at": "05", "closed_at": "04"}, {"due_at": "05"}, {"opened_at": "2026-09-01", "due_at": "25"})
    whole, _ = case_on_time(table, october("20"), CaseRule(cohort="closed", decided_by="closing"))
    assert (whole.lower, whole.value, whole.upper) == (Fraction(1, 3), 1, 1)
    assert case_on_time(table, october(), CaseRule(cohort="closed"))[0].lower == 1


def test_vouching_up_to_the_cut_off_leaves_nothing_open() -> None:
    whole, _ = case_closure(cases({"closed_at": "05"}, {}), october(), ACCEPTED)
    assert whole.lower == whole.value == whole.upper == Fraction(1, 2)


def test_a_case_open_at_a_gap_may_have_been_closed_in_it() -> None:
    gap = october("", ("2026-09-01", "10"), ("15", "2026-11-01"))
    table = cases({"closed_at": "05"}, {"opened_at": "08", "due_at": "12"}, {"opened_at": "20", "due_at": "12"})
    closure, _ = case_closure(table, gap, ACCEPTED)
    assert (closure.lower, closure.value, closure.upper) == (Fraction(1, 3), Fraction(1, 3), Fraction(2, 3))
    on_time, _ = case_on_time(table, gap, CLOSING)
    assert (on_time.lower, on_time.value, on_time.upper) == (0, 0, Fraction(1, 2))  # the one of the 20th is late anyway
    flow, _ = case_closure(table, gap, FLOW)
    assert (flow.lower, flow.value, flow.upper) == (Fraction(1, 3), Fraction(1, 3), Fraction(2, 3))


def test_what_happened_to_a_case_after_a_gap_shows_that_it_was_open_in_it() -> None:
    gap = october("", ("2026-09-01", "10"), ("15", "2026-11-01"))
    whole, _ = case_closure(cases({"disposed_at": "20"}), gap, RULE)
    assert (whole.lower, whole.value, whole.upper) == (0, 0, 0)


def test_t2_cases_of_a_month_that_nothing_vouches_for_have_no_value_and_natural_bounds() -> None:
    whole, _ = case_closure(cases({"closed_at": "05"}), october("2026-09-15"), ACCEPTED)
    assert (whole.value, whole.lower, whole.upper, whole.coverage) == (None, 0, 1, 0.0)
    flow, _ = case_closure(cases({"closed_at": "05"}), october("2026-09-15"), FLOW)
    assert (flow.value, flow.lower, flow.upper) == (None, 0, None)


def test_t7_no_case_in_the_denominator_is_no_value_and_breaks_nothing() -> None:
    for table in (cases(), cases({"opened_at": "2026-09-01", "due_at": "2026-12-01"})):
        for rule in (RULE, ACCEPTED, FLOW):
            whole, by = case_closure(table, october(), rule, Groups.of(table["department"]))
            assert (whole.value, whole.lower, whole.upper, whole.coverage) == (None, None, None, 1.0)
            assert all(one.value is None for one in by.values())
        assert case_on_time(table, october(), RULE)[0].value is None
        assert case_found_by(table, october(), RULE, ("video",))[0].value is None
    assert case_closure(cases(), october("20"), RULE)[0].upper == 1


def test_t11_a_month_is_half_open_in_the_citys_zone_across_a_change_of_clocks() -> None:
    zone = ZoneInfo("America/New_York")  # clocks go back on 6 November 2011
    november = Period.parse("2011-11", zone)
    texts = ("2011-10-31 23:59", "2011-11-01", "2011-11-06 01:30", "2011-11-30 23:59", "2011-12-01")
    seen = Observed(november, november.span.end, Timeline([november.span]))
    assert case_count(cases(*({"opened_at": at(text, zone)} for text in texts)), seen, RULE)[0].value == 3
    assert november.span.milliseconds == 30 * DAY + HOUR


# T23


def test_t23_a_case_closed_before_it_was_opened_is_a_fault_and_counts_as_closed() -> None:
    table = cases({"opened_at": "05", "closed_at": "04"}, {"closed_at": "05"})
    whole, _ = case_closure(table, october(), ACCEPTED)
    assert (whole.value, whole.parts["faults"]) == (1, 1)
    assert whole.faults == ("case 1: closed before it was opened",)


def test_t23_at_most_a_hundred_faults_are_listed_and_all_are_counted() -> None:
    table = cases(*[{"opened_at": "05", "closed_at": "04", "department": "a"}] * 120)
    whole, by = case_closure(table, october(), RULE, Groups.of(table["department"]))
    assert (len(whole.faults), whole.parts["faults"], len(by["a"].faults)) == (100, 120, 100)


def test_t23_faults_are_listed_in_the_order_of_their_cases() -> None:
    wrong = {"opened_at": "05", "closed_at": "04"}
    one, other = (
        case_closure(cases(*({"case": key} | wrong for key in keys)), october(), RULE)[0] for keys in ("ba", "ab")
    )
    assert one.faults == other.faults == tuple(f"case {key}: closed before it was opened" for key in "ab")


def test_t23_a_case_without_an_opening_instant_is_a_fault_and_in_no_cohort() -> None:
    whole, _ = case_closure(cases({"opened_at": None, "closed_at": "05"}), october(), RULE)
    assert (whole.parts["reported"], whole.faults) == (0, ("case 1: has no opening instant",))


def test_t23_of_a_case_closed_twice_the_version_learned_last_counts() -> None:
    versions = cases(
        {"case": "7", "closed_at": "05", "recorded_at": "06"},
        {"case": "7", "closed_at": "09", "recorded_at": "10", "reopened": 1},
        {"case": "7", "closed_at": None, "recorded_at": "08", "reopened": 1},
    )
    known = [latest(versions, at(when)).to_pylist() for when in ("05", "07", "08", "31")]
    assert [[row["closed_at"] and row["closed_at"].day for row in rows] for rows in known] == [[], [4], [None], [8]]


def test_of_two_versions_learned_at_once_the_later_row_counts() -> None:
    versions = cases({"case": "7", "status": "first"}, {"case": "7", "status": "second"}, {"case": "8"})
    assert [row["status"] for row in latest(versions, 0).to_pylist()] == ["second", None]


# properties

START, END = OCTOBER.span.start, OCTOBER.span.end
INSTANTS = ("opened", "due", "disposed", "closed")
a_day_or_none = st.none() | st.integers(-20, 40)
some_cases = st.lists(
    st.fixed_dictionaries(
        {"opened": st.integers(-10, 34), "due": a_day_or_none, "disposed": a_day_or_none, "closed": a_day_or_none},
        optional={
            "suspended": st.booleans(),
            "returned": st.integers(0, 2),
            "found_by": st.sampled_from(["video", None]),
        },
    ),
    max_size=12,
)
rules = st.builds(
    CaseRule,
    base=st.sampled_from(["should_archive", "closed_vs_accepted"]),
    cohort=st.sampled_from(["reported", "accepted", "due", "closed"]),
    decided_by=st.sampled_from(["disposal", "closing"]),
) | st.just(ACCEPTED)


def drawn(rows: list[dict[str, Any]]) -> pa.Table:
    """Cases whose instants are days since the start of October."""
    days = [{f"{name}_at": row.get(name) for name in INSTANTS} for row in rows]
    others = [{name: value for name, value in row.items() if name not in INSTANTS} for row in rows]
    dated = [{name: None if day is None else START + day * DAY for name, day in row.items()} for row in days]
    return cases(*(one | other for one, other in zip(dated, others, strict=True)))


def vouched_for(days: int, cutoff: int = END) -> Observed:
    return Observed(OCTOBER, cutoff, Timeline([Span(0, START + days * DAY)]))


@settings(max_examples=60)
@given(some_cases, rules, st.integers(0, 33), st.integers(1, 33))
def test_a_value_lies_within_its_bounds_and_the_parts_add_up(
    rows: list[dict[str, Any]], rule: CaseRule, days: int, cutoff_days: int
) -> None:
    table, seen = drawn(rows), vouched_for(days, START + cutoff_days * DAY)
    measured = [measure(table, seen, rule)[0] for measure in (case_closure, case_on_time, case_rework, case_count)]
    for one in [*measured, case_found_by(table, seen, rule, ("video",))[0]]:
        if one.value is not None:
            assert one.lower is None or one.lower <= one.value
            assert one.upper is None or one.value <= one.upper
    parts = measured[1].parts
    apart = sum(parts[name] for name in ("on_time", "closed_late", "open_late", "open_not_due", "no_due_date"))
    assert apart == parts["reported"] - parts["suspended"]


@settings(max_examples=100)
@given(some_cases, rules, st.integers(1, 31), st.data())
def test_whatever_happens_unseen_the_rate_found_later_lies_within_the_bounds(
    rows: list[dict[str, Any]], rule: CaseRule, days: int, data: st.DataObject
) -> None:
    """Cases are known up to a day; then each open one is disposed of, closed, both or neither, and all of it becomes known."""
    known, later = [], []
    for row in rows:
        seen = {name: None if (row[name] or 0) > days else row[name] for name in ("disposed", "closed")}
        known.append(row | seen | {"opened": min(row["opened"], days)})
        unseen = {name: data.draw(st.none() | st.integers(days, 31)) for name, day in seen.items() if day is None}
        later.append(known[-1] | (unseen if seen["closed"] is None and days < 31 else {}))
    for measure in (case_closure, case_on_time, case_rework):
        bounds, truth = (
            measure(drawn(known), vouched_for(days), rule)[0],
            measure(drawn(later), vouched_for(31), rule)[0],
        )
        if truth.value is not None:
            assert bounds.lower is None or bounds.lower <= truth.value
            assert bounds.upper is None or truth.value <= bounds.upper


@settings(max_examples=30)
@given(some_cases.filter(bool), rules, st.randoms())
def test_the_order_and_repetition_of_records_changes_nothing(
    rows: list[dict[str, Any]], rule: CaseRule, random: Random
) -> None:
    table = drawn(rows)
    order = list(range(table.num_rows)) * 2
    random.shuffle(order)
    again = latest(table.take(order), 0)
    for measure in (case_closure, case_on_time):
        assert measure(again, october("20"), rule)[0].parts == measure(table, october("20"), rule)[0].parts
        assert measure(again, october("20"), rule)[0].value == measure(table, october("20"), rule)[0].value
