"""The whole of it as processes: `up` polls a page, the page goes down, a webhook is told, and again when it is back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.processes.test_processes import PROC, Store, eventually, free_port, running

pytestmark = pytest.mark.skipif(not PROC.is_dir(), reason="looks for processes in /proc")


class Site:
    """A page that can be taken down, and a webhook that notes what it is told and when."""

    def __init__(self) -> None:
        self.up = True
        self.told: list[tuple[float, dict[str, object]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200 if site.up else 503)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                site.told.append((time.monotonic(), json.loads(body)))
                self._answer(200)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wait(self, count: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while len(self.told) < count:
            assert time.monotonic() < deadline, f"{len(self.told)} of {count} messages within {seconds:g} s"
            time.sleep(0.05)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.stop()


def test_a_site_that_goes_dark_and_comes_back_is_told_to_a_webhook_in_time(tmp_path: Path, site: Site) -> None:
    path = tmp_path / "city.yaml"
    path.write_text(
        "city: 试验市\nsources:\n"
        f"  - {{id: page, connector: http_probe, every: 1s, targets: [{{subject: a, url: '{site.url}/'}}]}}\n"
        "indicators:\n  - id: online\n    measure: availability\n    source: page\n    target: '>= 95'\n"
        "    alerts: [{when: threshold, for: 2s}]\n"
        f"receivers: [{{id: hook, via: webhook, url: '{site.url}/hook', secret: s3cret-of-the-hook, group_interval: 1s}}]\n",
        encoding="utf-8",
    )
    store = Store(path)
    store.installation.database  # noqa: B018 - made before the processes open it
    with running("up", path, "--port", str(free_port())):
        eventually(lambda: len(store.slots()) >= 3, "polls", 60)
        site.up = False
        went = time.monotonic()
        site.wait(1, 30)
        assert site.told[0][0] - went <= 1 + 2 + 10
        site.up = True
        site.wait(2, 30)
    store.installation.close()
    firing, resolved = (json.dumps(body, ensure_ascii=False) for _, body in site.told[:2])
    assert "firing" in firing
    assert "resolved" in resolved
