"""ratio, growth, budget_execution: interval arithmetic over two measurements.

Truth: any two numbers inside the bounds of the two. More evidence: both intervals become no wider. Nothing here adds
up; numerators and denominators do, where their own measures do.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from collector.measurement import Measurement
from collector.measures.compound import budget_execution, growth, ratio
from tests.properties.world import in_order, inside, no_wider


@dataclass(frozen=True)
class Pair:
    """told: a measurement, and the same with more evidence. true: lies inside of both."""

    told: tuple[Measurement, Measurement]
    true: Fraction


@st.composite
def pairs(draw: st.DrawFn, least: int = -4, most: int = 12) -> Pair:
    """Of halves of whole numbers."""
    halves = st.lists(st.integers(least, most), min_size=5, max_size=5).map(sorted)
    outer, inner, true, above, far = (Fraction(half, 2) for half in draw(halves))
    less = Measurement(true, draw(st.sampled_from([outer, None])), draw(st.sampled_from([far, None])), 0.5, 1)
    more = Measurement(draw(st.sampled_from([true, None])), inner, above, 0.9, 1)
    return Pair((less, more), true)


def quotient(a: Fraction, b: Fraction) -> Fraction | None:
    return a / b if b else None


@settings(max_examples=100)
@given(pairs(), pairs())
def test_the_truth_of_two_lies_within_the_bounds_and_more_evidence_never_widens_them(one: Pair, two: Pair) -> None:
    a, b = one.true, two.true
    made = {
        "budget": ([budget_execution(one.told[i], two.told[i], "年初预算数") for i in (0, 1)], quotient(a, b)),
        "ratio": ([ratio(one.told[i], two.told[i], at_most_one=False) for i in (0, 1)], quotient(a, b)),
        "growth": ([growth(one.told[i], two.told[i]) for i in (0, 1)], a / b - 1 if b > 0 else None),
        "points": ([growth(one.told[i], two.told[i], in_points=True) for i in (0, 1)], a - b),
    }
    for name, ((less, more), true) in made.items():
        assert inside(true, less), name
        assert inside(true, more), name
        assert in_order(less), name
        assert in_order(more), name
        assert no_wider(more, less), name


@settings(max_examples=100)
@given(pairs(0, 6), pairs(0, 12))
def test_a_part_of_a_whole_lies_within_its_bounds(one: Pair, two: Pair) -> None:
    assume(one.true <= two.true)
    less, more = (ratio(one.told[i], two.told[i]) for i in (0, 1))
    for measured in (less, more):
        assert inside(quotient(one.true, two.true), measured)
        assert in_order(measured)
    assert no_wider(more, less)
