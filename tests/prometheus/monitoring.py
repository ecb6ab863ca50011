"""Real Prometheus, Alertmanager and our own web server, each on a free loopback port with temporary data."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import requests
import uvicorn

from collector.installation import Installation, now
from collector.live import Live
from collector.web import server as web
from tests.servers import free_port, program, server, short_folder

T = TypeVar("T")
DEADLINE_SECONDS = 45.0
PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Http:
    """A server by its address."""

    url: str

    def get(self, path: str, **params: str) -> Any:
        answer = requests.get(self.url + path, params=params, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def answers(self, path: str) -> bool:
        try:
            return requests.get(self.url + path, timeout=1).ok
        except requests.RequestException:
            return False


class Prometheus(Http):
    """A started Prometheus."""

    def query(self, query: str, **more: str) -> list[dict[str, Any]]:
        return list(self.get("/api/v1/query", query=query, **more)["data"]["result"])

    def alerts(self) -> dict[str, dict[str, Any]]:
        """Those pending or firing, by name."""
        return {one["labels"]["alertname"]: one for one in self.get("/api/v1/alerts")["data"]["alerts"]}


def until(found: Callable[[], T | None], seconds: float = DEADLINE_SECONDS) -> T:
    """What ``found`` gives as soon as it is true; fails at the deadline."""
    end = time.monotonic() + seconds
    while not (one := found()):
        assert time.monotonic() < end, f"not within {seconds} s: {found}"
        time.sleep(PAUSE_SECONDS)
    return one


@contextmanager
def prometheus(
    configuration: str, rules: str = "", flags: tuple[str, ...] = (), blocks: Path | None = None
) -> Iterator[Prometheus]:
    """configuration: of scrapes and alerting; evaluation every second. blocks: data that are there already."""
    with short_folder() as folder:
        head = "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        (folder / "rules.yml").write_text(rules or "groups: []\n", encoding="utf-8")
        (folder / "prometheus.yml").write_text(f"{head}rule_files: [rules.yml]\n{configuration}", encoding="utf-8")
        address = f"127.0.0.1:{free_port()}"
        data = blocks or folder / "data"
        command = [
            str(program("prometheus")),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={data}",
        ]
        command += [f"--web.listen-address={address}", "--storage.tsdb.retention.time=10y", "--log.level=warn", *flags]
        started = Prometheus(f"http://{address}")
        with server(command, folder, lambda: started.answers("/-/ready")):
            yield started


@contextmanager
def alertmanager(configuration: str) -> Iterator[Http]:
    with short_folder() as folder:
        (folder / "alertmanager.yml").write_text(configuration, encoding="utf-8")
        address = f"127.0.0.1:{free_port()}"
        command = [str(program("prometheus-alertmanager")), f"--config.file={folder / 'alertmanager.yml'}"]
        command += [f"--storage.path={folder / 'data'}", f"--web.listen-address={address}", "--cluster.listen-address="]
        started = Http(f"http://{address}")
        with server(command, folder, lambda: started.answers("/-/ready")):
            yield started


@contextmanager
def exporter(installation: Installation, clock: Callable[[], int] = now, port: int = 0) -> Iterator[str]:
    """host:port of our own web server, whose figures are looked at every fifth of a second."""
    often = partial(Live, refresh=timedelta(milliseconds=200))
    with patch.object(web, "Live", often):
        app = web.create_app(installation, clock)
    listening = socket.create_server(("127.0.0.1", port))
    serving = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(serving.serve(sockets=[listening])), daemon=True)
    thread.start()
    try:
        until(lambda: serving.started)
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        serving.should_exit = True
        thread.join(10)
        listening.close()


def scraped(address: str, alerts_to: str = "") -> str:
    """The part of a configuration that scrapes ``address`` under the job citygauge, and tells an Alertmanager."""
    text = f"scrape_configs:\n  - job_name: citygauge\n    static_configs: [{{targets: ['{address}']}}]\n"
    if alerts_to:
        text += f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{alerts_to.removeprefix('http://')}']}}]}}]}}\n"
    return text


def webhooks(asked: list[Any]) -> list[dict[str, Any]]:
    """The documents that Alertmanager posted, oldest first."""
    return [json.loads(one.body) for one in list(asked)]
