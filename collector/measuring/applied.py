"""Which pure function measures an indicator of events, with which of its settings, and from what kind of record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from collector.city import indicators as defined
from collector.city.indicators import CaseIndicator, Indicator, IndicatorBase
from collector.measures import active_users, case_duration, case_rates, figures, pue, survey
from collector.measures.cases import CaseRule, Cases
from collector.measures.groups import Groups, Measured
from collector.measures.observed import Observed
from collector.measuring.updates import expected_updates
from collector.records import Kind
from collector.timeline import Timeline
from collector.verdict import exact
from collector.working_time import WorkCalendar

_Indicator = TypeVar("_Indicator", bound=IndicatorBase)


@dataclass(frozen=True)
class Rows:
    """What an indicator is measured from: rows of its sources, one per thing, and the time that all of the sources vouch for.

    cases: of cases, the same rows with what measures of them have in common.
    """

    indicator: Indicator
    table: pa.Table
    vouched: Timeline
    holds: int
    cases: Cases | None = None


def _rule(indicator: CaseIndicator) -> CaseRule:
    return CaseRule(indicator.base, indicator.cohort, indicator.decided_by)


def _closure(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    return case_rates.case_closure(rows.cases or rows.table, seen, _rule(_as(rows, CaseIndicator)), groups)


def _on_time(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    return case_rates.case_on_time(rows.cases or rows.table, seen, _rule(_as(rows, CaseIndicator)), groups)


def _rework(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    return case_rates.case_rework(rows.cases or rows.table, seen, _rule(_as(rows, CaseIndicator)), groups)


def _found_by(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    indicator = _as(rows, defined.CaseFoundBy)
    return case_rates.case_found_by(rows.cases or rows.table, seen, _rule(indicator), indicator.found_by, groups)


def _count(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    indicator = _as(rows, defined.CaseCount)
    return case_rates.case_count(rows.cases or rows.table, seen, _rule(indicator), indicator.count, groups)


def _duration(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    indicator = _as(rows, defined.CaseDuration)
    calendar = WorkCalendar(seen.period.zone) if indicator.clock == "working" else None
    return case_duration.case_duration(
        rows.cases or rows.table, seen, _rule(indicator), stat=indicator.stat, calendar=calendar, groups=groups
    )


def _active(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    indicator = _as(rows, defined.ActiveUsers)
    return active_users.active_users(rows.table, seen, indicator.window, indicator.stat, groups)


def _pue(rows: Rows, seen: Observed, _: Groups | None) -> Measured:
    indicator = _as(rows, defined.Pue)
    return pue.pue(
        rows.table, seen.period, seen.cutoff, holds=rows.holds, rollover_kwh=indicator.rollover_kwh, category=indicator.category
    )


def _figure(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    indicator = _as(rows, defined.Figure)
    return figures.figure(rows.table, seen, indicator.stat, indicator.plausible, groups)


def _usage_days(rows: Rows, seen: Observed, groups: Groups | None) -> Measured:
    return figures.usage_days(rows.table, seen, rows.indicator.unit == "%", groups)


def _timeliness(rows: Rows, seen: Observed, _: Groups | None) -> Measured:
    indicator = _as(rows, defined.Timeliness)
    return figures.timeliness(rows.table, expected_updates(seen.period, indicator.every, indicator.within), seen), {}


def _survey(rows: Rows, seen: Observed, _: Groups | None) -> Measured:
    indicator = _as(rows, defined.Survey)
    options = survey.Options(indicator.answers, indicator.satisfied, indicator.asked)
    return survey.survey(rows.table, seen, options, exact(indicator.confidence)), {}


def _as(rows: Rows, kind: type[_Indicator]) -> _Indicator:
    assert isinstance(rows.indicator, kind)
    return rows.indicator


KINDS = {
    "case_closure": Kind.CASES,
    "case_on_time": Kind.CASES,
    "case_rework": Kind.CASES,
    "case_found_by": Kind.CASES,
    "case_count": Kind.CASES,
    "case_duration": Kind.CASES,
    "active_users": Kind.ACTIVITY,
    "pue": Kind.READINGS,
    "figure": Kind.FIGURES,
    "usage_days": Kind.ACTIVITY,
    "timeliness": Kind.FIGURES,
    "survey": Kind.FIGURES,
}
"""The kind of record each measure is made from; usage_days takes any that has an instant of its own."""

APPLY: dict[str, Callable[[Rows, Observed, Groups | None], Measured]] = {
    "case_closure": _closure,
    "case_on_time": _on_time,
    "case_rework": _rework,
    "case_found_by": _found_by,
    "case_count": _count,
    "case_duration": _duration,
    "active_users": _active,
    "pue": _pue,
    "figure": _figure,
    "usage_days": _usage_days,
    "timeliness": _timeliness,
    "survey": _survey,
}
