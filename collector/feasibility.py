"""Month-to-date: whether a target can still be met at the end of a period that is not over, and what it takes.

``safe``: the verdict will be met whatever happens in the rest of the period. ``unreachable``: it will not, whatever
happens. ``reachable``: it depends, and the requirement says on what, exactly: at it the verdict is met, one step
(a millisecond, a case, a user) beyond it is not.

Two things are taken as given in all of this: what was observed stays as it is, and the rest of the period will be
observed. What was not observed so far counts at its worst for safe, where it stays unknown, and at its best for
unreachable, where late records show it as wanted. Further assumptions are named in the result. A measure of which
nothing can be said has no feasibility at all, and neither has a target that asks for an exact value (``=``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from collector.verdict import Target, exact

SECOND = Fraction(1, 1000)
"""One millisecond, the step of time, in seconds."""
PUE_RANGE = (Fraction(1), Fraction(5))
"""A PUE outside of it is a data fault and does not count."""


class Status(StrEnum):
    SAFE = "safe"
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"


class Assumption(StrEnum):
    SUBJECTS_STAY = "subjects_stay"
    CASES_STAY = "cases_stay"
    IT_POWER_STAYS = "it_power_stays"


@dataclass(frozen=True)
class Requirement:
    """What the rest of the period may bring at most, or must bring at least, for the verdict to be met.

    quantity: of what, a key of ``feasibility_text``; names that end in ``_seconds`` are seconds, summed over
    subjects. of_value: the same amount if what was not observed so far is left out, as the value leaves it out; None
    where nothing was, or no amount would do. late: how much of what was not observed so far late records must show
    (as up, for availability); 0 where the rest of the period is enough. over: how many subjects or days the amount is
    spread over. exclusive: the amount itself is already beyond.
    """

    quantity: str
    at_most: bool
    amount: Fraction
    of_value: Fraction | None = None
    late: Fraction = Fraction(0)
    over: int = 0
    exclusive: bool = False


@dataclass(frozen=True)
class Feasibility:
    """left: milliseconds to the end of the period."""

    status: Status
    requirement: Requirement | None = None
    assumptions: tuple[Assumption, ...] = ()
    left: int = 0


@dataclass(frozen=True)
class Goal:
    """A target in base units."""

    operator: str
    threshold: Fraction

    @classmethod
    def of(cls, target: Target, scale: Fraction) -> Goal:
        return cls(target.operator, Fraction(target.threshold) / scale)

    @property
    def rises(self) -> bool:
        return self.operator in {">=", ">"}

    @property
    def falls(self) -> bool:
        return self.operator in {"<=", "<"}

    @property
    def strict(self) -> bool:
        return self.operator in {">", "<"}

    def holds(self, value: Fraction) -> bool:
        if self.rises:
            return value > self.threshold or (value == self.threshold and not self.strict)
        return value < self.threshold or (value == self.threshold and not self.strict)

    def complement(self) -> Goal:
        """The same asked of what a share leaves of 1."""
        return Goal({">=": "<=", ">": "<", "<=": ">=", "<": ">"}[self.operator], 1 - self.threshold)

    def least(self, whole: int) -> int:
        """The fewest of ``whole`` that hold, of a goal that rises; may be more than there are."""
        return _at_least(self.threshold * whole, strict=self.strict)

    def most(self, whole: int) -> int:
        """The most of ``whole`` that hold, of a goal that falls."""
        return -_at_least(-self.threshold * whole, strict=self.strict)


@dataclass(frozen=True)
class Parts:
    """A whole of known size in steps (milliseconds over subjects, updates): so far good, bad and not observed, and ahead."""

    good: int
    bad: int
    unknown: int
    ahead: int

    @property
    def whole(self) -> int:
        return self.good + self.bad + self.unknown + self.ahead

    @property
    def seen(self) -> int:
        """What is known, or will be."""
        return self.whole - self.unknown

    def late_for(self, min_coverage: float) -> int:
        """How much of what was not observed must still be learned for coverage, counted as ``Measurement`` counts it."""
        late = max(0, math.floor(exact(min_coverage) * self.whole) - 1 - self.seen)
        while (self.seen + late) / self.whole < min_coverage:
            late += 1
        return late


def share(
    parts: Parts, goal: Goal, min_coverage: float, words: tuple[str, str], step: Fraction = Fraction(1), over: int = 0
) -> Feasibility | None:
    """A share good / whole. words: the quantities good and bad. step: what an amount counts in."""
    if not parts.whole or goal.operator == "=":
        return None
    if goal.falls:
        parts, goal = Parts(parts.bad, parts.good, parts.unknown, parts.ahead), goal.complement()
        words = words[1], words[0]
    whole, needed, late = parts.whole, goal.least(parts.whole), parts.late_for(min_coverage)
    if parts.good >= needed and not late:
        return Feasibility(Status.SAFE)
    if parts.good + parts.unknown + parts.ahead < needed:
        return Feasibility(Status.UNREACHABLE)
    late = max(late, needed - parts.good - parts.ahead)
    spare = min(parts.ahead, parts.good + late + parts.ahead - needed)
    by_value = min(parts.ahead, parts.good + parts.ahead - goal.least(whole - parts.unknown))
    of_value = by_value * step if parts.unknown and by_value >= 0 else None
    return _reachable(Requirement(words[1], True, spare * step, of_value, late * step, over))


@dataclass(frozen=True)
class Cases:
    """Cases that count so far.

    hits: those of ``counted`` in the numerator. turnable: how many others can still become hits. fickle: whether hits
    can be lost; what a new case may add to the denominator is then the lesser harm.
    """

    hits: int
    counted: int
    turnable: int = 0
    fickle: bool = False


def rate(cases: Cases, goal: Goal, words: tuple[str, str], late: Fraction = Fraction(0)) -> Feasibility | None:
    """A rate hits / counted while new cases may still come: never safe, since they may all be misses.

    goal: one that rises. words: the quantities hit and miss. late: as in ``Requirement``. A requirement of hits is
    exact if no miss comes with them, one of misses if no hit does.
    """
    threshold, assumed = goal.threshold, (Assumption.CASES_STAY,)
    if not goal.rises or threshold <= 0 or not cases.counted:
        return None
    needed = goal.least(cases.counted) - cases.hits
    if needed <= 0:
        spare = -needed if cases.fickle else -_at_least(-cases.hits / threshold, strict=goal.strict) - cases.counted
        return Feasibility(Status.REACHABLE, Requirement(words[1], True, Fraction(spare), late=late), assumed)
    if needed > cases.turnable:
        if threshold >= 1:
            return Feasibility(Status.UNREACHABLE, assumptions=assumed)
        missing = threshold * cases.counted - cases.hits - cases.turnable
        needed = cases.turnable + _at_least(missing / (1 - threshold), strict=goal.strict)
    return Feasibility(Status.REACHABLE, Requirement(words[0], False, Fraction(needed), late=late), assumed)


def count(so_far: int, time: Parts, goal: Goal, min_coverage: float, word: str) -> Feasibility | None:
    """A count of distinct things, which never falls. time: vouched for (good), not vouched for and ahead, in milliseconds."""
    if goal.rises:
        missing, late = goal.least(1) - so_far, time.late_for(min_coverage)
        if missing <= 0 and not late:
            return Feasibility(Status.SAFE)
        return _reachable(Requirement(word, False, Fraction(max(0, missing)), late=late * SECOND))
    if not goal.falls:
        return None
    spare = goal.most(1) - so_far
    if spare < 0:
        return Feasibility(Status.UNREACHABLE)
    return _reachable(Requirement(word, True, Fraction(spare), late=time.unknown * SECOND))


def daily_mean(
    finished: Sequence[int | None], today: int, left: int, time: Parts, goal: Goal, min_coverage: float
) -> Feasibility | None:
    """The mean of daily counts of users. finished: of each day that is over, None where nothing vouches for it.

    today: counted so far in a day that has begun, else 0. left: days not over, today among them. The requirement is
    the mean over these; of a day that nothing vouches for the verdict counts no user, and the value leaves it out.
    """
    known = [users for users in finished if users is not None]
    days, so_far = len(finished) + left, sum(known)
    if goal.rises:
        needed, late = goal.least(days) - so_far, time.late_for(min_coverage)
        if today >= needed and not late:
            return Feasibility(Status.SAFE)
        by_value = goal.least(len(known) + left) - so_far if len(known) < len(finished) else None
        of_value = None if by_value is None else Fraction(max(0, by_value), left)
        mean = Fraction(max(0, needed), left)
        return _reachable(Requirement("users_per_day", False, mean, of_value, late * SECOND, left))
    if not goal.falls:
        return None
    allowed = goal.most(days) - so_far
    if today > allowed:
        return Feasibility(Status.UNREACHABLE)
    return _reachable(Requirement("users_per_day", True, Fraction(allowed, left), None, time.unknown * SECOND, left))


def pue(facility: Fraction, it: Fraction, metered: int, whole: int, goal: Goal) -> Feasibility | None:
    """Σ facility / Σ IT energy, given that IT power stays at its mean so far in all time not metered on both sides yet.

    metered: of the ``whole`` milliseconds of the period. The requirement is the PUE of the rest; no PUE is below 1,
    and one above 5 would be a data fault.
    """
    if not goal.falls or not it > 0 or not 0 < metered < whole:
        return None
    ahead = it * (whole - metered) / metered
    best, worst = (goal.holds((facility + one * ahead) / (it + ahead)) for one in PUE_RANGE)
    assumed = (Assumption.IT_POWER_STAYS,)
    if worst or not best:
        return Feasibility(Status.SAFE if worst else Status.UNREACHABLE, assumptions=assumed)
    most = (goal.threshold * (it + ahead) - facility) / ahead
    return Feasibility(Status.REACHABLE, Requirement("pue", True, most, exclusive=goal.strict), assumed)


def _reachable(requirement: Requirement) -> Feasibility:
    return Feasibility(Status.REACHABLE, requirement)


def _at_least(number: Fraction, *, strict: bool) -> int:
    """The first whole number from ``number`` up, or above it."""
    return math.floor(number) + 1 if strict else math.ceil(number)
