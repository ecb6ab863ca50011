"""Small random worlds, what a source that is polled with losses learns of them, and the truth by counting.

A world runs for eight days in steps of three hours. It is polled every six hours; a poll may be lost. The four days
in the middle are the period. Nothing here is taken from the measures: the truth of every figure is a loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random

import pyarrow as pa
from hypothesis import strategies as st

from collector.measurement import Measurement
from collector.measures.observed import Observed
from collector.periods import Period, Span
from collector.records import Kind
from collector.timeline import Timeline
from tests.measures.build import DAY, HOUR, ZONE, at, table

STEP = 3 * HOUR
SLOT = 2 * STEP
BEGINS = at("2026-09-29")
STEPS = 8 * DAY // STEP
ENDS = BEGINS + STEPS * STEP
PERIOD = Period("four days", Span(at("2026-10-01"), at("2026-10-05")), ZONE)
SLOTS = range(BEGINS + SLOT, ENDS + 1, SLOT)
"""The instants of the polls; the first one looks back to the world's beginning."""

steps = st.integers(0, STEPS - 1)


def instant_of(step: int) -> int:
    return BEGINS + step * STEP


def part_of_period(start: int, end: int) -> Period:
    """A stretch in days since the period's start."""
    first = PERIOD.span.start
    return Period(f"{start}-{end}", Span(first + start * DAY, first + end * DAY), ZONE)


def inside(truth: Fraction | float | None, measured: Measurement) -> bool:
    """Whether the bounds hold the truth; where there is no truth they say nothing. A bound of None is infinite."""
    if truth is None:
        return True
    return (measured.lower is None or measured.lower <= truth) and (measured.upper is None or truth <= measured.upper)


def in_order(measured: Measurement) -> bool:
    """lower <= value <= upper, of those that there are."""
    numbers = [one for one in (measured.lower, measured.value, measured.upper) if one is not None]
    return numbers == sorted(numbers)


def no_wider(more: Measurement, less: Measurement) -> bool:
    """Whether the interval of more evidence lies inside that of less. A bound of None is infinite."""
    lower = less.lower is None or (more.lower is not None and less.lower <= more.lower)
    upper = less.upper is None or (more.upper is not None and more.upper <= less.upper)
    return lower and upper


def in_another_way(table: pa.Table, random: Random) -> pa.Table:
    """The rows in another order, some of them twice, in many chunks."""
    rows = list(range(table.num_rows)) + [row for row in range(table.num_rows) if random.random() < 0.3]
    random.shuffle(rows)
    again = table.take(pa.array(rows, pa.int64()))
    cuts = sorted(random.randint(0, again.num_rows) for _ in range(3))
    edges = [0, *cuts, again.num_rows]
    return pa.concat_tables([again.slice(a, b - a) for a, b in pairwise(edges)])


@dataclass(frozen=True)
class Polls:
    """Which polls came through. catches_up: a poll asks for all since the last good one, else for its own turn only."""

    good: tuple[bool, ...]
    catches_up: bool

    def windows(self) -> list[Span]:
        """What each good poll asked for, from and to (both included: it sees what happened at its own instant)."""
        out: list[Span] = []
        since = BEGINS
        for slot, good in zip(SLOTS, self.good, strict=True):
            if good:
                out.append(Span(since if self.catches_up else slot - SLOT, slot))
                since = slot
        return out

    def seen(self, period: Period = PERIOD, cutoff: int | None = None) -> Observed:
        return Observed(period, period.span.end if cutoff is None else cutoff, Timeline(self.windows()))

    def with_more(self, found: tuple[bool, ...]) -> Polls:
        return Polls(tuple(a or b for a, b in zip(self.good, found, strict=True)), self.catches_up)

    def learns(self, happened: int) -> int | None:
        """When the polls first tell of something that happened at an instant; None where they never do."""
        return next((window.end for window in self.windows() if window.start <= happened <= window.end), None)


