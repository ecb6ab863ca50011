"""Sums over intervals, against the same told millisecond by millisecond."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.measures.states import (
    Registered,
    States,
    intervals,
    listed_times,
    registered,
    sampling_time,
    stayed,
    up_counts,
)
from collector.periods import Span
from collector.records import State
from collector.timeline import Timeline, Vouching

SUBJECTS, END = 3, 24

Change = tuple[int, int, State]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[States, Span]:
    """A few subjects over [0, END) and a span in it, which may begin and end anywhere."""
    state = st.sampled_from(list(State))
    opening = draw(st.lists(state, min_size=SUBJECTS, max_size=SUBJECTS))
    changes = draw(st.lists(st.tuples(st.integers(0, SUBJECTS - 1), st.integers(0, END - 1), state), max_size=12))
    start, end = sorted(draw(st.tuples(st.integers(0, END), st.integers(0, END))))
    return of(opening, changes), Span(start, end)


def of(opening: list[State], changes: list[Change]) -> States:
    subject, at, state = ([one[i] for one in changes] for i in range(3))
    return States(
        np.array(opening, np.uint8), np.array(subject, np.int32), np.array(at, np.int64), np.array(state, np.uint8)
    )


def state_at(states: States, subject: int, at: int) -> State:
    """Changes in order of time, of several at one instant the one learned last."""
    mine = [i for i in range(len(states.at)) if states.subject[i] == subject and states.at[i] <= at]
    return State(states.state[max(mine, key=lambda i: (states.at[i], i))] if mine else states.opening[subject])


def left_since(states: States, subject: int, at: int, span: Span) -> bool:
    """Whether the subject is gone at ``at`` and was seen to leave inside ``span``."""
    while state_at(states, subject, at) is State.GONE and at >= span.start:
        if state_at(states, subject, at - 1) is not State.GONE:
            return True
        at -= 1
    return False


@given(worlds())
def test_times_are_the_milliseconds_in_each_state(world: tuple[States, Span]) -> None:
    states, span = world
    times = listed_times(intervals(states, span), SUBJECTS, Timeline([span]), Timeline([Span(0, 9), Span(14, END)]))

    for subject in range(SUBJECTS):
        seen = [state_at(states, subject, at) for at in range(span.start, span.end) if at < 9 or at >= 14]
        listed = [at for at in range(span.start, span.end) if state_at(states, subject, at) is not State.GONE]
        assert times.up[subject] == seen.count(State.UP)
        assert times.down[subject] == seen.count(State.DOWN)
        assert times.owed[subject] == len(listed)


@given(worlds(), st.lists(st.integers(0, END), min_size=4, max_size=4, unique=True))
def test_a_registered_subject_is_owed_in_its_spans_and_missing_is_down(
    world: tuple[States, Span], edges: list[int]
) -> None:
    states, span = world
    a, b, c, d = sorted(edges)
    rounds = [
        Registered(np.array([a, 0, 5]), np.array([b, END, 5])),
        Registered(np.array([c, 0, 0]), np.array([d, 0, 0])),
    ]
    owed = [{*range(a, b), *range(c, d)}, set(range(END)), set[int]()]
    as_down = states.gone_as_down()

    times = listed_times(
        registered(intervals(as_down, span), rounds), SUBJECTS, Timeline([span]), Timeline([Span(0, END)])
    )
    online, listed = up_counts(as_down, np.ones(SUBJECTS, bool), np.arange(END), rounds)

    for subject in range(SUBJECTS):
        inside = [state_at(states, subject, at) for at in range(span.start, span.end) if at in owed[subject]]
        assert times.up[subject] == inside.count(State.UP)
        assert times.down[subject] == inside.count(State.DOWN) + inside.count(State.GONE)
        assert times.owed[subject] == len(inside)
    for at in range(END):
        there = [subject for subject in range(SUBJECTS) if at in owed[subject]]
        assert listed[at] == len(there)
        assert online[at] == sum(state_at(states, subject, at) is State.UP for subject in there)


@given(worlds())
def test_a_subject_that_left_inside_the_span_is_down_until_it_is_back(world: tuple[States, Span]) -> None:
    states, span = world
    found, disappeared = stayed(states, Span(0, END), span)

    for subject in range(SUBJECTS):
        left = [left_since(states, subject, at, span) for at in range(span.start, span.end)]
        assert disappeared[subject] == any(left)
        for at, gone in zip(range(span.start, span.end), left, strict=True):
            assert state_at(found, subject, at) is (State.DOWN if gone else state_at(states, subject, at))


def polled(*instants: int) -> Vouching:
    """Each poll holds until ten milliseconds later."""
    return Vouching(Timeline(Span(at, at + 10) for at in instants), np.array(instants))


@pytest.mark.parametrize(
    ("span", "uncertain"),
    [(Span(0, 100), 10), (Span(20, 100), 10), (Span(15, 100), 10), (Span(0, 20), 0), (Span(21, 100), 0)],
    ids=["inside", "at its start", "the poll before lies before it", "at its end", "before it"],
)
def test_the_span_whose_poll_saw_a_change_owns_all_of_the_interval_before_it(span: Span, uncertain: int) -> None:
    """It was seen at 20, and the poll before was at 10."""
    states = of([State.UP], [(0, 20, State.DOWN)])

    assert sampling_time(states, span, polled(0, 10, 20, 30)).tolist() == [uncertain]


def test_a_change_seen_after_unseen_time_has_no_interval_of_its_own() -> None:
    """The poll at 10 holds until 20; what was between 20 and 30 is unknown."""
    assert sampling_time(of([State.UP], [(0, 30, State.DOWN)]), Span(0, 100), polled(10, 30)).tolist() == [0]


@pytest.mark.parametrize(
    ("joined", "removed", "uncertain"),
    [(0, 100, 10), (15, 100, 5), (20, 100, 0), (0, 17, 7), (0, 10, 0)],
    ids=["throughout", "joins meanwhile", "joins with the change", "leaves meanwhile", "left before"],
)
def test_a_change_is_uncertain_only_where_its_subject_is_registered(joined: int, removed: int, uncertain: int) -> None:
    """It was seen at 20, and the poll before was at 10."""
    states = of([State.UP], [(0, 20, State.DOWN)])
    rounds = [Registered(np.array([joined]), np.array([removed]))]

    assert sampling_time(states, Span(0, 100), polled(0, 10, 20, 30), rounds).tolist() == [uncertain]
