"""What a rule sees at an instant: signal and texts for every group it is about, from store and history as known then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

from collector.alerting.facts import Facts
from collector.alerting.source_facts import SourceFacts
from collector.alerts import texts
from collector.alerts.evaluation import Signal
from collector.alerts.judging import Bounds, against, burn_rate, burning, whether
from collector.alerts.notification import Text
from collector.alerts.rules import About, Limit, Rule, budget_of, limit_of
from collector.city.alerts import (
    Blind,
    Burn,
    CertificateExpiry,
    ClockSkew,
    Condition,
    LateSnapshot,
    SilentSource,
    StuckSource,
    Threshold,
    Unreachable,
)
from collector.city.indicators import Indicator
from collector.errors import CitygaugeError
from collector.feasibility import Status
from collector.figures import scale_of
from collector.installation import Installation
from collector.measurement import Measurement
from collector.periods import MILLISECOND

MOST_GROUPS = 200
"""A rule by label has no more alerts; labels with the fewest subjects are one: what a source answers must not make alerts."""
OTHER = "(other)"
CHEAP = (SilentSource, ClockSkew)


@dataclass(frozen=True)
class Observation:
    """One group of a rule at one instant. group: attribute -> label, empty where the rule is about all. period: see ``Seen``."""

    signal: Signal
    summary: Text
    details: tuple[Text, ...] = ()
    group: dict[str, str] = field(default_factory=dict)
    period: str = ""
    annotations: dict[str, str] = field(default_factory=dict)


def is_cheap(rule: Rule) -> bool:
    """Whether it is looked at after every run; what is measured over a day, a month or a window is looked at once a minute."""
    one = rule.condition
    return isinstance(one, CHEAP) or (isinstance(one, Threshold) and one.over == "now")


class Observer:
    """Observes rules as known at ``at``, which may lie before ``now``; every figure is measured once."""

    def __init__(self, installation: Installation, at: int, now: int | None = None) -> None:
        self.facts = Facts(installation, at)
        self.sources = SourceFacts(installation, at, at if now is None else now)
        self._at, self._zone = at, installation.city.zone
        self._city = installation.city
        self._kinds: dict[type[Condition], Callable[..., list[Observation]]] = {
            Threshold: self._threshold, Burn: self._burn, Unreachable: self._unreachable, Blind: self._blind,
            SilentSource: self._silent, StuckSource: self._stuck, CertificateExpiry: self._certificate,
            ClockSkew: self._skew, LateSnapshot: self._late_snapshot,
        }  # fmt: skip

    def observe(self, rule: Rule) -> list[Observation]:
        """What cannot be measured is unknown, and says why."""
        try:
            if rule.about is About.INDICATOR and self.sources.clock_went_back(rule.sources):
                why = Text("本机时钟曾倒退，等待新的采集", "our clock went back; waiting for runs that are newer")
                return [Observation(Signal.UNKNOWN, why)]
            return self._kinds[type(rule.condition)](rule, rule.condition)
        except CitygaugeError as error:
            why = Text(f"无法判断 {rule.title}：{error}", f"{rule.title} cannot be judged: {error}")
            return [Observation(Signal.UNKNOWN, why)]

    def _threshold(self, rule: Rule, one: Threshold) -> list[Observation]:
        indicator = self._city.indicator(rule.subject)
        limit = limit_of(one, indicator)
        assert limit is not None
        figure = self.facts.figure(indicator, one.over, one.by)
        if one.by is None:
            return [self._against(rule, one, indicator, limit, figure.measurement, "")]
        return [
            self._against(rule, one, indicator, limit, measured, label)
            for label, measured in bounded(figure.by.items())
        ]

    def _against(
        self, rule: Rule, one: Threshold, indicator: Indicator, limit: Limit, measured: Measurement, label: str
    ) -> Observation:
        scale, unit, falls = scale_of(indicator), indicator.unit, limit.operator in ("<", "<=")
        bounds = (measured.lower, measured.upper)
        signal = against(bounds, limit, scale)
        details = [texts.interval(bounds, scale, unit), *texts.distance(measured.value, limit, scale, unit)]
        if signal is Signal.BREACH:
            if one.by is None:
                details += texts.worst(self.facts.departments(indicator, one.over), scale, unit, falls=falls)
            details += self._left(indicator)
        return Observation(
            signal,
            texts.threshold(rule.title, label, one.over, bounds, measured.value, limit, scale, unit),
            tuple(details), {one.by: label} if one.by else {}, "" if one.over == "now" else self.facts.period(one.over).label,
            self._numbers(indicator, measured),
        )  # fmt: skip

    def _burn(self, rule: Rule, one: Burn) -> list[Observation]:
        indicator = self._city.indicator(rule.subject)
        budget, falls = budget_of(indicator), (indicator.target or "").strip().startswith(("<", "≤"))
        assert budget is not None
        lengths = [one.long // MILLISECOND, one.short // MILLISECOND]
        measured = [self.facts.trailing(indicator, length) for length in lengths]
        bounds: list[Bounds] = [(window.lower, window.upper) for window in measured]
        signal = burning(bounds, budget, one.factor, falls=falls)
        rates = [texts.shown(burn_rate(window.value, budget, falls=falls), Fraction(1), "") for window in measured]
        details: list[Text] = []
        if signal is Signal.BREACH:
            details = [*self._worst(indicator, falls), *self._left(indicator)]
        return [Observation(signal, texts.burn(rule.title, rates, lengths, one.factor), tuple(details))]

    def _unreachable(self, rule: Rule, _: Unreachable) -> list[Observation]:
        indicator = self._city.indicator(rule.subject)
        figure = self.facts.figure(indicator, "month")
        signal = Signal.UNKNOWN
        if figure.feasibility is not None:
            signal = whether(figure.feasibility.status is Status.UNREACHABLE)
        measured, scale = figure.measurement, scale_of(indicator)
        details = [texts.interval((measured.lower, measured.upper), scale, indicator.unit)]
        if signal is Signal.BREACH:
            details += [*self._worst(indicator, falls=False), *self._left(indicator)]
        summary = texts.unreachable(rule.title, indicator.target or "", indicator.unit)
        return [
            Observation(signal, summary, tuple(details), {}, figure.period.label, self._numbers(indicator, measured))
        ]

    def _blind(self, rule: Rule, one: Blind) -> list[Observation]:
        indicator = self._city.indicator(rule.subject)
        least = indicator.min_coverage if one.below is None else one.below
        over = one.over // MILLISECOND
        # An answer of an event source speaks for the time before it: the last interval is not due yet.
        lag = (
            max((self._city.source(name).every or timedelta(0) for name in rule.sources), default=timedelta(0))
            // MILLISECOND
        )
        coverage = None
        if self.sources.asked_since_before(rule.sources, self._at - lag - over):
            coverage = self.facts.trailing(indicator, over, lag).coverage
        signal = Signal.UNKNOWN if coverage is None else whether(coverage < least)
        details = tuple(self.sources.troubles(rule.sources)) if signal is Signal.BREACH else ()
        return [Observation(signal, texts.blind(rule.title, coverage, least, over), details)]

    def _silent(self, rule: Rule, _: SilentSource) -> list[Observation]:
        good, newest = self.sources.good(rule.subject), self.sources.newest(rule.subject)
        error = newest.error if newest else None
        summary, details = texts.silent(rule.subject, good.at if good else None, error, self._zone)
        return [Observation(whether(self.sources.overdue(rule.subject)), summary, tuple(details))]

    def _stuck(self, rule: Rule, one: StuckSource) -> list[Observation]:
        over = one.after // MILLISECOND
        runs, same = self.sources.unchanged(rule.subject, over)
        signal = Signal.UNKNOWN if same is None else whether(same)
        return [Observation(signal, texts.stuck(rule.subject, runs, over))]

    def _certificate(self, rule: Rule, one: CertificateExpiry) -> list[Observation]:
        ends = self.sources.certificates(rule.subject)
        if not ends:
            return []
        address, ends_at = min(ends.items(), key=lambda item: (item[1], item[0]))
        left = ends_at - self._at
        signal = whether(left < one.days * 86_400_000)
        return [Observation(signal, texts.certificate(rule.subject, address, left))]

    def _skew(self, rule: Rule, one: ClockSkew) -> list[Observation]:
        good = self.sources.good(rule.subject)
        limit = self._city.plausibility.skew_seconds if one.seconds is None else one.seconds
        if good is None or good.skew_seconds is None or self.sources.overdue(rule.subject):
            return [Observation(Signal.UNKNOWN, texts.skew(rule.subject, 0, limit))]
        return [
            Observation(whether(abs(good.skew_seconds) > limit), texts.skew(rule.subject, good.skew_seconds, limit))
        ]

    def _late_snapshot(self, _: Rule, one: LateSnapshot) -> list[Observation]:
        months = self.facts.months_not_frozen(one.after // MILLISECOND)
        return [Observation(whether(bool(months)), texts.late_snapshot(months, one.after // MILLISECOND))]

    def _left(self, indicator: Indicator) -> list[Text]:
        month = self.facts.period("month")
        feasibility = self.facts.figure(indicator, "month").feasibility if indicator.target else None
        return texts.ahead(feasibility, month.span.end - self._at)

    def _worst(self, indicator: Indicator, falls: bool) -> list[Text]:
        return texts.worst(self.facts.departments(indicator, "month"), scale_of(indicator), indicator.unit, falls=falls)

    def _numbers(self, indicator: Indicator, measured: Measurement) -> dict[str, str]:
        scale, unit = scale_of(indicator), indicator.unit
        numbers = {name: texts.shown(getattr(measured, name), scale, unit) for name in ("value", "lower", "upper")}
        coverage = texts.shown(measured.coverage, Fraction(100), "%")
        return numbers | {
            "coverage": coverage,
            "target": f"{indicator.target} {unit}".strip() if indicator.target else "—",
        }


def bounded(groups: Iterable[tuple[str, Measurement]]) -> list[tuple[str, Measurement]]:
    """At most MOST_GROUPS labels, those with the most subjects; the others together as one (availability: sums of time)."""
    ordered = sorted(groups, key=lambda one: (-one[1].n, one[0]))
    if len(ordered) <= MOST_GROUPS:
        return ordered
    kept, rest = ordered[: MOST_GROUPS - 1], [one for _, one in ordered[MOST_GROUPS - 1 :]]
    up, down, unknown = (
        sum((Fraction(str(one.parts[name])) for one in rest), Fraction(0)) for name in ("up_seconds", "down_seconds", "unknown_seconds")
    )  # fmt: skip
    owed = up + down + unknown
    bounds = (up / owed, (up + unknown) / owed) if owed else (Fraction(0), Fraction(1))
    value = up / (up + down) if up + down else None
    coverage = float((up + down) / owed) if owed else 0.0
    return [*kept, (OTHER, Measurement(value, *bounds, coverage=coverage, n=sum(one.n for one in rest)))]
