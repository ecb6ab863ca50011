from fractions import Fraction

import pytest

from collector.measurement import Measurement, Number
from collector.verdict import Target, Verdict, judge


def measured(
    lower: Number | None, upper: Number | None, coverage: float | None = 1.0, applicable: bool = True
) -> Measurement:
    return Measurement(lower, lower, upper, coverage, 1, applicable=applicable)


@pytest.mark.parametrize("text", [">= 95", ">=95", " ≥ 95 "])
def test_a_target_is_an_operator_and_a_number(text: str) -> None:
    assert str(Target.parse(text)) == ">= 95"
    assert str(Target.parse("≤ 1.50")) == "<= 1.50"


@pytest.mark.parametrize("text", ["95", ">= 95%", "=> 95", ">= 9,5", ">= ", "≥95 ≤100", ">= nan", ">= 1e3", ""])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as '>= 95'"):
        Target.parse(text)


TABLE = [
    # interval, ">= 5", "> 5", "<= 5", "< 5", "= 5"
    ((5, 5), "met", "missed", "met", "missed", "met"),
    ((6, 7), "met", "met", "missed", "missed", "missed"),
    ((3, 4), "missed", "missed", "met", "met", "missed"),
    ((5, 7), "met", "indeterminate", "indeterminate", "missed", "indeterminate"),
    ((3, 5), "indeterminate", "missed", "met", "indeterminate", "indeterminate"),
    ((4, 6), *["indeterminate"] * 5),
    ((6, None), "met", "met", "missed", "missed", "missed"),
    ((4, None), *["indeterminate"] * 5),
    ((None, 4), "missed", "missed", "met", "met", "missed"),
    ((None, 6), *["indeterminate"] * 5),
    ((None, None), *["indeterminate"] * 5),
]


@pytest.mark.parametrize(
    ("interval", "operator", "verdict"),
    [(row[0], operator, row[i + 1]) for row in TABLE for i, operator in enumerate((">=", ">", "<=", "<", "="))],
)
def test_the_whole_interval_decides(interval: tuple[int | None, int | None], operator: str, verdict: str) -> None:
    assert judge(measured(*interval), Target.parse(f"{operator} 5")) == verdict


def test_the_unrounded_value_is_judged_exactly() -> None:
    target, percent = Target.parse(">= 95"), Fraction(100)
    assert judge(measured(*[Fraction(19, 20)] * 2), target, percent) is Verdict.MET
    assert judge(measured(*[Fraction(94_999_999, 100_000_000)] * 2), target, percent) is Verdict.MISSED
    assert judge(measured(0.95, 0.95), target, percent) is Verdict.MET  # published as 0.95


def test_coverage_below_the_minimum_is_indeterminate_whatever_the_bounds() -> None:
    target = Target.parse(">= 0")
    assert judge(measured(1, 1, coverage=0.89), target) is Verdict.INDETERMINATE
    assert judge(measured(1, 1, coverage=0.89), target, min_coverage=0.5) is Verdict.MET
    assert judge(measured(1, 1, coverage=0.9), target) is Verdict.MET
    assert judge(measured(1, 1, coverage=None), target) is Verdict.INDETERMINATE


def test_without_a_target_there_is_none_to_meet() -> None:
    assert judge(measured(1, 1), None) is Verdict.NO_TARGET


def test_t1_five_of_thirty_days_seen_and_up_is_indeterminate() -> None:
    month = Measurement(Fraction(1), Fraction(5, 30), Fraction(1), 5 / 30, 1)
    assert judge(month, Target.parse(">= 95"), Fraction(100)) is Verdict.INDETERMINATE
    assert judge(month, Target.parse(">= 95"), Fraction(100), min_coverage=0.1) is Verdict.INDETERMINATE


def test_t2_nothing_observed_is_indeterminate() -> None:
    assert judge(measured(0, 1, coverage=0.0), Target.parse(">= 95"), Fraction(100)) is Verdict.INDETERMINATE


def test_t3_a_month_under_maintenance_is_not_applicable() -> None:
    month = measured(None, None, coverage=None, applicable=False)
    assert judge(month, Target.parse(">= 95")) is Verdict.NOT_APPLICABLE


def test_t15_a_measured_zero_is_a_value() -> None:
    assert judge(measured(0, 0), Target.parse(">= 1")) is Verdict.MISSED
    assert judge(measured(0, 0), Target.parse("= 0")) is Verdict.MET
