"""Delivery: what a receiver says decides what becomes of a notification; and the command and the API show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from collector.alerting.delivering import deliver
from collector.alerting.listing import acknowledge_alert, alerts_document
from collector.alerting.receiver import Undeliverable
from collector.cli.app import app
from collector.errors import ConfigurationError
from collector.web.server import create_app
from tests.alerts.recorder import Recorder
from tests.alerts.world import SECOND, World, cameras, world
from tests.scripted import HOUR, OCTOBER

NOON = OCTOBER + 12 * HOUR


@pytest.fixture
def city(tmp_path: Path) -> World:
    return world(tmp_path, NOON, lambda _: cameras(5))


def receiver(city: World) -> dict[str, object]:
    (one,) = alerts_document(city.city.installation, city.wall)["receivers"]
    return dict(one)


def test_a_dead_receiver_is_shown_and_gets_everything_when_it_is_back(
    city: World, told: type[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "failure", Undeliverable("no answer", permanent=False))
    city.run(400)
    shown = receiver(city)
    assert (shown["standing"], shown["error"], shown["waiting"]) == ("failing", "no answer", 1)
    assert 2 <= int(str(shown["failures"])) <= 8
    monkeypatch.setattr(Recorder, "failure", None)
    city.run(200)
    assert len(told.told) == 1
    assert (receiver(city)["standing"], receiver(city)["waiting"]) == ("up", 0)


def test_what_is_refused_for_good_is_shown_and_not_sent_again(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "failure", Undeliverable("HTTP 400", permanent=True))
    city.run(300)
    shown = receiver(city)
    assert (shown["refused"], shown["waiting"], shown["failures"]) == (1, 0, 1)


def test_a_mistake_in_a_receiver_is_kept_and_raised(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "failure", KeyError("token-of-the-robot"))
    with pytest.raises(KeyError):
        city.run(300)
    assert receiver(city)["error"] == "a mistake in the receiver: KeyError"


def test_a_receiver_that_there_is_not_is_named(city: World) -> None:
    with pytest.raises(ConfigurationError, match="there is no receiver 'chat'; the receivers are ops"):
        deliver(city.city.installation, "chat", lambda: NOON)


def test_the_command_and_the_api_show_what_fires_and_who_is_told(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    city.run(200)
    config = ["--config", str(city.city.installation.path)]
    answer = CliRunner().invoke(app, ["alerts", "--json", *config])
    document = json.loads(answer.stdout)
    (alert,) = document["alerts"]
    assert answer.exit_code == 1
    assert (alert["status"], alert["severity"], alert["receivers"]) == ("firing", "warning", ["ops"])
    web = TestClient(create_app(city.city.installation, lambda: city.wall)).get("/api/v1/alerts").json()
    assert web["alerts"][0]["fingerprint"] == alert["fingerprint"]
    assert "在线率现为 50 %" in CliRunner().invoke(app, ["alerts", *config]).stdout


def test_the_command_silences_lifts_and_acknowledges(city: World) -> None:
    city.run(200)
    config = ["--config", str(city.city.installation.path)]
    said = ["--who", "李工", "--why", "割接"]
    runner = CliRunner()
    assert runner.invoke(app, ["alerts", "silence", "indicator=online", *said, *config]).stdout.startswith(
        "silence 1 until "
    )
    shown = json.loads(runner.invoke(app, ["alerts", "--json", *config]).stdout)
    assert shown["alerts"][0]["muted"] == "silence 1: 割接 (李工)"
    assert runner.invoke(app, ["alerts", "lift", "1", *config]).stdout == "silence 1 is lifted\n"
    name = shown["alerts"][0]["fingerprint"]
    assert runner.invoke(app, ["alerts", "acknowledge", name[:6], *said, *config]).stdout == f"acknowledged {name}\n"
    assert (
        json.loads(runner.invoke(app, ["alerts", "--json", *config]).stdout)["alerts"][0]["acknowledged_by"] == "李工"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["silence"], "give at least one matcher"),
        (["silence", "online", "--who", "a", "--why", "b"], "is no matcher"),
        (["silence", "indicator=online"], "--who and --why"),
        (
            ["silence", "indicator=online", "--who", "a", "--why", "b", "--for", "long"],
            "--for: 'long' is not a duration",
        ),
        (["lift", "7"], "there is no silence '7'"),
        (["acknowledge", "ffff", "--who", "a", "--why", "b"], "0 firing alerts begin with 'ffff'"),
        (["list", "all"], "takes no further words"),
    ],
)
def test_wrong_usage_says_what_would_be_right(city: World, words: list[str], message: str) -> None:
    answer = CliRunner().invoke(app, ["alerts", *words, "--config", str(city.city.installation.path)])
    assert isinstance(answer.exception, ConfigurationError)
    assert message in str(answer.exception)


def test_nothing_that_fires_begins_with_nothing(city: World) -> None:
    city.run(200)
    with pytest.raises(ConfigurationError, match="1 firing alerts begin with ''"):
        acknowledge_alert(city.city.installation, "", "李工", "割接", NOON + 200 * SECOND)
