import json
import re
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from collector.cli.app import app
from collector.errors import ConfigurationError
from collector.profile_files import load_evaluation, load_rule_set, shipped_profiles, shipped_rule_sets
from collector.scoring.definitions import definitions
from collector.scoring.fill import FilledByDeclaration, FilledBySurvey
from collector.scoring.layout import Funds, SectionKind, SectionLayout
from collector.scoring.profile import DeclaredCell, DeclaredTotals, Line, Profile, Veto
from collector.scoring.rule_set import Band, RuleSet
from collector.scoring.sections import DRAFTERS
from collector.scoring.weights import faults_of, total_weight

SEEDS = {"jinzhai-2023", "yaohai-2021", "yiyang-2022", "gangu-2024", "junan-2019"}


def refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load_evaluation(str(path))
    return str(refused.value).replace(str(path), "small.yaml")


@pytest.mark.parametrize("name", shipped_profiles())
def test_a_shipped_profile_loads_and_every_line_cites_its_source(name: str) -> None:
    profile = load_evaluation(name).profile
    assert profile.id == name
    assert all(line.cite and line.weight >= 0 for line in profile.lines)
    assert profile.as_declared or faults_of(profile) == []


def test_the_frameworks_and_the_published_evaluations_are_there() -> None:
    assert {"national", "decision-process-output-benefit", *SEEDS} <= set(shipped_profiles())


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_published_evaluation_says_what_was_declared(name: str) -> None:
    profile = load_evaluation(name).profile
    assert profile.as_declared
    assert profile.declared is not None
    assert profile.declared.score is not None


@pytest.mark.parametrize("name", shipped_profiles())
def test_what_no_system_measures_says_so_and_asks_for_evidence(name: str) -> None:
    for line in load_evaluation(name).profile.lines:
        if isinstance(line.fill, FilledByDeclaration):
            assert line.fill.why.zh
            assert line.fill.evidence
        if isinstance(line.fill, FilledBySurvey):
            assert line.fill.minimum > 0


def test_the_national_weights_are_those_of_the_form() -> None:
    profile = load_evaluation("national").profile
    assert profile.funds is not None
    assert (profile.funds.weight, *(first.weight for first in profile.levels)) == (10, 50, 30, 10)


def test_the_weights_of_yiyang_make_110() -> None:
    profile = load_evaluation("yiyang-2022").profile
    assert total_weight(profile) == Decimal(110)
    assert [fault.zh for fault in faults_of(profile)] == [
        "产出指标标明50分，其下各项合计55分",
        "效益指标标明40分，其下各项合计45分",
        "各项分值合计110分，应为100分",
    ]


@pytest.mark.parametrize("name", shipped_rule_sets())
def test_a_rule_set_cites_every_rule_and_marks_what_is_assumed(name: str) -> None:
    rules = load_rule_set(name)
    assert rules.id == name
    for rule in [*rules.rules.values(), rules.weights_source, rules.bands_source]:
        assert len(rule.source) >= 10
    assert any(rule.unverified for rule in rules.rules.values())


def test_a_rule_set_takes_from_another_what_it_does_not_say() -> None:
    national, hubei = load_rule_set("national-2020"), load_rule_set("hubei-ratio")
    assert hubei.rules["positive"] == national.rules["positive"]
    assert hubei.rules["reverse"] != national.rules["reverse"]
    assert hubei.bands == national.bands


