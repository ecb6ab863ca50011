"""A real Alertmanager with the configuration that is written: what keeps what quiet."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from collector.prometheus.routing import routing
from tests.prometheus.cities import city_of
from tests.prometheus.monitoring import Http, alertmanager, until

SILENT = {"alertname": "silent_source", "severity": "warning", "source": "video", "department": "公安局"}
MAINTENANCE = {"alertname": "maintenance", "severity": "none", "source": "video"}
DOWN = {"alertname": "exporter_down", "severity": "critical"}
ONLINE = {"alertname": "threshold", "severity": "warning", "indicator": "online", "department": "公安局"}
PUE = {"alertname": "threshold", "severity": "warning", "indicator": "pue"}
SKEW = {"alertname": "clock_skew", "severity": "warning", "source": "video", "department": "公安局"}

pytestmark = pytest.mark.needs("prometheus-alertmanager")


def suppressed(manager: Http) -> list[str]:
    """Of the alerts that it has: those that it keeps quiet, as name and subject."""
    found = [one for one in manager.get("/api/v2/alerts") if one["status"]["state"] == "suppressed"]
    labels = [one["labels"] for one in found]
    return sorted(f"{one['alertname']} {one.get('indicator') or one.get('source') or ''}".strip() for one in labels)


@pytest.mark.parametrize(
    ("first", "quiet"),
    [
        (SILENT, ["threshold online"]),
        (MAINTENANCE, ["clock_skew video", "threshold online"]),
        (DOWN, ["clock_skew video", "threshold online", "threshold pue"]),
    ],
    ids=["a silent source", "maintenance", "no exporter"],
)
def test_alerts_that_rest_on_what_is_away_are_quiet(tmp_path: Path, first: dict[str, str], quiet: list[str]) -> None:
    with alertmanager(routing(city_of(tmp_path, "defaults"))) as manager:
        alerts = [{"labels": labels} for labels in (first, ONLINE, PUE, SKEW)]
        assert requests.post(f"{manager.url}/api/v2/alerts", json=alerts, timeout=10).ok
        until(lambda: suppressed(manager) == quiet)
