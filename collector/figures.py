"""A figure: one indicator over one period, measured, judged and broken down. The door to everything under ``measuring``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from collector.city.indicators import Availability, Indicator
from collector.errors import ConfigurationError
from collector.feasibility import Feasibility, Goal
from collector.history import History
from collector.ledger import MeasuredCity
from collector.measurement import Measurement
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
    """

    indicator: Indicator
    period: Period
    as_of: int
    measurement: Measurement
    verdict: Verdict
    basis: str
    without_exclusions: Measurement | None = None
    by: dict[str, Measurement] = field(default_factory=dict)
    exclusions: tuple[AppliedExclusion, ...] = ()
    feasibility: Feasibility | None = None

    @property
    def scale(self) -> Fraction:
        return scale_of(self.indicator)


def scale_of(indicator: Indicator) -> Fraction:
    if indicator.unit == "d" and indicator.measure == "case_duration":
        return Fraction(1, 86400)
    return SCALES.get(indicator.unit, Fraction(1))


def measure_all(history: History, period: Period, as_of: int, by: str | None = None) -> list[Figure]:
    """Every indicator of the city over ``period`` as known at ``as_of``."""
    return [measure(history, indicator, period, as_of, by) for indicator in history.city.indicators]


def measure(history: History, indicator: Indicator, period: Period, as_of: int, by: str | None = None) -> Figure:
    """One indicator over ``period``, known at ``as_of``; a period that is not over is measured up to then."""
    if by is not None and by not in BREAK_DOWNS:
        raise ConfigurationError(f"--by: {by!r} is none of {', '.join(BREAK_DOWNS)}")
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
        by={label: _withheld(one, indicator.min_coverage) for label, one in measured.by.items()},
        exclusions=measured.exclusions,
        feasibility=feasibility_of(history, indicator, period, as_of, kept, Goal.of(target, scale)) if target else None,
    )


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


def _basis(city: MeasuredCity, indicator: Indicator, measured: Measurement) -> str:
    if not measured.coverage:
        return "missing"
    connectors = {city.source(name).connector for name in indicator.source_ids}
    return "imported" if connectors == {"file"} or indicator.measure in PUBLISHED else "measured"


