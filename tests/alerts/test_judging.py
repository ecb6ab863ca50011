"""Signals from intervals: certain only where every value that the bounds allow says the same."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.alerts.evaluation import Signal
from collector.alerts.judging import against, burn_rate, burning
from collector.alerts.rules import Limit

PERCENT = Fraction(100)
B, H, C, U = Signal.BREACH, Signal.BETWEEN, Signal.CLEAR, Signal.UNKNOWN


@pytest.mark.parametrize(
    ("operator", "lower", "upper", "expected"),
    [
        (">=", 0.90, 0.94, B),
        (">=", 0.90, 0.95, U),
        (">=", 0.95, 0.99, H),
        (">=", 0.95, 0.955, H),
        (">=", 0.96, 1.0, C),
        (">=", None, 0.94, B),
        (">=", 0.99, None, C),
        (">=", None, None, U),
        (">", 0.90, 0.95, B),
        ("<=", 0.06, 0.07, C),
        ("<=", 0.96, 0.99, B),
        ("<=", 0.94, 0.95, H),
        ("<", 0.95, 0.99, B),
    ],
)
def test_an_interval_against_a_level(operator: str, lower: float | None, upper: float | None, expected: Signal) -> None:
    resolve = Decimal(96) if operator in (">=", ">") else Decimal(94)
    if (operator, lower) == ("<=", 0.94):
        resolve = Decimal("93.5")
    assert against((lower, upper), Limit(operator, Decimal(95), resolve), PERCENT) is expected


levels = st.integers(0, 20).map(Decimal)


@given(st.sampled_from([">=", ">", "<=", "<"]), levels, st.integers(0, 5), st.integers(0, 20), st.integers(0, 6))
def test_a_signal_is_what_every_value_of_the_interval_says(
    operator: str, level: Decimal, back: int, lower: int, width: int
) -> None:
    up = operator in (">=", ">")
    resolve = level + back if up else level - back
    holds = {">=": lambda v, x: v >= x, ">": lambda v, x: v > x, "<=": lambda v, x: v <= x, "<": lambda v, x: v < x}[
        operator
    ]
    soft = (
        {">": ">=", "<": "<="}.get(operator, operator) if back else operator
    )  # away from the level itself the edge is well
    back_at = {">=": lambda v, x: v >= x, ">": lambda v, x: v > x, "<=": lambda v, x: v <= x, "<": lambda v, x: v < x}[
        soft
    ]
    values = [Fraction(lower) + Fraction(i, 2) for i in range(2 * width + 1)]
    signal = against((Fraction(lower), Fraction(lower + width)), Limit(operator, level, resolve), Fraction(1))
    assert (signal is B) == all(not holds(one, level) for one in values)
    assert (signal is C) == all(back_at(one, resolve) for one in values)
    assert (signal is H) == (all(holds(one, level) for one in values) and signal is not C)


@pytest.mark.parametrize(
    ("long", "short", "expected"),
    [
        ((0.2, 0.2), (0.0, 0.0), B),
        ((0.2, 0.2), (0.9, 0.9), C),
        ((0.9, 0.9), (0.0, 0.0), C),
        ((0.2, 0.5), (0.0, 0.0), U),
        ((0.2, 0.2), (0.0, 1.0), U),
        ((0.2, 0.5), (0.9, 0.9), C),
    ],
    ids=["both", "over by now", "only just begun", "long not known", "short not known", "one well is enough"],
)
def test_a_budget_burns_where_both_windows_say_so(
    long: tuple[float, float], short: tuple[float, float], expected: Signal
) -> None:
    assert burning([long, short], Fraction(5, 100), Decimal("14.4"), falls=False) is expected


def test_the_burn_rate_is_the_bad_share_over_the_allowed_one() -> None:
    """The Site Reliability Workbook, chapter 5: at 99.9 %, an error rate of 1.44 % burns 14.4 times too fast."""
    assert burn_rate(Fraction(9856, 10_000), Fraction(1, 1000), falls=False) == Fraction(144, 10)
    assert burn_rate(Fraction(72, 100), Fraction(5, 100), falls=True) == Fraction(144, 10)
    assert (
        burning([(0.9856, 0.9856)] * 2, Fraction(1, 1000), Decimal("14.4"), falls=False) is C
    )  # exactly at it is not above it
    assert burning([(0.9855, 0.9855)] * 2, Fraction(1, 1000), Decimal("14.4"), falls=False) is B
