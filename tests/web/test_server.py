"""The web process as a process: health, scrapes in each format, and how it starts and ends."""

from __future__ import annotations

import gzip
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from fastapi.testclient import TestClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.web.server import create_app, serve
from tests.web.small_city import SmallCity


@pytest.fixture
def process(small: SmallCity) -> Iterator[subprocess.Popen[str]]:
    """A web process on a free port; its address is the first line that it writes."""
    command = [sys.executable, "-m", "collector", "web", "--port", "0", "--config", str(small.city.installation.path)]
    started = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONWARNINGS": "ignore"}
    )
    yield started
    started.kill()
    started.wait()


def test_the_process_is_alive_and_ready(client: TestClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert (client.get(path).status_code, client.head(path).status_code) == (200, 200)


def test_without_a_store_the_process_is_alive_and_not_ready(tmp_path: Path) -> None:
    text = "city: 市\nstore: postgresql+psycopg://nobody:a-secret@127.0.0.1:1/none?connect_timeout=1\n"
    (tmp_path / "city.yaml").write_text(text, encoding="utf-8")
    client = TestClient(create_app(Installation(tmp_path / "city.yaml"), lambda: 0))
    assert client.get("/healthz").status_code == 200
    for path in ("/readyz", "/api/v1/runs", "/api/v1/sources", "/"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "does not answer" in answer.json()["detail"]
        assert "a-secret" not in answer.text
    scrape = client.get("/metrics")
    assert scrape.status_code == 200
    assert "citygauge_store_up 0.0" in scrape.text
    assert "citygauge_source_up" not in scrape.text


def test_metrics_come_as_text_by_default(client: TestClient) -> None:
    answer = client.get("/metrics", headers={"Accept-Encoding": "identity"})
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "content-encoding" not in answer.headers
    assert len(list(read_text(answer.text))) > 15


def test_metrics_come_as_openmetrics_when_asked(client: TestClient) -> None:
    accept = "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5"
    answer = client.get("/metrics", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    families = {family.name: family.type for family in read_openmetrics(answer.text)}
    assert (families["citygauge_runs"], families["citygauge_build"]) == ("counter", "info")


def test_metrics_in_a_version_that_is_no_version_come_as_text(client: TestClient) -> None:
    answer = client.get("/metrics", headers={"Accept": "text/plain;version=newest"})
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_metrics_are_compressed_where_that_is_accepted(process: subprocess.Popen[str]) -> None:
    address = address_of(process)
    plain = requests.get(f"{address}metrics", headers={"Accept-Encoding": "identity"}, timeout=10)
    packed = requests.get(f"{address}metrics", headers={"Accept-Encoding": "gzip"}, timeout=10, stream=True)
    body = packed.raw.read(decode_content=False)
    assert (packed.headers["Content-Encoding"], len(body) < len(plain.content)) == ("gzip", True)
    assert gzip.decompress(body).startswith(b"# HELP citygauge_build_info")
    assert not plain.history
    assert "server" not in plain.headers


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_in_order(process: subprocess.Popen[str], name: signal.Signals) -> None:
    assert requests.get(f"{address_of(process)}healthz", timeout=10).json() == {"status": "ok"}
    process.send_signal(name)
    assert process.wait(10) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_named_with_the_remedy(small: SmallCity) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"--host 127.0.0.1 --port {port}: .*port 0 takes a free one"):
            serve(small.city.installation, "127.0.0.1", port)


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("citygauge: http://127.0.0.1:"), line
    return line.split()[1]
