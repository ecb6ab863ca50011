"""All doubts about a period: the one module of the package that reads. Each source gets the checks that fit its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from collector.city.model import City, Source
from collector.history import History
from collector.measures import cases as case_rules
from collector.measures import metering
from collector.measures.observed import Observed
from collector.periods import Period, Span
from collector.plausibility.cases import closed_within_minutes, closings
from collector.plausibility.clocks import clock_skew
from collector.plausibility.clusters import bulk_closures, last_day_cluster
from collector.plausibility.doubt import Doubt
from collector.plausibility.flow import flow_balance
from collector.plausibility.meters import stuck_meters
from collector.plausibility.platforms import always_up, frozen_platform
from collector.plausibility.reopenings import closed_and_reopened
from collector.plausibility.thresholds import Thresholds
from collector.records import Kind
from collector.store.runs import Outcome

_ORDER = ("high", "medium", "low")


@dataclass(frozen=True)
class _Asked:
    """One source over a period as known at ``as_of``. span: the part of the period that has passed by then."""

    history: History
    source: Source
    period: Period
    as_of: int

    @property
    def name(self) -> str:
        return self.source.id

    @property
    def zone(self) -> ZoneInfo:
        return self.history.city.zone

    @property
    def limits(self) -> Thresholds:
        return _city(self.history).plausibility

    @cached_property
    def span(self) -> Span:
        whole = self.period.span
        return Span(whole.start, max(whole.start, min(whole.end, self.as_of + 1)))

    @cached_property
    def runs(self) -> pa.Table:
        """Runs asked inside the span, by ``run_at``."""
        found = self.history.runs(self.name, self.span, self.as_of)
        at = found["run_at"].cast(pa.int64())
        inside = pc.and_(pc.greater_equal(at, self.span.start), pc.less(at, self.span.end))
        return found.filter(inside).combine_chunks()


def doubts(history: History, period: Period, as_of: int, source: str | None = None) -> list[Doubt]:
    """Of every source of the city or of one, gravest first. Raises ConfigurationError for a source that there is not."""
    sources = _city(history).sources if source is None else (history.city.source(source),)
    found = [doubt for one in sources for doubt in _of(_Asked(history, one, period, as_of))]
    return sorted(found, key=lambda one: (_ORDER.index(one.severity), one.source, one.check, -one.count, one.where))


def _city(history: History) -> City:
    """Doubts are raised about a living city, whose file is at hand."""
    assert isinstance(history.city, City)
    return history.city


def _of(asked: _Asked) -> list[Doubt]:
    if not asked.span.milliseconds:
        return []
    checks = _CHECKS.get(asked.source.kind)
    return (checks(asked) if checks else []) + _clocks(asked)


def _cases(asked: _Asked) -> list[Doubt]:
    history, name, limits = asked.history, asked.name, asked.limits
    known = history.cases(name, asked.span.start, asked.as_of)
    closed = closings(known, asked.span, asked.as_of)
    vouched = history.vouching(name, asked.span, asked.as_of).time
    seen = Observed(asked.period, min(asked.as_of, asked.period.span.end), vouched)
    return [
        *closed_within_minutes(closed, name, limits),
        *closed_and_reopened(known, asked.span, name, limits),
        *last_day_cluster(closed, asked.period, asked.as_of, name, limits),
        *bulk_closures(closed, asked.period, name, limits),
        *flow_balance(case_rules.latest(known, asked.as_of), seen, name),
    ]


def _readings(asked: _Asked) -> list[Doubt]:
    known = asked.history.readings(asked.name, asked.span, asked.as_of)
    return stuck_meters(metering.latest(known, asked.as_of), asked.period, asked.as_of, asked.name, asked.limits)


def _states(asked: _Asked) -> list[Doubt]:
    known = asked.history.states(asked.name, asked.span, asked.as_of)
    found = always_up(known.states, asked.span, known.vouching.time, asked.period, asked.name, asked.limits)
    if not asked.history.is_swept(asked.name):
        return found  # a log tells of changes alone: without one there is nothing to be frozen
    good = asked.runs.filter(pc.equal(asked.runs["outcome"], Outcome.OK.value))
    return found + frozen_platform(known.states, good, known.vouching.time, asked.period, asked.name, asked.limits)


def _clocks(asked: _Asked) -> list[Doubt]:
    told = asked.runs.filter(pc.is_valid(asked.runs["skew_seconds"])).combine_chunks()
    at, skew = (told[name].combine_chunks() for name in ("run_at", "skew_seconds"))
    own_times = asked.source.kind in (Kind.CASES, Kind.ACTIVITY, Kind.FIGURES)
    return clock_skew(
        at.cast(pa.int64()).to_numpy(), skew.to_numpy(), asked.name, asked.zone, asked.limits, dates_records=own_times
    )


_CHECKS: dict[Kind, Callable[[_Asked], list[Doubt]]] = {
    Kind.CASES: _cases,
    Kind.READINGS: _readings,
    Kind.STATES: _states,
}
