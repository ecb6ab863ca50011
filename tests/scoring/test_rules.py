from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.profile_files import load_rule_set
from collector.rounding import half_up
from collector.scoring.form import Score
from collector.scoring.rule_set import Equal, Execution, Positive, Qualitative, Reverse
from collector.scoring.rules import Quantitative, Scale, execution_rate, qualitative_range, score_at, score_between
from collector.verdict import Target

POSITIVE = Positive(kind="positive", source="某文件")
LINEAR = Reverse(kind="reverse", variant="linear", source="某文件")
RATIO = Reverse(kind="reverse", variant="ratio", source="某文件")
EQUAL = Equal(kind="equal", source="某文件")
EXACT = Equal(kind="equal", above="none", source="某文件")
EXECUTION = Execution(kind="execution", source="某文件")
ALL = [POSITIVE, LINEAR, RATIO, EQUAL, EXACT]
OPERATORS = {"positive": ">=", "reverse": "<=", "equal": "="}


def score(rule: Quantitative, actual: str, target: str, weight: str = "5", decimals: int = 2) -> str:
    return str(score_at(rule, Fraction(actual), Target.parse(target), Scale(Decimal(weight), decimals)))


@pytest.mark.parametrize(
    ("rule", "actual", "target", "weight", "points"),
    [
        (POSITIVE, "850", ">= 1000", "5", "4.25"),
        (POSITIVE, "6", ">= 9", "5", "3.33"),
        (POSITIVE, "5", ">= 6", "5", "4.17"),
        (POSITIVE, "15", ">= 20", "5", "3.75"),
        (POSITIVE, "1000", ">= 1000", "5", "5.00"),
        (POSITIVE, "9999", ">= 1000", "5", "5.00"),
        (POSITIVE, "0", ">= 1000", "5", "0.00"),
        (POSITIVE, "-3", ">= 1000", "5", "0.00"),
        (POSITIVE, "-1", ">= 0", "5", "0.00"),
        (POSITIVE, "95", "> 95", "5", "5.00"),
        (LINEAR, "2.0", "<= 1.5", "5", "3.33"),
        (RATIO, "2.0", "<= 1.5", "5", "3.75"),
        (LINEAR, "1.5", "<= 1.5", "5", "5.00"),
        (LINEAR, "3.0", "<= 1.5", "5", "0.00"),
        (LINEAR, "9.0", "<= 1.5", "5", "0.00"),
        (RATIO, "9.0", "<= 1.5", "5", "0.83"),
        (LINEAR, "0.1", "<= 0", "5", "0.00"),
        (RATIO, "0", "<= 0", "5", "5.00"),
        (EQUAL, "3", "= 3", "5", "5.00"),
        (EQUAL, "4", "= 3", "5", "5.00"),
        (EQUAL, "2", "= 3", "5", "3.33"),
        (EQUAL, "0", "= 0", "5", "5.00"),
        (EQUAL, "1", "= 0", "5", "0.00"),
        (EXACT, "4", "= 3", "5", "0.00"),
        (EXACT, "3", "= 3", "5", "5.00"),
        (EXECUTION, "86.29", ">= 100", "10", "8.63"),
        (EXECUTION, "1.97", ">= 100", "10", "0.20"),
        (EXECUTION, "120", ">= 100", "10", "10.00"),
    ],
)
def test_a_value_earns_its_points(rule: Quantitative, actual: str, target: str, weight: str, points: str) -> None:
    assert score(rule, actual, target, weight) == points


def test_execution_is_of_the_budget_that_is_named() -> None:
    executed = Decimal("1246.51")
    assert execution_rate(executed, Decimal("1246.51")) == 1
    assert half_up(execution_rate(executed, Decimal("1444.49")) * 10, 2) == Decimal("8.63")
    assert execution_rate(executed, Decimal(0)) == 0


@pytest.mark.parametrize(
    ("number", "digits", "rounded"),
    [("2.675", 2, "2.68"), ("0.125", 2, "0.13"), ("2.5", 0, "3"), ("0.5", 0, "1"), ("1.005", 2, "1.01"), ("-0.125", 2, "-0.13"),
     ("2.6749999", 2, "2.67"), ("8.62952", 2, "8.63")],
)  # fmt: skip
def test_ties_go_up_and_never_to_the_even_digit(number: str, digits: int, rounded: str) -> None:
    assert str(half_up(Fraction(number), digits)) == rounded


def test_decimals_are_data() -> None:
    assert [score(POSITIVE, "6", ">= 9", decimals=digits) for digits in (0, 1, 3)] == ["3", "3.3", "3.333"]


