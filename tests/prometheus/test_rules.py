"""The rule file: promtool takes it and its tests, it says what the city file says, and its tests can fail."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from collector.alerts.rules import rules_of
from collector.cli.app import app
from collector.exporter import CityCollector
from collector.live import Live
from collector.prometheus.rule_file import judged, rule_file, to_yaml
from collector.prometheus.rule_tests import rule_tests, values
from tests.prometheus.cities import TEXTS, city_of
from tests.servers import need
from tests.web.small_city import SmallCity


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    need("promtool")
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


def written(folder: Path, name: str, change: tuple[str, str] | None = None) -> Path:
    """Rules and tests of a city in ``folder``; returns the tests. change: of the rules, (pattern, text instead)."""
    city = city_of(folder, name)
    rules = rule_file(city)
    if change:
        rules, count = re.subn(*change, rules)
        assert count, change
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    tests = folder / "tests.yml"
    tests.write_text(rule_tests(city, "rules.yml"), encoding="utf-8")
    return tests


@pytest.mark.parametrize("name", TEXTS)
def test_promtool_takes_the_rules_and_their_tests_pass(tmp_path: Path, name: str) -> None:
    tests = written(tmp_path, name)
    checked = promtool("check", "rules", str(tmp_path / "rules.yml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = promtool("test", "rules", str(tests))
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize(
    "change",
    [
        (r" < 0\.95\)", " < 0.5)"),
        (r"for: 10m", "for: 9m"),
        (r"for: 10m", "for: 15m"),
        (r">= 0\.965", ">= 0.955"),
        (r"\[7m:21s\]", "[1m:21s]"),
        (r"(?m)^ *\(max by.*ALERTS.*$", "          vector(0) == 1"),
        (r"most\{", "least{"),
        (r"== 0\)", "== 2)"),
    ],
)
def test_tests_fail_where_a_rule_says_something_else(tmp_path: Path, change: tuple[str, str]) -> None:
    tested = promtool("test", "rules", str(written(tmp_path, "conditions", change)))
    assert tested.returncode != 0


def test_every_rule_of_the_city_is_there_with_its_labels_and_the_unbounded_ones_are_named(tmp_path: Path) -> None:
    city = city_of(tmp_path, "conditions")
    text = rule_file(city)
    alerts = [one for one in YAML(typ="safe").load(text)["groups"][0]["rules"] if "alert" in one]
    told = {
        (one["alert"], one["labels"]["severity"], one["labels"].get("indicator"), one["labels"].get("source"))
        for one in alerts
    }
    wanted = [rule for rule in rules_of(city) if rule.name != "each"]
    assert told >= {(r.name, r.labels["severity"], r.labels.get("indicator"), r.labels.get("source")) for r in wanted}
    assert len(alerts) == len(wanted) + 2
    assert "# Not here: each of online, one alert for each subject" in text


def test_the_owner_is_a_label_unless_the_alert_is_split_by_department(tmp_path: Path) -> None:
    rules = YAML(typ="safe").load(rule_file(city_of(tmp_path, "conditions")))["groups"][0]["rules"]
    labels = {
        one["alert"]: one["labels"] for one in rules if "alert" in one and one["labels"].get("indicator") == "online"
    }
    assert labels["dark"]["department"] == "公安局"
    assert "department" not in labels["dept"]


def test_no_label_holds_a_value(tmp_path: Path) -> None:
    rules = YAML(typ="safe").load(rule_file(city_of(tmp_path, "conditions")))["groups"][0]["rules"]
    assert not [text for one in rules for text in one["labels"].values() if "value" in text or "query" in text]


def test_every_metric_that_a_rule_asks_for_is_exported(tmp_path: Path, small: SmallCity) -> None:
    families = {family.name for family in CityCollector(Live(small.city.installation, small.clock)).collect()}
    names = families | {f"{name}_total" for name in families}
    for name in TEXTS:
        asked = set(re.findall(r"\bcitygauge_\w+", rule_file(city_of(tmp_path, name))))
        assert asked - names == set()


def test_a_rule_by_subject_is_left_to_the_built_in_evaluator(tmp_path: Path) -> None:
    found, left = judged(city_of(tmp_path, "conditions"))
    assert [rule.name for rule in left] == ["each"]
    assert "each" not in [one.rule.name for one in found]


def test_the_command_writes_rules_and_tests(tmp_path: Path) -> None:
    city_of(tmp_path, "defaults")
    rules, tests = tmp_path / "out.yml", tmp_path / "out.tests.yml"
    arguments = ["rules", "-o", str(rules), "--tests", str(tests), "--config", str(tmp_path / "city.yaml")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert YAML(typ="safe").load(tests.read_text(encoding="utf-8"))["rule_files"] == ["out.yml"]
    assert rules.read_text(encoding="utf-8") == rule_file(city_of(tmp_path, "defaults"))


def test_tests_without_a_rule_file_are_refused(tmp_path: Path) -> None:
    city_of(tmp_path, "defaults")
    asked = CliRunner().invoke(app, ["rules", "--tests", "t.yml", "--config", str(tmp_path / "city.yaml")])
    assert asked.exit_code != 0


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        ([1.0, 1.0, 1.0], "1+0x2"),
        ([0.0, 60.0, 120.0, 7.0], "0+60x2 7+0x0"),
        ([5.0, 4.0, 3.0], "5-1x2"),
        ([1.0, None, None, 2.0], "1+0x0 stale _x1 2+0x0"),
    ],
)
def test_samples_are_written_in_the_words_of_promtool(samples: list[float | None], told: str) -> None:
    assert values(samples) == told


@pytest.mark.parametrize("name", ["example", "conditions"])
def test_every_text_is_filled_in_when_its_alert_fires(tmp_path: Path, name: str) -> None:
    """promtool prints the alerts that it found where a test expects others: so every one is asked for, and none expected."""
    tests = written(tmp_path, name)
    document = YAML(typ="safe").load(tests.read_text(encoding="utf-8"))
    asked: set[str] = set()
    for test in document["tests"]:
        fires = [one for one in test.pop("promql_expr_test") if one["exp_samples"]]
        at = {re.findall(r'alertname="(\w+)"', one["expr"])[0]: one["eval_time"] for one in reversed(fires)}
        test["alert_rule_test"] = [{"eval_time": when, "alertname": alert} for alert, when in at.items()]
        asked |= at.keys()
    tests.write_text(to_yaml(document), encoding="utf-8")
    printed = promtool("test", "rules", str(tests))
    told = printed.stdout + printed.stderr
    assert set(re.findall(r'Labels:\{alertname="(\w+)"', told)) >= asked
    assert "error expanding" not in told
    assert "<no value>" not in told
