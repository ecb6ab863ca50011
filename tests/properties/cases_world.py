"""The true courses of cases, what polls learn of them, and every rate of cases by counting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from collector.measures.cases import CaseRule, Cohort
from collector.periods import Period
from collector.records import Kind
from tests.measures.build import table
from tests.properties.world import BEGINS, PERIOD, STEP, STEPS, Polls, instant_of


@dataclass(frozen=True)
class Course:
    """What truly happens to one case. Instants; ``closed`` always comes, perhaps after the world has ended.

    accepted, due: None where the system keeps no such instant. returned: None where it never is. says: whether the
    records tell who found it.
    """

    case: str
    opened: int
    accepted: int | None
    due: int | None
    returned: int | None
    disposed: int
    closed: int
    suspended: bool
    found_by: str
    says: bool

    def when(self, cohort: Cohort) -> int | None:
        """The instant that decides on the period."""
        accepted = self.opened if self.accepted is None else self.accepted
        return {"reported": self.opened, "accepted": accepted, "due": self.due, "closed": self.closed}[cohort]

    def events(self) -> list[int]:
        moments = (self.opened, self.accepted, self.returned, self.disposed, self.closed)
        return [moment for moment in moments if moment is not None]

    def version(self, at: int) -> dict[str, object]:
        """The record as the system gives it at an instant."""

        def by_now(moment: int | None) -> int | None:
            return moment if moment is not None and moment <= at else None

        return {
            "case": self.case,
            "opened_at": self.opened,
            "accepted_at": self.accepted,
            "due_at": self.due,
            "disposed_at": by_now(self.disposed),
            "closed_at": by_now(self.closed),
            "returned": int(by_now(self.returned) is not None),
            "suspended": self.suspended,
            "found_by": self.found_by if self.says else None,
            "recorded_at": at,
        }


@st.composite
def _course(draw: st.DrawFn) -> Course:
    """Accepted when it is opened or not at all; a return comes before the period ends, as it has no instant in records."""
    opened = draw(st.integers(0, STEPS - 1))
    length = draw(st.integers(0, STEPS // 2))
    disposed = opened + draw(st.integers(0, length))
    last_return = min(disposed, (PERIOD.span.end - BEGINS) // STEP)
    returned = draw(st.none() | st.integers(opened, last_return)) if opened <= last_return else None
    due = draw(st.none() | st.integers(opened, opened + STEPS // 2))
    return Course(
        case="",
        opened=instant_of(opened),
        accepted=draw(st.sampled_from([None, instant_of(opened)])),
        due=None if due is None else instant_of(due),
        returned=None if returned is None else instant_of(returned),
        disposed=instant_of(disposed),
        closed=instant_of(opened + length),
        suspended=draw(st.integers(0, 9)) == 0,
        found_by=draw(st.sampled_from(["video", "public"])),
        says=draw(st.integers(0, 5)) > 0,
    )


def _named(courses: list[Course]) -> list[Course]:
    return [replace(one, case=f"c{i}") for i, one in enumerate(courses)]


courses = st.lists(_course(), min_size=1, max_size=8).map(_named)
rules = st.builds(
    CaseRule,
    cohort=st.sampled_from(["reported", "accepted", "due", "closed"]),
    decided_by=st.sampled_from(["disposal", "closing"]),
)


def versions(all_courses: Iterable[Course], polls: Polls) -> pa.Table:
    """Of every poll the cases to which something happened in its window, as they stood at its instant."""
    told = [
        course.version(window.end)
        for window in polls.windows()
        for course in all_courses
        if any(window.start <= moment <= window.end for moment in course.events())
    ]
    return table(Kind.CASES, told)


def known(all_courses: Iterable[Course], records: pa.Table) -> list[Course]:
    """The courses of the cases that the records tell of at all."""
    keys = set(records["case"].to_pylist())
    return [course for course in all_courses if course.case in keys]


# the truth


def members(all_courses: Iterable[Course], cohort: Cohort, period: Period, cutoff: int) -> list[Course]:
    def belongs(course: Course) -> bool:
        when = course.when(cohort)
        if when is None or course.opened > cutoff or (cohort == "closed" and course.closed > cutoff):
            return False
        return period.span.start <= when < period.span.end

    return [course for course in all_courses if belongs(course)]


def counted(all_courses: Iterable[Course], rule: CaseRule, period: Period, cutoff: int) -> list[Course]:
    return [one for one in members(all_courses, rule.counted_by, period, cutoff) if not one.suspended]


def archive(all_courses: Iterable[Course], rule: CaseRule, period: Period, cutoff: int) -> list[Course]:
    return [
        one
        for one in counted(all_courses, rule, period, cutoff)
        if one.disposed <= cutoff or (one.due is not None and one.due < cutoff)
    ]


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def true_closure(all_courses: Iterable[Course], rule: CaseRule, period: Period, cutoff: int) -> Fraction | None:
    if rule.base == "closed_vs_accepted":
        flowing = [one for one in all_courses if not one.suspended]
        start, end = period.span.start, min(period.span.end, cutoff + 1)
        closed = [one for one in flowing if start <= one.closed < end]
        return share(len(closed), len([one for one in flowing if start <= (one.when("accepted") or 0) < end]))
    base = (counted if rule.base == "accepted_in_period" else archive)(all_courses, rule, period, cutoff)
    return share(len([one for one in base if one.closed <= cutoff]), len(base))


def true_on_time(all_courses: Iterable[Course], rule: CaseRule, period: Period, cutoff: int) -> Fraction | None:
    timely = late = 0
    for one in counted(all_courses, rule, period, cutoff):
        decided = one.disposed if rule.decided_by == "disposal" else one.closed
        if one.due is not None:
            timely += decided <= cutoff and decided <= one.due
            late += decided > one.due if decided <= cutoff else one.due < cutoff
    return share(timely, timely + late)


def true_rework(all_courses: Iterable[Course], rule: CaseRule, period: Period, cutoff: int) -> Fraction | None:
    base = archive(all_courses, rule, period, cutoff)
    return share(len([one for one in base if one.returned is not None]), len(base))


def true_found_by(all_courses: Iterable[Course], rule: CaseRule, period: Period, cutoff: int) -> Fraction | None:
    base = members(all_courses, rule.counted_by, period, cutoff)
    return share(len([one for one in base if one.found_by == "video"]), len(base))


def true_duration(
    all_courses: Iterable[Course], rule: CaseRule, period: Period, cutoff: int, stat: str
) -> float | None:
    """Seconds from opening to closing once all of the cohort's cases are closed."""
    lengths = [(one.closed - one.opened) / 1000 for one in counted(all_courses, rule, period, cutoff)]
    if not lengths:
        return None
    return float(np.mean(lengths) if stat == "mean" else np.quantile(lengths, 0.5 if stat == "p50" else 0.9))
