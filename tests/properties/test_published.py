"""active_users, usage_days, figure, timeliness over random events and random losses.

Splitting: distinct users of a whole are the union of the parts' users, no sum; days and days used add up where the cut
is a midnight; sums of a figure add up, its maximum is the greater of two and its last the second part's; a mean is
weighted by the readings; a delta adds up only with the step between the parts, so it does not. Expected updates add up,
each being owed in the part of its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measurement import Measurement
from collector.measures.active_users import active_users
from collector.measures.figures import Stat, figure, latest, timeliness, usage_days
from collector.measures.groups import Groups
from collector.measures.observed import Observed
from collector.periods import Period, Span
from tests.properties.world import (
    BEGINS,
    ENDS,
    NOTHING_LOST,
    PERIOD,
    STEP,
    Happening,
    Polls,
    activity,
    answers,
    happenings,
    in_another_way,
    in_order,
    inside,
    instant_of,
    no_wider,
    part_of_period,
    published,
    steps,
)  # fmt: skip

DAILY: tuple[Literal["mean", "max", "min", "last"], ...] = ("mean", "max", "min", "last")
STATS: tuple[Stat, ...] = ("last", "sum", "mean", "max", "min", "delta")
any_polls = st.builds(Polls, answers, st.booleans())
lateness = st.integers(1, 14)
"""Steps that an update may take; there are eight in a day."""
cutoffs = st.sampled_from([PERIOD.span.end, PERIOD.span.end - 3 * STEP, PERIOD.span.start + 11 * STEP])


def users(table: pa.Table, seen: Observed) -> dict[str, Measurement]:
    """The count of the period, and every statistic of its days."""
    days = {stat: active_users(table, seen, "day", stat)[0] for stat in DAILY}
    return {"month": active_users(table, seen)[0]} | days


def owed(one: Happening, cutoff: int) -> bool:
    return PERIOD.span.start <= one.at < min(PERIOD.span.end, cutoff)


def true_users(course: list[Happening], cutoff: int) -> dict[str, Fraction]:
    days = [day.span for day in PERIOD.days() if day.span.start < cutoff]
    daily = [len({one.who for one in course if owed(one, cutoff) and day.start <= one.at < day.end}) for day in days]
    return {
        "month": Fraction(len({one.who for one in course if owed(one, cutoff)})),
        "mean": Fraction(sum(daily), len(daily)),
        "max": Fraction(max(daily)),
        "min": Fraction(min(daily)),
        "last": Fraction(daily[-1]),
    }


def used_days(course: list[Happening], cutoff: int) -> tuple[int, int]:
    """Days used, and days owed."""
    days = [day.span for day in PERIOD.days() if day.span.start < cutoff]
    return sum(any(owed(one, cutoff) and day.start <= one.at < day.end for one in course) for day in days), len(days)


@settings(max_examples=60)
@given(happenings, any_polls, cutoffs)
def test_users_and_days_of_use_lie_within_the_bounds(course: list[Happening], polls: Polls, cutoff: int) -> None:
    table, seen = activity(course, polls), polls.seen(cutoff=cutoff)
    for name, measured in users(table, seen).items():
        assert inside(true_users(course, cutoff)[name], measured)
        assert in_order(measured)
    used, days = used_days(course, cutoff)
    for as_share in (False, True):
        measured = usage_days(table, seen, as_share)[0]
        assert inside(Fraction(used, days if as_share else 1), measured)
        assert in_order(measured)
        if as_share and measured.value is not None:
            assert measured.value == Fraction(measured.numerator, measured.denominator)  # type: ignore[arg-type]


@settings(max_examples=20)
@given(happenings, cutoffs)
def test_with_nothing_lost_users_and_days_are_the_true_ones(course: list[Happening], cutoff: int) -> None:
    table, seen = activity(course, NOTHING_LOST), NOTHING_LOST.seen(cutoff=cutoff)
    for name, measured in users(table, seen).items():
        assert measured.value == measured.lower == measured.upper == true_users(course, cutoff)[name]
    measured = usage_days(table, seen)[0]
    assert measured.value == measured.lower == measured.upper == used_days(course, cutoff)[0]


@settings(max_examples=60)
@given(happenings, any_polls, answers, cutoffs, lateness)
def test_more_polls_never_widen_users_days_or_figures(
    course: list[Happening], polls: Polls, found: tuple[bool, ...], cutoff: int, within: int
) -> None:
    better = polls.with_more(found)
    before, after = polls.seen(cutoff=cutoff), better.seen(cutoff=cutoff)
    less, more = (activity(course, one) for one in (polls, better))
    for first, second in zip(users(less, before).values(), users(more, after).values(), strict=True):
        assert no_wider(second, first)
    assert no_wider(usage_days(more, after, True)[0], usage_days(less, before, True)[0])
    told, told_more = (published(course, one) for one in (polls, better))
    for stat in STATS:
        first, second = figure(told, before, stat)[0], figure(told_more, after, stat)[0]
        assert no_reading(second) or no_wider(second, first)
    assert no_wider(timeliness(told_more, expected(within), after), timeliness(told, expected(within), before))


def no_reading(measured: Measurement) -> bool:
    return measured.coverage == 1.0 and measured.value is None


@settings(max_examples=30)
@given(happenings, any_polls, cutoffs, st.randoms(use_true_random=False))
def test_order_repetition_and_chunks_of_events_change_nothing(
    course: list[Happening], polls: Polls, cutoff: int, random: Random
) -> None:
    seen = polls.seen(cutoff=cutoff)
    table, again = activity(course, polls), in_another_way(activity(course, polls), random)
    assert users(again, seen) == users(table, seen)
    assert usage_days(again, seen, groups=by_actor(again)) == usage_days(table, seen, groups=by_actor(table))
    told = published(course, polls)
    once, twice = latest(told, ENDS), latest(in_another_way(told, random), ENDS)
    for stat in STATS:
        assert figure(twice, seen, stat, (0.0, 8.0)) == figure(once, seen, stat, (0.0, 8.0))
    assert timeliness(twice, expected(3), seen) == timeliness(once, expected(3), seen)


def by_actor(table: pa.Table) -> Groups:
    return Groups.of(pa.array([one.hex() for one in table["actor"].to_pylist()], pa.string()))


days = st.integers(1, 3)


@settings(max_examples=30)
@given(happenings, any_polls, days)
def test_users_of_a_whole_are_the_union_of_its_parts_and_days_add_up(
    course: list[Happening], polls: Polls, day: int
) -> None:
    table, parts = activity(course, polls), [part_of_period(0, day), part_of_period(day, 4)]
    known = [
        {
            who
            for who, at in zip(table["actor"].to_pylist(), at_of(table), strict=True)
            if part.span.start <= at < part.span.end
        }
        for part in parts
    ]
    assert active_users(table, polls.seen())[0].parts["days"] == [
        one for part in parts for one in active_users(table, polls.seen(part))[0].parts["days"]
    ]
    assert active_users(table, polls.seen())[0].lower == len(known[0] | known[1])
    total, *each = (usage_days(table, polls.seen(part))[0].parts for part in (PERIOD, *parts))
    assert all(total[name] == each[0][name] + each[1][name] for name in total)


def at_of(table: pa.Table) -> list[int]:
    return table["at"].cast(pa.int64()).to_pylist()  # type: ignore[no-any-return]


def true_figure(course: list[Happening], period: Period, stat: str) -> float | None:
    numbers = {one.at: one.worth for one in course if period.span.start <= one.at < period.span.end}
    values = [numbers[at] for at in sorted(numbers)]
    if not values or (stat == "delta" and len(values) < 2):
        return None
    of: dict[str, Callable[[list[int]], float]] = {
        "last": lambda v: v[-1], "sum": sum, "mean": lambda v: sum(v) / len(v), "max": max, "min": min,
        "delta": lambda v: v[-1] - v[0],
    }  # fmt: skip
    return of[stat](values)


@settings(max_examples=60)
@given(happenings, any_polls)
def test_figures_lie_within_the_bounds(course: list[Happening], polls: Polls) -> None:
    for stat in STATS:
        measured = figure(published(course, polls), polls.seen(), stat)[0]
        assert inside(true_figure(course, PERIOD, stat), measured)
        assert in_order(measured)
        assert figure(published(course, NOTHING_LOST), NOTHING_LOST.seen(), stat)[0].upper == true_figure(
            course, PERIOD, stat
        )


@settings(max_examples=30)
@given(happenings, days)
def test_figures_of_two_parts_make_up_the_whole(course: list[Happening], day: int) -> None:
    table, parts = published(course, NOTHING_LOST), [PERIOD, part_of_period(0, day), part_of_period(day, 4)]

    def of(stat: Stat) -> list[Measurement]:
        return [figure(table, NOTHING_LOST.seen(part), stat)[0] for part in parts]

    def values(stat: Stat) -> list[float]:
        return [float(one.value) for one in of(stat)[1:] if one.value is not None]

    if of("sum")[0].n:
        assert of("sum")[0].value == sum(values("sum"))
        assert of("max")[0].value == max(values("max"))
        assert of("min")[0].value == min(values("min"))
        assert of("last")[0].value == values("last")[-1]
        whole, *each = of("mean")
        assert abs(float(whole.value or 0) * whole.n - sum(float(one.value or 0) * one.n for one in each)) < 1e-9
    assert of("sum")[0].n == sum(one.n for one in of("sum")[1:])


def expected(within: int) -> list[Span]:
    """An update every day, at most so many steps late; the last one may come after the period's end."""
    return [Span(day.span.start, day.span.start + within * STEP) for day in PERIOD.days()]


