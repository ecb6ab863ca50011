from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.errors import ConfigurationError
from collector.measurement import Measurement
from collector.measuring.exclusions import AppliedExclusion
from collector.profile_files import Evaluation, load_evaluation
from collector.scoring.declaration import Declaration
from collector.scoring.filling import Inputs, fill_form
from collector.scoring.form import Chart, Form, Line, Proof, Score, Table
from collector.scoring.funds import FundValues
from collector.scoring.words import GROUPS, WORDS
from tests.scoring.samples import OCTOBER, figure, percent

MONEY = {"年度资金总额": FundValues(Decimal("1444.49"), Decimal("1246.51"), Decimal("1246.51"))}
REACHED = "达成年度指标"


def line(form: Form, name: str) -> Line:
    return next(one for one in form.lines if one.id == name)


def span(scored: Score | None) -> tuple[str, str]:
    assert scored is not None
    return str(scored.lower), str(scored.upper)


def full(small: Evaluation) -> tuple[list, Inputs]:
    """Figures and inputs with which every score is settled."""
    figures = [figure(small.profile, "online", (percent("96"),) * 2), figure(small.profile, "pue", (Fraction(2),) * 2)]
    told = {
        "cost": Declaration("cost", "110万元", attachment="决算.pdf"),
        "rules": Declaration("rules", finding=REACHED, score=Decimal(18), attachment="制度.pdf"),
        "satisfaction": Declaration("satisfaction", "97%", n=400, attachment="问卷.xlsx"),
    }
    return figures, Inputs(declarations=told, funds=MONEY)


def test_a_measured_line_is_scored_by_its_interval(small: Evaluation) -> None:
    measured = figure(small.profile, "online", (percent("92"), percent("98")), value=percent("94"), coverage=0.95)
    shown = line(fill_form(small.profile, small.rules, [measured]), "online")
    assert (shown.target, shown.actual, shown.interval, shown.coverage) == ("≥95%", "94%", "[92, 98]%", 0.95)
    assert (shown.basis, shown.verdict, span(shown.score)) == ("measured", "indeterminate", ("29.05", "30.00"))


def test_what_was_not_measured_reads_so_and_may_earn_anything(small: Evaluation) -> None:
    form = fill_form(small.profile, small.rules, [])
    assert {one.actual for one in form.lines} == {"缺测"}
    assert [span(one.score) for one in form.lines] == [("0.00", f"{one.weight}.00") for one in form.lines]
    assert form.total.score == Score(Decimal(0), Decimal(100))
    assert (form.total.grades, form.total.measured_share) == (("差", "中", "良", "优"), 0)


def test_below_its_least_coverage_a_line_has_bounds_and_no_value(small: Evaluation) -> None:
    figures = [figure(small.profile, "online", (percent("20"), percent("99")), coverage=0.2)]
    form = fill_form(small.profile, small.rules, figures)
    assert (line(form, "online").actual, line(form, "online").interval) == ("数据不足", "[20, 99]%")
    assert form.total.measured_share == 0


def test_a_value_just_under_its_target_is_not_printed_as_the_target(small: Evaluation) -> None:
    shown = line(
        fill_form(small.profile, small.rules, [figure(small.profile, "online", (percent("94.9996"),) * 2)]), "online"
    )
    assert (shown.actual, shown.verdict, span(shown.score)) == ("94.9996%", "missed", ("30.00", "30.00"))


def test_a_period_that_is_wholly_excluded_is_not_applicable(small: Evaluation) -> None:
    excluded = figure(small.profile, "online", (None, None), coverage=None, basis="missing", applicable=False)
    shown = line(fill_form(small.profile, small.rules, [excluded]), "online")
    assert (shown.actual, shown.verdict, span(shown.score)) == ("不适用", "not_applicable", ("0.00", "30.00"))


@pytest.mark.parametrize(
    ("settings", "keys"), [({"method": "sweep_mean"}, "method"), ({"measure": "case_count"}, "measure")]
)
def test_an_indicator_by_other_rules_does_not_fill_the_line(
    small: Evaluation, settings: dict[str, str], keys: str
) -> None:
    other = figure(small.profile, "online", (percent("99"),) * 2, settings=settings)
    form = fill_form(small.profile, small.rules, [other])
    assert line(form, "online").actual == "缺测"
    assert f"在线率：城市文件里指标 online 的口径与本表不同（{keys}），未据以填报。" in form.findings


def test_another_indicator_of_the_city_may_be_named(small: Evaluation) -> None:
    other = figure(small.profile, "online", (percent("99"),) * 2, settings={"id": "cameras"})
    assert line(fill_form(small.profile, small.rules, [other]), "online").basis == "missing"
    named = Inputs(indicators={"online": "cameras"})
    assert line(fill_form(small.profile, small.rules, [other], named), "online").indicator == "cameras"


