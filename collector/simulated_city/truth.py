"""What a perfect measurement of the city finds, computed from the world's own arrays by whole numbers.

Nothing here shares code with the measures it is there to check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from collector.periods import Period, Span
from collector.simulated_city.cases import NEVER, Cases
from collector.simulated_city.energy import Energy
from collector.simulated_city.histories import Array, Histories
from collector.simulated_city.logins import Logins


@dataclass(frozen=True)
class Availability:
    """Milliseconds up and down over all subjects, and by subject."""

    up_ms: int
    down_ms: int
    up_ms_by_subject: Array
    down_ms_by_subject: Array

    @property
    def value(self) -> Fraction:
        return Fraction(self.up_ms, self.up_ms + self.down_ms)


def availability(works: Histories, listed: Histories | None, slots: Array | list[int], end: int) -> Availability:
    """What polls at ``slots`` (sorted instants) find: the state seen at one holds to the next, that of the last to
    ``end``.

    A subject is owed from the first slot at which it is listed to the first at which it is missing; without
    ``listed`` all are owed from the first slot on.
    """
    instants = np.asarray(slots, np.int64)
    up = works.sampled_milliseconds(instants, end)
    owed = np.full(len(works), end - instants[0]) if listed is None else listed.sampled_milliseconds(instants, end)
    down = owed - up
    return Availability(int(up.sum()), int(down.sum()), up, down)


@dataclass(frozen=True)
class CaseCounts:
    """Counts over the cases of one cohort as known at the cut-off.

    should_archive: disposed, or undisposed past the due date. closed: of all the cohort. open_late, open_not_due: not
    closed, past the due date or not; the ones without a due date are in no_due_date alone. by_disposal: the same
    three judged by disposal instead of closing. faults: closed before they were opened.
    """

    reported: int
    should_archive: int
    closed: int
    on_time: int
    closed_late: int
    open_late: int
    open_not_due: int
    on_time_by_disposal: int
    disposed_late: int
    undisposed_late: int
    no_due_date: int
    reopened: int
    faults: int


def case_counts(
    cases: Cases, cohort: Span, cutoff: int, by: str = "opened_at", known_at: int | None = None
) -> CaseCounts:
    """The counts over cases whose ``by`` (``opened_at``, ``accepted_at``, ``due_at``) lies in ``cohort``, opened before
    the cut-off, by what the case system says at ``known_at`` (the cut-off unless given) of the time before the cut-off.

    Later is not the same: the row of a case reopened since then no longer holds its first closing.
    """
    when = getattr(cases, by)
    chosen = np.flatnonzero((when >= cohort.start) & (when < cohort.end) & (cases.opened_at < cutoff))
    known = cases.facts(cutoff if known_at is None else known_at, chosen)
    due, opened = cases.due_at[chosen], cases.opened_at[chosen]
    disposed, closed = known.disposed_at < cutoff, known.closed_at < cutoff
    has_due, past_due = due < NEVER, due < cutoff
    on_time, timely = known.closed_at <= due, known.disposed_at <= due
    count = np.count_nonzero
    return CaseCounts(
        reported=len(chosen),
        should_archive=int(count(disposed | past_due)),
        closed=int(count(closed)),
        on_time=int(count(has_due & closed & on_time)),
        closed_late=int(count(has_due & closed & ~on_time)),
        open_late=int(count(~closed & past_due)),
        open_not_due=int(count(has_due & ~closed & ~past_due)),
        on_time_by_disposal=int(count(has_due & disposed & timely)),
        disposed_late=int(count(has_due & disposed & ~timely)),
        undisposed_late=int(count(~disposed & past_due)),
        no_due_date=int(count(~has_due)),
        reopened=int(known.reopened.sum()),
        faults=int(count(closed & (known.closed_at < opened))),
    )


def daily_users(logins: Logins, period: Period) -> dict[date, int]:
    """Distinct accounts let in on each local day of the period."""
    return {date.fromisoformat(day.label): len(logins.active(day.span.start, day.span.end)) for day in period.days()}


def distinct_users(logins: Logins, span: Span) -> int:
    """Distinct accounts let in over the whole span."""
    return len(logins.active(span.start, span.end))


@dataclass(frozen=True)
class SiteEnergy:
    """Watt-hours over a span as the registers at its edges tell them."""

    facility_wh: int
    it_wh: int

    @property
    def pue(self) -> Fraction:
        return Fraction(self.facility_wh, self.it_wh)


def site_energy(energy: Energy, span: Span) -> SiteEnergy:
    used = {role: energy.energy_wh(role, span.end) - energy.energy_wh(role, span.start) for role in ("facility", "it")}
    return SiteEnergy(used["facility"], used["it"])
