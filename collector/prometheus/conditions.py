"""Conditions as PromQL: what says for certain that one holds, and what says for certain that it is over.

Every expression gives one sample for each alert and has no other labels than its identity, so that breach and clear meet.
Each is asked of what all instances of the exporter say together; a condition that any of them is certain of holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from collector.alerts.rules import Limit, Rule, budget_of, limit_of, overdue_after
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
from collector.city.indicators import Indicator
from collector.city.model import City
from collector.figures import scale_of
from collector.prometheus.promql import duration, number, selector
from collector.records import Kind

FEWEST_ANSWERS = 10
BURN_LEAST, BURN_MOST = "citygauge:burn_rate:least", "citygauge:burn_rate:most"
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Asked:
    """by: the labels that tell one alert of the rule from another. breach, clear: PromQL."""

    by: tuple[str, ...]
    breach: str
    clear: str


class Conditions:
    """The conditions of one city, of metrics that Prometheus scrapes under ``job``."""

    def __init__(self, city: City, job: str) -> None:
        self._city, self._job = city, job
        self._kinds: dict[type, Callable[[Rule, Any], Asked]] = {
            Threshold: self._threshold, Burn: self._burn, Unreachable: self._unreachable, Blind: self._blind,
            SilentSource: self._silent, StuckSource: self._stuck, CertificateExpiry: self._certificate,
            ClockSkew: self._skew, LateSnapshot: self._late_snapshot,
        }  # fmt: skip

    def asked(self, rule: Rule) -> Asked | None:
        """None for one alert per subject: the number of subjects is not bounded, so that they are no series here."""
        if isinstance(rule.condition, Threshold) and rule.condition.by == "subject":
            return None
        return self._kinds[type(rule.condition)](rule, rule.condition)

    def metric(self, name: str, **labels: str) -> str:
        return selector(f"citygauge_{name}", job=self._job, **labels)

    def burn_rates(self, name: str, lengths: Iterable[timedelta]) -> dict[str, str]:
        """Recording rules of an indicator's burn rate over trailing windows: by the fewest and by the most that may be bad."""
        indicator = self._city.indicator(name)
        windows = "~" + "|".join(dict.fromkeys(map(duration, lengths)))
        lower, upper = (
            f"max by (indicator, window) ({self.metric(f'indicator_window_{side}', indicator=name, window=windows)})"
            for side in ("lower", "upper")
        )
        least, most = (lower, upper) if falls(indicator) else (f"(1 - {upper})", f"(1 - {lower})")
        budget = number(budget_of(indicator) or Fraction(0))
        return {BURN_LEAST: f"{least} / {budget}", BURN_MOST: f"{most} / {budget}"}

    def _threshold(self, rule: Rule, one: Threshold) -> Asked:
        indicator = self._city.indicator(rule.subject)
        limit = limit_of(one, indicator)
        assert limit is not None
        if one.by is not None:
            return self._grouped(rule, one.by, limit, scale_of(indicator))
        lower, upper = (
            self.metric(f"indicator_{side}", indicator=rule.subject, period=one.over) for side in ("lower", "upper")
        )
        breach, clear = compared(lower, upper, limit, scale_of(indicator))
        by = ("indicator",)
        return Asked(by, newest(by, breach), newest(by, clear))

    def _grouped(self, rule: Rule, attribute: str, limit: Limit, scale: Fraction) -> Asked:
        """Of each label of an attribute. A label that no subject has any more is clear: nothing of it is owed."""
        by = ("indicator", attribute)
        lower, upper = (
            f"label_replace({self.metric(f'indicator_group_{side}', indicator=rule.subject, by=attribute)}, "
            f'"{attribute}", "$1", "group", "(.*)")'
            for side in ("lower", "upper")
        )
        breach, clear = compared(lower, upper, limit, scale)
        gone = f"({firing(rule, by)} and on (indicator) {newest(('indicator',), lower)} unless {newest(by, lower)})"
        return Asked(by, newest(by, breach), f"({newest(by, clear)} or {gone})")

    def _burn(self, rule: Rule, one: Burn) -> Asked:
        factor = number(Fraction(one.factor))

        def over(record: str, length: timedelta, comparison: str) -> str:
            rate = selector(record, indicator=rule.subject, window=duration(length))
            return newest(("indicator",), f"{rate} {comparison} {factor}")

        breach = [over(BURN_LEAST, length, ">") for length in (one.long, one.short)]
        clear = [over(BURN_MOST, length, "<=") for length in (one.long, one.short)]
        return Asked(("indicator",), " and ".join(breach), f"({' or '.join(clear)})")

    def _unreachable(self, rule: Rule, _: Unreachable) -> Asked:
        metric, by = self.metric("indicator_reachable", indicator=rule.subject), ("indicator",)
        return Asked(by, newest(by, f"{metric} == 0"), newest(by, f"{metric} == 1"))

    def _blind(self, rule: Rule, one: Blind) -> Asked:
        least = self._city.indicator(rule.subject).min_coverage if one.below is None else one.below
        coverage = self.metric("indicator_window_coverage_ratio", indicator=rule.subject, window=duration(one.over))
        by = ("indicator",)
        return Asked(by, newest(by, f"{coverage} < {number(least)}"), newest(by, f"{coverage} >= {number(least)}"))

    def _silent(self, rule: Rule, _: SilentSource) -> Asked:
        up, last = (self.metric(f"source_{name}", source=rule.subject) for name in ("up", LAST_SUCCESS))
        never = f"({up} == 0 unless on (source) {last})"
        return Asked(
            ("source",), f"{self._overdue(rule, '>')} or {newest(('source',), never)}", self._overdue(rule, "<=")
        )

    def _stuck(self, rule: Rule, one: StuckSource) -> Asked:
        source, by, after = rule.subject, ("source",), number(one.after.total_seconds())
        same_for = f"{self._now()} - {newest(by, self.metric('source_last_change_timestamp_seconds', source=source))}"
        answers = self.metric("runs_total", source=source, outcome="ok")
        enough = newest(by, f"increase({answers}[{duration(one.after)}]) >= {FEWEST_ANSWERS}")
        if self._city.source(source).kind is Kind.STATES:
            listed = f"sum by (source, instance) ({self.metric('subjects', source=source)})"
            enough += f" and {newest(by, f'{listed} >= {self._city.plausibility.frozen_subjects}')}"
        return Asked(by, f"({same_for} >= {after}) and {enough}", f"({same_for} < {after})")

    def _certificate(self, rule: Rule, one: CertificateExpiry) -> Asked:
        left = f"{self.metric('source_certificate_expiry_timestamp_seconds', source=rule.subject)} - time()"
        by, least = ("source",), number(one.days * DAY_SECONDS)
        return Asked(by, newest(by, f"{left} < {least}"), newest(by, f"{left} >= {least}"))

    def _skew(self, rule: Rule, one: ClockSkew) -> Asked:
        limit = number(self._city.plausibility.skew_seconds if one.seconds is None else one.seconds)
        skew, by = f"abs({self.metric('source_clock_skew_seconds', source=rule.subject)})", ("source",)
        overdue = self._overdue(rule, ">")
        return Asked(
            by, f"({newest(by, f'{skew} > {limit}')} unless {overdue})",
            f"({newest(by, f'{skew} <= {limit}')} unless {overdue})",
        )  # fmt: skip

    def _late_snapshot(self, _: Rule, one: LateSnapshot) -> Asked:
        ended = f"max({self.metric('unfrozen_month_end_timestamp_seconds')})"
        late = f"({self._now()} - {ended} >= {number(one.after.total_seconds())})"
        return Asked((), late, f"(max({self.metric('store_up')} == 1) unless {late})")

    def _overdue(self, rule: Rule, comparison: str) -> str:
        every = self._city.source(rule.subject).every
        assert every is not None
        last = newest(("source",), self.metric(f"source_{LAST_SUCCESS}", source=rule.subject))
        return f"({self._now()} - {last} {comparison} {number(Fraction(overdue_after(every), 1000))})"

    def _now(self) -> str:
        """When the exporter looked last: what it says is as old as that, and its clock is the one that runs are dated by."""
        return f"scalar(max({self.metric('view_timestamp_seconds')}))"


