"""The table of accounting methods of one indicator: one reading of the store, then every rule over the same records."""

from __future__ import annotations

from typing import get_args

from collector.city.indicators import Availability, CaseClosure, CaseOnTime, Indicator, Schedule
from collector.errors import ConfigurationError
from collector.history import History
from collector.measures.cases import CaseRule
from collector.measures.methods import Cutoff, MethodRow, availability_methods, closure_methods, on_time_methods
from collector.measuring import events
from collector.measuring.states import StateMeasure, chosen
from collector.periods import Period


def method_table(history: History, indicator: Indicator, period: Period, as_of: int) -> list[MethodRow]:
    """``indicator`` over ``period`` as known at ``as_of`` under every rule that ``measures.methods`` lists.

    The chosen row has the value that ``figures.measure`` gives. Raises ConfigurationError for a measure without a table.
    """
    if isinstance(indicator, Availability):
        return _availability(history, indicator, period, as_of)
    if isinstance(indicator, CaseClosure | CaseOnTime):
        return _cases(history, indicator, period, as_of)
    raise ConfigurationError(
        f"indicators.{indicator.id}: {indicator.measure} has no table of methods; "
        "availability, case_closure and case_on_time have one"
    )


def _availability(history: History, indicator: Availability, period: Period, as_of: int) -> list[MethodRow]:
    """Read as for ``sweep_mean``, which needs the polls too; the times are the same for every method."""
    reading = StateMeasure(history, indicator.model_copy(update={"method": "sweep_mean"}), as_of)
    observed = reading.over(period.span)
    mask = chosen(observed.dictionary, indicator.where)
    polled = all(history.city.source(name).polled for name in indicator.source_ids)
    return availability_methods(
        observed.seen,
        observed.plain,
        mask,
        observed.sweeps(mask) if polled or indicator.method == "sweep_mean" else None,
        method=indicator.method,
        min_coverage=indicator.min_coverage,
        thirty_days=period.is_month and as_of >= period.span.end and indicator.schedule == Schedule(),
    )


def _cases(history: History, indicator: CaseClosure | CaseOnTime, period: Period, as_of: int) -> list[MethodRow]:
    rows = events.gather(history, indicator, period, as_of)
    seen = {
        cutoff: events.observed_by(indicator.model_copy(update={"cutoff": cutoff}), rows, period, as_of)
        for cutoff in get_args(Cutoff)
    }
    rule = CaseRule(indicator.base, indicator.cohort, indicator.decided_by)
    methods = closure_methods if isinstance(indicator, CaseClosure) else on_time_methods
    return methods(rows.table, seen, rule, indicator.cutoff, indicator.min_coverage)