def test_the_total_is_the_sum_and_shares_are_kept_apart(small: Evaluation) -> None:
    figures, inputs = full(small)
    figures[1] = replace(figures[1], basis="imported")
    form = fill_form(small.profile, small.rules, figures, inputs)
    assert [span(one.score)[0] for one in form.lines] == ["30.00", "6.67", "18.00", "18", "10.00"]
    assert form.funds[0].score == Score(Decimal(10), Decimal(10))
    assert form.total.score == Score(Decimal("92.67"), Decimal("92.67"))
    assert (form.total.grades, form.total.settling) == (("优",), ())
    assert (form.total.measured_share, form.total.imported_share) == (Decimal("0.3"), Decimal("0.1"))


def test_the_execution_rate_names_its_denominator(small: Evaluation, write) -> None:
    form = fill_form(small.profile, small.rules, [], Inputs(funds=MONEY))
    assert (form.funds[0].rate, span(form.funds[0].score)) == (1, ("10.00", "10.00"))
    initial = load_evaluation(str(write(("weight: 10\n  cite", "weight: 10\n  denominator: initial\n  cite"))))
    form = fill_form(initial.profile, initial.rules, [], Inputs(funds=MONEY))
    assert (round(form.funds[0].rate or 0, 4), span(form.funds[0].score)) == (Decimal("0.8629"), ("8.63", "8.63"))
    assert any(
        "全年执行数/年初预算数，即86.29%" in block
        for section in form.sections
        for block in section.blocks
        if isinstance(block, str)
    )


def test_an_unknown_execution_leaves_its_points_open(small: Evaluation) -> None:
    form = fill_form(small.profile, small.rules, [])
    assert (form.funds[0].rate, span(form.funds[0].score)) == (None, ("0.00", "10.00"))
    assert any("补齐2026年度的全年预算数和全年执行数" in text for text in form.total.settling)


def test_a_declared_score_outside_of_its_band_is_refused(small: Evaluation) -> None:
    told = {"rules": Declaration("rules", finding="部分达成年度指标并具有一定效果", score=Decimal(16))}
    with pytest.raises(ConfigurationError, match="score 16 is outside of 12 to below 16 for 部分达成"):
        fill_form(small.profile, small.rules, [], Inputs(declarations=told))


def test_a_declared_band_without_a_score_leaves_its_range_open(small: Evaluation) -> None:
    form = fill_form(
        small.profile, small.rules, [], Inputs(declarations={"rules": Declaration("rules", finding=REACHED)})
    )
    assert (line(form, "rules").basis, span(line(form, "rules").score)) == ("declared", ("16.00", "20.00"))


def test_a_declared_inequality_is_a_bound(small: Evaluation) -> None:
    form = fill_form(small.profile, small.rules, [], Inputs(declarations={"cost": Declaration("cost", "≤120万元")}))
    assert (line(form, "cost").interval, span(line(form, "cost").score)) == ("(无界, 120]万元", ("16.00", "20.00"))


@pytest.mark.parametrize(
    ("answers", "score", "finding"),
    [(None, ("0.00", "10.00"), "满意度：申报满意度未报样本量，不计实分。"), (40, ("8.48", "10.00"), "满意度：样本40份，少于要求的100份。"),
     (4000, ("9.89", "10.00"), None)],
)  # fmt: skip
def test_a_satisfaction_is_worth_what_its_answers_make_of_it(
    small: Evaluation, answers: int | None, score: tuple[str, str], finding: str | None
) -> None:
    form = fill_form(
        small.profile,
        small.rules,
        [],
        Inputs(declarations={"satisfaction": Declaration("satisfaction", "90%", n=answers)}),
    )
    assert span(line(form, "satisfaction").score) == score
    assert finding is None or finding in form.findings


def test_a_far_exceeded_target_needs_a_written_reason(small: Evaluation, write) -> None:
    low = load_evaluation(str(write(('target: ">= 95"', 'target: ">= 70"'))))
    figures = [figure(low.profile, "online", (percent("96"),) * 2)]
    asked = "在线率：完成值96%达到指标值≥70%的130%以上，须书面说明原因（此项校验为假定）。"
    assert asked in fill_form(low.profile, low.rules, figures).findings
    assert asked not in fill_form(low.profile, low.rules, figures, Inputs(reasons={"online": "新增运维队伍"})).findings


