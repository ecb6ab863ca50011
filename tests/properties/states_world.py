"""The true states of subjects slot by slot, what polls with losses learn of them, and availability by counting slots."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from collector.measures.availability import Seen
from collector.measures.outages import ignoring_short
from collector.measures.states import (
    Registered,
    States,
    intervals,
    listed_times,
    registered,
    sampling_time,
)  # fmt: skip
from collector.periods import Span
from collector.records import State
from collector.timeline import Timeline, Vouching

SLOTS = 16
SLOT = 60_000
WHOLE = Span(0, SLOTS * SLOT)
UP, DOWN = State.UP, State.DOWN

Course = tuple[State, ...]
Slots = frozenset[int]


@dataclass(frozen=True)
class World:
    """courses: what each subject truly is, up or down, in every slot. told: whether the platform says so in the slot or says
    ``unknown``. listed: from and until which slot the platform lists each. good: which polls came through.

    A poll holds for one slot: the strict reading, in which no answer is stretched over a poll that failed.
    """

    courses: tuple[Course, ...]
    told: tuple[tuple[bool, ...], ...]
    listed: tuple[tuple[int, int], ...]
    good: tuple[bool, ...]

    def answer(self, slot: int) -> list[State]:
        return [
            (course[slot] if told[slot] else State.UNKNOWN) if start <= slot < end else State.GONE
            for course, told, (start, end) in zip(self.courses, self.told, self.listed, strict=True)
        ]

    def states(self) -> States:
        """The changes that the good polls saw."""
        rows: list[tuple[int, int, State]] = []
        vector = [State.GONE] * len(self.courses)
        for slot in range(SLOTS):
            if self.good[slot]:
                answer = self.answer(slot)
                rows += [
                    (n, slot * SLOT, new) for n, (old, new) in enumerate(zip(vector, answer, strict=True)) if old != new
                ]
                vector = answer
        subject, at, state = (np.array([row[i] for row in rows], np.int64) for i in range(3))
        opening = np.full(len(self.courses), State.GONE, np.uint8)
        return States(opening, subject.astype(np.int32), at, state.astype(np.uint8))

    def runs(self) -> np.ndarray:
        return np.array([slot * SLOT for slot in range(SLOTS) if self.good[slot]], np.int64)

    def vouched(self) -> Timeline:
        return timeline(frozenset(slot for slot in range(SLOTS) if self.good[slot]))

    def owed_slots(self, n: int) -> range:
        """From the first good poll that listed a subject to the first after it that did not."""
        seen = [slot for slot in range(SLOTS) if self.good[slot]]
        listed = [slot for slot in seen if self.listed[n][0] <= slot < self.listed[n][1]]
        if not listed:
            return range(0)
        return range(listed[0], next((slot for slot in seen if slot > listed[-1]), SLOTS))


def timeline(slots: Slots) -> Timeline:
    return Timeline(Span(slot * SLOT, (slot + 1) * SLOT) for slot in slots)


ALL: Slots = frozenset(range(SLOTS))


@dataclass(frozen=True)
class Rule:
    """shorter_than: slots of an outage that counts as up. schedule, excluded: slots. registered: by subject, None where the list
    decides who is owed."""

    shorter_than: int = 0
    schedule: Slots = ALL
    excluded: Slots = frozenset()
    registered: tuple[tuple[int, int], ...] | None = None

    def window(self, span: Span = WHOLE) -> Timeline:
        return timeline(self.schedule - self.excluded).clip(span)


def observe(world: World, rule: Rule, span: Span = WHOLE) -> Seen:
    """As the program sees it: times, sampling, and what exclusions took out."""
    states = world.states()
    if rule.registered is not None:
        states = states.gone_as_down()
    cut = intervals(states, WHOLE)
    if rule.shorter_than:
        cut = ignoring_short(cut, rule.shorter_than * SLOT, world.vouched())
    if rule.registered is not None:
        joined, removed = (np.array([one[i] * SLOT for one in rule.registered], np.int64) for i in (0, 1))
        cut = registered(cut, [Registered(joined, removed)])
    times = listed_times(cut, states.size, rule.window(span), world.vouched())
    plain = listed_times(cut, states.size, timeline(rule.schedule).clip(span), world.vouched())
    return Seen(
        times, sampling_time(world.states(), span, Vouching(world.vouched(), world.runs())), plain.owed - times.owed
    )


def true_slots(world: World, rule: Rule, n: int) -> list[State]:
    """What a subject truly was in each slot in which it is owed; short outages are up where the rule says so."""
    course = [
        state if start <= slot < end else DOWN if rule.registered is not None else State.GONE
        for slot, state in enumerate(world.courses[n])
        for start, end in [world.listed[n]]
    ]
    if rule.shorter_than:
        course = without_short(course, rule.shorter_than)
    owed = range(*rule.registered[n]) if rule.registered is not None else world.owed_slots(n)
    return [
        state
        for slot, state in enumerate(course)
        if slot in owed and slot in rule.schedule - rule.excluded and state != State.GONE
    ]


def without_short(course: list[State], shorter_than: int) -> list[State]:
    out, slot = list(course), 0
    while slot < len(course):
        end = slot
        while end < len(course) and course[end] == course[slot]:
            end += 1
        if course[slot] == DOWN and end - slot < shorter_than:
            out[slot:end] = [UP] * (end - slot)
        slot = end
    return out


def true_time(world: World, rule: Rule) -> Fraction | None:
    each = [state for n in range(len(world.courses)) for state in true_slots(world, rule, n)]
    return Fraction(each.count(UP), len(each)) if each else None


def true_mean(world: World, rule: Rule) -> float | None:
    each = [slots for n in range(len(world.courses)) if (slots := true_slots(world, rule, n))]
    return sum(slots.count(UP) / len(slots) for slots in each) / len(each) if each else None


def true_sweeps(world: World) -> float | None:
    """What the platform would print, meaned over all slots: of the listed subjects those that it says are up."""
    answers: list[list[State]] = [
        [state for state in world.answer(slot) if state != State.GONE] for slot in range(SLOTS)
    ]
    rates = [answer.count(UP) / len(answer) for answer in answers if answer]
    return sum(rates) / len(rates) if rates else None


def _per_slot(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, min_size=SLOTS, max_size=SLOTS).map(tuple)


def _runs_of_states(draws: list[tuple[bool, int]]) -> Course:
    """Stretches of up and down, so that outages have lengths."""
    course = [UP if up else DOWN for up, length in draws for _ in range(length)]
    return tuple((course + [UP] * SLOTS)[:SLOTS])


_courses = st.lists(st.tuples(st.booleans(), st.integers(1, 4)), max_size=10).map(_runs_of_states)
_told = _per_slot(st.integers(0, 9).map(bool))
edges = st.tuples(st.integers(0, SLOTS), st.integers(0, SLOTS)).map(sorted).map(tuple)
good_polls = _per_slot(st.integers(0, 2).map(bool))
SIZE = 3


def _three(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.tuples(*[of] * SIZE)


always = st.just((0, SLOTS))
slots = st.frozensets(st.integers(0, SLOTS - 1))


def worlds(
    listed: st.SearchStrategy[object] = always, told: st.SearchStrategy[object] = _told
) -> st.SearchStrategy[World]:
    return st.builds(World, _three(_courses), _three(told), _three(listed), good_polls)


rules = st.builds(
    Rule, st.just(0) | st.integers(1, 4), slots | st.just(ALL), slots | st.just(frozenset()), st.none() | _three(edges)
)
"""Half of them ignore short outages."""
