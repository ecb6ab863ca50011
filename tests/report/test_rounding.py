"""Numbers as printed: half up, exact, and never rounded onto a number that means something."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.report.rounding import SPACE, Quantity, count, digits_apart, digits_for, duration, share
from collector.rounding import half_up

EXACT = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**9)


@pytest.mark.parametrize(
    ("number", "digits", "printed"),
    [
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("2.675", 2, "2.68"),  # as a float it lies below the tie
        ("1/3", 4, "0.3333"),
        ("2/3", 0, "1"),
        ("0", 2, "0.00"),
        ("12345678901234567890123456789012345/10", 1, "1234567890123456789012345678901234.5"),
    ],
)
def test_a_tie_goes_away_from_zero(number: str, digits: int, printed: str) -> None:
    assert str(half_up(Fraction(number), digits)) == printed


@pytest.mark.parametrize(
    ("one", "other", "digits"),
    [
        ("95.12", "95.13", 2),
        ("95.121", "95.122", 3),
        ("95.125", "95.124", 2),
        ("1/3", "1/3", 2),
        ("1/3", "0.333333", 7),
    ],
)
def test_two_numbers_side_by_side_print_differently_unless_they_are_equal(one: str, other: str, digits: int) -> None:
    assert digits_apart(Fraction(one), Fraction(other), least=2) == digits
    assert digits_apart(Fraction(other), Fraction(one), least=2) == digits


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("94.999", "94.999"),
        ("94.99", "94.99"),
        ("95", "95.00"),
        ("95.001", "95.001"),
        ("95.01", "95.01"),
        ("94.9999999", "94.9999999"),
        ("949/10", "94.90"),
    ],
)
def test_a_value_beside_its_target_never_prints_as_the_target(number: str, printed: str) -> None:
    exact = Fraction(number)
    assert Quantity(exact, digits_for(exact, 2, [Decimal(95)])).plain == printed


def test_a_value_on_a_target_finer_than_two_digits_does_not_print_above_it() -> None:
    exact = Fraction("99.995")
    assert Quantity(exact, digits_for(exact, 2, [Decimal("99.995")])).plain == "99.995"


@given(EXACT, st.decimals(-1000, 1000, places=4), st.integers(0, 4))
def test_the_printed_number_lies_on_the_same_side_of_the_target(number: Fraction, target: Decimal, least: int) -> None:
    printed = Fraction(half_up(number, digits_for(number, least, [target])))
    assert (printed > target) == (number > target)
    assert (printed < target) == (number < target)


@given(EXACT, st.integers(0, 9))
def test_rounding_moves_a_number_by_half_a_unit_at_most(number: Fraction, digits: int) -> None:
    assert abs(Fraction(half_up(number, digits)) - number) * 2 <= Fraction(1, 10**digits)


@pytest.mark.parametrize(
    ("ratio", "printed"),
    [
        (1.0, "100.00"),
        (0.999996, "99.9996"),
        (0.0, "0.00"),
        (0.000001, "0.0001"),
        (0.95, "95.00"),
        (Fraction(1, 3), "33.33"),
    ],
)
def test_only_a_whole_share_prints_as_one_hundred_percent(ratio: float | Fraction, printed: str) -> None:
    assert str(share(ratio)) == f"{printed}{SPACE}%"


def test_a_coverage_just_under_its_minimum_does_not_print_as_the_minimum() -> None:
    assert share(0.899999, 0.9).plain == "89.9999"


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        ("0", "0 s"),
        ("45.25", "45.250 s"),
        ("119", "119 s"),
        ("150", "2.50 min (150 s)"),
        ("25200", "7 h (25,200 s)"),
        ("3172088000", "36,713.98 d (3,172,088,000 s)"),
    ],
)
def test_a_duration_is_told_in_a_unit_that_suits_it_and_in_seconds(seconds: str, printed: str) -> None:
    assert duration(Fraction(seconds), ("d", "h", "min", "s")).replace(SPACE, " ") == printed


def test_counts_have_thousands_separators() -> None:
    assert (count(1234567), count(0), count(1234.5)) == ("1,234,567", "0", "1,234.50")


def test_a_number_is_never_printed_with_an_exponent() -> None:
    assert Quantity(Fraction(1, 10**9), 9).plain == "0.000000001"
    assert half_up(Fraction(10) ** 20, 0) == Decimal(10) ** 20
    assert Quantity(Fraction(10) ** 20, 0).plain == "100,000,000,000,000,000,000"
