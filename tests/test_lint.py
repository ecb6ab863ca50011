"""Targets that say nothing are named with line and remedy; sensible ones are left alone."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.city.load import load_city
from collector.city.model import City
from collector.cli.app import app
from collector.freeze import freeze_period
from collector.installation import Installation
from collector.lint import Earlier, lint
from collector.lint_inputs import earlier_values, registered_subjects
from tests.scripted import DAY, HOUR, OCTOBER, make_city

HEAD = """city: 益阳市
sources:
  - {id: video, connector: http_probe, every: 60s, targets: [{subject: a, url: 'http://127.0.0.1/'}]}
  - {id: hasty, connector: http_probe, every: 60s, holds: 30s, targets: [{subject: a, url: 'http://127.0.0.1/'}]}
  - {id: log, connector: file, kind: states, states: {up: [up], down: [down]}, reads: changes}
  - {id: cases, connector: push, kind: cases, token: a-token-of-a-subsystem}
  - {id: app, connector: push, kind: activity, token: a-token-of-a-subsystem}
  - {id: meters, connector: push, kind: readings, token: a-token-of-a-subsystem}
  - {id: portal, connector: push, kind: figures, token: a-token-of-a-subsystem}
  - {id: paper, connector: file, kind: figures}
  - id: register
    connector: sql_cases
    every: 5m
    url: sqlite:///cases.db
    table: cases
    updated_at: changed
    columns: {case: id, opened_at: opened, closed_at: closed}
