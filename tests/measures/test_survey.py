from fractions import Fraction
from math import comb
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.measurement import Measurement
from collector.measures.figures import latest
from collector.measures.survey import Options, interval, survey
from collector.records import Kind
from tests.measures.build import at, october, table

NAMES = ("very satisfied", "satisfied", "neutral", "dissatisfied")
OPTIONS = Options(NAMES, NAMES[:2])
NINETY_FIVE = Fraction(95, 100)


def counted(day: str, *counts: float, dimensions: str | None = None, recorded_at: Any = 0) -> list[dict[str, Any]]:
    """The figures of one survey."""
    return [
        {"name": name, "at": day, "value": value, "dimensions": dimensions, "recorded_at": recorded_at}
        for name, value in zip(NAMES, counts, strict=False)
    ]


def measured(rows: list[dict[str, Any]], options: Options = OPTIONS) -> Measurement:
    return survey(latest(table(Kind.FIGURES, rows), at("2026-12-01")), october(), options)


@pytest.mark.parametrize(
    ("satisfied", "answers", "lower", "upper"),
    [
        (8, 10, 0.4439045, 0.9747893),  # R: binom.test(8, 10)
        (5, 10, 0.1870860, 0.8129140),  # R: binom.test(5, 10)
        (1, 20, 0.0012651, 0.2487328),  # R: binom.test(1, 20)
        (682, 925, 0.7076683, 0.7654066),  # R: binom.test(682, 682 + 243), its manual's example after Conover
    ],
)
def test_the_interval_is_the_published_one(satisfied: int, answers: int, lower: float, upper: float) -> None:
    assert interval(satisfied, answers, NINETY_FIVE) == pytest.approx((lower, upper), abs=5e-8)


@pytest.mark.parametrize("answers", [1, 2, 30, 1000, 1_000_000])
def test_none_and_all_have_their_closed_forms(answers: int) -> None:
    low, high = interval(0, answers, NINETY_FIVE)
    assert (low, high) == (0, pytest.approx(1 - 0.025 ** (1 / answers), rel=1e-9))
    low, high = interval(answers, answers, NINETY_FIVE)
    assert (low, high) == (pytest.approx(0.025 ** (1 / answers), rel=1e-9), 1)


def test_no_answers_leave_everything_possible() -> None:
    assert interval(0, 0, NINETY_FIVE) == (0, 1)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(500, 999))
def test_at_its_ends_each_tail_has_half_of_what_the_confidence_leaves(drawn: tuple[int, int], permille: int) -> None:
    (k, n), confidence = drawn, Fraction(permille, 1000)
    low, high = (Fraction(end) for end in interval(k, n, confidence))

    def chance(counts: range, rate: Fraction) -> float:
        return float(sum(comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in counts))

    half = pytest.approx(float(1 - confidence) / 2, rel=1e-9)
    assert k == 0 or chance(range(k, n + 1), low) == half
    assert k == n or chance(range(k + 1), high) == half
    assert low <= Fraction(k, n) <= high


def test_a_survey_is_the_share_of_satisfied_answers_with_its_interval() -> None:
    whole = measured([*counted("20", 5, 3, 2, 0), {"name": "complaints", "at": "20", "value": 77.5}])
    assert (whole.value, whole.numerator, whole.denominator, whole.n) == (Fraction(8, 10), 8, 10, 10)
    assert (whole.lower, whole.upper) == interval(8, 10, NINETY_FIVE)
    assert whole.parts == {"satisfied": 8, "answers": 10, "asked": None, "surveys": 1}
    assert (whole.coverage, whole.faults) == (1.0, ())


def test_surveys_of_a_period_are_added_up_and_it_is_said_how_many() -> None:
    rows = counted("05", 5, 3, 2, 0) + counted("20", 1, 1, 0, 0, dimensions='{"district":"a"}')
    whole = measured(rows + counted("2026-11-01", 0, 0, 0, 900))
    assert (whole.numerator, whole.denominator, whole.parts["surveys"]) == (10, 12, 2)


def test_a_corrected_count_replaces_the_one_before() -> None:
    rows = counted("05", 5, 3, 2, 0) + counted("05", 1, recorded_at="2026-11-02")
    assert measured(rows).numerator == 4


@pytest.mark.parametrize(
    ("counts", "fault"),
    [
        ((5, 3, -2, 0), "neutral: -2.0 is no number of answers"),
        ((5, 3.5, 2, 0), "satisfied: 3.5 is no number of answers"),
        ((5, 3, float("nan"), 0), "neutral: nan is no number of answers"),
        ((5, 3, float("inf"), 0), "neutral: inf is no number of answers"),
        ((5, 3, 2), "there is no count of dissatisfied"),
    ],
)
def test_a_survey_with_a_wrong_count_is_a_fault_and_left_out_as_a_whole(counts: tuple[float, ...], fault: str) -> None:
    whole = measured(counted("05", 9, 0, 1, 0) + counted("20", *counts))
    assert (whole.numerator, whole.denominator) == (9, 10)
    assert whole.faults == (f"survey at 2026-10-20T00:00:00+08:00: {fault}",)


def test_who_was_asked_is_told_and_more_answers_than_that_are_a_fault() -> None:
    options = Options(NAMES, NAMES[:2], "asked")
    asked = {"name": "asked", "at": "20", "value": 40.0}
    assert measured([*counted("20", 5, 3, 2, 0), asked], options).parts["asked"] == 40
    too_many = measured([*counted("20", 50, 3, 2, 0), asked], options)
    assert (too_many.value, too_many.parts["asked"]) == (None, None)
    assert too_many.faults[0].endswith("55 answers are more than the 40 who were asked")


def test_the_same_survey_from_two_sources_is_a_fault() -> None:
    rows = table(Kind.FIGURES, counted("20", 5, 3, 2, 0) * 2)
    assert "two sources count" in survey(rows, october(), OPTIONS).faults[0]


def test_t7_no_survey_is_no_value_and_any_value_is_possible() -> None:
    whole = measured([])
    assert (whole.value, whole.lower, whole.upper, whole.n) == (None, 0, 1, 0)
    unseen = survey(table(Kind.FIGURES, counted("20", 5, 3, 2, 0)), october("", ("2026-09-01", "2026-09-02")), OPTIONS)
    assert (unseen.value, unseen.coverage) == (None, 0)
