from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measurement import Measurement, Number
from collector.measures.compound import budget_execution, growth, ratio

MISSING = Measurement(None, None, None, 0.0, 0)


def known(value: Number, coverage: float = 1.0) -> Measurement:
    return Measurement(value, value, value, coverage, 1)


def between(lower: Number | None, value: Number | None, upper: Number | None) -> Measurement:
    return Measurement(value, lower, upper, 0.95, 1)


def test_a_ratio_is_exact_and_as_well_covered_as_its_weaker_side() -> None:
    one = ratio(known(911), known(972, coverage=0.97))
    assert one.value == one.lower == one.upper == Fraction(911, 972)
    assert (one.numerator, one.denominator, one.coverage) == (911, 972, 0.97)


@pytest.mark.parametrize(("numerator", "denominator"), [(MISSING, known(5)), (known(5), MISSING), (MISSING, MISSING)])
def test_t6_a_ratio_of_which_one_input_is_missing_has_no_value(
    numerator: Measurement, denominator: Measurement
) -> None:
    one = ratio(numerator, denominator)
    assert (one.value, one.coverage) == (None, 0.0)
    assert (one.lower, one.upper) == (0, 1)
    assert ratio(numerator, denominator, at_most_one=False).upper is None


def test_t7_a_ratio_over_0_has_no_value() -> None:
    one = ratio(known(3), known(0), at_most_one=False)
    assert (one.value, one.lower, one.upper, one.faults) == (None, None, None, ())


def test_t12_a_part_greater_than_its_whole_is_a_data_fault() -> None:
    one = ratio(known(1008), known(1000))
    assert (one.value, one.lower, one.upper) == (None, None, None)
    assert one.faults == ("ratio of 1008 to 1000 is outside of 0 to 1",)
    assert ratio(known(1008), known(1000), at_most_one=False).value == Fraction(1008, 1000)


def test_t17_a_ratio_whose_bounds_lie_above_one_is_a_data_fault_too() -> None:
    assert ratio(between(11, None, 12), known(10)).faults


def test_t15_a_numerator_of_0_is_0() -> None:
    assert ratio(known(0), known(5)).value == 0


def test_bounds_come_from_the_far_ends_of_both_intervals() -> None:
    one = ratio(between(40, 45, 50), between(80, 90, 100))
    assert (one.lower, one.value, one.upper) == (Fraction(2, 5), Fraction(1, 2), Fraction(5, 8))
    open_end = ratio(between(40, 45, None), between(80, 90, None), at_most_one=False)
    assert (open_end.lower, open_end.upper) == (0, None)
    around_zero = ratio(known(1), between(-1, 2, 3), at_most_one=False)
    assert (around_zero.value, around_zero.lower, around_zero.upper) == (Fraction(1, 2), None, None)


an_interval = st.tuples(*[st.integers(-20, 20)] * 3).map(sorted)


@settings(max_examples=200)
@given(an_interval, an_interval)
def test_every_quotient_of_values_inside_the_bounds_lies_inside_the_bounds(a: list[int], b: list[int]) -> None:
    one = ratio(between(*a), between(*b), at_most_one=False)
    for n in range(a[0], a[2] + 1):
        for d in (d for d in range(b[0], b[2] + 1) if d):
            assert one.lower is None or one.lower <= Fraction(n, d)
            assert one.upper is None or Fraction(n, d) <= one.upper


def test_growth_is_relative_or_in_points_and_says_which() -> None:
    relative = growth(between(108, 110, 112), known(100))
    assert (relative.lower, relative.value, relative.upper) == (Fraction(2, 25), Fraction(1, 10), Fraction(3, 25))
    points = growth(known(Fraction(95, 100)), between(Fraction(85, 100), Fraction(90, 100), None), in_points=True)
    assert (points.lower, points.value, points.upper) == (None, Fraction(1, 20), Fraction(1, 10))
    assert (relative.parts["expressed_in"], points.parts["expressed_in"]) == ("percent", "points")


@pytest.mark.parametrize("baseline", [known(0), known(-5), MISSING])
def test_growth_needs_a_baseline_above_0(baseline: Measurement) -> None:
    one = growth(known(5), baseline)
    assert (one.value, one.lower, one.upper) == (None, None, None)


def test_growth_over_a_baseline_without_value_is_as_certain_as_its_bounds() -> None:
    one = growth(known(110), between(100, None, 110))
    assert (one.lower, one.value, one.upper) == (0, None, Fraction(1, 10))


def test_budget_execution_is_no_more_certain_than_what_it_is_made_of() -> None:
    one = budget_execution(between(80, 80, None), known(100), "全年预算数")
    assert (one.lower, one.value, one.upper, one.coverage) == (Fraction(4, 5), Fraction(4, 5), None, 0.95)


def test_budget_execution_names_its_denominator() -> None:
    one = budget_execution(known(Fraction("1246.51")), known(Fraction("1444.49")), "年初预算数")
    assert one.value == Fraction(124651, 144449)
    assert one.parts["denominator"] == "年初预算数"
    assert budget_execution(known(Fraction("1246.51")), known(Fraction("1246.51")), "全年预算数").value == 1


@pytest.mark.parametrize(("executed", "budget"), [(known(5), known(0)), (known(5), MISSING), (MISSING, known(5))])
def test_budget_execution_without_a_budget_has_no_value(executed: Measurement, budget: Measurement) -> None:
    assert budget_execution(executed, budget, "全年预算数").value is None