indicators:
"""
SURVEY = "measure: survey, source: portal, answers: [good, bad], satisfied: "


def city(folder: Path, *indicators: str) -> City:
    path = folder / "city.yaml"
    path.write_text(HEAD + "".join(f"  - {{{one}}}\n" for one in indicators), encoding="utf-8")
    return load_city(path)


def rules(of: City, **more: object) -> list[str]:
    return [remark.rule for remark in lint(of, **more)]  # type: ignore[arg-type]


SENSIBLE = [
    "measure: availability, source: video, target: '>= 100'",
    "measure: availability, source: video, target: '> 0'",
    "measure: availability, source: video, min_coverage: 1",
    "measure: case_closure, source: cases, base: closed_vs_accepted, target: '>= 101'",
    "measure: case_count, source: cases, target: '<= 0'",
    "measure: active_users, source: app, target: '>= 1000'",
    "measure: pue, source: meters, target: '<= 1'",
    "measure: usage_days, source: app, target: '>= 20'",
    "measure: usage_days, source: meters",
    "measure: figure, source: portal, figure: x, target: '>= 0'",
    "measure: figure, source: portal, figure: x, stat: sum, plausible: [0, 10], target: '>= 20'",
    f"{SURVEY}[good], target: '>= 90'",
    "measure: growth, of: x, baseline: '2025', target: '>= 0'",
]


@pytest.mark.parametrize("indicator", SENSIBLE)
def test_a_sensible_target_is_left_alone(tmp_path: Path, indicator: str) -> None:
    others = ["id: x, measure: case_count, source: cases"] if "growth" in indicator else []
    assert rules(city(tmp_path, *others, f"id: one, {indicator}")) == []


POINTLESS = [
    ("measure: availability, source: video, target: '>= 0'", "cannot_fail"),
    ("measure: availability, source: video, target: '<= 100'", "cannot_fail"),
    ("measure: availability, source: video, target: '> 100'", "cannot_be_met"),
    ("measure: availability, source: video, target: '>= 101'", "cannot_be_met"),
    ("measure: availability, source: video, target: '< 0'", "cannot_be_met"),
    ("measure: availability, source: video, unit: ratio, target: '>= 95'", "cannot_be_met"),
    ("measure: case_closure, source: cases, target: '>= 100.01'", "cannot_be_met"),
    ("measure: case_count, source: cases, target: '>= 0'", "cannot_fail"),
    ("measure: active_users, source: app, target: '> -1'", "cannot_fail"),
    ("measure: case_duration, source: cases, target: '< 0'", "cannot_be_met"),
    ("measure: pue, source: meters, target: '<= 5'", "cannot_fail"),
    ("measure: pue, source: meters, target: '< 1'", "cannot_be_met"),
    ("measure: usage_days, source: app, unit: '%', target: '<= 100'", "cannot_fail"),
    ("measure: figure, source: portal, figure: x, plausible: [0, 10], target: '<= 10'", "cannot_fail"),
    (f"{SURVEY}[good, bad], target: '>= 90'", "cannot_fail"),
    ("measure: ratio, numerator: a, denominator: b, target: '<= 100'", "cannot_fail"),
]


@pytest.mark.parametrize(("indicator", "rule"), POINTLESS)
def test_a_target_that_every_value_or_none_meets_is_named(tmp_path: Path, indicator: str, rule: str) -> None:
    others = [f"id: {name}, measure: case_count, source: cases" for name in "ab"] if "ratio," in indicator else []
    assert rules(city(tmp_path, *others, f"id: one, {indicator}")) == [rule]


UNMEASURABLE = [
    ("measure: availability, source: cases", "availability is measured from states, source cases has cases"),
    ("measure: pue, source: portal", "pue is measured from readings, source portal has figures"),
    ("measure: usage_days, source: cases", "usage_days is measured from activity, source cases has cases"),
    ("measure: case_on_time, source: register", "source register maps no due_at; add it to its columns"),
    ("measure: case_rework, source: register", "source register maps no returned"),
    ("measure: case_found_by, found_by: 视频, source: register", "source register maps no found_by"),
    ("measure: availability, source: log, method: sweep_mean", "sweep_mean is a mean over polls"),
    ("measure: availability, source: hasty", "coverage is at most 0.50, below min_coverage 0.9"),
    ("measure: availability, source: log, min_coverage: 1", "vouch only from their first row to their last"),
    (
        "measure: survey, source: paper, answers: [a, b], satisfied: [a]",
        "too little for min_coverage 0.9; state observed",
    ),
]


@pytest.mark.parametrize(("indicator", "text"), UNMEASURABLE)
def test_what_cannot_be_measured_is_named_with_the_remedy(tmp_path: Path, indicator: str, text: str) -> None:
    (remark,) = lint(city(tmp_path, f"id: one, {indicator}"))
    assert (remark.rule, remark.indicator, remark.key) == ("cannot_be_measured", "one", "source")
    assert text in remark.en
    assert remark.zh.startswith("无法计量：")


def test_a_percentage_of_one_registered_subject_is_named(tmp_path: Path) -> None:
    one = city(tmp_path, "id: one, measure: availability, source: video, target: '>= 95'")
    assert rules(one, registered={"one": 1}) == ["one_item"]
    assert rules(one, registered={"one": 2}) == []


def test_a_percentage_that_was_of_one_thing_in_every_earlier_month_is_named(tmp_path: Path) -> None:
    rate = city(tmp_path, "id: one, measure: case_closure, source: cases, target: '>= 95'")
    single = [Earlier(f"2026-0{month}", Fraction(1, 2), 1) for month in range(1, 4)]
    assert rules(rate, history={"one": single}) == ["one_item"]
    assert rules(rate, history={"one": single[:2]}) == []


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (">= 97", True),
        (">= 98", False),
        ("> 98", False),
        (">= 99", False),
        ("<= 99.6", True),
        ("<= 99.5", False),
        ("= 50", False),
    ],
)
def test_a_target_below_everything_measured_earlier_is_named(tmp_path: Path, target: str, found: bool) -> None:
    earlier = [Earlier("2026-07", 0.995, 9), Earlier("2026-08", Fraction(98, 100), 9), Earlier("2026-09", 0.985, 9)]
    of = city(tmp_path, f"id: one, measure: case_closure, source: cases, target: '{target}'")
    remarks = lint(of, history={"one": earlier})
    assert bool(remarks) is found
    assert lint(of, history={"one": earlier[:2]}) == []
    if target == ">= 97":
        assert remarks[0].rule == "below_history"
        assert "easier than the worst of 3 earlier periods, 98 in 2026-08" in remarks[0].en


def test_check_prints_the_remarks_with_their_line_and_succeeds(tmp_path: Path) -> None:
    of = city(
        tmp_path,
        "id: fine, measure: case_count, source: cases",
        "id: one, measure: pue, source: meters, target: '<= 5'",
    )
    assert of.indicators[1].id == "one"
    done = CliRunner().invoke(app, ["check", "--config", str(tmp_path / "city.yaml")])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].endswith("益阳市, 9 sources, 2 indicators")
    assert lines[1].startswith(f"{tmp_path}/city.yaml:20: indicators.1.target (one): warning: 目标 <= 5 不可能不达标")
    assert lines[2].startswith("  the target <= 5 cannot fail")
    assert not (tmp_path / "citygauge.db").exists()


def test_registered_subjects_are_those_owed_now_that_the_filter_takes(tmp_path: Path) -> None:
    (tmp_path / "channels.csv").write_text(
        "subject,joined,removed,approved_by,department\na,,,,x\nb,,2026-09-01,王工,x\nc,2026-12-01,,,x\nd,,,,y\n"
    )
    path = tmp_path / "city.yaml"
    common = "measure: availability, source: video"
    indicators = f"  - {{id: one, {common}, where: {{department: x}}}}\n  - {{id: all, {common}}}\n"
    fixed = "every: 60s, register: {policy: fixed, file: channels.csv},"
    path.write_text(HEAD.replace("every: 60s,", fixed, 1) + indicators, encoding="utf-8")
    assert registered_subjects(load_city(path), OCTOBER) == {"one": 1, "all": 2}


def test_earlier_values_are_those_of_frozen_months_under_the_same_definition(tmp_path: Path) -> None:
    text = "indicators:\n  - {id: online, measure: availability, source: video, min_coverage: 0, target: '>= 75'}\n"
    made = make_city(tmp_path, text, every="6h")
    for slot in range(OCTOBER, OCTOBER + DAY, 6 * HOUR):
        made.say("video", slot, {"a": "up", "b": "down"})
    later = OCTOBER + 40 * DAY
    for due in made.installation.sealer.due(later):
        made.installation.sealer.seal_day(due.source, due.day, later)
    freeze_period(made.installation, "2026-10", later)
    assert earlier_values(made.installation) == {"online": [Earlier("2026-10", Fraction(1, 2), 2)]}
    made.installation.close()
    path = made.installation.path
    path.write_text(path.read_text().replace("'>= 75'", "'>= 60', weight: 100"))
    assert list(earlier_values(Installation(path))) == ["online"]
    path.write_text(path.read_text().replace("min_coverage: 0,", "min_coverage: 0, method: subject_mean,"))
    assert earlier_values(Installation(path)) == {}
