from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.scoring.form import Score
from collector.scoring.grades import grade_at, grades_between, of_hundred
from collector.scoring.rule_set import Band
from collector.scoring.settling import added, settle

BANDS = tuple(
    Band(grade=grade, least=Decimal(least)) for grade, least in (("优", 90), ("良", 80), ("中", 60), ("差", 0))
)
STEP = Decimal(1)
WEIGHTS = Decimal(100)


def whole(lower: int, upper: int) -> Score:
    return Score(Decimal(lower), Decimal(upper))


@pytest.mark.parametrize(
    ("points", "grade"),
    [("90", "优"), ("89.99", "良"), ("80", "良"), ("79.99", "中"), ("60", "中"), ("59.99", "差"), ("0", "差")],
)
def test_a_band_includes_its_lower_bound(points: str, grade: str) -> None:
    assert grade_at(of_hundred(Decimal(points), WEIGHTS), BANDS).grade == grade


def test_a_grade_of_weights_that_make_110_is_judged_on_the_share() -> None:
    assert [one.grade for one in grades_between(whole(98, 105), Decimal(110), BANDS)] == ["良", "优"]
    assert grade_at(of_hundred(Decimal(99), Decimal(110)), BANDS).grade == "优"


def test_the_grades_of_an_interval_run_from_the_worst_to_the_best() -> None:
    assert [one.grade for one in grades_between(whole(55, 90), WEIGHTS, BANDS)] == ["差", "中", "良", "优"]


def test_a_settled_total_needs_nothing() -> None:
    assert settle({"a": whole(50, 50), "b": whole(45, 45)}, WEIGHTS, BANDS, STEP).rest == ()


def test_with_one_grade_only_the_total_is_open() -> None:
    found = settle({"a": whole(90, 90), "b": whole(2, 4), "c": whole(0, 5)}, WEIGHTS, BANDS, STEP)
    assert (found.decisive, found.rest) == ((), ("c", "b"))


def test_the_widest_lines_decide_the_grade_and_say_for_which_points() -> None:
    found = settle({"a": whole(80, 80), "b": whole(0, 12), "c": whole(0, 5), "d": whole(0, 1)}, WEIGHTS, BANDS, STEP)
    assert (found.decisive, found.rest) == (("b",), ("c", "d"))
    assert [(one.grade.grade, one.least, one.most) for one in found.outcomes] == [("优", 10, 12), ("良", 0, 3)]


SCORES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 8)), min_size=1, max_size=4)


def _decides(chosen: tuple[int, ...], scores: list[Score], best: Band) -> bool:
    """Whether some points of the chosen lines leave the best grade alone, whatever the rest turn out to be, by trying all."""
    ranges = [range(int(one.lower), int(one.upper) + 1) for one in scores]
    rest = [ranges[i] for i in range(len(scores)) if i not in chosen]
    return any(
        {grade_at(Fraction(sum(own) + sum(others)), BANDS) for others in product(*rest)} == {best}
        for own in product(*(ranges[i] for i in chosen))
    )


@given(SCORES, st.integers(40, 85))
def test_the_list_is_sufficient_and_the_shortest_that_is(spans: list[tuple[int, int]], settled: int) -> None:
    scores = [whole(settled, settled), *(whole(lower, lower + width) for lower, width in spans)]
    names = {str(number): one for number, one in enumerate(scores)}
    found = settle(names, WEIGHTS, BANDS, STEP)
    grades = grades_between(added(scores), WEIGHTS, BANDS)
    still_open = {name for name, one in names.items() if not one.is_settled}
    assert set(found.decisive) | set(found.rest) == still_open
    if len(grades) == 1:
        assert found.decisive == ()
        return
    assert _decides(tuple(int(name) for name in found.decisive), scores, grades[-1])
    shorter = combinations(range(len(scores)), len(found.decisive) - 1)
    assert not any(_decides(chosen, scores, grades[-1]) for chosen in shorter)


@given(SCORES, st.integers(40, 85))
def test_an_outcome_names_exactly_the_points_that_make_its_grade_certain(
    spans: list[tuple[int, int]], settled: int
) -> None:
    names = {"0": whole(settled, settled)} | {
        str(number): whole(low, low + width) for number, (low, width) in enumerate(spans, 1)
    }
    found = settle(names, WEIGHTS, BANDS, STEP)
    own, rest = (
        added(one for name, one in names.items() if (name in found.decisive) is inside) for inside in (True, False)
    )
    for total in range(int(own.lower), int(own.upper) + 1) if found.decisive else ():
        grades = grades_between(Score(total + rest.lower, total + rest.upper), WEIGHTS, BANDS)
        named = [one.grade for one in found.outcomes if one.least <= total <= one.most]
        assert named == (list(grades) if len(grades) == 1 else [])


def test_no_set_short_of_all_settles_an_open_grade_whatever_comes_out() -> None:
    """Why the list asks for lines that can decide: here each of the two may leave the grade open."""
    scores = [whole(85, 85), whole(0, 5), whole(0, 5)]
    for chosen in ((1,), (2,)):
        own = scores[chosen[0]]
        other = scores[3 - chosen[0]]
        totals = [Score(85 + points + other.lower, 85 + points + other.upper) for points in range(int(own.upper) + 1)]
        assert any(len(grades_between(total, WEIGHTS, BANDS)) > 1 for total in totals)
