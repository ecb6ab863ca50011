"""Measures of cases over random courses of cases and random losses.

Truth: of the cases that the records tell of at all. A case that nobody has seen is in no bound, by decision; with
every poll good there is none. More evidence means more polls that came through, for the same cases; the lower bound of
a duration follows the closed cases where these say less, so of durations the certain part is compared. Splitting: at
one cut-off (``as_of``) the counts of the cohort add up; rates are ratios of those sums, quantiles do not add up at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measurement import Measurement
from collector.measures.case_duration import case_duration
from collector.measures.case_rates import case_closure, case_count, case_found_by, case_on_time, case_rework
from collector.measures.cases import CaseRule, latest
from collector.measures.groups import Groups
from collector.measures.observed import Observed
from collector.timeline import Timeline
from collector.working_time import WorkCalendar
from tests.measures.build import ZONE, cases
from tests.properties import cases_world as truth
from tests.properties.cases_world import Course, courses, known, rules, versions
from tests.properties.world import (
    ENDS,
    NOTHING_LOST,
    PERIOD,
    STEPS,
    Polls,
    answers,
    in_another_way,
    in_order,
    inside,
    instant_of,
    no_wider,
    part_of_period,
    some_polls,
)  # fmt: skip

Measure = Callable[[pa.Table, Observed, CaseRule], Measurement]
FOUND_BY: Callable[..., Any] = partial(case_found_by, found_by=("video",))
ACCEPTED = CaseRule("accepted_in_period")
FLOW = CaseRule("closed_vs_accepted")
ADDITIVE = (
    "reported", "accepted", "should_archive", "closed", "on_time", "closed_late", "open_late", "open_not_due",
    "no_due_date", "suspended", "on_time_by_disposal", "on_time_by_closing",
)  # fmt: skip

cutoffs = st.sampled_from([PERIOD.span.end, ENDS])
"""``period_end`` and ``as_of``; everything is looked at as the world ends."""


def whole(measure: Any, **options: Any) -> Measure:
    return lambda table, seen, rule: measure(table, seen, rule, **options)[0]


def durations(stat: str, calendar: WorkCalendar | None = None) -> Measure:
    return whole(case_duration, stat=stat, calendar=calendar)


RATES: dict[str, tuple[Measure, Callable[..., Any]]] = {
    "case_closure": (whole(case_closure), truth.true_closure),
    "case_on_time": (whole(case_on_time), truth.true_on_time),
    "case_rework": (whole(case_rework), truth.true_rework),
    "case_found_by": (whole(case_found_by, found_by=("video",)), truth.true_found_by),
}
DURATIONS = {stat: durations(stat) for stat in ("mean", "p50", "p90")}
COUNTS = {name: whole(case_count, count=name) for name in ("reported", "accepted", "should_archive", "closed")}
WORKING = {f"working {stat}": durations(stat, WorkCalendar(ZONE)) for stat in ("mean", "p50")}
EVERY = {name: measure for name, (measure, _) in RATES.items()} | DURATIONS | COUNTS | WORKING


def records(all_courses: list[Course], polls: Polls) -> pa.Table:
    return latest(versions(all_courses, polls), ENDS)


def certain(measured: Measurement) -> Measurement:
    """Of a duration the bound with open cases at their age; its ``lower`` follows the closed cases where these say less."""
    if measured.lower is None or "with_open_cases_seconds" not in measured.parts:
        return measured
    return replace(measured, lower=measured.parts["with_open_cases_seconds"])


def about(table: pa.Table, same: pa.Table) -> pa.Table:
    """The rows of the cases that ``same`` tells of."""
    return table.filter(pc.is_in(table["case"], value_set=same["case"].combine_chunks()))


rules_of_closure = st.one_of(rules, st.just(ACCEPTED), st.just(FLOW))


@settings(max_examples=150)
@given(courses, rules_of_closure, some_polls, cutoffs)
def test_rates_of_the_true_courses_lie_within_the_bounds(
    world: list[Course], rule: CaseRule, polls: Polls, cutoff: int
) -> None:
    table = records(world, polls)
    for measure, true in RATES.values():
        measured = measure(table, polls.seen(cutoff=cutoff), rule)
        assert inside(true(known(world, table), rule, PERIOD, cutoff), measured), measured


@settings(max_examples=30)
@given(courses, rules_of_closure, cutoffs)
def test_with_nothing_lost_a_rate_is_the_true_one_of_all_cases(
    world: list[Course], rule: CaseRule, cutoff: int
) -> None:
    world = [replace(course, says=True) for course in world]
    table, seen = records(world, NOTHING_LOST), NOTHING_LOST.seen(cutoff=cutoff)
    for measure, true in RATES.values():
        measured = measure(table, seen, rule)
        assert measured.value == measured.lower == measured.upper == true(world, rule, PERIOD, cutoff)


@settings(max_examples=60)
@given(courses, rules, some_polls, cutoffs)
def test_durations_as_they_will_be_lie_within_the_bounds(
    world: list[Course], rule: CaseRule, polls: Polls, cutoff: int
) -> None:
    table = records(world, polls)
    for stat, measure in DURATIONS.items():
        true = truth.true_duration(known(world, table), rule, PERIOD, cutoff, stat)
        measured = measure(table, polls.seen(cutoff=cutoff), rule)
        assert measured.lower is None or true is None or float(measured.lower) <= true + 1e-6
        assert measured.upper is None or true is None or float(measured.upper) >= true - 1e-6


@settings(max_examples=30)
@given(courses, rules, some_polls, cutoffs)
def test_counts_are_at_least_what_was_seen(world: list[Course], rule: CaseRule, polls: Polls, cutoff: int) -> None:
    table, seen = records(world, polls), polls.seen(cutoff=cutoff)
    true = {
        "reported": len(truth.members(world, rule.counted_by, PERIOD, cutoff)),
        "accepted": len(truth.counted(world, rule, PERIOD, cutoff)),
        "should_archive": len(truth.archive(world, rule, PERIOD, cutoff)),
        "closed": len([one for one in truth.counted(world, rule, PERIOD, cutoff) if one.closed <= cutoff]),
    }
    for name, measure in COUNTS.items():
        assert inside(true[name], measure(table, seen, rule))


@settings(max_examples=60)
@given(courses, rules_of_closure, some_polls, answers, cutoffs)
def test_more_polls_never_widen_the_bounds_of_the_same_cases(
    world: list[Course], rule: CaseRule, polls: Polls, found: tuple[bool, ...], cutoff: int
) -> None:
    less, better = records(world, polls), polls.with_more(found)
    more = about(records(world, better), less)
    for name, measure in EVERY.items():
        first = certain(measure(less, polls.seen(cutoff=cutoff), rule))
        second = certain(measure(more, better.seen(cutoff=cutoff), rule))
        empty = second.denominator == 0 and second.lower is None  # now there is certainly no ratio at all
        assert empty or no_wider(second, first), (name, second, first)


a_day_or_none = st.none() | st.integers(0, STEPS).map(instant_of)
any_row = st.fixed_dictionaries(
    dict.fromkeys(("opened_at", "accepted_at", "due_at", "disposed_at", "closed_at"), a_day_or_none),
    optional={
        "suspended": st.booleans(),
        "returned": st.integers(0, 2),
        "found_by": st.sampled_from(["video", "public", None]),
        "district": st.sampled_from(["east", "west", None]),
    },
)
any_rows = st.lists(any_row, max_size=10).map(lambda rows: cases(*rows))
"""Whatever a system may answer: closed before opened, accepted before reported, no opening instant."""

any_seen = st.builds(lambda polls, cutoff: polls.seen(cutoff=cutoff), st.builds(Polls, answers, st.booleans()), cutoffs)


@settings(max_examples=60)
@given(any_rows, rules_of_closure, any_seen)
def test_a_value_lies_within_its_bounds_whatever_the_records_say(
    table: pa.Table, rule: CaseRule, seen: Observed
) -> None:
    for name, measure in EVERY.items():
        assert in_order(measure(table, seen, rule)), name


@settings(max_examples=30)
@given(any_rows, courses, some_polls, rules_of_closure, any_seen, st.randoms(use_true_random=False))
def test_order_repetition_and_chunks_of_records_change_nothing(
    junk: pa.Table, world: list[Course], polls: Polls, rule: CaseRule, seen: Observed, random: Random
) -> None:
    for table in (junk, versions(world, polls)):
        once, again = latest(table, ENDS), latest(in_another_way(table, random), ENDS)
        for measure in (case_closure, case_on_time, case_rework, case_count, case_duration, FOUND_BY):
            assert measure(again, seen, rule, groups=Groups.of(again["district"])) == measure(
                once, seen, rule, groups=Groups.of(once["district"])
            )


@settings(max_examples=30)
@given(courses, rules_of_closure, some_polls, st.integers(1, 3))
def test_counts_of_two_parts_of_a_period_add_up_at_one_cut_off(
    world: list[Course], rule: CaseRule, polls: Polls, day: int
) -> None:
    table = records(world, polls)
    parts = [part_of_period(0, day), part_of_period(day, 4)]
    total, *each = (whole(case_on_time)(table, polls.seen(one, ENDS), rule).parts for one in (PERIOD, *parts))
    for name in ADDITIVE:
        assert total[name] == each[0][name] + each[1][name]


@settings(max_examples=30)
@given(courses, some_polls, st.integers(1, 3), cutoffs)
def test_flows_of_two_parts_add_up_and_what_one_leaves_open_the_next_begins_with(
    world: list[Course], polls: Polls, day: int, cutoff: int
) -> None:
    table = records(world, polls)
    parts = [PERIOD, part_of_period(0, day), part_of_period(day, 4)]
    total, first, second = (whole(case_closure)(table, polls.seen(one, cutoff), FLOW).parts for one in parts)
    for name in ("reported", "accepted", "closed"):
        assert total[name] == first[name] + second[name]
    assert first["open_end"] == second["open_start"]
    assert (total["open_start"], total["open_end"]) == (first["open_start"], second["open_end"])


@settings(max_examples=20)
@given(courses, st.integers(1, 3))
def test_mean_durations_of_closed_cases_add_up_weighted_by_their_number(world: list[Course], day: int) -> None:
    rule, table = CaseRule(cohort="closed"), records(world, NOTHING_LOST)
    parts = [PERIOD, part_of_period(0, day), part_of_period(day, 4)]
    total, *each = (DURATIONS["mean"](table, NOTHING_LOST.seen(one, ENDS), rule) for one in parts)
    assert total.n == sum(one.n for one in each)
    assert (total.value or 0) * total.n == sum((one.value or 0) * one.n for one in each)


@pytest.mark.parametrize("measure", list(EVERY.values()), ids=list(EVERY))
def test_with_nothing_vouched_for_nothing_is_claimed(measure: Measure) -> None:
    measured = measure(cases({"closed_at": "03"}), Observed(PERIOD, PERIOD.span.end, Timeline()), CaseRule())
    assert measured.value is None
    assert measured.upper in (None, 1)