LAST_SUCCESS = "last_success_timestamp_seconds"


def falls(indicator: Indicator) -> bool:
    """Whether the target asks for little."""
    return (indicator.target or "").strip().startswith(("<", "≤"))


def compared(lower: str, upper: str, limit: Limit, scale: Fraction) -> tuple[str, str]:
    """(breach, clear) of an interval against a level, as ``collector.alerts.judging.against`` has it."""
    level, resolve = (number(Fraction(one) / scale) for one in (limit.level, limit.resolve))
    strict = limit.operator in (">", "<")
    if limit.operator in (">=", ">"):
        outside, inside, first, last = "<", ">", upper, lower
    else:
        outside, inside, first, last = ">", "<", lower, upper
    breach = f"{first} {outside}{'=' if strict else ''} {level}"
    return breach, f"{last} {inside}{'' if strict and limit.resolve == limit.level else '='} {resolve}"


def newest(by: tuple[str, ...], expression: str) -> str:
    return f"max by ({', '.join(by)}) ({expression})"


def firing(rule: Rule, by: tuple[str, ...]) -> str:
    """The rule's alerts that fire, as the evaluation before left them; 1 each."""
    own = {name: text for name, text in identity(rule).items() if name != "department"}
    return newest(by, selector("ALERTS", alertstate="firing", **own))


def identity(rule: Rule) -> dict[str, str]:
    """The labels that an alert has whatever its expression gives: of an attribute by which it is split, the owner gives way."""
    by = rule.condition.by if isinstance(rule.condition, Threshold) else None
    return {name: text for name, text in rule.labels.items() if name != by}
