"""Rules: the conditions of a city file with what they are about. The one definition that every outlet works from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from collector.city.alerts import (
    Blind,
    Burn,
    CertificateExpiry,
    ClockSkew,
    Condition,
    SilentSource,
    StuckSource,
    Threshold,
    Unreachable,
)
from collector.periods import MILLISECOND
from collector.records import Kind
from collector.verdict import Target

if TYPE_CHECKING:
    from collector.city.indicators import Indicator
    from collector.city.model import City, Source

RATIOS: Mapping[str, int] = {"%": 100, "‰": 1000}
"""Units of shares, and how many make 1."""
SHORTEST_SILENCE = timedelta(minutes=5)
SILENT_POLLS = 3
EXPECTED_POLLS = Fraction(3, 2)
"""A good run is overdue when it is later than so many polling intervals."""
ENCRYPTED = ("https://",)


class About(StrEnum):
    INDICATOR = "indicator"
    SOURCE = "source"
    CITY = "city"


@dataclass(frozen=True)
class Rule:
    """One condition on one thing.

    about, subject: an indicator or a source by its id, or the city. sources: what it rests on. hold, clear: ``for`` and
    ``resolve_after`` in milliseconds. owner: department that answers for it, empty where none is known. receivers:
    ids; all that fit where empty. labels: the identity of its alerts, without those of a group; never a value.
    """

    condition: Condition
    about: About
    subject: str
    title: str
    sources: tuple[str, ...]
    owner: str
    hold: int
    clear: int

    @property
    def name(self) -> str:
        return self.condition.name

    @property
    def labels(self) -> dict[str, str]:
        named = {self.about.value: self.subject} if self.about is not About.CITY else {}
        owner = {"department": self.owner} if self.owner else {}
        return {"alertname": self.name, "severity": self.condition.severity} | named | owner

    @property
    def key(self) -> str:
        """What tells it from all other rules of the city."""
        return f"{self.about.value}/{self.subject}/{self.name}/{self.condition.severity}"


@dataclass(frozen=True)
class Limit:
    """What must hold of a value, in the indicator's unit; ``resolve``: from where on it holds again."""

    operator: str
    level: Decimal
    resolve: Decimal


def rules_of(city: City) -> list[Rule]:
    """All rules of a city: what indicators and sources say, and the defaults where they say nothing."""
    found = [rule for one in city.indicators for rule in _of_indicator(city, one)]
    found += [rule for one in city.sources for rule in _of_source(city, one)]
    if city.alerts.late_snapshot is not None and city.indicators:
        late = city.alerts.late_snapshot
        found.append(_rule(late, About.CITY, city.city, city.city, (), late.owner or ""))
    return found


def limit_of(condition: Threshold, indicator: Indicator) -> Limit | None:
    """The level of a threshold; that of the target where it names none, None where there is none either."""
    level = condition.below if condition.below is not None else condition.above
    if level is not None:
        resolve = level if condition.resolve is None else condition.resolve
        return Limit(">=" if condition.below is not None else "<=", level, resolve)
    if indicator.target is None:
        return None
    target = Target.parse(indicator.target)
    return None if target.operator == "=" else Limit(target.operator, target.threshold, target.threshold)


def budget_of(indicator: Indicator) -> Fraction | None:
    """The share that may be bad by the target, 0 to 1: of ``>= 95`` in % it is 0.05, of ``<= 5`` too. None where it has none."""
    if indicator.target is None or indicator.unit not in RATIOS:
        return None
    target = Target.parse(indicator.target)
    share = Fraction(target.threshold) / RATIOS[indicator.unit]
    budget = {">": 1 - share, ">=": 1 - share, "<": share, "<=": share}.get(target.operator, Fraction(0))
    return budget if 0 < budget < 1 else None


def silence_of(condition: SilentSource, every: timedelta) -> timedelta:
    return condition.after or max(every * SILENT_POLLS, SHORTEST_SILENCE)


