"""Whether a measurement meets its target: only if every value that the bounds allow does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from collector.measurement import Measurement, Number

MIN_COVERAGE = 0.9
_FORM = re.compile(r"\s*(>=|<=|≥|≤|=|>|<)\s*([+-]?\d+(?:\.\d+)?)\s*")
_ASCII = {"≥": ">=", "≤": "<="}


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    INDETERMINATE = "indeterminate"
    NOT_APPLICABLE = "not_applicable"
    NO_TARGET = "no_target"


@dataclass(frozen=True)
class Target:
    """An operator (``>=``, ``<=``, ``=``, ``>``, ``<``) and a threshold in the indicator's unit, exact as written."""

    operator: str
    threshold: Decimal

    @classmethod
    def parse(cls, text: str) -> Target:
        """From ``>= 95`` (``≥`` and ``≤`` too). The unit stands in the indicator, not here. Raises ValueError."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(
                f"target {text!r}: write one of >=, <=, =, >, < and a number without unit, such as '>= 95'"
            )
        operator, number = match.groups()
        return cls(_ASCII.get(operator, operator), Decimal(number))

    def __str__(self) -> str:
        return f"{self.operator} {self.threshold}"


def judge(
    measurement: Measurement, target: Target | None, scale: Fraction = Fraction(1), min_coverage: float = MIN_COVERAGE
) -> Verdict:
    """The verdict over the interval [lower, upper], exact and unrounded.

    scale: units of the target in one base unit (100 for a ratio whose target is in percent). A bound of None is
    infinite.
    """
    if target is None:
        return Verdict.NO_TARGET
    if not measurement.applicable:
        return Verdict.NOT_APPLICABLE
    if measurement.coverage is None or measurement.coverage < min_coverage:
        return Verdict.INDETERMINATE
    lower, upper = (None if bound is None else exact(bound) * scale for bound in (measurement.lower, measurement.upper))
    return _compare(lower, upper, target.operator, Fraction(target.threshold))


def exact(number: Number) -> Fraction:
    """As a fraction; a float by the shortest decimal that names it: a published 0.95 is 95/100 and not just below."""
    return Fraction(repr(float(number))) if isinstance(number, float) else Fraction(number)


def _compare(lower: Fraction | None, upper: Fraction | None, operator: str, threshold: Fraction) -> Verdict:
    below = upper is not None and upper < threshold
    above = lower is not None and lower > threshold
    at_most = upper is not None and upper <= threshold
    at_least = lower is not None and lower >= threshold
    met, missed = {
        ">=": (at_least, below),
        ">": (above, at_most),
        "<=": (at_most, above),
        "<": (below, at_least),
        "=": (at_least and at_most, below or above),
    }[operator]
    return Verdict.MET if met else Verdict.MISSED if missed else Verdict.INDETERMINATE
