"""What the rest of an open period holds for an indicator: its target's feasibility, from its measurement so far and the time ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import numpy as np

from collector import feasibility
from collector.city.indicators import (
    ActiveUsers,
    Availability,
    CaseClosure,
    CaseCount,
    CaseFoundBy,
    CaseOnTime,
    CaseRework,
    Indicator,
    Pue,
    Timeliness,
)
from collector.feasibility import Assumption, Cases, Feasibility, Goal, Parts
from collector.history import History
from collector.measurement import Measurement
from collector.measures.states import intervals, owed_time, registered
from collector.measuring.exclusions import excluded_time, known_exclusions
from collector.measuring.observed_states import chosen
from collector.measuring.schedule import schedule_time
from collector.measuring.updates import expected_updates
from collector.periods import Period, Span, moment
from collector.register import entries_of, known_at, owed_spans
from collector.timeline import Timeline
from collector.verdict import exact


def feasibility_of(
    history: History, indicator: Indicator, period: Period, as_of: int, measured: Measurement, goal: Goal
) -> Feasibility | None:
    """None where nothing can be said: a period that is over, nothing owed, or a measure that the future may turn any way."""
    if as_of >= period.span.end:
        return None
    if isinstance(indicator, Availability):
        found = _availability(history, indicator, period, as_of, measured, goal)
    else:
        found = _of_events(indicator, period, as_of, measured, goal)
    return found and replace(found, left=period.span.end - max(as_of, period.span.start))


def _availability(
    history: History, indicator: Availability, period: Period, as_of: int, measured: Measurement, goal: Goal
) -> Feasibility | None:
    """Sums over subjects. Of a mean of rates, or where an outage that lasts may yet change what counts, nothing is said."""
    if indicator.method != "subject_time" or indicator.ignore_shorter_than > timedelta(0):
        return None
    each = [_owed_ahead(history, indicator, name, period, as_of) for name in indicator.source_ids]
    up, down, unknown = (round(1000 * measured.parts[f"{state}_seconds"]) for state in ("up", "down", "unknown"))
    parts = Parts(up, down, unknown, ahead=sum(int(owed.sum()) for owed in each))
    over = sum(int(np.count_nonzero(owed)) for owed in each)
    words = "up_seconds", "down_seconds"
    found = feasibility.share(parts, goal, indicator.min_coverage, words, feasibility.SECOND, over)
    return found and replace(found, assumptions=(Assumption.SUBJECTS_STAY,))


def _owed_ahead(history: History, indicator: Availability, source: str, period: Period, as_of: int) -> np.ndarray:
    """Milliseconds owed after ``as_of`` by each subject of a source (int64[N]), if those that are there now stay.

    Of a register, with the joins and removals that it holds for the rest of the period.
    """
    city, rest = history.city, Span(max(as_of, period.span.start), period.span.end)
    known = history.states(source, Span(rest.start, rest.start + 1), as_of)
    dictionary, states, rounds = known.dictionary, known.states, None
    if city.source(source).register_.policy == "fixed":
        owed = owed_spans(known_at(entries_of(history, city.source(source)), as_of), dictionary)
        dictionary, rounds = owed.dictionary, owed.rounds
        states = states.padded(dictionary.size).gone_as_down()
    cut = intervals(states, rest)
    if rounds is not None:
        cut = registered(cut, rounds)
    window = Timeline.everything(rest) & schedule_time(indicator.schedule, rest, city.zone)
    out = owed_time(cut, states.size, window)
    exclusions = known_exclusions(city.exclusions, source, rest, as_of)
    for mask, excluded in excluded_time(
        exclusions, [chosen(dictionary, one.where, one.subjects) for one in exclusions]
    ):
        out = np.where(mask, owed_time(cut, states.size, window - excluded), out)
    return np.where(chosen(dictionary, indicator.where), out, 0)


def _of_events(
    indicator: Indicator, period: Period, as_of: int, measured: Measurement, goal: Goal
) -> Feasibility | None:
    time = _time(period, as_of, measured)
    least = indicator.min_coverage
    late = time.late_for(least) * feasibility.SECOND
    if isinstance(indicator, CaseClosure | CaseOnTime | CaseRework | CaseFoundBy):
        return _case_rate(indicator, measured, goal, late)
    if isinstance(indicator, CaseCount) and indicator.count == "reported":
        return feasibility.count(measured.n, time, goal, least, "cases_reported")
    if isinstance(indicator, ActiveUsers) and indicator.window == "month":
        return feasibility.count(measured.n, time, goal, least, "users")
    if isinstance(indicator, ActiveUsers) and indicator.stat == "mean":
        return _daily_mean(period, as_of, measured, time, goal, least)
    if isinstance(indicator, Timeliness):
        return _timeliness(indicator, period, measured, goal)
    if isinstance(indicator, Pue) and measured.numerator is not None and measured.denominator is not None:
        metered = round(1000 * measured.parts["metered_seconds"])
        energy = exact(measured.numerator), exact(measured.denominator)
        return feasibility.pue(*energy, metered, period.span.milliseconds, goal)
    return None


def _time(period: Period, as_of: int, measured: Measurement) -> Parts:
    """Time of an event source: vouched for, not vouched for, and ahead."""
    owed = period.span.clip(Span(period.span.start, as_of)).milliseconds
    vouched = round((measured.coverage or 0) * owed)
    return Parts(vouched, 0, owed - vouched, period.span.milliseconds - owed)


def _case_rate(
    indicator: CaseClosure | CaseOnTime | CaseRework | CaseFoundBy, measured: Measurement, goal: Goal, late: Fraction
) -> Feasibility | None:
    hits, counted = (int(number or 0) for number in (measured.numerator, measured.denominator))
    if isinstance(indicator, CaseClosure):
        flow = indicator.base == "closed_vs_accepted"
        turnable = measured.parts["open_end"] if flow else counted - hits
        return feasibility.rate(Cases(hits, counted, turnable), goal, ("cases_closed", "cases_open"), late)
    if isinstance(indicator, CaseOnTime):
        return feasibility.rate(Cases(hits, counted), goal, ("cases_in_time", "cases_late"), late)
    if isinstance(indicator, CaseFoundBy) and goal.rises:
        return feasibility.rate(Cases(hits, counted), goal, ("cases_found", "cases_found_otherwise"), late)
    if not goal.falls:
        return None
    others = Cases(counted - hits, counted, fickle=isinstance(indicator, CaseRework))
    words = ("cases_not_returned", "cases_returned") if others.fickle else ("cases_found_otherwise", "cases_found")
    return feasibility.rate(others, goal.complement(), words, late)


def _daily_mean(
    period: Period, as_of: int, measured: Measurement, time: Parts, goal: Goal, min_coverage: float
) -> Feasibility | None:
    today = moment(as_of, period.zone).date().isoformat()
    days = [(one["day"], one["users"]) for one in measured.parts["days"]]
    finished = [users for day, users in days if day < today]
    begun = next((users or 0 for day, users in days if day == today), 0)
    left = len(period.days()) - len(finished)
    return feasibility.daily_mean(finished, begun, left, time, goal, min_coverage)


def _timeliness(indicator: Timeliness, period: Period, measured: Measurement, goal: Goal) -> Feasibility | None:
    """An update whose turn has come and that is not decided yet counts as one of those not observed so far."""
    ahead = len(expected_updates(period, indicator.every, indicator.within)) - measured.parts["expected"]
    timely, late, unknown = (measured.parts[name] for name in ("timely", "late", "unknown"))
    words = "updates_in_time", "updates_late"
    return feasibility.share(Parts(timely, late, unknown, ahead), goal, indicator.min_coverage, words)
