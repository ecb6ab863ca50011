"""From points to grades: bands are of 100 points and belong to the best grade whose least score is reached, inclusive."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from collector.scoring.form import Score
from collector.scoring.rule_set import Band


def of_hundred(points: Decimal, weights: Decimal) -> Fraction:
    """Points as they would be if all weights made 100: bands speak of 100, and 105 of 110 points are 95.45 of 100."""
    return Fraction(points) * 100 / Fraction(weights) if weights else Fraction(0)


def grade_at(hundredths: Fraction, bands: Sequence[Band]) -> Band:
    """bands: from the best to the worst, the worst from 0."""
    return next(band for band in bands if hundredths >= band.least)


def grades_between(score: Score, weights: Decimal, bands: Sequence[Band]) -> tuple[Band, ...]:
    """Every grade that a total in the interval may have, worst first."""
    best, worst = (bands.index(grade_at(of_hundred(one, weights), bands)) for one in (score.upper, score.lower))
    return tuple(reversed(bands[best : worst + 1]))
