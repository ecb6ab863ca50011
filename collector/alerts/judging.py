"""Signals from measured intervals: certain only where every value that the bounds allow says the same."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from collector.alerts.evaluation import Signal
from collector.alerts.rules import Limit
from collector.measurement import Number
from collector.verdict import exact

Bounds = tuple[Number | None, Number | None]
"""Lower and upper in base units; None where nothing bounds that side."""


def against(bounds: Bounds, limit: Limit, scale: Fraction) -> Signal:
    """An interval against a level. scale: how many of the limit's unit make one base unit."""
    lower, upper = (None if one is None else exact(one) * scale for one in bounds)
    if limit.operator in ("<=", "<"):
        lower, upper = (None if one is None else -one for one in (upper, lower))
        limit = Limit({"<=": ">=", "<": ">"}[limit.operator], -limit.level, -limit.resolve)
    strict = limit.operator == ">"
    if upper is not None and (upper < limit.level or (strict and upper == limit.level)):
        return Signal.BREACH
    if lower is None:
        return Signal.UNKNOWN
    if lower > limit.resolve or (lower == limit.resolve and not (strict and limit.resolve == limit.level)):
        return Signal.CLEAR
    holds = lower > limit.level or (lower == limit.level and not strict)
    return Signal.BETWEEN if holds else Signal.UNKNOWN


def burning(windows: Sequence[Bounds], budget: Fraction, factor: Decimal, *, falls: bool) -> Signal:
    """Whether the budget burns too fast over every window (The Site Reliability Workbook, chapter 5, "Multiwindow,
    Multi-Burn-Rate Alerts").

    burn rate = bad share in the window / bad share that the target allows; at 1 the budget is used up exactly as the
    month ends. It fires where the burn rate is above ``factor`` over the long and over the short window: the long one
    says that enough was lost to matter, the short one that it still goes on.
    windows: bounds of the indicator as a share over each. falls: of ``>=`` the bad share is 1 - value, of ``<=`` the value.
    """
    most = budget * Fraction(factor)
    signals = []
    for lower, upper in windows:
        least_bad, most_bad = (None if one is None else exact(one) for one in (lower, upper))
        if not falls:
            least_bad, most_bad = (None if one is None else 1 - one for one in (most_bad, least_bad))
        if least_bad is not None and least_bad > most:
            signals.append(Signal.BREACH)
        else:
            signals.append(Signal.CLEAR if most_bad is not None and most_bad <= most else Signal.UNKNOWN)
    if Signal.CLEAR in signals:
        return Signal.CLEAR
    return Signal.BREACH if set(signals) == {Signal.BREACH} else Signal.UNKNOWN


def burn_rate(value: Number | None, budget: Fraction, *, falls: bool) -> Fraction | None:
    """For texts: how many times too fast, by the value."""
    if value is None:
        return None
    return (exact(value) if falls else 1 - exact(value)) / budget


def whether(holds: bool) -> Signal:
    """Of what is known for certain."""
    return Signal.BREACH if holds else Signal.CLEAR