WEIGHTS = (
    "small.yaml:18:18: levels.0.weight: 产出指标 is given 60 points, its lines add up to 61; "
    "产出指标 / 质量指标 is given 40 points, its lines add up to 41; all weights add up to 101 points, not to 100"
)
MISTAKES = [
    (("weight: 30\n    target", "weight: 31\n    target"), WEIGHTS),
    (("form_title:", "form_titel:"), "small.yaml:9:1: form_titel: there is no such key here; docs/profiles.md lists the keys"),
    (("rule: reverse", "rule: revers"), "the rule set national-2020 has no rule 'revers'; it has positive, reverse,"),
    (("by: declaration", "by: declaraton"), "fill.by: there is no 'declaraton' here; write one of 'measurement', 'survey'"),
    (("measure: availability", "measure: availabilty"), "fill.indicator.measure: there is no 'availabilty' here; write one of"),
    (("weight: 30\n    target", 'weight: "30"\n    target'), "lines.0.weight: write a number, without quotes and without a unit"),
    (("weight: 30\n    target", "weight: true\n    target"), "lines.0.weight: write a number, without quotes and without a unit"),
    (('">= 95"', '"95"'), "lines.0.target: target '95': write one of >=, <=, =, >, < and a number without unit"),
    (("level: [产出指标, 成本指标]", "level: [产出指标, 成本]"), "lines.2.level: 产出指标 / 成本 is none of the levels"),
    (("unit: 万元", "unit: 万元\n    qualitative: 少"), "give either target (operator and number, such as '>= 95') or qualitative"),
    ((", evidence: [决算]", ""), "lines.2.fill.evidence: is missing"),
    (("connectors: [wvp]", "connectors: [wvpp]"), "fill.connectors: there is no connector 'wvpp'; `citygauge connectors` lists them"),
    (("id: pue\n", "id: online\n"), "lines.1.id: 'online' is given twice"),
    (('source: video, unit: "%"', "source: video, unit: ‰"), "lines.0.unit: the line is in '%', its indicator in '‰'; write the same unit"),
    (("source: video", 'source: video, target: ">= 9"'), "target and weight belong to the line, not to its indicator"),
    (("rule: qualitative", "rule: positive"), "lines.3.rule: the rule 'positive' scores a target with operator and number, and this line"),
    (("rule: positive", "rule: reverse"), "lines.0.rule: the rule 'reverse' scores targets with <= or <; this target is '>= 95'"),
    (("rule_set: national-2020", "rule_set: natinal"), "small.yaml:8:1: rule_set: there is no rule set 'natinal'; the shipped"),
    (("goal: {expected: 建成}", "goal: {expected: 建成}\ndeclared: {cite: 某文件, score: 99}"),
     "declared: published figures belong to a profile with as_declared: true"),
    (("goal: {expected: 建成}", "goal: {expected: 建成}\nas_declared: true"),
     "declared: is as_declared: give what the published form prints (cite, score, grade)"),
    (("goal: {expected: 建成}", "goal: {expected: 建成}\nbands: [{grade: 优, least: 90}]"), "write bands from the best grade to the worst"),
    (("goal: {expected: 建成}", "goal: [建成"), "small.yaml:"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "message"), MISTAKES, ids=[str(number) for number in range(len(MISTAKES))])
def test_a_mistake_names_file_line_key_and_remedy(write, mistake: tuple[str, str], message: str) -> None:
    told = refusal(write(mistake))
    assert message in told
    assert re.match(r"small\.yaml:\d+:\d+: ", told)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.yaml") == "small.yaml: No such file or directory"


def test_an_unknown_profile_names_the_shipped_ones() -> None:
    with pytest.raises(ConfigurationError, match="the shipped ones are decision-process-output-benefit, "):
        load_evaluation("natonal")


def test_weights_as_declared_are_let_through(write) -> None:
    declared = (
        "goal: {expected: 建成}",
        "goal: {expected: 建成}\nas_declared: true\ndeclared: {cite: 某报告, score: 99, grade: 优}",
    )
    profile = load_evaluation(str(write(declared, ("weight: 30\n    target", "weight: 31\n    target")))).profile
    assert [fault.at[0] for fault in faults_of(profile)] == ["levels", "levels", "out_of"]


def test_a_rule_set_beside_the_profile_comes_first(write, tmp_path: Path) -> None:
    own = 'id: national-2020\nbased_on: national-2020\ntitle: 本县\nversion: "7"\nregion: 某县\nyear: 2026\ncite: [某文件]\ndecimals: 1\n'
    (tmp_path / "national-2020.yaml").write_text(own, encoding="utf-8")
    rules = load_evaluation(str(write())).rules
    assert (rules.version, rules.decimals, set(rules.rules)) == ("7", 1, set(load_rule_set("national-2020").rules))
    (tmp_path / "national-2020.yaml").write_text(
        own.replace("based_on: national-2020", "based_on: natinal"), encoding="utf-8"
    )
    assert "based_on: there is no rule set 'natinal' to build on" in refusal(write())


def test_a_profile_lists_the_definitions_that_fill_it() -> None:
    found = {one["id"]: one for one in definitions(load_evaluation("national").profile)}
    assert found["video_online_rate"] == {
        "id": "video_online_rate", "name": "视频监控设备在线率", "target": ">= 95", "source": "video", "measure": "availability",
    }  # fmt: skip


MODELS = [Profile, Line, Funds, Veto, DeclaredTotals, DeclaredCell, RuleSet, SectionLayout, Band]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_documented(model) -> None:
    page = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")
    code = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", page))))
    undocumented = set(model.model_fields) - code - {"weights_source", "bands_source", "grade", "en"}
    assert undocumented == set()


def test_every_kind_of_section_is_drafted_and_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")
    assert set(DRAFTERS) == set(get_args(SectionKind))
    assert [kind for kind in DRAFTERS if f"`{kind}`" not in page] == []


def test_the_command_lists_and_shows_profiles() -> None:
    run = CliRunner().invoke
    listed = json.loads(run(app, ["profiles", "--json"]).output)
    assert {one["id"]: one["weights"] for one in listed}["yiyang-2022"] == "110"
    assert "national " in run(app, ["profiles"]).output
    shown = run(app, ["profiles", "yiyang-2022"]).output
    assert "as declared: all weights add up to 110 points, not to 100" in shown
    assert '"id": "pue"' in run(app, ["profiles", "national", "--indicators"]).output