def test_a_target_of_zero_has_an_absolute_gate_where_the_province_has_one(write) -> None:
    zero = load_evaluation(
        str(write(('target: ">= 95"', 'target: ">= 0"'), ("rule_set: national-2020", "rule_set: guangxi-2020")))
    )
    shown = fill_form(zero.profile, zero.rules, [figure(zero.profile, "online", (percent("30"),) * 2)])
    assert "在线率：指标值为零而完成值30%达到30%，须书面说明原因（此项校验为假定）。" in shown.findings
    below = fill_form(zero.profile, zero.rules, [figure(zero.profile, "online", (percent("29"),) * 2)])
    assert not [text for text in below.findings if "须书面说明" in text]


def test_a_veto_caps_the_total_and_an_undecided_one_its_lower_bound(write) -> None:
    veto = (
        "vetoes:\n  - {id: accident, text: 发生重大安全事故, ceiling: 59, cite: 某文件}\n"
        "  - {id: off, text: 在线率不达标, ceiling: 80, line: online, cite: 某文件}\n"
    )
    vetoed = load_evaluation(str(write(("levels:\n", veto + "levels:\n"))))
    figures, inputs = full(vetoed)
    totals = {
        holds: fill_form(
            vetoed.profile, vetoed.rules, figures, replace(inputs, vetoes={} if holds is None else {"accident": holds})
        ).total
        for holds in (True, False, None)
    }
    assert {holds: span(total.score) for holds, total in totals.items()} == {
        True: ("59", "59"), False: ("92.67", "92.67"), None: ("59", "92.67"),
    }  # fmt: skip
    assert totals[None].settling[0].startswith("确认是否存在“发生重大安全事故”")
    figures[0] = figure(vetoed.profile, "online", (percent("94.9"),) * 2)
    assert span(
        fill_form(vetoed.profile, vetoed.rules, figures, replace(inputs, vetoes={"accident": False})).total.score
    ) == ("80", "80")


def test_lines_that_only_inform_make_no_total(small: Evaluation) -> None:
    lines = tuple(one.model_copy(update={"weight": Decimal(0)}) for one in small.profile.lines)
    profile = small.profile.model_copy(update={"lines": lines, "funds": None})
    form = fill_form(profile, small.rules, full(small)[0])
    assert (form.total.score, form.total.grades, form.total.settling, form.total.measured_share) == (None, (), (), 0)
    assert "没有可计分的分值，无综合得分。" in form.sections[3].blocks


def test_a_reason_says_how_much_when_and_where(small: Evaluation) -> None:
    sums = {"up_seconds": "93000", "down_seconds": "7000", "unknown_seconds": "0", "subjects": "10"}
    missed = figure(small.profile, "online", (percent("93"),) * 2, parts=sums)
    days = {"2026-10-03": percent("70"), "2026-10-04": percent("96"), "2026-10-05": percent("90")}
    by = {"online": {"day": {day: Measurement(one, one, one, 1.0, 10) for day, one in days.items()}}}
    reason = line(fill_form(small.profile, small.rules, [missed], Inputs(broken_down=by)), "online").reason
    assert reason == (
        "实测93%，与指标值≥95%相差2个百分点。2026-10内在线1.1天，离线1.9小时（10个对象合计），未观测0秒。"
        "最差的日期：2026-10-03 70%、2026-10-05 90%。"
    )
    edited = fill_form(small.profile, small.rules, [missed], Inputs(broken_down=by, reasons={"online": "光缆被挖断"}))
    assert line(edited, "online").reason == "光缆被挖断"


def test_what_would_settle_names_the_time_that_was_not_seen(small: Evaluation) -> None:
    figures, inputs = full(small)
    figures[0] = figure(small.profile, "online", (percent("50"), percent("99")), value=percent("97"), coverage=0.91)
    days = {"2026-10-07": Measurement(percent("99"), None, None, 0.25, 10)}
    form = fill_form(small.profile, small.rules, figures, replace(inputs, broken_down={"online": {"day": days}}))
    assert form.total.score == Score(Decimal("78.46"), Decimal("92.67"))
    head, item = form.total.settling
    assert head == (
        "总分78.46–92.67分，等级可能是中、良或优。先查清以下1项（所系14.21分）即可能确定等级："
        "合计27.33至30分则定为优；合计17.33至27.32分则定为良；合计15.79至17.32分则定为中。"
    )
    unseen = "补录2026-10内未观测部分的记录（现覆盖率91%，区间[50, 99]%），未观测最多的是2026-10-07 25%"
    assert item == f"在线率（所系14.21分）：{unseen}"


def test_lines_that_are_declared_without_evidence_are_named(small: Evaluation) -> None:
    form = fill_form(small.profile, small.rules, [], Inputs(declarations={"cost": Declaration("cost", "90万元")}))
    assert "以下1项为申报值而未附佐证：成本。" in form.findings


