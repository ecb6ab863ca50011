"""Texts and numbers as the form prints them: foreign texts made harmless, decimals without needless zeros, intervals of points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from collector.report.forms.words import FormWords
from collector.report.rounding import DASH, Quantity, digits_for, share
from collector.report.words import printable
from collector.scoring.form import Score

_LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Lines kept, white space as single blanks, control and direction marks shown as U+FFFD: no text can reorder its neighbours."""
    return "\n".join(printable(line) for line in _LINE_ENDS.split(text)).strip("\n")


def points(number: Decimal) -> str:
    """``4.20`` as ``4.2`` and ``5.00`` as ``5``; the digits themselves are the rule set's."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def score_text(score: Score | None, words: FormWords) -> str:
    """``4.2``, ``4.2～5``, or a dash where there is no score."""
    if score is None:
        return DASH
    if score.is_settled:
        return points(score.lower)
    return words("from_to", low=points(score.lower), high=points(score.upper))


def percent(ratio: Decimal | float) -> str:
    """A ratio of 0 to 1 as ``86.29%``; 100.00% is printed of a whole only."""
    return f"{share(ratio if isinstance(ratio, float) else Fraction(ratio)).plain}%"


def money(amount: Decimal | None) -> Quantity | None:
    """万元 with two digits, and with more where two would print an amount as nothing."""
    if amount is None:
        return None
    exact = Fraction(amount)
    return Quantity(exact, digits_for(exact, 2, [Decimal(0)]))


def quantity(number: Decimal) -> Quantity:
    """A number of points with the digits that it has."""
    return Quantity(Fraction(number), len(points(number).partition(".")[2]))


def grades_text(grades: Sequence[str], words: FormWords) -> str:
    """``良或优``; ``中、良或优``."""
    if len(grades) < 2:
        return "".join(grades)
    return words("comma").join(grades[:-1]) + words("or") + grades[-1]
