"""What every measure returns: a value with its bounds, and how much was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Number = Fraction | float | int


@dataclass(frozen=True)
class Measurement:
    """An indicator over a period, in base units (ratios 0 to 1, users, seconds, kWh), unrounded.

    value: None where nothing was observed. lower, upper: None where nothing bounds that side.
    coverage: observed / owed, 0 to 1; None where nothing was owed. n: how many things the figure is about (subjects, cases, users, days).
    numerator, denominator: the sums behind a ratio. parts: the sums that docs/concepts.md lists for the measure.
    faults: data faults found and left out, in words with the record they are about.
    applicable: False where nothing was owed at all (the whole period excluded).
    """

    value: Number | None
    lower: Number | None
    upper: Number | None
    coverage: float | None
    n: int
    numerator: Number | None = None
    denominator: Number | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    applicable: bool = True


def ratio(numerator: Number, denominator: Number) -> Number | None:
    """The exact quotient (a Fraction for whole numbers), None for an empty denominator: no value, and never NaN."""
    if not denominator:
        return None
    if isinstance(numerator, float) or isinstance(denominator, float):
        return float(numerator) / float(denominator)
    return Fraction(numerator, denominator)
