"""How figures and times are shown to people: rounded, with unit and dash; the only place here where anything is rounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from collector.current import Line
from collector.feasibility import Feasibility
from collector.feasibility_text import brief, describe
from collector.measurement import Number
from collector.verdict import exact

DECIMALS, MOST_DECIMALS = 2, 6
RATIO_UNITS = ("%", "‰")
_AGES = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True)
class Bar:
    """An interval against its target, in per cent of the width; ``start`` or ``end`` at the edge where a bound is missing."""

    start: float
    end: float
    value: float | None
    target: float | None
    open_start: bool
    open_end: bool


@dataclass(frozen=True)
class Cell:
    """An indicator over one period as text; None where there is nothing to show.

    ahead: what the target still takes, by language: (short, whole).
    """

    value: str | None
    unit: str
    lower: str | None
    upper: str | None
    coverage: str | None
    target: str | None
    verdict: str
    basis: str
    bar: Bar | None
    ahead: Mapping[str, tuple[str, str]] | None


def cell(line: Line) -> Cell:
    target, scale = line.target, line.scale
    return Cell(
        value=shown(line.value, scale, target), unit=line.indicator.unit,
        lower=shown(line.lower, scale, target), upper=shown(line.upper, scale, target),
        coverage=None if line.coverage is None else f"{shown(line.coverage, Fraction(100), Fraction(1))} %",
        target=line.indicator.target and _written(line.indicator.target),
        verdict=line.verdict, basis=line.basis, bar=bar(line),
        ahead=_ahead(line.feasibility) if line.feasibility else None,
    )  # fmt: skip


def _ahead(feasibility: Feasibility) -> dict[str, tuple[str, str]]:
    short, whole = brief(feasibility), describe(feasibility)
    return {language: (short[language], whole[language]) for language in short}


def shown(number: Number | None, scale: Fraction, target: Fraction | None = None) -> str | None:
    """``number`` (base units) in the indicator's unit, half up to two decimals, whole numbers without any.

    Where rounding would put it onto the target, or onto the other side, more digits are shown: 94.9996 is not "95.00".
    """
    if number is None:
        return None
    value = exact(number) * scale
    if value.denominator == 1:
        return f"{value.numerator:,}"
    for decimals in range(DECIMALS, MOST_DECIMALS + 1):
        text = _rounded(value, decimals)
        if target is None or _sign(Fraction(text.replace(",", "")) - target * scale) == _sign(value - target * scale):
            return text
    return _rounded(value, MOST_DECIMALS)


def bar(line: Line) -> Bar | None:
    """None where there is no interval: nothing is bounded, or nothing was seen at all."""
    numbers = [float(number) for number in (line.lower, line.upper, line.value) if number is not None]
    if (line.lower is None and line.upper is None) or not line.coverage:
        return None
    marks = [*numbers, *([float(line.target)] if line.target is not None else [])]
    low, high = min(marks), max(marks)
    margin = (high - low) * 0.12 or abs(high) * 0.02 or 1.0
    low, high = low - margin, high + margin
    if line.indicator.unit in RATIO_UNITS and min(marks) >= 0 and max(marks) <= 1:
        low, high = max(low, 0.0), min(high, 1.0)

    def place(number: Number | None) -> float | None:
        return None if number is None else round(100 * (float(number) - low) / (high - low), 2)

    start, end = place(line.lower), place(line.upper)
    return Bar(
        0.0 if start is None else start, 100.0 if end is None else end,
        place(line.value), place(line.target), start is None, end is None,
    )  # fmt: skip


def age(milliseconds: int, words: Mapping[str, str]) -> str:
    """``3 min ago``, in the largest unit that there is one of."""
    seconds = max(0, milliseconds // 1000)
    size, name = next((unit for unit in _AGES if seconds >= unit[0]), _AGES[-1])
    return words[f"ago_{name}"].format(seconds // size)


def _written(target: str) -> str:
    return target.replace(">=", "≥").replace("<=", "≤")


def _rounded(value: Fraction, decimals: int) -> str:
    step = Decimal(1).scaleb(-decimals)
    quotient = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{quotient.quantize(step, ROUND_HALF_UP):,}"


def _sign(number: Fraction) -> int:
    return (number > 0) - (number < 0)