@settings(max_examples=100)
@given(happenings, any_polls, cutoffs, lateness)
def test_timely_updates_lie_within_the_bounds(course: list[Happening], polls: Polls, cutoff: int, within: int) -> None:
    updates = expected(within)
    owed = [span for span in updates if span.start < cutoff]
    came = sum(any(span.start <= one.at <= span.end for one in course) for span in owed)
    measured = timeliness(published(course, polls), updates, polls.seen(cutoff=cutoff))
    assert inside(Fraction(came, len(owed)), measured)
    assert in_order(measured)
    whole = timeliness(published(course, NOTHING_LOST), updates, NOTHING_LOST.seen(cutoff=cutoff))
    assert whole.value == whole.lower == whole.upper == Fraction(came, len(owed))


@settings(max_examples=20)
@given(happenings, any_polls, days, lateness)
def test_expected_updates_of_two_parts_add_up(course: list[Happening], polls: Polls, day: int, within: int) -> None:
    table, updates = published(course, polls), expected(within)
    total, *each = (
        timeliness(table, spans, polls.seen(part)).parts
        for spans, part in (
            (updates, PERIOD),
            (updates[:day], part_of_period(0, day)),
            (updates[day:], part_of_period(day, 4)),
        )
    )
    assert all(total[name] == each[0][name] + each[1][name] for name in total)


@settings(max_examples=20)
@given(st.lists(steps.map(instant_of), min_size=1, unique=True), st.randoms(use_true_random=False))
def test_of_several_versions_the_one_learned_last_counts_in_any_order(instants: list[int], random: Random) -> None:
    """Every number is published twice, the second time for good; the order of the rows says nothing."""
    first = published([Happening(0, 1, at) for at in instants], NOTHING_LOST)
    second = published([Happening(0, 2, at) for at in instants], NOTHING_LOST)
    later = pc.add(second["recorded_at"].cast(pa.int64()), 1).cast(second["recorded_at"].type)
    both = pa.concat_tables([first, second.set_column(second.column_names.index("recorded_at"), "recorded_at", later)])
    found = latest(in_another_way(both, random), ENDS + 1)
    assert found["value"].to_pylist() == [2.0] * len(instants)
    assert min(at_of(found)) >= BEGINS
