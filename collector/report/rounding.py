"""Numbers as printed. Rounding happens here and nowhere else, half up, and never across a number that means something.

A value just under its target does not print as the target: 94.999 with target >= 95 prints as 94.999, not as 95.00. The same
holds for 0 and 1 of a share, so that 100.00 % is printed of a whole only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from collector.rounding import half_up, side

SPACE = "\N{NO-BREAK SPACE}"
DASH = "—"


@dataclass(frozen=True)
class Quantity:
    """An exact number in ``unit``, to be printed with so many ``digits`` after the point."""

    number: Fraction
    digits: int
    unit: str = ""

    @property
    def plain(self) -> str:
        """With thousands separators, without the unit."""
        return f"{half_up(self.number, self.digits):,f}"

    def __str__(self) -> str:
        return self.plain + (SPACE + self.unit if self.unit else "")


def digits_for(number: Fraction, least: int, marks: Iterable[Decimal] = ()) -> int:
    """The fewest digits, at least ``least``, with which the rounded number lies on the same side of every mark, or on it."""
    digits = least
    for mark in map(Fraction, marks):
        while side(Fraction(half_up(number, digits)), mark) != side(number, mark):
            digits += 1
    return digits


def digits_apart(one: Fraction, other: Fraction, least: int) -> int:
    """The fewest digits, at least ``least``, with which two numbers print differently; ``least`` where they are equal."""
    digits = least
    while one != other and half_up(one, digits) == half_up(other, digits):
        digits += 1
    return digits


def share(number: Fraction | float, mark: float | None = None) -> Quantity:
    """A ratio 0 to 1 in percent. mark: the share that it is compared with, such as the least coverage."""
    percent = 100 * exact(number)
    marks = [Decimal(0), Decimal(100)] + ([100 * Decimal(repr(mark))] if mark is not None else [])
    return Quantity(percent, digits_for(percent, 2, marks), "%")


def exact(number: Fraction | Decimal | float) -> Fraction:
    """As a fraction; a float by the shortest decimal that names it (0.95 is 95/100)."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def count(number: Fraction | float) -> str:
    """A whole number with thousands separators, any other with two digits."""
    whole = exact(number)
    return Quantity(whole, 0 if whole.denominator == 1 else 2).plain


def duration(seconds: Fraction, units: tuple[str, str, str, str]) -> str:
    """In the largest of ``units`` (day, hour, minute, second) of which there are two or more, and in seconds behind it."""
    lengths = dict(zip(units, (86400, 3600, 60, 1), strict=True))
    unit = next((name for name in units if abs(seconds) >= 2 * lengths[name]), units[3])
    in_unit = seconds / lengths[unit]
    shown = str(Quantity(in_unit, 0 if in_unit.denominator == 1 else 2, unit))
    in_seconds = Quantity(seconds, 0 if seconds.denominator == 1 else 3, units[3])
    return str(in_seconds) if unit == units[3] else f"{shown} ({in_seconds})"


def date_time(when: datetime) -> str:
    """``2026-11-01 02:00:05 UTC+08:00``."""
    offset = when.strftime("%z")
    return f"{clock_time(when)} UTC{offset[:3]}:{offset[3:5]}"


def clock_time(when: datetime) -> str:
    """Without the offset, for tables that name the zone once."""
    return f"{when:%Y-%m-%d %H:%M:%S}"
