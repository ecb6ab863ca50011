from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from collector.profile_files import Evaluation, load_evaluation
from collector.scoring.comparing import Comparison, compare_line
from collector.scoring.declaration import Declaration
from collector.scoring.filling import Inputs, judge_all
from collector.scoring.form import Score
from collector.scoring.funds import FundValues
from tests.scoring.samples import figure, percent


def compared(small: Evaluation, cell: str, figures: list[Any], line: str = "online", **more: Any) -> Comparison:
    declared = {line: Declaration(line, cell, **more)}
    given, judged = judge_all(small.profile, small.rules, figures, Inputs(declarations=declared))
    found = compare_line(next(one for one in judged if one.line.id == line), given)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("cell", "kind", "gap"),
    [
        ("93.4%", "agree", "0"),
        ("93%", "agree", "0"),
        ("98%", "overstated", "4.6"),
        ("90%", "understated", "3.4"),
        ("≥90%", "agree", "0"),
        ("≥93.5%", "overstated", "0.1"),
        ("≥ 95 %", "overstated", "1.6"),
        ("＞93.4%", "overstated", "0"),
        ("≤95%", "agree", "0"),
        ("95", "unverifiable", None),
        ("约95%", "unverifiable", None),
        ("90%-95%", "unverifiable", None),
        ("大幅提升", "unverifiable", None),
    ],
)
def test_a_declared_cell_is_held_against_the_measured_value(
    small: Evaluation, cell: str, kind: str, gap: str | None
) -> None:
    found = compared(small, cell, [figure(small.profile, "online", (percent("93.4"),) * 2)])
    assert (found.kind, found.gap) == (kind, None if gap is None else Fraction(gap))


@pytest.mark.parametrize(
    ("cell", "kind", "gap"), [("99%", "outside", "1"), ("90%", "outside", "2"), ("95%", "unverifiable", None)]
)
def test_against_an_interval_there_is_inside_and_outside(
    small: Evaluation, cell: str, kind: str, gap: str | None
) -> None:
    found = compared(small, cell, [figure(small.profile, "online", (percent("92"), percent("98")))])
    assert (found.kind, found.gap) == (kind, None if gap is None else Fraction(gap))


@pytest.mark.parametrize(
    ("cell", "kind"), [("1.4", "overstated"), ("2.0", "understated"), ("≤1.5", "overstated"), ("≤2个", "unverifiable")]
)
def test_less_is_better_where_the_target_says_so(small: Evaluation, cell: str, kind: str) -> None:
    assert compared(small, cell, [figure(small.profile, "pue", (Fraction("1.8"),) * 2)], "pue").kind == kind


def test_a_sentence_tells_the_gap_and_what_each_earns(small: Evaluation) -> None:
    found = compared(small, "≥95%", [figure(small.profile, "online", (percent("93.1"),) * 2)], score=Decimal(30))
    assert found.copies_target
    assert (found.stated, found.declared_score, found.measured_score) == (
        30,
        Decimal("30.00"),
        Score(Decimal("29.40"), Decimal("29.40")),
    )
    assert found.difference == Score(Decimal("0.60"), Decimal("0.60"))
    assert found.sentence == (
        "申报≥95%，实测93.10%，申报虚高1.9个百分点。申报值照抄指标值。自评30分，申报值按规则应得30分，完成值应得29.4分。"
    )


def test_what_was_not_measured_cannot_verify_anything(small: Evaluation) -> None:
    found = compared(small, "99%", [], score=Decimal(30))
    assert (found.kind, found.sentence, found.difference) == ("unverifiable", "申报99%，没有实测值，无法验证。", None)


def test_a_declaration_that_no_system_measures_rests_on_its_evidence(small: Evaluation) -> None:
    assert "以所附佐证为准" in compared(small, "90万元", [], "cost", attachment="决算.pdf").sentence
    assert "未附佐证" in compared(small, "90万元", [], "cost").sentence


def test_a_line_of_which_nothing_was_declared_is_not_compared(small: Evaluation) -> None:
    given, judged = judge_all(small.profile, small.rules, [])
    assert [compare_line(one, given) for one in judged] == [None] * 5


@pytest.mark.parametrize(
    ("line", "strict"),
    [
        ("app_items", "4.25"),
        ("platforms_connected", "3.33"),
        ("departments_connected", "4.17"),
        ("centre_in_use", "3.75"),
    ],
)
def test_yiyang_gave_itself_four_points_where_the_rule_gives_others(line: str, strict: str) -> None:
    yiyang = load_evaluation("yiyang-2022")
    given, judged = judge_all(yiyang.profile, yiyang.rules, [])
    found = compare_line(next(one for one in judged if one.line.id == line), given)
    assert found is not None
    assert (found.stated, found.declared_score) == (4, Decimal(strict))


def test_yaohai_gave_itself_ten_points_for_two_percent() -> None:
    yaohai = load_evaluation("yaohai-2021")
    given, judged = judge_all(yaohai.profile, yaohai.rules, [])
    execution = next(compare_line(one, given) for one in judged if one.line.rule == "budget_execution")
    assert execution is not None
    assert (execution.stated, execution.declared_score, execution.measured_score) == (
        10, Decimal("0.20"), Score(Decimal("0.20"), Decimal("0.20")),
    )  # fmt: skip


def test_an_execution_rate_is_compared_with_the_funds_table() -> None:
    junan = load_evaluation("junan-2019")
    funds = (
        {junan.profile.funds.rows[0].name.zh: FundValues(Decimal(293), Decimal(293), Decimal("188.01"))}
        if junan.profile.funds
        else {}
    )
    given, judged = judge_all(junan.profile, junan.rules, [], Inputs(funds=funds))
    execution = next(compare_line(one, given) for one in judged if one.line.rule == "budget_execution")
    assert execution is not None
    assert execution.kind == "overstated"
    assert execution.sentence.startswith("申报99.27%，按资金表计算64.17%，申报虚高35.1个百分点。")
