"""Which open lines to observe first: the fewest that can decide the grade, then the others that decide the total.

Open lines have scores between a lower and an upper bound; the widths of these add up to the width of the total. Once the lines of a
set S are settled, with r the width that is left outside of S, the total lies in an interval of width r that begins anywhere between
the lower bound of the total and that bound plus the width of S.

No set short of all open lines settles an open grade whatever comes out: a band's bound inside the total's interval is inside one of
those shorter intervals too. So the question that has an answer is which lines *can* decide it: S is decisive if some outcome of S
makes the best grade that is still attainable certain, whatever the rest turn out to be. That depends on S by its width alone and a
greater width never spoils it; the widest lines are therefore the fewest, exactly and without a search. For which points of the
decisive lines which grade is certain is told with them; in between the rest is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from collector.scoring.form import Score
from collector.scoring.grades import grades_between
from collector.scoring.rule_set import Band


@dataclass(frozen=True)
class Outcome:
    """If the decisive lines together score from ``least`` to ``most`` points, the grade is ``grade``, whatever the rest turn out to be."""

    grade: Band
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class Settling:
    """decisive: the fewest lines that can make the best attainable grade certain, widest first; empty where there is only one grade.

    rest: the open lines beside them; all of both settle the total. outcomes: what the decisive ones have to score for which grade.
    """

    decisive: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


def settle(scores: Mapping[str, Score], weights: Decimal, bands: Sequence[Band], step: Decimal) -> Settling:
    """scores: by line, all of them, in the order of the form. weights: their sum. step: between two scores next to each other (0.01)."""
    total = added(scores.values())
    widest = sorted(
        (name for name, one in scores.items() if not one.is_settled),
        key=lambda name: _width(scores[name]),
        reverse=True,
    )
    if total.is_settled or len(grades_between(total, weights, bands)) == 1:
        return Settling(rest=tuple(widest))
    best = grades_between(total, weights, bands)[-1]
    for count in range(1, len(widest) + 1):
        outcomes = outcomes_of(widest[:count], scores, weights, bands, step)
        if outcomes and outcomes[0].grade == best:
            return Settling(tuple(widest[:count]), tuple(widest[count:]), outcomes)
    raise AssertionError("all open lines together decide the grade")


def outcomes_of(
    chosen: Sequence[str], scores: Mapping[str, Score], weights: Decimal, bands: Sequence[Band], step: Decimal
) -> tuple[Outcome, ...]:
    """What the chosen lines have to score together for which grade, best grade first; empty where they cannot decide it.

    Scores are whole multiples of ``step``: only those are looked for.
    """
    own, rest = added(scores[name] for name in chosen), added(one for name, one in scores.items() if name not in chosen)
    found = []
    for place, band in enumerate(bands):
        above = bands[place - 1].least if place else None
        least = max(own.lower, _first_from(Fraction(band.least), rest.lower, weights, step))
        most = (
            own.upper
            if above is None
            else min(own.upper, _first_from(Fraction(above), rest.upper, weights, step) - step)
        )
        if least <= most:
            found.append(Outcome(band, least, most))
    return tuple(found)


def added(scores: Iterable[Score]) -> Score:
    """The interval of a sum."""
    lower = upper = Decimal(0)
    for one in scores:
        lower, upper = lower + one.lower, upper + one.upper
    return Score(lower, upper)


def _first_from(hundredths: Fraction, others: Decimal, weights: Decimal, step: Decimal) -> Decimal:
    """The first multiple of ``step`` that, added to ``others``, makes at least so many points of 100."""
    needed = hundredths * Fraction(weights) / 100 - Fraction(others)
    steps = -(-needed // Fraction(step))
    return steps * step


def _width(score: Score) -> Decimal:
    return score.upper - score.lower