NOTHING_LOST = Polls((True,) * len(SLOTS), catches_up=True)
_scattered = st.lists(st.integers(0, 3).map(bool), min_size=len(SLOTS), max_size=len(SLOTS)).map(tuple)
_outage = st.tuples(st.integers(4, len(SLOTS)), st.integers(1, len(SLOTS))).map(
    lambda lost: tuple(not lost[0] <= i < lost[0] + lost[1] for i in range(len(SLOTS)))
)
answers = _scattered | _outage
"""A quarter of the polls is lost, or the collector is dead for a while, perhaps to the end."""


def before_the_period(good: tuple[bool, ...]) -> tuple[bool, ...]:
    """The polls up to the period's start all came through."""
    return tuple(ok or slot <= PERIOD.span.start for ok, slot in zip(good, SLOTS, strict=True))


some_polls = st.builds(Polls, answers.map(before_the_period), st.booleans())


# activity and figures: things that happen at an instant


@dataclass(frozen=True)
class Happening:
    """who: an actor. worth: a published number (whole, so that sums are exact). at: instant."""

    who: int
    worth: int
    at: int


happenings = st.lists(st.builds(Happening, st.integers(0, 5), st.integers(-3, 9), steps.map(instant_of)), max_size=16)


def activity(course: list[Happening], polls: Polls) -> pa.Table:
    rows = [(one, polls.learns(one.at)) for one in course]
    told = [
        {"actor": bytes([one.who] * 16), "at": one.at, "recorded_at": when} for one, when in rows if when is not None
    ]
    return table(Kind.ACTIVITY, told)


def published(course: list[Happening], polls: Polls) -> pa.Table:
    """One figure; of two numbers for one instant the later one of the course is the one that was published."""
    numbers = {one.at: one for one in course}
    rows = [(one, polls.learns(one.at)) for one in numbers.values()]
    told = [
        {"name": "total", "at": one.at, "value": float(one.worth), "recorded_at": when}
        for one, when in rows
        if when is not None
    ]
    return table(Kind.FIGURES, told)


# meters: counters that only rise, read at every good poll


@dataclass(frozen=True)
class Site:
    """kWh that passed in each slot, of IT equipment and of the facility; PUE is 1.25 to 4 in every slot.

    replaced: the slot after which a new IT meter counts from 0, None where it stays the same.
    """

    it: tuple[int, ...]
    overhead: tuple[int, ...]
    replaced: int | None = None

    def energy(self, role: str, start: int, end: int) -> int:
        """True energy between two slots."""
        each = [a * (b if role == "facility" else 4) for a, b in zip(self.it, self.overhead, strict=True)]
        return sum(kwh for kwh, slot in zip(each, SLOTS, strict=True) if start < slot <= end)

    def counter(self, role: str, slot: int) -> float:
        """What the meter shows; the first one has a long past."""
        new = role == "it" and self.replaced is not None and slot > self.replaced
        return float(
            self.energy(role, self.replaced or 0, slot) if new else 1_000_000 + self.energy(role, BEGINS, slot)
        )

    def readings(self, good: dict[str, tuple[bool, ...]]) -> pa.Table:
        """good: by role, which polls reached the meter; both are read when the world begins."""
        rows = [
            {"meter": role, "role": role, "at": slot, "kwh": self.counter(role, slot), "recorded_at": slot}
            for role, answered in good.items()
            for slot, ok in zip([BEGINS, *SLOTS], (True, *answered), strict=True)
            if ok
        ]
        return table(Kind.READINGS, rows)


sites = st.builds(
    Site,
    st.lists(st.integers(1, 50), min_size=len(SLOTS), max_size=len(SLOTS)).map(tuple),
    st.lists(st.integers(5, 16), min_size=len(SLOTS), max_size=len(SLOTS)).map(tuple),
)
replaced = st.none() | st.sampled_from(SLOTS)
