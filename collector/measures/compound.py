"""ratio, growth and budget_execution: figures made of two others, with bounds by interval arithmetic."""

from __future__ import annotations

from collections.abc import Callable

from collector.faults import OUTSIDE_ONE
from collector.measurement import Measurement, Number
from collector.measurement import ratio as quotient

Bounds = tuple[Number | None, Number | None]


def ratio(numerator: Measurement, denominator: Measurement, at_most_one: bool = True) -> Measurement:
    """Numerator over denominator; no value where one of the two has none, or the denominator is 0.

    at_most_one: the numerator is a part of the denominator. A quotient above 1 (or below 0) is then a data fault
    and has no value, as when the two were read at different instants. Bounds hold for any two values inside the
    bounds of the two.
    """
    value = _of(quotient, numerator.value, denominator.value)
    bounds = _divide((numerator.lower, numerator.upper), (denominator.lower, denominator.upper))
    faults = numerator.faults + denominator.faults
    if at_most_one and (_outside(value, value) or _outside(*bounds)):
        faults += (OUTSIDE_ONE(numerator=_plain(numerator.value), denominator=_plain(denominator.value)),)
        value, bounds = None, (None, None)
    elif at_most_one:
        bounds = _at_most_one(bounds)
    return Measurement(
        value=value,
        lower=bounds[0],
        upper=bounds[1],
        coverage=_lesser(numerator.coverage, denominator.coverage),
        n=denominator.n,
        numerator=numerator.value,
        denominator=denominator.value,
        faults=faults,
        applicable=numerator.applicable and denominator.applicable,
    )


def growth(current: Measurement, baseline: Measurement, in_points: bool = False) -> Measurement:
    """Change against a baseline period: relative (0.1 is 10 %), or the plain difference, which for ratios is
    percentage points.

    A relative change needs a baseline above 0. ``parts`` says which of the two it is.
    """
    if in_points:
        value = _of(_minus, current.value, baseline.value)
        lower, upper = _of(_minus, current.lower, baseline.upper), _of(_minus, current.upper, baseline.lower)
    else:
        positive = baseline.value is not None and baseline.value > 0
        value = _less_one(_of(quotient, current.value, baseline.value)) if positive else None
        certain = baseline.lower is not None and baseline.lower > 0
        times = _divide((current.lower, current.upper), (baseline.lower, baseline.upper)) if certain else (None, None)
        lower, upper = _less_one(times[0]), _less_one(times[1])
    return Measurement(
        value=value,
        lower=lower,
        upper=upper,
        coverage=_lesser(current.coverage, baseline.coverage),
        n=current.n,
        numerator=current.value,
        denominator=baseline.value,
        parts={
            "current": current.value,
            "baseline": baseline.value,
            "expressed_in": "points" if in_points else "percent",
        },
        faults=current.faults + baseline.faults,
        applicable=current.applicable and baseline.applicable,
    )


def budget_execution(executed: Measurement, budget: Measurement, denominator: str) -> Measurement:
    """Executed over budget, as certain as the two are; it may exceed 1.

    denominator: which budget it is (全年预算数 or 年初预算数; the rates differ).
    """
    lower, upper = _divide((executed.lower, executed.upper), (budget.lower, budget.upper))
    return Measurement(
        value=_of(quotient, executed.value, budget.value),
        lower=lower,
        upper=upper,
        coverage=_lesser(executed.coverage, budget.coverage),
        n=0 if executed.value is None or budget.value is None else 1,
        numerator=executed.value,
        denominator=budget.value,
        parts={"executed": executed.value, "budget": budget.value, "denominator": denominator},
        faults=executed.faults + budget.faults,
        applicable=executed.applicable and budget.applicable,
    )


def _divide(numerator: Bounds, denominator: Bounds) -> Bounds:
    """The quotients of two intervals, None being infinite on its side; unbounded where the divisor may be 0."""
    low, high = denominator
    if low is not None and low > 0:
        return _quotient(numerator[0], low, high), _negated(_quotient(_negated(numerator[1]), low, high))
    if high is not None and high < 0:
        return _divide((_negated(numerator[1]), _negated(numerator[0])), (_negated(high), _negated(low)))
    return None, None


def _quotient(least: Number | None, low: Number, high: Number | None) -> Number | None:
    """The least of the quotients of numbers from ``least`` up by numbers in [low, high], low above 0."""
    if least is None:
        return None
    if least < 0:
        return quotient(least, low)
    return 0 if high is None else quotient(least, high)


def _outside(lower: Number | None, upper: Number | None) -> bool:
    return (lower is not None and lower > 1) or (upper is not None and upper < 0)


def _at_most_one(bounds: Bounds) -> Bounds:
    lower, upper = bounds
    return 0 if lower is None else max(lower, 0), 1 if upper is None else min(upper, 1)


def _of(
    operation: Callable[[Number, Number], Number | None], first: Number | None, second: Number | None
) -> Number | None:
    return None if first is None or second is None else operation(first, second)


def _minus(first: Number, second: Number) -> Number:
    return first - second


def _less_one(number: Number | None) -> Number | None:
    return None if number is None else number - 1


def _negated(number: Number | None) -> Number | None:
    return None if number is None else -number


def _lesser(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else min(first, second)


def _plain(number: Number | None) -> str:
    return f"{float(number):g}" if number is not None else "nothing"
