"""The five published forms as measurement fills them, beside what was declared."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from collector.demo.run import ZONE
from collector.demo.scenario import load_scenario, scenario_names
from collector.demo.scenario_city import _centre_source, _figures_source, _indicators, handed_in
from collector.freeze import freeze_period
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period, Span
from collector.profile_files import load_evaluation
from collector.report.comparison import compared
from collector.report.evaluation import evaluation_form
from collector.report.forms import rendered
from collector.report.forms.packs import load_pack
from collector.scoring.filling import Inputs, fill_form
from collector.scoring.form import Form, Line
from tests.demo.filled import figures_of

SEPTEMBER, OCTOBER = (Period.parse(label, ZONE) for label in ("2026-09", "2026-10"))
YEAR = Period.parse("2025", ZONE)
BY_FILES = ("figure", "usage_days", "timeliness")
"""Measures of the lines whose records come as files."""

PUBLISHED = {
    "gangu": ("gangu-2024 1", "gansu-2024 1", 100, 94, 0),
    "jinzhai": ("jinzhai-2023 1", "anhui-2020 1", 100, 99, 0),
    "junan": ("junan-2019 1", "shandong-2020 1", 100, Decimal("92.58"), 0),
    "yaohai": ("yaohai-2021 1", "anhui-2020 1", 110, 80, 2),
    "yiyang": ("yiyang-2022 1", "hunan-2022 1", 110, 96, 3),
}
"""Profile, rule set, weights that there are, declared total, findings about weights."""


def filled(name: str, **reached: str) -> Form:
    scenario = load_scenario(name)
    evaluation = load_evaluation(scenario.profile)
    period = OCTOBER if scenario.months else YEAR
    figures = figures_of(evaluation.profile, scenario, period, reached)
    return fill_form(evaluation.profile, evaluation.rules, figures, Inputs(period=period.label))


def line_of(form: Form, name: str) -> Line:
    return next(one for one in form.lines if one.id == name)


def points(form: Form, name: str) -> str:
    score = line_of(form, name).score
    assert score is not None
    assert score.is_settled
    return str(score.lower)


@pytest.mark.parametrize("name", scenario_names())
def test_the_form_comes_out_filled_beside_what_was_declared(name: str) -> None:
    profile, rules, weights, declared, faults = PUBLISHED[name]
    form = filled(name)
    assert (form.profile, form.rule_set) == (profile, rules)
    assert (form.total.weights, form.total.declared) == (weights, declared)
    assert sum(one.startswith("分值不平") for one in form.findings) == faults
    assert [one.id for one in form.lines if one.basis == "missing"] == []
    measured = [one for one in form.lines if one.basis in {"measured", "imported"}]
    assert form.total.measured_share + form.total.imported_share == sum(one.weight for one in measured) / Decimal(
        weights
    )
    assert all(one.difference for one in form.lines if one.declared is not None)
    assert form.total.score is not None
    assert form.total.score.lower < form.total.score.upper


@pytest.mark.parametrize("name", scenario_names())
def test_its_pack_lays_the_form_out_with_all_of_its_lines(name: str) -> None:
    profile = load_evaluation(load_scenario(name).profile).profile
    page = rendered(filled(name), "html", load_pack(profile.pack)).decode()
    assert [line.name.zh for line in profile.lines if line.name.zh not in page] == []
    assert ("预算单位（盖章）" in page) == (name == "yaohai")


def test_a_rate_just_below_its_target_is_not_called_met_though_its_points_round_up() -> None:
    line = line_of(filled("gangu", video_online_rate="94.99"), "video_online_rate")
    assert line.verdict == "missed"
    assert "未达到指标值≥95%" in line.explanation


def test_of_the_execution_rate_the_computed_one_is_the_actual_value() -> None:
    execution = line_of(filled("junan"), "execution")
    assert (execution.actual, str(execution.score and execution.score.lower)) == ("64.17%", "3.21")
    assert "申报99.27%" in execution.difference


def test_two_percent_of_the_budget_earn_a_fifth_of_a_point() -> None:
    form = filled("yaohai")
    assert (line_of(form, "execution").actual, points(form, "execution")) == ("1.97%", "0.20")


@pytest.fixture(scope="module")
def yiyang(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Its departments' files imported, sealed and frozen; what would be polled is not there."""
    scenario, folder = load_scenario("yiyang"), tmp_path_factory.mktemp("yiyang")
    span = Span(SEPTEMBER.span.start, OCTOBER.span.end)
    assert scenario.centre is not None
    sources = "".join(_figures_source(one, span) for one in scenario.figures) + _centre_source(
        scenario.centre.department, span
    )
    lines = load_evaluation(scenario.profile).profile.lines
    of_files = [one for one in lines if one.indicator is not None and one.indicator.measure in BY_FILES]
    written = "".join(f"  - {text}\n" for one in of_files for text in _indicators(one, SEPTEMBER.label))
    (folder / "city.yaml").write_text(
        f"city: {scenario.city}\nstore: sqlite:///store.db\nsettle: 0s\nsources:{sources}\nindicators:\n{written}",
        encoding="utf-8",
    )
    installation = Installation(folder / "city.yaml")
    for source, path in handed_in(scenario, folder, [SEPTEMBER, OCTOBER]):
        import_file(installation.source(source), path, span.end)
    for due in installation.sealer.due(span.end):
        installation.sealer.seal_day(due.source, due.day, span.end)
    freeze_period(installation, OCTOBER.label, span.end)
    yield installation
    installation.close()


@pytest.fixture(scope="module")
def form(yiyang: Installation) -> Form:
    return evaluation_form(yiyang, OCTOBER.label, "yiyang-2022")


def test_yiyang_is_scored_by_what_was_reached_and_not_by_what_it_gave_itself(form: Form) -> None:
    stated = {one.id: str(one.declared.stated) for one in form.lines if one.declared}
    measured = {
        "app_items": ("850个", "4.25"),
        "platforms_connected": ("6个", "3.33"),
        "departments_connected": ("5个", "4.17"),
        "centre_in_use": ("15天", "3.75"),
        "registered_users": ("10.42万", "10.00"),
    }
    assert {name: (line_of(form, name).actual, points(form, name)) for name in measured} == measured
    assert [stated[name] for name in measured] == ["4", "4", "4", "4", "10"]


def test_yiyang_weighs_110_and_its_own_points_make_105_and_not_96(form: Form, yiyang: Installation) -> None:
    assert (form.total.weights, form.total.out_of, form.total.declared) == (110, 100, 96)
    found = compared(yiyang, OCTOBER.label, "yiyang-2022")
    assert found.stated == 105
    for said in (
        "分值不平：产出指标标明50分，其下各项合计55分。",
        "分值不平：效益指标标明40分，其下各项合计45分。",
        "分值不平：各项分值合计110分，应为100分。",
        "申报总分96分，各项自评得分合计105分。",
        "申报执行率86%，按全年执行数/全年预算数计算为100%。",
    ):
        assert said in form.findings


def test_yiyang_executed_all_of_its_annual_budget(form: Form) -> None:
    first = form.funds[0]
    assert (first.rate, first.score and first.score.lower) == (1, 10)


def test_yiyang_copies_its_targets_where_something_was_measured(form: Form) -> None:
    users = line_of(form, "registered_users")
    assert "申报≥10万，导入10.42万，一致。申报值照抄指标值。" in users.difference
    assert line_of(form, "platform_stability").actual == "缺测"
