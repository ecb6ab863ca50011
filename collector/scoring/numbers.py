"""Numbers as a form prints them: never rounded across the target."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from collector.rounding import half_up, side

SYMBOLS = {">=": "≥", "<=": "≤", "=": "=", ">": ">", "<": "<"}
_FARTHEST = 20
"""Digits after the point at which telling a number from a mark is given up; no measurement is so exact."""


def plain(number: Decimal) -> str:
    """Without trailing zeros and without an exponent."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def printed(number: Fraction, digits: int, marks: Iterable[Fraction] = ()) -> str:
    """With at least ``digits`` after the point, and as many as keep it on its side of every mark (94.999 for a target of 95)."""
    marked = list(marks)
    while digits < _FARTHEST and any(
        side(Fraction(half_up(number, digits)), mark) != side(number, mark) for mark in marked
    ):
        digits += 1
    return format(half_up(number, digits), "f")


def percent(share: Fraction) -> str:
    """``97.12%``; 100% and 0% of a whole and of nothing only."""
    scaled = share * 100
    return f"{printed(scaled, 0 if scaled.denominator == 1 else 2, (Fraction(0), Fraction(100)))}%"


def digits_of(number: Decimal) -> int:
    """How many digits stand after the point of a number as it is written."""
    return max(0, -int(number.as_tuple().exponent))