@pytest.mark.parametrize(
    ("rule", "lower", "upper", "target", "expected"),
    [
        (POSITIVE, 90, 100, ">= 95", ("4.74", "5.00")),
        (POSITIVE, None, 100, ">= 95", ("0.00", "5.00")),
        (POSITIVE, 95, None, ">= 95", ("5.00", "5.00")),
        (LINEAR, 1, 2, "<= 1", ("0.00", "5.00")),
        (LINEAR, 1, None, "<= 1", ("0.00", "5.00")),
        (RATIO, 2, 4, "<= 1", ("1.25", "2.50")),
        (RATIO, None, 1, "<= 1", ("5.00", "5.00")),
        (EQUAL, 2, 4, "= 3", ("3.33", "5.00")),
        (EQUAL, -1, 1, "= 0", ("0.00", "5.00")),
        (EXACT, 2, 4, "= 3", ("0.00", "5.00")),
        (EXACT, 4, 6, "= 3", ("0.00", "0.00")),
        (EXACT, 3, 6, "= 3", ("0.00", "5.00")),
        (EXACT, 2, None, "= 3", ("0.00", "5.00")),
        (EXACT, None, None, "= 3", ("0.00", "5.00")),
    ],
)
def test_an_interval_earns_the_least_and_the_most_of_its_values(
    rule: Quantitative, lower: int | None, upper: int | None, target: str, expected: tuple[str, str]
) -> None:
    ends = (None if one is None else Fraction(one) for one in (lower, upper))
    scored = score_between(rule, *ends, Target.parse(target), Scale(Decimal(5), 2))
    assert (str(scored.lower), str(scored.upper)) == expected


NUMBERS = st.fractions(-50, 250, max_denominator=40)
WEIGHTS = st.decimals(0, 40, places=1)
THRESHOLDS = st.decimals(0, 120, places=1)
RULES = st.sampled_from(ALL)


def _target(rule: Quantitative, threshold: Decimal) -> Target:
    return Target(OPERATORS[rule.kind], threshold)


@given(RULES, NUMBERS, NUMBERS, NUMBERS, THRESHOLDS, WEIGHTS)
def test_every_value_inside_scores_inside(
    rule: Quantitative, first: Fraction, second: Fraction, third: Fraction, threshold: Decimal, weight: Decimal
) -> None:
    lower, inside, upper = sorted((first, second, third))
    scale, target = Scale(weight, 2), _target(rule, threshold)
    scored = score_between(rule, lower, upper, target, scale)
    assert 0 <= scored.lower <= scored.upper <= weight
    assert scored.lower <= score_at(rule, inside, target, scale) <= scored.upper


@given(RULES, st.lists(NUMBERS, min_size=4, max_size=4), THRESHOLDS, WEIGHTS, st.booleans(), st.booleans())
def test_more_evidence_never_widens_a_score(
    rule: Quantitative, ends: list[Fraction], threshold: Decimal, weight: Decimal, no_lower: bool, no_upper: bool
) -> None:
    least, lower, upper, most = sorted(ends)
    scale, target = Scale(weight, 2), _target(rule, threshold)
    wide = score_between(rule, None if no_lower else least, None if no_upper else most, target, scale)
    narrow = score_between(rule, lower, upper, target, scale)
    assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper


@given(RULES, NUMBERS, THRESHOLDS, WEIGHTS)
def test_an_interval_of_one_value_scores_as_the_value(
    rule: Quantitative, value: Fraction, threshold: Decimal, weight: Decimal
) -> None:
    scale, target = Scale(weight, 2), _target(rule, threshold)
    point = score_at(rule, value, target, scale)
    assert score_between(rule, value, value, target, scale) == Score(point, point)


def test_a_finding_earns_points_within_its_band() -> None:
    rule = load_rule_set("national-2020").rules["qualitative"]
    assert isinstance(rule, Qualitative)
    ranges = [qualitative_range(rule, band, Scale(Decimal(5), 2)) for band in rule.bands]
    assert ranges == [
        (Score(Decimal("4.00"), Decimal("5.00")), True),
        (Score(Decimal("3.00"), Decimal("4.00")), False),
        (Score(Decimal("0.00"), Decimal("3.00")), False),
    ]


def test_the_provinces_differ_where_their_documents_do() -> None:
    hubei, guangxi = load_rule_set("hubei-ratio"), load_rule_set("guangxi-2020")
    assert score(hubei.rules["reverse"], "2.0", "<= 1.5") == "3.75"  # type: ignore[arg-type]
    assert score(guangxi.rules["reverse"], "2.0", "<= 1.5") == "3.33"  # type: ignore[arg-type]
    assert guangxi.over_achievement is not None
    assert guangxi.over_achievement.of_zero == 30
