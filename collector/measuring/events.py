"""Measures over events (cases, activity, readings, figures): gather the rows once, then call the pure function for each break-down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.city import indicators as defined
from collector.city.indicators import CaseIndicator, Indicator
from collector.errors import ConfigurationError
from collector.history import History
from collector.measurement import Measurement
from collector.measures import active_users, figures, metering
from collector.measures import cases as case_rules
from collector.measures.cases import Cases
from collector.measures.groups import Groups
from collector.measures.observed import Observed
from collector.measuring.applied import APPLY, KINDS, Rows
from collector.measuring.attended import attended
from collector.periods import MILLISECOND, Period, Span
from collector.records import Kind, stored_schema
from collector.timeline import Timeline

SELDOM = ("status", "found_by", "reopened")
"""Columns of case records that few figures ask for; they are read for those alone."""
GROUPED = ("category", "department", "district")
"""Columns of case records that are of use only to tell groups of cases apart."""


def measure(
    history: History, indicator: Indicator, period: Period, as_of: int, by: str | None
) -> tuple[Measurement, dict[str, Measurement]]:
    """(measurement, by label) of an indicator whose records are events."""
    if isinstance(indicator, defined.ActiveUsers) and (counted := attended(history, indicator, period, as_of, by)):
        return counted
    if isinstance(indicator, defined.ActiveUsers) and (by is None or (by == "day" and _is_of_days(history, period, as_of))):
        return _users(history, indicator, period, as_of, by)
    rows = gather(history, indicator, period, as_of)
    apply = APPLY[indicator.measure]
    if by == "day":
        total, _ = apply(rows, observed_by(indicator, rows, period, as_of), None)
        rows = replace(rows, cases=None)  # what is true of the cases on one day serves no other and is not kept
        of_day = _rows_of_days(rows)
        each = {day.label: apply(of_day(day), observed_by(indicator, rows, day, as_of), None)[0] for day in period.days()}
        return total, {label: one for label, one in each.items() if one.coverage is not None}
    groups = _groups(rows, by) if by else None
    return apply(rows, observed_by(indicator, rows, period, as_of), groups)


def _is_of_days(history: History, period: Period, as_of: int) -> bool:
    """Whether a period is over and one of whole days."""
    return as_of >= period.span.end and history.days(period.span) == (period.span.start, period.span.end)


def _rows_of_days(rows: Rows) -> Callable[[Period], Rows]:
    """What a day is measured from: of readings those around it; of the rest, where a measure looks for the day itself, all."""
    if rows.indicator.measure != "pue":
        return lambda _: rows
    around = metering.around(rows.table)
    return lambda day: replace(rows, table=around(day.span))


def _users(
    history: History, indicator: defined.ActiveUsers, period: Period, as_of: int, by: str | None
) -> tuple[Measurement, dict[str, Measurement]]:
    """Counted once for all windows, statistics and days that one account asks for. by: None or ``day`` of a period that is over."""

    def counted() -> tuple[Observed, int, np.ndarray]:
        rows = gather(history, indicator, period, as_of)
        seen = observed_by(indicator, rows, period, as_of)
        return seen, *active_users.counted(rows.table, seen)

    where = tuple((column, tuple(values)) for column, values in sorted(indicator.where.items()))
    seen, users, daily = history.once(("users", indicator.source_ids, where, period, as_of), counted)
    total = active_users.measurement(users, daily, seen, indicator.window, indicator.stat)
    days = enumerate(period.days()) if by == "day" else ()
    return total, {
        day.label: active_users.measurement(
            int(daily[i]), daily[i : i + 1], Observed(day, day.span.end, seen.vouched), indicator.window, indicator.stat
        )
        for i, day in days
    }


def gather(history: History, indicator: Indicator, period: Period, as_of: int) -> Rows:
    """Rows of all sources as known at ``as_of``, filtered by ``where``; what one source does not vouch for, none does."""
    names = indicator.source_ids
    if not names:
        raise ConfigurationError(f"indicators.{indicator.id}: name the source that it is measured from")
    reach = _reach(indicator, period, as_of)
    span = Span(period.span.start, max(period.span.start, min(reach.end, as_of)))
    holds = max(history.city.source(name).holds_for // MILLISECOND for name in names)
    if not isinstance(indicator, CaseIndicator):
        return Rows(indicator, _table(history, indicator, span, as_of), _vouched(history, names, reach, as_of), holds)
    where = tuple((column, tuple(values)) for column, values in sorted(indicator.where.items()))
    key = ("cases", names, where, span, as_of, _case_columns(indicator))
    cases = history.once(key, lambda: Cases(_table(history, indicator, span, as_of)))
    vouched = cases.once(("vouched", reach), lambda: _vouched(history, names, reach, as_of))
    return Rows(indicator, cases.table, vouched, holds, cases)


def _vouched(history: History, names: Sequence[str], reach: Span, as_of: int) -> Timeline:
    return reduce(Timeline.__and__, (history.vouching(name, reach, as_of).time for name in names))


def _table(history: History, indicator: Indicator, span: Span, as_of: int) -> pa.Table:
    names = indicator.source_ids
    tables = [_filtered(indicator, _load(history, name, indicator, span, as_of)) for name in names]
    if len(names) > 1:
        tables = [_told_apart(table, name) for name, table in zip(names, tables, strict=True)]
    return pa.concat_tables(tables).combine_chunks()


def _reach(indicator: Indicator, period: Period, as_of: int) -> Span:
    """The time that matters: the period, for cases all that follows up to the cut-off, for updates until the last must have come."""
    end = period.span.end
    if isinstance(indicator, CaseIndicator):
        end = max(end, as_of)
    elif isinstance(indicator, defined.Timeliness):
        end += indicator.within // MILLISECOND
    return Span(period.span.start, end)


def _load(history: History, source: str, indicator: Indicator, span: Span, as_of: int) -> pa.Table:
    kind = history.city.source(source).kind
    if kind is not KINDS[indicator.measure] and (indicator.measure != "usage_days" or kind is Kind.CASES):
        needed = KINDS[indicator.measure].value
        raise ConfigurationError(
            f"indicators.{indicator.id}: {indicator.measure} is measured from {needed}, source {source} has {kind.value}"
        )
    if kind is Kind.CASES:
        columns, encoded = _case_columns(indicator), tuple(name for name in GROUPED if name not in indicator.where)
        return history.once(
            (kind, source, span.start, as_of, columns, encoded),
            lambda: case_rules.latest(history.cases(source, span.start, as_of, columns, encoded), as_of),
        )
    if kind is Kind.READINGS:
        return metering.latest(history.readings(source, span, as_of), as_of)
    table = history.once((kind, source, span, as_of), lambda: history.rows(source, kind, span, as_of))
    if kind is Kind.FIGURES:
        named = getattr(indicator, "figure", None)
        table = table.filter(pc.equal(table["name"], named)) if named else table
        return figures.latest(table, as_of)
    return table


def _case_columns(indicator: Indicator) -> tuple[str, ...]:
    """The columns of case records that the indicator needs, or a break-down of it."""
    also = {*indicator.where, *(["found_by"] if isinstance(indicator, defined.CaseFoundBy) else [])}
    return tuple(name for name in stored_schema(Kind.CASES).names if name not in SELDOM or name in also)


def _filtered(indicator: Indicator, table: pa.Table) -> pa.Table:
    for column, values in indicator.where.items():
        table = table.filter(pc.is_in(table[column], value_set=pa.array(values, pa.string())))
    return table


def _told_apart(table: pa.Table, source: str) -> pa.Table:
    """Cases and meters of two systems may carry the same number; people are the same person in both."""
    for column in ("case", "meter"):
        if column in table.column_names:
            named = pc.binary_join_element_wise(pa.scalar(source), table[column], "/")
            return table.set_column(table.column_names.index(column), column, named)
    return table


def observed_by(indicator: Indicator, rows: Rows, period: Period, as_of: int) -> Observed:
    late = isinstance(indicator, CaseIndicator) and indicator.cutoff == "as_of"
    return Observed(period, as_of if late else min(as_of, period.span.end), rows.vouched)


def _groups(rows: Rows, by: str) -> Groups:
    """By a column, or by several within one another (``category,district``)."""
    columns = ["meter" if one == "subject" and "meter" in rows.table.column_names else one for one in by.split(",")]
    if not set(columns) <= set(rows.table.column_names):
        raise ConfigurationError(f"--by {by}: {rows.indicator.measure} cannot be broken down so")
    if rows.cases:
        return rows.cases.once(("by", by), lambda: _nested(rows.table, columns))
    return _nested(rows.table, columns)


def _nested(table: pa.Table, columns: Sequence[str]) -> Groups:
    return reduce(lambda outer, inner: inner.within(outer), (Groups.of(table[column]) for column in columns))
