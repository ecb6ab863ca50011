"""Rounding half up, exactly; and on which side of a mark a number lies, so that printing never moves it across."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def half_up(number: Fraction, digits: int) -> Decimal:
    """``number`` with ``digits`` after the point; a tie goes away from zero, as 2.675 to 2.68. No quotient is ever a float."""
    scaled = abs(number) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(f"{-whole if number < 0 else whole}E-{digits}")  # by text: arithmetic would cut off at 28 digits


def side(number: Fraction, mark: Fraction) -> int:
    """-1 below the mark, 0 on it, 1 above it."""
    return (number > mark) - (number < mark)
