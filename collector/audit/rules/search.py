"""What hidden arithmetic could explain a printed figure: bounded, in a fixed order, and honest about more than one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

MOST_TERMS = 24
"""Of a longer list only what single terms and pairs explain is searched."""
MOST_ANSWERS = 6


@dataclass(frozen=True)
class Named:
    name: str
    value: Decimal


def subsets(terms: Sequence[Named], wanted: Decimal) -> list[tuple[Named, ...]]:
    """Choices of one to three terms that add up to ``wanted``; the fewest terms first, then in the order of the document."""
    deepest = 3 if len(terms) <= MOST_TERMS else 2
    found: list[tuple[Named, ...]] = []
    for size in range(1, deepest + 1):
        for chosen in combinations(terms, size):
            if sum((one.value for one in chosen), Decimal(0)) == wanted:
                found.append(chosen)
                if len(found) == MOST_ANSWERS:
                    return found
        if found:
            return found
    return found


def quotients(amounts: Sequence[Named], ratio: Decimal, half: Decimal) -> list[tuple[Named, Named]]:
    """Pairs of printed amounts whose quotient is ``ratio`` within ``half``, both as ratios."""
    pairs = [(a, b) for a in amounts for b in amounts if a is not b and b.value > 0]
    return [(a, b) for a, b in pairs if abs(a.value / b.value - ratio) <= half][:MOST_ANSWERS]
