"""What rules in Prometheus need beside the figures: indicators at this instant, in groups and trailing windows; sources; months.

All of it is measured by what the built-in evaluator measures with, so that both judge the same numbers. Windows and
groups are those that a rule of the city file asks for; their number is bounded by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from collector.alerting.facts import Facts
from collector.alerting.observing import bounded
from collector.alerting.source_facts import SourceFacts
from collector.alerts.judging import Bounds
from collector.alerts.rules import Rule, rules_of
from collector.city.alerts import Blind, Burn, Threshold
from collector.city.exclusions import Exclusion
from collector.current import Line, line_of
from collector.errors import CitygaugeError
from collector.installation import Installation
from collector.periods import MILLISECOND, Period, instant
from collector.prometheus.promql import duration
from collector.store.alerts import read_certificates
from collector.store.changes import Unchanged, unchanged

SLOW = timedelta(seconds=60)
"""Trailing windows and months are looked at so often, as the evaluator does."""


@dataclass(frozen=True)
class Window:
    """An indicator over a trailing window. coverage: of the window one polling interval earlier, whose answers are all due.

    It is None before every source of the indicator has been asked for as long.
    """

    bounds: Bounds
    coverage: float | None


@dataclass(frozen=True)
class Watched:
    """As known at one instant; what is not known has no entry.

    now: availability by indicator. groups: (indicator, attribute, label) -> bounds now. windows: by (indicator, length).
    certificates, changed: by source, when the first of its certificates ends, since when its answers are the same (ms).
    excluded: by (source, ``all`` or ``some`` of its subjects). unfrozen_end: when the oldest month that is over, has runs
    and is not frozen ended.
    """

    now: Mapping[str, Line] = field(default_factory=dict)
    groups: Mapping[tuple[str, str, str], Bounds] = field(default_factory=dict)
    windows: Mapping[tuple[str, str], Window] = field(default_factory=dict)
    certificates: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    excluded: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    unfrozen_end: int | None = None


class Watch:
    """Looks again and again at one installation."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._answers: dict[str, Unchanged] = {}
        self._watched = Watched()
        self._slow_at: int | None = None

    def look(self, now: int, *, fresh: bool) -> Watched:
        """fresh: a run was added, so that what holds at this instant is measured again."""
        watched = self._watched
        if fresh:
            watched = self._fresh(watched, now)
        if self._slow_at is None or not 0 <= now - self._slow_at < SLOW // MILLISECOND:
            watched, self._slow_at = self._slow(watched, now), now
        exclusions = self._installation.city.exclusions
        excluded = {
            (source.id, scope): any(_holds(one, source.id, scope, now) for one in exclusions)
            for source in self._installation.city.sources
            for scope in ("all", "some")
        }
        self._watched = replace(watched, excluded=excluded)
        return self._watched

    def _fresh(self, before: Watched, now: int) -> Watched:
        asking = _Asking(self._installation, now)
        answers = dict(self._answers)
        with self._installation.database.read() as connection:
            for source in self._installation.city.sources:
                if source.every is not None and (one := unchanged(connection, source.id, answers.get(source.id))):
                    answers[source.id] = one
        self._answers = answers
        changed = {name: one.since for name, one in answers.items()}
        return replace(before, now=asking.now(), groups=asking.groups(), changed=changed)

    def _slow(self, before: Watched, now: int) -> Watched:
        asking = _Asking(self._installation, now)
        with self._installation.database.read() as connection:
            read = {one.id: read_certificates(connection, one.id) for one in self._installation.city.sources}
        ends = {name: [end for end, _, _ in of.values() if end is not None] for name, of in read.items()}
        months = asking.facts.months_not_frozen(0)
        oldest = Period.parse(months[0], self._installation.city.zone).span.end if months else None
        certificates = {name: min(of) for name, of in ends.items() if of}
        return replace(before, windows=asking.windows(), certificates=certificates, unfrozen_end=oldest)


class _Asking:
    """One look at what the rules ask for. What cannot be measured is left out; the figures' problems say why."""

    def __init__(self, installation: Installation, now: int) -> None:
        self.facts = Facts(installation, now)
        self._sources = SourceFacts(installation, now, now)
        self._city, self._now = installation.city, now
        self._rules = [one for one in rules_of(installation.city) if self._is_known(one.sources)]

    def now(self) -> dict[str, Line]:
        out = {}
        for one in self._city.indicators:
            if one.measure == "availability" and self._is_known(one.source_ids):
                try:
                    out[one.id] = line_of(self.facts.figure(one, "now"))
                except CitygaugeError:
                    continue
        return out

    def groups(self) -> dict[tuple[str, str, str], Bounds]:
        out: dict[tuple[str, str, str], Bounds] = {}
        for indicator, by in dict.fromkeys(_groups(self._rules)):
            try:
                found = self.facts.figure(self._city.indicator(indicator), "now", by).by
            except CitygaugeError:
                continue
            out |= {(indicator, by, label): (one.lower, one.upper) for label, one in bounded(found.items())}
        return out

    def windows(self) -> dict[tuple[str, str], Window]:
        out = {}
        for rule in self._rules:
            for length in lengths(rule):
                try:
                    out[rule.subject, duration(length)] = self._window(rule, length // MILLISECOND)
                except CitygaugeError:
                    continue
        return out

    def _window(self, rule: Rule, length: int) -> Window:
        indicator = self._city.indicator(rule.subject)
        measured = self.facts.trailing(indicator, length)
        intervals = (self._city.source(name).every or timedelta(0) for name in rule.sources)
        lag = max(intervals, default=timedelta(0)) // MILLISECOND
        coverage = None
        if self._sources.asked_since_before(rule.sources, self._now - lag - length):
            coverage = self.facts.trailing(indicator, length, lag).coverage
        return Window((measured.lower, measured.upper), coverage)

    def _is_known(self, sources: Iterable[str]) -> bool:
        """Whether no run is dated later than now: what is known by now is then not what was known last."""
        return not self._sources.clock_went_back(tuple(sources))


def lengths(rule: Rule) -> tuple[timedelta, ...]:
    """Of the trailing windows that a rule asks for."""
    match rule.condition:
        case Burn(long=long, short=short):
            return long, short
        case Blind(over=over):
            return (over,)
    return ()


def _groups(rules: Iterable[Rule]) -> Iterable[tuple[str, str]]:
    for rule in rules:
        if isinstance(rule.condition, Threshold) and rule.condition.by not in (None, "subject"):
            yield rule.subject, str(rule.condition.by)


def _holds(one: Exclusion, source: str, scope: str, now: int) -> bool:
    some = bool(one.where or one.subjects)
    begun = instant(one.start) <= now < instant(one.end) and instant(one.entered_at) <= now
    return one.source == source and (scope == "some") == some and begun
