"""What is committed under deploy is what the commands write now, and the programs it is for take it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from collector.city.load import load_city
from collector.prometheus.dashboard import dashboard
from collector.prometheus.routing import routing
from collector.prometheus.rule_file import rule_file
from collector.prometheus.rule_tests import rule_tests
from tests.prometheus.cities import EXAMPLE, TEXTS, city_of

DEPLOY = Path(__file__).parents[2] / "deploy"
CITY = load_city(EXAMPLE)
WRITTEN = {
    "prometheus/citygauge.rules.yml": rule_file(CITY),
    "prometheus/citygauge.tests.yml": rule_tests(CITY, "citygauge.rules.yml"),
    "alertmanager/alertmanager.yml": routing(CITY),
    "grafana/dashboards/citygauge.json": dashboard(CITY),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_committed_file_is_what_the_command_writes(name: str) -> None:
    assert (DEPLOY / name).read_text(encoding="utf-8") == WRITTEN[name], "see docs/prometheus.md for the commands"


@pytest.mark.needs("promtool")
def test_prometheus_takes_its_configuration() -> None:
    checked = subprocess.run(
        ["promtool", "check", "config", str(DEPLOY / "prometheus" / "prometheus.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.needs("amtool")
@pytest.mark.parametrize("name", TEXTS)
def test_alertmanager_takes_its_configuration(name: str, tmp_path: Path) -> None:
    path = tmp_path / "alertmanager.yml"
    path.write_text(routing(city_of(tmp_path, name)), encoding="utf-8")
    checked = subprocess.run(["amtool", "check-config", str(path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.needs("amtool")
@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        (["alertname=threshold", "severity=warning", "department=公安局"], "公安局"),
        (["alertname=threshold", "severity=critical", "department=公安局"], "duty,公安局"),
        (["alertname=late_snapshot", "severity=warning"], "departments"),
        (["alertname=maintenance", "severity=none", "source=video"], "nobody"),
    ],
)
def test_an_alert_goes_to_its_department_and_a_critical_one_to_the_duty_too(labels: list[str], receivers: str) -> None:
    path = str(DEPLOY / "alertmanager" / "alertmanager.yml")
    routed = subprocess.run(
        ["amtool", "config", "routes", "test", f"--config.file={path}", *labels],
        capture_output=True,
        text=True,
        check=False,
    )
    assert routed.stdout.strip() == receivers, routed.stderr


def test_the_dashboard_is_json_in_both_languages() -> None:
    zh, en = json.loads(dashboard(CITY)), json.loads(dashboard(CITY, "en"))
    assert [one["title"] for one in zh["panels"]] != [one["title"] for one in en["panels"]]
    assert [one["gridPos"] for one in zh["panels"]] == [one["gridPos"] for one in en["panels"]]
