"""Remote write and back-fill: a real Prometheus takes both and gives the values back, to the last bit."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from typer.testing import CliRunner

from collector.cli.app import app
from collector.errors import ConfigurationError, SourceUnavailable
from collector.installation import Installation, now
from collector.prometheus.open_metrics import open_metrics
from collector.prometheus.remote_write import Refused, push, samples_now
from collector.store.status import snapshot_of
from tests.alerting.loopback import Loopback
from tests.prometheus.monitoring import prometheus, until
from tests.web.small_city import NOVEMBER, SmallCity


def key_of(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, text) for name, text in labels.items() if text and name != "city"))


def with_receiver(small: SmallCity, url: str, more: str = "", timeout: str = "5s") -> Installation:
    path = small.city.installation.path
    with path.open("a", encoding="utf-8") as file:
        file.write(f"remote_write: {{url: '{url}', timeout: {timeout}{more}}}\n")
    return Installation(path)


@pytest.mark.needs("prometheus")
def test_a_prometheus_takes_what_is_pushed(small: SmallCity) -> None:
    with prometheus("", flags=("--web.enable-remote-write-receiver",)) as server:
        at = now()
        installation = with_receiver(small, f"{server.url}/api/v1/write", ", labels: {city: 试验市}")
        assert push(installation, lambda: at) > 10
        wanted = {key_of(one.labels): one.value.hex() for one in samples_now(installation, lambda: at, {})}
        shown = server.query('{__name__=~"citygauge_indicator_.+",job="citygauge",city="试验市"}', time=str(at / 1000))
        got = {key_of(one["metric"]): float(one["value"][1]).hex() for one in shown}
        installation.close()
    assert got == wanted


@pytest.mark.parametrize("status", [500, 503, 429])
def test_what_may_pass_is_tried_again_until_time_is_up(small: SmallCity, status: int) -> None:
    pauses: list[float] = []
    with Loopback(status=status) as receiver:
        installation = with_receiver(small, receiver.url("/write"))

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            receiver.status = 204 if len(pauses) == 3 else status

        push(installation, small.clock, pause)
        installation.close()
    assert pauses == [0.5, 1.0, 2.0]
    assert len({one.body for one in receiver.asked}) == 1
    assert len(receiver.asked) == 4


def test_a_receiver_that_stays_away_is_told_of(small: SmallCity) -> None:
    installation = with_receiver(small, "http://127.0.0.1:9/write?token=secret", ", bearer_token: hidden", "1s")
    with pytest.raises(SourceUnavailable) as raised:
        push(installation, small.clock, lambda _: None)
    installation.close()
    assert "secret" not in str(raised.value)
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_is_refused_is_dropped_at_once(small: SmallCity, status: int) -> None:
    with Loopback(status=status) as receiver:
        installation = with_receiver(small, receiver.url("/write"))
        with pytest.raises(Refused, match=str(status)):
            push(installation, small.clock)
        installation.close()
    assert len(receiver.asked) == 1


def test_the_headers_are_those_of_remote_write_1(small: SmallCity) -> None:
    with Loopback() as receiver:
        installation = with_receiver(small, receiver.url("/write"), ", username: ops, password: hush")
        push(installation, small.clock)
        installation.close()
    headers = receiver.asked[0].headers
    assert headers["Content-Encoding"] == "snappy"
    assert headers["Content-Type"] == "application/x-protobuf"
    assert headers["X-Prometheus-Remote-Write-Version"] == "0.1.0"
    assert headers["Authorization"].startswith("Basic ")


def test_the_command_goes_on_until_it_is_stopped(small: SmallCity) -> None:
    with Loopback() as receiver:
        installation = with_receiver(small, receiver.url("/write"), ", every: 100ms")
        command = [sys.executable, "-m", "collector", "remote-write", "--follow", "--config", str(installation.path)]
        with subprocess.Popen(command) as process:
            until(lambda: len(receiver.asked) >= 3)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        installation.close()


def test_without_the_key_the_command_says_which_is_missing(small: SmallCity) -> None:
    with pytest.raises(ConfigurationError, match="remote_write"):
        push(small.city.installation, small.clock)


@pytest.mark.needs("prometheus", "promtool")
def test_prometheus_gives_back_the_frozen_figures_that_were_loaded(small: SmallCity, tmp_path: Path) -> None:
    text, blocks = tmp_path / "frozen.om", tmp_path / "blocks"
    text.write_text(open_metrics(small.city.installation, "2026", {"job": "citygauge"}), encoding="utf-8")
    made = subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(blocks)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    with small.city.installation.database.read() as connection:
        frozen = snapshot_of(connection, "2026-10")
    assert frozen
    rows = {row["id"]: row["measurement"] for row in json.loads(frozen.body)["indicators"]}
    with prometheus("", blocks=blocks) as server:
        for name in ("value", "lower", "upper"):
            shown = server.query(
                f'citygauge_indicator_{name}{{job="citygauge",period="2026-10"}}', time=str(NOVEMBER / 1000)
            )
            wanted = {
                indicator: float(Fraction(of[name])).hex() for indicator, of in rows.items() if of[name] is not None
            }
            assert {one["metric"]["indicator"]: float(one["value"][1]).hex() for one in shown} == wanted


def test_the_export_is_valid_openmetrics_and_dated_at_the_end_of_its_period(small: SmallCity) -> None:
    families = list(text_string_to_metric_families(open_metrics(small.city.installation, "2026-10", {"job": "x"})))  # type: ignore[no-untyped-call]
    samples = [sample for family in families for sample in family.samples]
    assert samples
    assert {float(sample.timestamp) for sample in samples} == {NOVEMBER / 1000}


def test_nothing_frozen_is_an_error(small: SmallCity) -> None:
    asked = CliRunner().invoke(app, ["export", "--period", "2025", "--config", str(small.city.installation.path)])
    assert isinstance(asked.exception, ConfigurationError)
