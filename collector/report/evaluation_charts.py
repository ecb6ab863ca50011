"""The charts of an evaluation's report, one or more for each measured line: what people would rather look at than read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from typing import Literal

import numpy as np

from collector.city.indicators import ActiveUsers, Availability, CaseClosure, Pue
from collector.figures import Figure, measure
from collector.history import History
from collector.measurement import Measurement, Number
from collector.measures.states import intervals
from collector.measuring.events import gather
from collector.periods import Period, Span
from collector.records import State
from collector.report.content import Line
from collector.report.pictures.days import backlog_by_day, rate_by_day, users_by_day
from collector.report.pictures.heat import rate_by_department
from collector.report.pictures.months import pue_by_month
from collector.report.pictures.strips import Stretch, uptime_strips
from collector.scoring.form import Chart
from collector.scoring.wording import Language
from collector.verdict import Target

MOST_DEPARTMENTS, MOST_STRIPS = 20, 12
"""Of more than these nobody can tell the rows apart; then there is no such chart."""
MOST_DAYS = 100
"""Of a longer time departments are told by month."""
_SHOWN: Mapping[int, Literal["up", "down"]] = {State.UP: "up", State.DOWN: "down"}
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "day": "{}（按日）",
        "department": "{}（按部门、按日）",
        "months": "{}（按部门、按月）",
        "strips": "{}（运行时间带）",
        "backlog": "{}：未结案件（每日末）",
        "month": "{}（按月）",
    },
    "en": {
        "day": "{} by day",
        "department": "{} by department and day",
        "months": "{} by department and month",
        "strips": "{}: when it was up",
        "backlog": "{}: cases open at the end of each day",
        "month": "{} by month",
    },
}


def charts_of(history: History, line: Line, language: Language) -> Iterator[Chart]:
    """Nothing for a figure without break-down by day, and for measures that a number tells better."""
    figure = line.figure
    match figure.indicator:
        case Availability():
            yield from _availability(history, line, language)
        case ActiveUsers(window="day"):
            days = line.by.get("day", {})
            if len(days) > 1:
                users = [_number(one.value) for one in days.values()]
                yield users_by_day(_title("day", figure, language), list(days), users, _target(figure), language)
        case CaseClosure():
            yield _backlog(history, figure, language)
        case Pue():
            yield from _pue(history, figure, language)


def _availability(history: History, line: Line, language: Language) -> Iterator[Chart]:
    figure, days = line.figure, line.by.get("day", {})
    if len(days) > 1:
        bounds = _columns(days.values())
        yield rate_by_day(_title("day", figure, language), list(days), *bounds, _target(figure), language)
    departments = line.by.get("department", {})
    if 1 < len(departments) <= MOST_DEPARTMENTS and days:
        yield _by_department(history, figure, departments, language)
    yield from _strips(history, figure, language)


def _by_department(
    history: History, figure: Figure, departments: Mapping[str, Measurement], language: Language
) -> Chart:
    """A row for each department; the columns are days, or months where the days would be too narrow to tell apart."""
    columns = figure.period.days()
    by_month = len(columns) > MOST_DAYS
    if by_month:
        months = dict.fromkeys(day.label[:7] for day in columns)
        columns = [Period.parse(month, figure.period.zone) for month in months]
    by = [measure(history, figure.indicator, one, figure.as_of, by="department").by for one in columns]
    rows = {name: [_number(one[name].value) if name in one else None for one in by] for name in departments}
    overall = {name: _number(one.value) for name, one in departments.items()}
    title = _title("months" if by_month else "department", figure, language)
    return rate_by_department(title, [one.label for one in columns], rows, overall, language=language)


def _strips(history: History, figure: Figure, language: Language) -> Iterator[Chart]:
    """Where the subjects are few enough to be told apart: each one's time up and down; the rest nobody saw."""
    rows: dict[str, list[Stretch]] = {}
    shown: dict[str, str] = {}
    span = figure.period.span
    for source in figure.indicator.source_ids:
        if history.dictionary(source, figure.as_of).size > MOST_STRIPS:
            return
        known = history.states(source, span, figure.as_of)
        names, keys = (known.dictionary.attribute(one).to_pylist() for one in ("name", "subject"))
        cut = intervals(known.states, span)
        shown |= {key: name or key for key, name in zip(keys, names, strict=True)}
        for subject, start, end, state in zip(cut.subject, cut.start, cut.end, cut.state, strict=True):
            if state in _SHOWN:
                seen = known.vouching.time.clip(Span(int(start), int(end)))
                stretches = rows.setdefault(shown[keys[subject]], [])
                stretches += [Stretch(one.start, one.end, _SHOWN[state]) for one in seen.spans()]
    if 0 < len(rows) <= MOST_STRIPS:
        by = measure(history, figure.indicator, figure.period, figure.as_of, by="subject").by
        overall = {shown[key]: _number(one.value) for key, one in by.items() if key in shown}
        days = [day.label for day in figure.period.days()]
        yield uptime_strips(_title("strips", figure, language), days, span.start, span.end, rows, overall, language)


def _backlog(history: History, figure: Figure, language: Language) -> Chart:
    """Cases accepted and not closed at the end of each day, and how many of them were late; None where nobody vouches for the day."""
    rows = gather(history, figure.indicator, figure.period, figure.as_of)
    assert rows.cases is not None
    times = rows.cases.times
    days = figure.period.days()
    backlog: list[float | None] = []
    late: list[float | None] = []
    for day in days:
        end = day.span.end
        is_open = (times.opened < end) & (times.closed >= end)
        seen = rows.vouched.within(day.span.start, end) > 0
        backlog.append(float(np.count_nonzero(is_open)) if seen else None)
        late.append(float(np.count_nonzero(is_open & (times.due < end))) if seen else None)
    return backlog_by_day(
        _title("backlog", figure, language), [day.label for day in days], backlog, late, language=language
    )


def _pue(history: History, figure: Figure, language: Language) -> Iterator[Chart]:
    months = sorted({f"{day.label[:7]}" for day in figure.period.days()})
    if len(months) > 1:
        periods = [Period.parse(month, figure.period.zone) for month in months]
        measured = [measure(history, figure.indicator, period, figure.as_of).measurement for period in periods]
        yield pue_by_month(_title("month", figure, language), months, *_columns(measured), _target(figure), language)


def _columns(measured: Collection[Measurement]) -> tuple[list[float | None], list[float | None], list[float | None]]:
    """Values, lower and upper bounds."""
    return (
        [_number(one.value) for one in measured],
        [_number(one.lower) for one in measured],
        [_number(one.upper) for one in measured],
    )


def _number(value: Number | None) -> float | None:
    return None if value is None else float(value)


def _target(figure: Figure) -> float | None:
    """In base units."""
    if figure.indicator.target is None:
        return None
    return float(Fraction(Target.parse(figure.indicator.target).threshold) / figure.scale)


def _title(key: str, figure: Figure, language: Language) -> str:
    return _WORDS[language][key].format(figure.indicator.title)