def overdue_after(every: timedelta) -> int:
    """Milliseconds after its last good run from which on a source's next one is overdue."""
    return int(every // MILLISECOND * EXPECTED_POLLS)


def default_conditions(indicator: Indicator) -> tuple[Condition, ...]:
    """Of an indicator that says nothing itself: none without a target.

    Burn rates, windows and factors: The Site Reliability Workbook, chapter 5 "Alerting on SLOs", table 5-8 (2 % of a
    month's budget in an hour, 5 % in six hours). One whose factor could not be reached even if all were bad is left out.
    """
    if indicator.target is None:
        return ()
    always: tuple[Condition, ...] = (
        Unreachable(when="unreachable"),
        Blind.model_validate({"when": "blind", "for": timedelta(minutes=15)}),
    )
    if indicator.measure != "availability":
        return always
    now: list[Condition] = []
    if limit_of(threshold := Threshold.model_validate({"when": "threshold", "for": timedelta(minutes=10)}), indicator):
        now.append(threshold)
    budget = budget_of(indicator)
    burns = (
        ("burn_fast", "critical", timedelta(hours=1), timedelta(minutes=5), Decimal("14.4")),
        ("burn_slow", "warning", timedelta(hours=6), timedelta(minutes=30), Decimal(6)),
    )
    for name, severity, long, short, factor in burns:
        if budget is not None and Fraction(factor) * budget < 1:
            told = {"id": name, "severity": severity, "long": long, "short": short, "factor": factor}
            now.append(Burn.model_validate({"when": "burn", **told}))
    return (*now, *always)


def source_defaults(source: Source) -> tuple[Condition, ...]:
    """Of a source that says nothing itself: none where nothing is expected of it."""
    if source.every is None:
        return ()
    found: list[Condition] = [
        SilentSource(when="silent_source"),
        ClockSkew.model_validate({"when": "clock_skew", "for": timedelta(minutes=10)}),
    ]
    if source.kind is Kind.READINGS:
        found.append(StuckSource(when="stuck_source"))
    if source.kind is Kind.STATES:
        found.append(StuckSource(when="stuck_source", after=timedelta(days=3)))
    if addresses_of(source.options):
        found.append(CertificateExpiry(when="certificate_expiry"))
        found.append(
            CertificateExpiry(id="certificate_expiry_soon", when="certificate_expiry", severity="critical", days=3)
        )
    return tuple(found)


def addresses_of(options: object) -> list[str]:
    """The https addresses anywhere in a source's options, secrets in them unresolved."""
    if isinstance(options, str):
        return [options] if options.startswith(ENCRYPTED) else []
    inner: Iterable[object] = ()
    if isinstance(options, Mapping):
        inner = options.values()
    elif isinstance(options, list | tuple):
        inner = options
    return list(dict.fromkeys(address for one in inner for address in addresses_of(one)))


def _of_indicator(city: City, indicator: Indicator) -> Iterator[Rule]:
    sources = sources_of(city, indicator)
    departments = {city.source(name).department for name in sources}
    owner = (departments.pop() or "") if len(departments) == 1 else ""
    conditions: tuple[Condition, ...] = indicator.alerts or ()
    if indicator.alerts is None and city.alerts.defaults:
        conditions = tuple(
            one for one in default_conditions(indicator) if not (isinstance(one, Blind) and is_passive(city, sources))
        )
    for one in conditions:
        yield _rule(one, About.INDICATOR, indicator.id, indicator.title, sources, one.owner or owner)


def is_passive(city: City, sources: Iterable[str]) -> bool:
    """Whether nothing is expected of a source at any time (files, pushes without an interval): nobody is blind without it."""
    return any(city.source(name).every is None for name in sources)


def sources_of(city: City, indicator: Indicator) -> tuple[str, ...]:
    """The sources that an indicator rests on, through those it is computed from."""
    from collector.city.references import parts_of

    names = dict.fromkeys(indicator.source_ids)
    for part in parts_of(indicator).values():
        names |= dict.fromkeys(sources_of(city, city.indicator(part)))
    return tuple(names)


def _of_source(city: City, source: Source) -> Iterator[Rule]:
    conditions: tuple[Condition, ...] = source.alerts or ()
    if source.alerts is None and city.alerts.defaults:
        conditions = source_defaults(source)
    for one in conditions:
        yield _rule(
            one, About.SOURCE, source.id, source.id, (source.id,), one.owner or source.department or "", source.every
        )


def _rule(
    one: Condition,
    about: About,
    subject: str,
    title: str,
    sources: tuple[str, ...],
    owner: str,
    every: timedelta | None = None,
) -> Rule:
    hold = one.for_ // MILLISECOND
    if isinstance(one, SilentSource) and every is not None:
        # Silence is counted by elapsed time from when the run was overdue: a step of the clock is no silence.
        hold += max(0, silence_of(one, every) // MILLISECOND - overdue_after(every))
    return Rule(one, about, subject, title, sources, owner, hold, one.resolve_after // MILLISECOND)
