"""From sealed days and declarations to the official form, and to the comparison of the two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.cli.app import app
from collector.declaring.declare import Told, declare
from collector.errors import ConfigurationError, SourceUnavailable
from collector.freeze import freeze_period
from collector.report.evaluation import evaluation_form, write_form
from collector.report.forms import FORMATS
from collector.scoring.form import Chart, Form, Line
from tests.scoring.samples import PROFILE
from tests.scripted import DAY, HOUR, OCTOBER, City, make_city

PERIOD = "2026-10-01/2026-10-05"
NOW = OCTOBER + 5 * DAY
INDICATORS = """indicators:
  - {id: online, measure: availability, source: video, unit: "%", target: ">= 95", min_coverage: 0.5}
"""
DECLARED = """
by: 数据局李工
period: 2026
lines:
  online: {actual: "99.5%", score: 30}
  cost: {actual: 96.5万元, attachment: 决算.txt}
  满意度: {number: 96.4, n: 412}
  rules: {finding: 达成年度指标, score: 18}
funds: {年度资金总额: {initial: 120, annual: 100, executed: 90}}
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Four days of two channels of two departments, b down in every eighth hour; no answer on the third day."""
    folder = tmp_path_factory.mktemp("evaluated")
    made = make_city(folder, INDICATORS)
    for hour in range(4 * 24):
        answer = {"a": "up", "b": "up" if hour % 8 else "down"}
        made.say("video", OCTOBER + hour * HOUR, SourceUnavailable("refused") if 48 <= hour < 72 else answer)
    for one in made.installation.sealer.due(OCTOBER + 4 * DAY):
        made.installation.sealer.seal_day(one.source, one.day, OCTOBER + 4 * DAY)
    freeze_period(made.installation, PERIOD, OCTOBER + 4 * DAY)
    (folder / "small.yaml").write_text(PROFILE, encoding="utf-8")
    (folder / "决算.txt").write_text("决算", encoding="utf-8")
    (folder / "declared.yaml").write_text(DECLARED, encoding="utf-8")
    declare(made.installation, folder / "declared.yaml", Told("small.yaml"), NOW)
    yield made
    made.installation.close()


@pytest.fixture(scope="module")
def form(city: City) -> Form:
    return evaluation_form(city.installation, PERIOD, "small.yaml")


def line_of(form: Form, name: str) -> Line:
    return next(one for one in form.lines if one.id == name)


def test_the_measured_line_tells_value_interval_coverage_and_why_it_falls_short(form: Form) -> None:
    online = line_of(form, "online")
    assert (online.actual, online.interval, online.basis) == ("93.88%", "[71.88, 95.31]%", "measured")
    assert online.coverage == 147 / 192  # of 192 channel hours 22.5 of each channel were lost, b was down in 9
    assert online.indicator == "online"


def test_what_was_declared_stands_beside_it_and_is_not_mixed_with_it(form: Form) -> None:
    online = line_of(form, "online")
    assert online.declared is not None
    assert (online.declared.actual, online.declared.by) == ("99.5%", "数据局李工")
    assert "在实测区间[71.88, 95.31]%之外" in online.difference
    assert str(online.score and online.score.upper) == "30.00"
    assert line_of(form, "pue").actual == "缺测"


def test_declared_lines_and_funds_are_scored(form: Form) -> None:
    assert [str(line_of(form, name).score and line_of(form, name).score.lower) for name in ("cost", "rules")] == [
        "20.00",
        "18",
    ]  # type: ignore[union-attr]
    assert (str(form.funds[0].rate), str(form.funds[0].score and form.funds[0].score.lower)) == ("0.9", "9.00")
    assert "以下" not in "".join(one for one in form.findings if "成本" in one)


def test_the_charts_stand_in_the_section_of_the_lines(form: Form) -> None:
    section = next(one for one in form.sections if one.title == "五、指标")
    titles = [block.title for block in section.blocks if isinstance(block, Chart)]
    assert titles == ["online（按日）", "online（运行时间带）"]


def test_the_form_is_bound_to_the_snapshot(city: City, form: Form) -> None:
    assert form.proof is not None
    assert (form.proof.period, form.proof.revision) == (PERIOD, 1)
    assert form.proof.checkpoint in json.dumps([one.blocks for one in form.sections], default=str)


def test_it_is_told_in_english_too(city: City) -> None:
    english = evaluation_form(city.installation, PERIOD, "small.yaml", "en")
    online = line_of(english, "online")
    assert english.language == "en"
    assert "is outside the interval [71.88, 95.31]% (measured)" in online.difference
    assert online.levels[2] == "Online"


def test_every_format_is_written(city: City, tmp_path: Path) -> None:
    paths = {one: tmp_path / f"form.{one}" for one in FORMATS}
    write_form(city.installation, PERIOD, "small.yaml", paths)
    assert all(path.stat().st_size > 1000 for path in paths.values())


def test_a_profile_names_its_pack_and_the_command_line_another(city: City, tmp_path: Path) -> None:
    folder = city.installation.city.folder
    (folder / "other.yaml").write_text(PROFILE.replace("goal:", "pack: nowhere\ngoal:", 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="there is no form pack 'nowhere'"):
        write_form(city.installation, PERIOD, "other.yaml", {"html": tmp_path / "form.html"})
    write_form(city.installation, PERIOD, "other.yaml", {"html": tmp_path / "form.html"}, pack="hefei")


def test_a_period_that_is_not_frozen_is_refused(city: City) -> None:
    with pytest.raises(ConfigurationError, match="2026-09 is not frozen: run `citygauge snapshot 2026-09` first"):
        evaluation_form(city.installation, "2026-09", "small.yaml")


def run(city: City, *words: str) -> tuple[int, str]:
    told = CliRunner().invoke(app, [*words, "--config", str(city.installation.path)])
    return told.exit_code, told.output


def test_the_comparison_tells_each_line_and_both_totals(city: City) -> None:
    code, output = run(city, "compare", PERIOD, "--profile", "small.yaml", "--json")
    document = json.loads(output)
    assert code == 1
    lines = {one["line"]: one for one in document["lines"]}
    online = lines["online"]
    assert (online["outcome"], online["stated_score"], online["declared_score"]) == ("outside", 30, 30)
    assert online["value"] == pytest.approx(100 * 138 / 147)
    assert online["by_how_much"] == pytest.approx(99.5 - online["upper"])
    assert (lines["cost"]["outcome"], lines["pue"]["declared"], lines["pue"]["outcome"]) == ("unverifiable", None, None)
    assert document["counts"] == {"agree": 0, "overstated": 0, "understated": 0, "outside": 1, "unverifiable": 3}
    total = document["total"]
    assert (total["weights"], total["measured"]["lower"] < total["measured"]["upper"]) == (100, True)


def test_the_comparison_is_a_table_for_people(city: City) -> None:
    code, output = run(city, "compare", PERIOD, "--profile", "small.yaml", "--lang", "en")
    assert code == 1
    assert "Online: Declared 99.5% is outside the interval" in output
    assert "weights 100;" in output


def test_what_was_declared_is_listed_with_its_history(city: City) -> None:
    code, output = run(city, "declare", "--json")
    told = json.loads(output)["declarations"]
    assert code == 0
    assert [one["name"] for one in told] == ["online", "cost", "satisfaction", "rules", "年度资金总额"]
    assert told[1]["attachment"]["name"] == "决算.txt"
    assert run(city, "declare")[0] == 0
