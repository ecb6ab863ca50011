"""From a camera platform to a webhook, by real servers: scrape, rules, a firing alert, grouping, delivery, recovery."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from collector.alerting.delivering import deliver
from collector.alerting.round import evaluate_alerts
from collector.installation import now
from collector.prometheus.rule_file import rule_file
from collector.store.status import snapshot_of
from tests.alerting.loopback import Loopback
from tests.prometheus.monitoring import Http, alertmanager, exporter, prometheus, scraped, until, webhooks
from tests.scripted import City, make_city
from tests.servers import free_port
from tests.web.small_city import SmallCity

ROUTES = """
route: {{receiver: hook, group_by: [department], group_wait: 200ms, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: hook, webhook_configs: [{{url: '{url}', send_resolved: true}}]}}]
"""
TEXT = """
alerts: {{late_snapshot: null, url: "https://citygauge.example/"}}
indicators:
  - id: online
    name: 在线率
    measure: availability
    source: video
    target: ">= 95"
    alerts:
      - {{when: threshold, below: 95, resolve: 96, for: 2s, severity: critical, owner: 公安局}}
      - {{id: dark, when: threshold, by: district, below: 50, for: 1s, owner: 公安局}}
receivers: [{receivers}]
"""
WELL = {f"camera {n}": "up" for n in range(10)}
BAD = WELL | {f"camera {n}": "down" for n in range(3)}
pytestmark = pytest.mark.needs("prometheus", "prometheus-alertmanager")


def city_in(folder: Path, receivers: str = "") -> City:
    return make_city(folder, TEXT.format(receivers=receivers), every="1h")


def say(city: City, answer: dict[str, str]) -> None:
    city.say("video", now(), answer)


@contextmanager
def hooked() -> Iterator[tuple[Loopback, Http]]:
    """A webhook, and an Alertmanager that tells it."""
    with Loopback() as hook, alertmanager(ROUTES.format(url=hook.url("/hook"))) as manager:
        yield hook, manager


def posted(hook: Loopback, status: str) -> dict[str, Any] | None:
    return next((one for one in webhooks(hook.asked) if one["status"] == status), None)


def test_an_outage_fires_by_prometheus_reaches_the_webhook_and_its_end_too(tmp_path: Path) -> None:
    city = city_in(tmp_path)
    say(city, WELL)
    rules = rule_file(city.installation.city)
    with (
        hooked() as (hook, manager),
        exporter(city.installation) as address,
        prometheus(scraped(address, manager.url), rules) as server,
    ):
        until(lambda: server.query('citygauge_indicator_lower{indicator="online",period="now"} == 1'))
        assert "threshold" not in server.alerts()
        say(city, BAD)
        until(lambda: server.alerts().get("threshold", {}).get("state") == "firing")
        told = until(lambda: posted(hook, "firing"))
        assert told["groupLabels"] == {"department": "公安局"}
        [alert] = told["alerts"]
        assert alert["labels"] == {
            "alertname": "threshold",
            "severity": "critical",
            "indicator": "online",
            "department": "公安局",
        }
        assert alert["annotations"]["summary"] == "在线率现为 70 %，低于 95 %"
        assert "error" not in json.dumps(alert["annotations"])
        assert "区间 [70 %, 70 %]；差 25 个百分点" in alert["annotations"]["description"]
        assert alert["annotations"]["link"] == "https://citygauge.example/#indicator-online"
        say(city, WELL)
        ended = until(lambda: posted(hook, "resolved"))
        assert [one["labels"]["alertname"] for one in ended["alerts"]] == ["threshold"]
        assert "threshold" not in server.alerts()


def test_what_fires_goes_on_while_the_exporter_is_away_and_ends_when_it_is_back_and_all_is_well(tmp_path: Path) -> None:
    city = city_in(tmp_path)
    say(city, BAD)
    port = free_port()
    with prometheus(scraped(f"127.0.0.1:{port}"), rule_file(city.installation.city)) as server:
        with exporter(city.installation, port=port):
            until(lambda: server.alerts().get("threshold", {}).get("state") == "firing")
        until(lambda: server.query('sum_over_time((up{job="citygauge"} == bool 0)[1m:1s]) >= 4'))
        assert server.query('citygauge_indicator_upper{period="now"}') == []
        assert server.alerts()["threshold"]["state"] == "firing"
        say(city, WELL)
        with exporter(city.installation, port=port):
            until(lambda: "threshold" not in server.alerts())


def test_the_built_in_evaluator_tells_the_same_alertmanager_the_same(tmp_path: Path) -> None:
    with hooked() as (hook, manager):
        city = city_in(tmp_path, f"{{id: am, via: alertmanager, url: ['{manager.url}']}}")
        with running_evaluator(city):
            say(city, WELL)
            say(city, BAD)
            told = until(lambda: posted(hook, "firing"))
            assert told["groupLabels"] == {"department": "公安局"}
            [alert] = told["alerts"]
            assert alert["labels"] == {
                "alertname": "threshold",
                "severity": "critical",
                "indicator": "online",
                "department": "公安局",
            }
            assert "在线率现为 70 %，低于 95 %" in alert["annotations"]["summary"]
            say(city, WELL)
            until(lambda: posted(hook, "resolved"))


@contextmanager
def running_evaluator(city: City) -> Iterator[None]:
    """Rounds and deliveries of the built-in evaluator, a few each second, as scheduler and worker make them."""
    stop, failed = threading.Event(), []

    def rounds() -> None:
        try:
            while not stop.wait(0.2):
                evaluate_alerts(city.installation)
                deliver(city.installation, "am", now)
        except Exception as error:  # noqa: BLE001  told below, in the test's own thread
            failed.append(error)

    thread = threading.Thread(target=rounds)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not failed


def test_prometheus_shows_the_frozen_month_to_the_last_bit(small: SmallCity) -> None:
    with small.city.installation.database.read() as connection:
        frozen = snapshot_of(connection, "2026-10")
    assert frozen
    rows = {row["id"]: row["measurement"] for row in json.loads(frozen.body)["indicators"]}
    with exporter(small.city.installation, small.clock) as address, prometheus(scraped(address)) as server:
        until(lambda: server.query("citygauge_store_up == 1"))
        for name in ("value", "lower", "upper"):
            shown = server.query(f'citygauge_indicator_{name}{{period="last_month"}}')
            wanted = {
                indicator: float(Fraction(of[name])).hex() for indicator, of in rows.items() if of[name] is not None
            }
            assert {one["metric"]["indicator"]: float(one["value"][1]).hex() for one in shown} == wanted
        assert wanted
