"""Seconds as people say them."""

from __future__ import annotations

from fractions import Fraction

from collector.rounding import half_up
from collector.scoring.numbers import plain
from collector.scoring.words import Say

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def duration(seconds: Fraction, say: Say) -> str:
    """``3.5天``, ``12 min``: in the largest unit of which there is one or more, with at most one digit after the point."""
    key, length = next(((key, length) for key, length in _UNITS if seconds >= length), _UNITS[-1])
    blank = "" if say.language == "zh" else " "
    return f"{plain(half_up(seconds / length, 1))}{blank}{say(key)}"
