"""What the series that a rule looks at say in its unit test: while all is well, in breach, and while neither is certain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from collector.alerts.rules import budget_of, limit_of, overdue_after
from collector.city.alerts import (
    Blind,
    Burn,
    CertificateExpiry,
    ClockSkew,
    LateSnapshot,
    SilentSource,
    StuckSource,
    Threshold,
    Unreachable,
)
from collector.city.model import City
from collector.figures import scale_of
from collector.prometheus.conditions import DAY_SECONDS, LAST_SUCCESS, Conditions, falls
from collector.prometheus.promql import duration
from collector.prometheus.rule_file import Judged

QUIET, AFTER = 5, 5
"""Steps before a breach, and after it has fired."""
GROUP = "甲区"
At = Callable[[int], float | None]
"""A sample at so many seconds from the beginning; None where there is none."""


@dataclass(frozen=True)
class Course:
    """What a series says in each part of a test: before and after, in breach, and while neither is certain."""

    series: str
    clear: At
    breach: At
    between: At


@dataclass(frozen=True)
class Parts:
    """Where the parts of a test begin, in steps: breach, between, absent (no samples at all), clear, end."""

    step: int
    breach: int
    between: int
    absent: int
    clear: int
    end: int

    @classmethod
    def of(cls, hold: int, resolve: int, step: int) -> Parts:
        """hold, resolve: seconds."""
        between = QUIET + -(-hold // step) + AFTER
        absent = between + -(-resolve // step) + AFTER
        clear = absent + AFTER
        return cls(step, QUIET, between, absent, clear, clear + -(-resolve // step) + AFTER)

    def sample(self, course: Course, number: int) -> float | None:
        seconds = number * self.step
        if number < self.breach or number >= self.clear:
            return course.clear(seconds)
        if number >= self.absent:
            return None
        return course.breach(seconds) if number < self.between else course.between(seconds)


class Courses:
    """What the series that a rule looks at say in its test."""

    def __init__(self, city: City, conditions: Conditions, step: int) -> None:
        self._city, self._metric, self._step = city, conditions.metric, step
        self._begin = QUIET * step
        self._kinds: dict[type, Callable[[Judged, Any], list[Course]]] = {
            Threshold: self._threshold, Burn: self._burn, Unreachable: self._unreachable, Blind: self._blind,
            SilentSource: self._silent, StuckSource: self._stuck, CertificateExpiry: self._certificate,
            ClockSkew: self._skew, LateSnapshot: self._late_snapshot,
        }  # fmt: skip

    def of(self, one: Judged) -> list[Course]:
        return self._kinds[type(one.rule.condition)](one, one.rule.condition)

    def _threshold(self, one: Judged, condition: Threshold) -> list[Course]:
        indicator = self._city.indicator(one.rule.subject)
        limit = limit_of(condition, indicator)
        assert limit is not None
        level, resolve = (float(Fraction(number) / scale_of(indicator)) for number in (limit.level, limit.resolve))
        away = max(abs(level), abs(resolve)) / 10 or 0.1
        sign = 1 if limit.operator in (">=", ">") else -1
        well, bad, half = resolve + sign * away, level - sign * away, (level + resolve) / 2
        sure = (half, half) if level != resolve else (min(well, bad), max(well, bad))
        labels: dict[str, str] = {"period": condition.over}
        name = "indicator"
        if condition.by is not None:
            labels, name = {"by": condition.by, "group": GROUP}, "indicator_group"
        return [
            constant(self._metric(f"{name}_{side}", indicator=one.rule.subject, **labels), well, bad, between)
            for side, between in zip(("lower", "upper"), sure, strict=True)
        ]

    def _burn(self, one: Judged, condition: Burn) -> list[Course]:
        indicator = self._city.indicator(one.rule.subject)
        least_bad = float((budget_of(indicator) or Fraction(0)) * Fraction(condition.factor))
        bad_share = (least_bad + 1) / 2
        good, bad = (0.0, bad_share) if falls(indicator) else (1.0, 1 - bad_share)
        return [
            constant(
                self._metric(f"indicator_window_{side}", indicator=one.rule.subject, window=duration(length)),
                good, bad, min(good, bad) if side == "lower" else max(good, bad),
            )
            for length in (condition.long, condition.short)
            for side in ("lower", "upper")
        ]  # fmt: skip

    def _unreachable(self, one: Judged, _: Unreachable) -> list[Course]:
        return [constant(self._metric("indicator_reachable", indicator=one.rule.subject), 1, 0)]

    def _blind(self, one: Judged, condition: Blind) -> list[Course]:
        metric = self._metric(
            "indicator_window_coverage_ratio", indicator=one.rule.subject, window=duration(condition.over)
        )
        return [constant(metric, 1, 0)]

    def _silent(self, one: Judged, _: SilentSource) -> list[Course]:
        return [self._last_success(one, silent=True)]

    def _last_success(self, one: Judged, *, silent: bool) -> Course:
        every = self._city.source(one.rule.subject).every
        assert every is not None
        old = self._begin - overdue_after(every) / 1000 - self._step
        breach: At = (lambda _: old) if silent else float
        return Course(self._metric(f"source_{LAST_SUCCESS}", source=one.rule.subject), float, breach, breach)

    def _stuck(self, one: Judged, condition: StuckSource) -> list[Course]:
        source, old = one.rule.subject, self._begin - condition.after.total_seconds()
        listed = float(self._city.plausibility.frozen_subjects)
        return [
            Course(
                self._metric("source_last_change_timestamp_seconds", source=source), float, lambda _: old, lambda _: old
            ),
            running(self._metric("runs_total", source=source, outcome="ok")),
            constant(self._metric("subjects", source=source, department="", state="up"), listed, listed),
        ]

    def _certificate(self, one: Judged, condition: CertificateExpiry) -> list[Course]:
        far, soon = 10.0 * condition.days * DAY_SECONDS, condition.days * DAY_SECONDS / 2
        return [
            constant(self._metric("source_certificate_expiry_timestamp_seconds", source=one.rule.subject), far, soon)
        ]

    def _skew(self, one: Judged, condition: ClockSkew) -> list[Course]:
        limit = self._city.plausibility.skew_seconds if condition.seconds is None else condition.seconds
        metric = self._metric("source_clock_skew_seconds", source=one.rule.subject)
        return [self._last_success(one, silent=False), constant(metric, 0, -2 * limit)]

    def _late_snapshot(self, _: Judged, condition: LateSnapshot) -> list[Course]:
        ended = self._begin - condition.after.total_seconds()
        metric = self._metric("unfrozen_month_end_timestamp_seconds")
        return [
            Course(metric, lambda _: None, lambda _: ended, lambda _: ended),
            constant(self._metric("store_up"), 1, 1),  # with the month it is absent for a while: nothing is known then
        ]


def constant(series: str, clear: float, breach: float, between: float | None = None) -> Course:
    uncertain = breach if between is None else between
    return Course(series, lambda _: float(clear), lambda _: float(breach), lambda _: float(uncertain))


def running(series: str) -> Course:
    """A counter that goes on."""
    return Course(series, float, float, float)
