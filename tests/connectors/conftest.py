"""A real HTTP server on loopback whose answers a test writes, and the poll that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import pytest

from collector.connector import Poll
from collector.http import Http

SLOT = 1_790_812_800_000  # 2026-10-01T00:00:00Z


@dataclass(frozen=True)
class Request:
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Response:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Request], Response]


@contextmanager
def _serving(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet, else every answer waits for the client's delayed acknowledgement

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            response = answer(Request(parts.path, dict(parse_qsl(parts.query)), dict(self.headers)))
            self.send_response(response.status)
            for name, value in {"Content-Length": str(len(response.body)), **response.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.body)

        def handle_one_request(self) -> None:
            with suppress(ConnectionError):  # a client that has given up
                super().handle_one_request()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64  # a full queue costs a client a second

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """``serve(answer)`` starts a server that answers every GET by ``answer`` and returns its address."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(_serving(answer))


@pytest.fixture
def poll() -> Poll:
    http = Http(timeout=timedelta(seconds=5), retries=0)
    return Poll(at=SLOT + 300, slot=SLOT, since=None, cursor=None, http=http, pseudonym=lambda account: account)
