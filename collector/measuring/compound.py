"""Measures of other indicators: ratio, growth, budget_execution. Both sides are measured with the same as-of instant."""

from __future__ import annotations

from collections.abc import Callable

from collector.city.indicators import BudgetExecution, Growth, Indicator, Ratio
from collector.measurement import Measurement
from collector.measures import compound
from collector.periods import Period

MEASURES = ("ratio", "growth", "budget_execution")


def measure(indicator: Indicator, period: Period, part: Callable[[str, Period], Measurement]) -> Measurement:
    """``part`` measures another indicator of the city file over a period."""
    if isinstance(indicator, Ratio):
        numerator, denominator = part(indicator.numerator, period), part(indicator.denominator, period)
        return compound.ratio(numerator, denominator, at_most_one=indicator.at_most_one)
    if isinstance(indicator, Growth):
        baseline = Period.parse(indicator.baseline, period.zone)
        return compound.growth(part(indicator.of, period), part(indicator.of, baseline), in_points=indicator.as_ == "points")
    assert isinstance(indicator, BudgetExecution)
    executed, budget = part(indicator.executed, period), part(indicator.budget, period)
    return compound.budget_execution(executed, budget, indicator.budget)
