"""A figure: one indicator over one period, measured, judged and broken down. The door to everything under ``measuring``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from collector.city.indicators import Availability, Indicator
from collector.errors import ConfigurationError
from collector.feasibility import Feasibility, Goal
from collector.history import History
from collector.ledger import MeasuredCity
from collector.measurement import Measurement
from collector.measures.breakdown import Breakdown
from collector.measures.subject_list import SubjectList
from collector.measuring import compound, events
from collector.measuring.ahead import feasibility_of
from collector.measuring.availability import Measured, availability
from collector.measuring.exclusions import AppliedExclusion
from collector.periods import Period
from collector.verdict import Target, Verdict, judge

SCALES = {"%": Fraction(100), "‰": Fraction(1000), "min": Fraction(1, 60), "h": Fraction(1, 3600)}
"""How many of a unit make one base unit (ratios 0 to 1, seconds); other units are the base unit."""

PUBLISHED = ("figure", "survey")
"""Measures of numbers that a system publishes itself: imported, wherever they come from."""

BREAK_DOWNS = ("subject", "department", "district", "category", "day")


@dataclass(frozen=True)
class Figure:
    """An indicator's measurement in base units, and what it means.

    without_exclusions: the measurement with nothing excluded, kept beside it; None where nothing was excluded.
    exclusions: what was excluded, by whom and why.
    feasibility: whether the target can be met when the period is over; None for one that is, and where nothing can be said.
    basis: measured, imported or missing. ``scale`` turns base units into the indicator's unit.
    subjects: of an availability, every subject's times and rates in columns; None where a subject has no figure of its own.
    """

    indicator: Indicator
    period: Period
    as_of: int
    measurement: Measurement
    verdict: Verdict
    basis: str
    without_exclusions: Measurement | None = None
    by: Mapping[str, Measurement] = field(default_factory=dict)
    exclusions: tuple[AppliedExclusion, ...] = ()
    feasibility: Feasibility | None = None
    subjects: SubjectList | None = field(default=None, compare=False)

    @property
    def scale(self) -> Fraction:
        return scale_of(self.indicator)


def scale_of(indicator: Indicator) -> Fraction:
    if indicator.unit == "d" and indicator.measure == "case_duration":
        return Fraction(1, 86400)
    return SCALES.get(indicator.unit, Fraction(1))


def measure_all(history: History, period: Period, as_of: int, by: str | None = None) -> list[Figure]:
    """Every indicator of the city over ``period`` as known at ``as_of``."""
    history = history.at_once()
    return [measure(history, indicator, period, as_of, by) for indicator in history.city.indicators]


def measure(history: History, indicator: Indicator, period: Period, as_of: int, by: str | None = None) -> Figure:
    """One indicator over ``period``, known at ``as_of``; a period that is not over is measured up to then."""
    _check_break_down(by)
    measured = _measured(history, indicator, period, as_of, by)
    kept, plain = measured.measurement, measured.without_exclusions
    target = Target.parse(indicator.target) if indicator.target else None
    scale = scale_of(indicator)
    verdict = judge(kept, target, scale, indicator.min_coverage)
    return Figure(
        indicator=indicator,
        period=period,
        as_of=as_of,
        measurement=_withheld(kept, indicator.min_coverage),
        verdict=verdict,
        basis=_basis(history.city, indicator, kept),
        without_exclusions=plain and _withheld(plain, indicator.min_coverage),
        by=_all_withheld(measured.by, indicator.min_coverage),
        subjects=measured.subjects,
        exclusions=measured.exclusions,
        feasibility=feasibility_of(history, indicator, period, as_of, kept, Goal.of(target, scale)) if target else None,
    )


def _check_break_down(by: str | None) -> None:
    names = by.split(",") if by is not None else []
    unknown = [name for name in names if name not in BREAK_DOWNS]
    if unknown:
        raise ConfigurationError(f"--by: {unknown[0]!r} is none of {', '.join(BREAK_DOWNS)}")
    if len(names) > 1 and (set(names) & {"subject", "day"} or len(set(names)) < len(names)):
        raise ConfigurationError(f"--by {by}: several at once are different ones of department, district, category")


def _measured(
    history: History, indicator: Indicator, period: Period, as_of: int, by: str | None
) -> Measured:
    if isinstance(indicator, Availability):
        return availability(history, indicator, period, as_of, by)
    if indicator.measure in compound.MEASURES:
        def part(name: str, of: Period) -> Measurement:
            return _measured(history, history.city.indicator(name), of, as_of, None).measurement

        return Measured(compound.measure(indicator, period, part))
    total, broken_down = events.measure(history, indicator, period, as_of, by)
    return Measured(total, by=broken_down)


def _withheld(measured: Measurement, min_coverage: float) -> Measurement:
    """Without its value where too little was seen; the bounds stay."""
    if measured.value is None or (measured.coverage is not None and measured.coverage >= min_coverage):
        return measured
    return replace(measured, value=None)


def _all_withheld(by: Mapping[str, Measurement], min_coverage: float) -> Mapping[str, Measurement]:
    if isinstance(by, Breakdown):
        return by.withheld()
    return {label: _withheld(one, min_coverage) for label, one in by.items()}


def _basis(city: MeasuredCity, indicator: Indicator, measured: Measurement) -> str:
    if not measured.coverage:
        return "missing"
    connectors = {city.source(name).connector for name in indicator.source_ids}
    return "imported" if connectors == {"file"} or indicator.measure in PUBLISHED else "measured"