def test_inputs_of_no_line_are_refused(small: Evaluation) -> None:
    for inputs in (
        Inputs(reasons={"onlin": "x"}),
        Inputs(declarations={"onlin": Declaration("onlin")}),
        Inputs(funds={"其他": FundValues()}),
    ):
        with pytest.raises(ConfigurationError, match="the profile small has no "):
            fill_form(small.profile, small.rules, [], inputs)
    with pytest.raises(ConfigurationError, match="unit '元': the line is in '万元'"):
        fill_form(
            small.profile, small.rules, [], Inputs(declarations={"cost": Declaration("cost", "9元", Decimal(9), "元")})
        )


def test_figures_of_a_month_say_that_the_year_is_longer(small: Evaluation) -> None:
    form = fill_form(small.profile, small.rules, full(small)[0])
    assert "实测期间2026-10短于评价年度，年度指标以该期间的实测值计。" in form.findings
    assert (form.title, form.subtitle, form.facts) == ("项目支出绩效自评表", "（2026年度）", (("项目名称", "某项目"),))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_has_the_nine_sections_with_text_tables_and_charts(small: Evaluation, language) -> None:
    figures, inputs = full(small)
    chart = Chart("在线率", "<svg/>")
    proof = Proof("2026-10", 1, "2026-11-02", "ab" * 32, "citygauge/1", "ed25519:1")
    form = fill_form(
        small.profile, small.rules, figures, replace(inputs, charts={"lines": [chart]}), proof=proof, language=language
    )
    assert [section.title for section in form.sections] == [
        "一、概况", "二、目标", "三、评价", "四、结论", "五、指标", "六、经验", "七、问题", "八、建议", "九、说明",
    ]  # fmt: skip
    assert all(section.blocks for section in form.sections)
    assert form.sections[0].blocks[0] == "本项目为某项目。"
    assert chart in form.sections[4].blocks
    tables = [block for section in form.sections for block in section.blocks if isinstance(block, Table)]
    assert all(len(row) == len(table.head) for table in tables for row in table.rows)
    texts = [block for section in form.sections for block in section.blocks if isinstance(block, str)]
    assert not [text for text in texts if "{" in text or "None" in text]
    assert any("citygauge/1" in text for text in texts)


def test_the_notes_say_what_was_excluded_by_whom_and_why(small: Evaluation) -> None:
    excluded = figure(small.profile, "online", (percent("96"),) * 2, value=percent("96"))
    start, end = OCTOBER.span.start, OCTOBER.span.start + 3_600_000
    one = AppliedExclusion("video", start, end, "机房检修", "局长", end, 10)
    form = fill_form(small.profile, small.rules, [replace(excluded, exclusions=(one,))])
    told = "剔除video自2026-10-01T00:00:00+08:00至2026-10-01T01:00:00+08:00的时间，原因：机房检修；批准人：局长（事后登记）。"
    assert f"在线率：{told}" in form.sections[8].blocks


def test_every_sentence_has_both_languages_and_one_meaning() -> None:
    assert len(WORDS) == sum(map(len, GROUPS))
    for key, (zh, en) in WORDS.items():
        names = [sorted({part.split("}")[0] for part in text.split("{")[1:]}) for text in (zh, en)]
        assert names[0] == names[1], key


SHARES = st.fractions(0, 1, max_denominator=50)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.tuples(SHARES, SHARES, SHARES, SHARES), st.booleans())
def test_bounds_hold_add_up_and_narrow_with_evidence(
    small: Evaluation, shares: tuple[Fraction, ...], with_inputs: bool
) -> None:
    least, lower, upper, most = sorted(shares)
    inputs = full(small)[1] if with_inputs else None
    wide, narrow = (
        fill_form(small.profile, small.rules, [figure(small.profile, "online", ends, coverage=0.95)], inputs)
        for ends in ((least, most), (lower, upper))
    )
    for form in (wide, narrow):
        scores = [one.score for one in form.lines if one.score] + [form.funds[0].score or Score(Decimal(0), Decimal(0))]
        assert form.total.score == Score(sum(one.lower for one in scores), sum(one.upper for one in scores))
        assert all(0 <= one.score.lower <= one.score.upper <= one.weight for one in form.lines if one.score)
    assert wide.total.score is not None
    assert narrow.total.score is not None
    assert wide.total.score.lower <= narrow.total.score.lower <= narrow.total.score.upper <= wide.total.score.upper
    assert set(narrow.total.grades) <= set(wide.total.grades)


def test_the_period_is_the_figures(small: Evaluation) -> None:
    assert OCTOBER.label in fill_form(small.profile, small.rules, full(small)[0]).sections[2].blocks[0]
