"""The sums behind a figure: numerator, denominator and parts, each with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from collector.report.glossary import GLOSSARY
from collector.report.quantities import Reading
from collector.report.rounding import Quantity, duration
from collector.report.words import Words, printable

_TEXTS = {"category": "category", "expressed_in": "as_", "denominator": ""}
"""Parts that are words, with the setting whose words they are."""

_IN_UNIT = "value_if_disappeared_were_down"
"""A part that is a value of the indicator itself."""

_SIDES = {
    "availability": ("part.up_seconds", "part.known_seconds"),
    "pue": ("part.facility_kwh", "part.it_kwh"),
    "timeliness": ("part.timely", None),
    "budget_execution": ("part.executed", "part.budget"),
    "survey": ("part.satisfied", "part.answers"),
}
"""What numerator and denominator of a measure are, where a part's name says it."""

_ORDER = {key: place for place, key in enumerate(GLOSSARY)}


@dataclass(frozen=True)
class Sum:
    """One sum. key: of its label. side: ``numerator`` or ``denominator``, else empty. number: None for a word.

    unit: of ``number`` as printed; durations are in seconds. text: for people, durations in a unit that suits them.
    """

    key: str
    text: str
    number: Fraction | None = None
    unit: str = ""
    side: str = ""


def sums(reading: Reading) -> list[Sum]:
    """Numerator and denominator first, then the other parts in the order of the glossary. Lists by day are told elsewhere."""
    measured, words = reading.figure.measurement, reading.words
    rows = []
    for side, key in zip(("numerator", "denominator"), _SIDES.get(reading.measure, (None, None)), strict=True):
        number = getattr(measured, side)
        if number is not None:
            rows.append(_number(key or side, Fraction(number), words, side))
    told = {one.key for one in rows}
    parts = [_part(name, given, reading) for name, given in measured.parts.items() if _is_single(given)]
    return rows + sorted((one for one in parts if one.key not in told), key=_place)


def _is_single(given: Any) -> bool:
    return given is not None and not isinstance(given, list)


def _place(one: Sum) -> tuple[int, str]:
    """Canonical JSON keeps no order; what the glossary does not know comes last."""
    return _ORDER.get(one.key, len(_ORDER)), one.key


def _part(name: str, given: Any, reading: Reading) -> Sum:
    """A part of the snapshot: numbers are text in it. One that this version has no word for is shown by its own name."""
    words = reading.words
    key = f"part.{name}" if words.knows(f"part.{name}") else name
    if isinstance(given, bool):
        return Sum(key, words("yes" if given else "no"))
    if name in _TEXTS:
        choice = f"{_TEXTS[name]}.{given}"
        return Sum(key, words(choice) if words.knows(choice) else printable(given))
    try:
        if name == _IN_UNIT and (shown := reading.quantity(Fraction(given))):
            return Sum(key, str(shown), shown.number, shown.unit)
        return _number(key, Fraction(given), words)
    except ValueError:
        return Sum(key, printable(str(given)))


def _number(key: str, number: Fraction, words: Words, side: str = "") -> Sum:
    if key.endswith("_seconds"):
        units = (words("unit.d"), words("unit.h"), words("unit.min"), words("unit.s"))
        return Sum(key, duration(number, units), number, units[3], side)
    unit = words("unit.kwh") if key.endswith("_kwh") else ""
    digits = 0 if number.denominator == 1 else 2 if unit else 4
    return Sum(key, str(Quantity(number, digits, unit)), number, unit, side)
