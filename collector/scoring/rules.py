"""Points from values: the formulas that rule sets name, at a value and over an interval.

a: the actual value, t: the target, w: the weight. Everything is exact; a score is rounded half up to the rule set's decimals once,
at the end. A strict operator (``>``, ``<``) scores like ``>=`` and ``<=``: a value on the target is short of nothing.
Short of a target of 0 or less there is no share to give, so there are no points; a share below 0 is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from collector.rounding import half_up
from collector.scoring.form import Score
from collector.scoring.rule_set import Equal, Execution, Positive, Qualitative, QualitativeBand, Reverse
from collector.verdict import Target

Quantitative = Positive | Reverse | Equal | Execution
FITTING = {"positive": (">=", ">"), "reverse": ("<=", "<"), "equal": ("=",), "execution": (">=", ">", "=")}
"""Operators of the targets that a kind of rule scores."""


@dataclass(frozen=True)
class Scale:
    """What a line's points run to: its weight, and the decimals that scores are rounded to."""

    weight: Decimal
    decimals: int

    def rounded(self, share: Fraction) -> Decimal:
        return half_up(share * Fraction(self.weight), self.decimals)

    @property
    def open(self) -> Score:
        """Nothing is known: every score from nothing to the whole weight."""
        return Score(self.rounded(Fraction(0)), self.rounded(Fraction(1)))


def share_at(rule: Quantitative, actual: Fraction, target: Fraction) -> Fraction:
    """The share of the weight, 0 to 1, that ``actual`` earns."""
    return min(Fraction(1), max(Fraction(0), _FORMULAS[rule.kind](rule, actual, target)))


def score_at(rule: Quantitative, actual: Fraction, target: Target, scale: Scale) -> Decimal:
    return scale.rounded(share_at(rule, actual, Fraction(target.threshold)))


def score_between(
    rule: Quantitative, lower: Fraction | None, upper: Fraction | None, target: Target, scale: Scale
) -> Score:
    """The least and the greatest score of any value in [lower, upper]; a bound of None is infinite.

    Between its turning points a rule only rises or only falls, so the ends and the turning points inside decide.
    """
    threshold = Fraction(target.threshold)
    inside = [threshold] if (lower is None or lower <= threshold) and (upper is None or threshold <= upper) else []
    shares = [share_at(rule, value, threshold) for value in (*inside, lower, upper) if value is not None]
    shares += [_LIMITS[rule.kind][0]] if lower is None else []
    shares += [_limit_above(rule, threshold)] if upper is None else []
    return Score(scale.rounded(min(shares)), scale.rounded(max(shares)))


def execution_rate(executed: Decimal, budget: Decimal) -> Fraction:
    """B/A; 0 where there is no budget."""
    return Fraction(executed) / Fraction(budget) if budget else Fraction(0)


def qualitative_range(rule: Qualitative, band: QualitativeBand, scale: Scale) -> tuple[Score, bool]:
    """The scores that a finding may have, and whether the upper one belongs to them (it does in the best band only)."""
    place = rule.bands.index(band)
    upper = Fraction(1) if place == 0 else Fraction(rule.bands[place - 1].least)
    return Score(scale.rounded(Fraction(band.least)), scale.rounded(upper)), place == 0


def _positive(_rule: Quantitative, actual: Fraction, target: Fraction) -> Fraction:
    if actual >= target:
        return Fraction(1)
    return actual / target if target > 0 else Fraction(0)


def _reverse(rule: Quantitative, actual: Fraction, target: Fraction) -> Fraction:
    if actual <= target:
        return Fraction(1)
    if target <= 0:
        return Fraction(0)
    assert isinstance(rule, Reverse)
    return target / actual if rule.variant == "ratio" else 1 - (actual - target) / target


def _equal(rule: Quantitative, actual: Fraction, target: Fraction) -> Fraction:
    if target == 0:
        return Fraction(actual <= 0)
    assert isinstance(rule, Equal)
    if actual > target and rule.above == "none":
        return Fraction(0)
    return _positive(rule, actual, target)


def _execution(_rule: Quantitative, actual: Fraction, target: Fraction) -> Fraction:
    """``actual`` is B/A in the unit of ``target``, which says what 100 % is."""
    return actual / target if target else Fraction(0)


def _limit_above(rule: Quantitative, target: Fraction) -> Fraction:
    """The share of values beyond all bounds."""
    if isinstance(rule, Equal):
        return Fraction(rule.above == "full" and target != 0)
    return _LIMITS[rule.kind][1]


_FORMULAS: dict[str, Callable[[Quantitative, Fraction, Fraction], Fraction]] = {
    "positive": _positive,
    "reverse": _reverse,
    "equal": _equal,
    "execution": _execution,
}
_LIMITS = {
    "positive": (Fraction(0), Fraction(1)),
    "reverse": (Fraction(1), Fraction(0)),
    "equal": (Fraction(0), Fraction(1)),
    "execution": (Fraction(0), Fraction(1)),
}
"""Shares far below and far above every target."""
