"""The status page's alerts and receivers: what fires, who is on it, and what nobody is told of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from collector.alerting.receiver import Undeliverable
from collector.alerts.muting import Matcher
from collector.store.alerts import acknowledge, add_silence
from collector.web.server import create_app
from tests.alerts.recorder import Recorder
from tests.alerts.world import ONLINE, SECOND, THRESHOLD, World, cameras, world
from tests.scripted import HOUR, OCTOBER

NOON = OCTOBER + 12 * HOUR


@pytest.fixture
def city(tmp_path: Path) -> World:
    return world(tmp_path, NOON, lambda at: cameras(5 if at < 600 * SECOND else 0))


def page(city: World, lang: str = "zh") -> str:
    answer = TestClient(create_app(city.city.installation, lambda: city.wall)).get(f"/?lang={lang}")
    assert answer.status_code == 200
    return answer.text


def section(city: World, name: str, lang: str = "zh") -> str:
    """A section as plain text."""
    (found,) = re.findall(rf'<section id="{name}">(.*?)</section>', page(city, lang), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_what_fires_is_shown_with_what_it_is_about_since_when_and_who_is_told(city: World) -> None:
    city.run(240)
    text = section(city, "alerts")
    assert "◆ 告警中·警告 在线率现为 50 %，低于 95 % 区间 [50 %, 50 %]；差 45 个百分点" in text
    assert "10-01 12:03 1 分钟前 通知 ops" in text
    assert "◆ firing, warning 在线率 is now 50 %, below 95 %" in section(city, "alerts", "en")


def test_what_is_pending_and_what_has_ended_are_told_apart(city: World) -> None:
    city.run(60)
    assert "◐ 待定·警告 在线率现为 50 %" in section(city, "alerts")
    city.run(640)
    assert "● 已恢复 在线率现为 50 %，低于 95 %" in section(city, "alerts")
    assert "1 分钟前恢复" in section(city, "alerts")


def test_the_links_of_alerts_lead_to_rows_of_the_page(tmp_path: Path) -> None:
    text = ONLINE + "    alerts: [{when: threshold, for: 1m}]\n"
    silent = world(tmp_path, NOON, lambda at: cameras(5) if at < 120 * SECOND else None, text)
    silent.run(700)
    links = {one.about.link for one in silent.alerts().values() if one.firing}
    shown = page(silent)
    assert links == {"/#indicator-online", "/#source-video"}
    for link in links:
        assert f'id="{link.removeprefix("/#")}"' in shown
        assert f'href="{link.removeprefix("/")}"' in shown


def test_what_fires_while_nothing_is_known_any_more_says_so(tmp_path: Path) -> None:
    silent = world(tmp_path, NOON, lambda at: cameras(5) if at < 300 * SECOND else None)
    silent.run(280)
    assert "目前无法判断" not in section(silent, "alerts")
    silent.run(420)
    assert "◆ 告警中·警告 目前无法判断 在线率现为 50 %" in section(silent, "alerts")


def test_who_acknowledged_and_who_silenced_is_shown(city: World) -> None:
    city.run(240)
    (one,) = city.alerts().values()
    with city.city.installation.database.write() as connection:
        acknowledge(connection, one.fingerprint, one.state.fired_at or 0, "李工", "已<派>单", city.wall)
        add_silence(
            connection, (Matcher.parse("indicator=online"),), city.wall, city.wall + HOUR, "王工", "割接", city.wall
        )
    text = section(city, "alerts")
    assert "李工 已确认：已&lt;派&gt;单 静默 1：王工，割接，至 10-01 13:04" in text
    assert "通知 ops" not in text  # nobody is told while it is silenced


def test_approved_maintenance_is_shown_with_who_approved_it(tmp_path: Path) -> None:
    text = THRESHOLD + (
        "exclusions:\n  - {source: video, start: 2026-10-01T12:06:00+08:00, end: 2026-10-01T12:20:00+08:00, reason: 割接,"
        " approved_by: 科信处, entered_at: 2026-09-30T00:00:00+08:00}\n"
    )
    excluded = world(tmp_path, NOON, lambda _: cameras(5), text)
    excluded.run(400)
    assert "维护（科信处 批准）：割接" in section(excluded, "alerts")


def test_an_alert_that_nobody_is_told_of_says_so(city: World) -> None:
    path = city.city.installation.path
    path.write_text(path.read_text().replace("via: recorder,", "via: recorder, severities: [critical],"))
    city.city.installation.city = type(city.city.installation)(path).city
    city.run(240)
    assert "没有接收方" in section(city, "alerts")
    assert "ops recorder ○ 尚未使用" in section(city, "receivers")


def test_a_dead_receiver_stands_above_all_with_its_error_and_when_it_is_tried_next(
    city: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "failure", Undeliverable("HTTP 502", permanent=False))
    city.run(400)
    top = section(city, "alerts")
    assert top.startswith("告警 ▲ 接收方 ops 送不出去 ： 自 10-01 12:03 起 ")
    row = section(city, "receivers")
    assert "▲ 送不出去 — 1 条，最早 10-01 12:03" in row
    shown = re.search(r"HTTP 502；下次 (12:\d\d:\d\d)", row)
    assert shown
    assert "12:06:40" <= shown[1] <= "12:17:00"


def test_what_was_given_up_is_shown_with_why_after_the_receiver_is_well_again(
    city: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "failure", Undeliverable("HTTP 400", permanent=True))
    city.run(240)
    assert "▲ 接收方 ops 送不出去" in section(city, "alerts")
    monkeypatch.setattr(Recorder, "failure", None)
    city.run(500)
    assert "接收方" not in section(city, "alerts")
    assert "ops recorder ● 正常" in section(city, "receivers")
    assert "1 条，最后 10-01 12:03：HTTP 400" in section(city, "receivers")


def test_what_waits_and_nobody_sends_is_shown(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.alerts.world.deliver", lambda *_: 0)
    city.run(600)
    assert section(city, "alerts").startswith("告警 ◐ 接收方 ops 积压，无人发送 ： 1 条，最早 10-01 12:03")


def test_that_nobody_evaluates_is_told(city: World) -> None:
    assert section(city, "alerts").startswith("告警 ▲ 告警还从未评估过")
    city.run(60)
    assert "评估过" not in section(city, "alerts")
    city.evaluates = False
    city.run(600)
    assert section(city, "alerts").startswith("告警 ▲ 告警上次评估是在10 分钟前")


def test_a_city_without_rules_and_receivers_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.alerts.world.RECEIVER", "")
    none = world(tmp_path, NOON, lambda _: cameras(0), ONLINE + "    alerts: none\n")
    path = none.city.installation.path
    path.write_text(path.read_text().replace("alerts: {late", "alerts: {defaults: false, late"))
    none.city.installation.city = type(none.city.installation)(path).city
    assert section(none, "alerts") == "告警 没有定义告警规则。"
    assert section(none, "receivers") == "告警接收方 没有配置接收方：告警不会通知任何人。"
