"""availability over random states of subjects and random losses.

Truth: the true states at the slots. A change is dated at the poll that saw it; what lies between two slots is
``sampling_seconds``, beside the bounds. Where a list decides, a subject is owed from the first good poll that lists it to
the first that does not; one that nobody has seen is in no bound. More evidence: more polls that came through, for subjects
that are owed throughout or by a register. Splitting: seconds up, down, unknown, excluded and of sampling of the parts add up
to the whole; rates are ratios of those sums, and the means over subjects or polls do not add up.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measurement import Measurement
from collector.measures.availability import Sweeps, subject_mean, subject_time, sweep_mean
from collector.measures.states import intervals, up_counts
from collector.periods import Span
from tests.properties.states_world import (
    SIZE,
    SLOT,
    SLOTS,
    WHOLE,
    Rule,
    World,
    edges,
    good_polls,
    observe,
    rules,
    true_mean,
    true_sweeps,
    true_time,
    worlds,
)  # fmt: skip
from tests.properties.world import in_order, inside, no_wider

EVERYBODY = np.ones(SIZE, bool)
SLACK = 1e-12
"""Means are made of doubles."""


def with_slack(measured: Measurement) -> Measurement:
    lower, upper = (None if one is None else float(one) for one in (measured.lower, measured.upper))
    value = None if measured.value is None else float(measured.value)
    return replace(measured, value=value, lower=lower and lower - SLACK, upper=upper and upper + SLACK)


def by_sweeps(world: World) -> Measurement:
    online, listed = up_counts(world.states(), EVERYBODY, world.runs())
    return sweep_mean(observe(world, Rule()), EVERYBODY, Sweeps(online, listed, SLOTS - len(world.runs())))


@settings(max_examples=100)
@given(worlds(listed=edges), rules)
def test_the_true_share_of_slots_up_lies_within_the_bounds(world: World, rule: Rule) -> None:
    seen = observe(world, rule)
    by_time, by_mean = subject_time(seen, EVERYBODY), subject_mean(seen, EVERYBODY)
    assert inside(true_time(world, rule), by_time)
    assert inside(true_mean(world, rule), with_slack(by_mean))
    assert inside(true_sweeps(world), with_slack(by_sweeps(world)))
    assert in_order(by_time)
    assert in_order(with_slack(by_mean))
    assert in_order(with_slack(by_sweeps(world)))


@settings(max_examples=50)
@given(worlds(listed=edges, told=st.just((True,) * SLOTS)), rules)
def test_with_nothing_lost_the_share_is_the_true_one(world: World, rule: Rule) -> None:
    world = replace(world, good=(True,) * SLOTS)
    measured = subject_time(observe(world, rule), EVERYBODY)
    if (true := true_time(world, rule)) is not None:
        assert measured.value == measured.lower == measured.upper == true


@settings(max_examples=60)
@given(worlds(), rules, good_polls)
def test_more_polls_never_widen_an_availability(world: World, rule: Rule, found: tuple[bool, ...]) -> None:
    better = replace(world, good=tuple(a or b for a, b in zip(world.good, found, strict=True)))
    less, more = observe(world, rule), observe(better, rule)
    if any(world.good) and (rule.registered is not None or world.good[0]):
        assert no_wider(subject_time(more, EVERYBODY), subject_time(less, EVERYBODY))
        assert no_wider(subject_mean(more, EVERYBODY), with_slack(subject_mean(less, EVERYBODY)))
    assert no_wider(by_sweeps(better), with_slack(by_sweeps(world)))


@settings(max_examples=50)
@given(worlds(listed=edges), rules, st.integers(1, SLOTS * SLOT - 1))
def test_seconds_of_two_parts_add_up_to_the_whole_wherever_it_is_cut(world: World, rule: Rule, cut: int) -> None:
    spans = (WHOLE, Span(0, cut), Span(cut, WHOLE.end))
    total, first, second = (subject_time(observe(world, rule, span), EVERYBODY).parts for span in spans)
    for name in ("up_seconds", "down_seconds", "unknown_seconds", "excluded_seconds", "sampling_seconds"):
        assert round(1000 * total[name]) == round(1000 * first[name]) + round(1000 * second[name])


@settings(max_examples=40)
@given(worlds(listed=edges), st.randoms(use_true_random=False))
def test_order_repetition_and_restated_states_change_nothing(world: World, random: Random) -> None:
    """Changes in any order, some twice, and states said again that hold already."""
    states = world.states()
    rows = list(zip(states.subject.tolist(), states.at.tolist(), states.state.tolist(), strict=True))
    rows += [(n, at + SLOT // 2, state) for n, at, state in rows if random.random() < 0.3]
    rows += [row for row in rows if random.random() < 0.3]
    random.shuffle(rows)
    subject, at, state = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    again = replace(states, subject=subject.astype(np.int32), at=at, state=state.astype(np.uint8))
    once, twice = intervals(states, WHOLE), intervals(again, WHOLE)
    for column in ("subject", "start", "end", "state"):
        assert np.array_equal(getattr(once, column), getattr(twice, column))
    for one, other in zip(
        up_counts(states, EVERYBODY, world.runs()), up_counts(again, EVERYBODY, world.runs()), strict=True
    ):
        assert np.array_equal(one, other)
