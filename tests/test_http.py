"""Asking over HTTP: every answer ends in time, within its size, and in words without secrets."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path

import pytest

from collector.errors import SourceUnavailable
from collector.http import MEGABYTE, Http
from collector.poll import poll
from collector.store.runs import Outcome, Run
from tests.scripted import OCTOBER, City, make_city

Talk = Callable[[socket.socket, str], None]
SECRET = "correct-horse-battery"


class Server:
    """A loopback server that talks raw bytes: ``talk(connection, request)`` answers each connection's first request."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=32)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.requests: list[str] = []
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self.stopped.is_set():
            with suppress(OSError):
                connection, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                if not (more := connection.recv(65536)):
                    return
                request += more
            self.requests.append(request.decode("latin-1"))
            self._talk(connection, self.requests[-1])

    def stop(self) -> None:
        self.stopped.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@contextmanager
def serving(talk: Talk) -> Iterator[Server]:
    server = Server(talk)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], Server]]:
    with ExitStack() as stack:
        yield lambda talk: stack.enter_context(serving(talk))


Serve = Callable[[Talk], Server]


def saying(body: bytes = b"", status: str = "200 OK", *headers: str) -> Talk:
    lines = [f"HTTP/1.1 {status}", *headers, "Connection: close"]
    if not any(line.startswith(("Content-Length", "Transfer-Encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return lambda connection, _: connection.sendall("\r\n".join([*lines, "\r\n"]).encode() + body)


def endless(head: str, chunk: bytes, seconds: float) -> Talk:
    """The same piece again and again, until the client has gone."""

    def talk(connection: socket.socket, _: str) -> None:
        connection.sendall(head.encode())
        while not threading.Event().wait(seconds):
            connection.sendall(chunk)

    return talk


def quick(seconds: float = 0.4, **more: object) -> Http:
    return Http(timedelta(seconds=seconds), **more)  # type: ignore[arg-type]


def refused(http: Http, url: str) -> tuple[str, float]:
    """The text of the error and how long it took."""
    begun = time.monotonic()
    with pytest.raises(SourceUnavailable) as caught:
        http.get(url)
    return str(caught.value), time.monotonic() - begun


def test_a_server_that_drips_is_given_up_at_the_deadline(serve: Serve) -> None:
    server = serve(endless("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x", 0.02))
    text, seconds = refused(quick(0.3), f"{server.url}/slow")
    assert text == f"GET {server.url}/slow: no whole answer within 0.3 s (timeout)"
    assert 0.3 <= seconds < 2


def test_a_server_that_is_silent_is_not_waited_for_once_more_with_every_retry(serve: Serve) -> None:
    released = threading.Event()
    server = serve(lambda connection, _: released.wait(10) and None)
    text, seconds = refused(quick(0.4, retries=5), f"{server.url}/silent")
    released.set()
    assert text == f"GET {server.url}/silent: no answer in time"
    assert len(server.requests) == 1
    assert seconds < 2


def test_a_huge_answer_stops_at_max_answer_and_takes_no_more_memory_than_that(serve: Serve) -> None:
    sent = 0

    def two_gigabytes(connection: socket.socket, _: str) -> None:
        nonlocal sent
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {2 << 30}\r\n\r\n".encode())
        zeros = bytes(MEGABYTE)
        while sent < 2 << 30:
            connection.sendall(zeros)
            sent += MEGABYTE

    server = serve(two_gigabytes)
    tracemalloc.start()
    try:
        text, _ = refused(quick(20, largest=8 * MEGABYTE), f"{server.url}/huge")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert text == f"GET {server.url}/huge: the answer is larger than 8 MiB (max_answer)"
    assert sent < 64 * MEGABYTE
    assert peak < 24 * MEGABYTE


def test_a_compressed_answer_is_bounded_by_what_it_unpacks_to(serve: Serve) -> None:
    bomb = gzip.compress(bytes(64 * MEGABYTE))
    server = serve(saying(bomb, "200 OK", "Content-Encoding: gzip"))
    tracemalloc.start()
    try:
        text, _ = refused(quick(20, largest=MEGABYTE), f"{server.url}/bomb")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert text.endswith("the answer is larger than 1 MiB (max_answer)")
    assert peak < 16 * MEGABYTE


def test_redirects_in_a_circle_end(serve: Serve) -> None:
    server = serve(saying(b"", "302 Found", "Location: /again"))
    text, _ = refused(quick(5), f"{server.url}/start?token={SECRET}")
    assert text == f"GET {server.url}/start: redirects in a circle (more than 5)"
    assert len(server.requests) == 6


def test_a_body_that_is_cut_short_is_no_answer(serve: Serve) -> None:
    server = serve(saying(b'{"half":', "200 OK", "Content-Length: 100"))
    text, _ = refused(quick(5), f"{server.url}/half")
    assert text == f"GET {server.url}/half: the answer was cut short"


def test_chunks_that_end_before_the_last_are_no_answer(serve: Serve) -> None:
    server = serve(saying(b"5\r\nhello\r\n", "200 OK", "Transfer-Encoding: chunked"))
    assert refused(quick(5), f"{server.url}/half")[0] == f"GET {server.url}/half: the answer was cut short"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"this is no gzip", "the answer could not be decompressed"),
        (gzip.compress(b"x" * 10_000)[:-20], "the answer was cut short"),
        (gzip.compress(b"x" * 10_000)[:5], "the answer was cut short"),
    ],
    ids=["no gzip", "half a stream", "half a head"],
)
def test_what_cannot_be_unpacked_is_no_answer(serve: Serve, body: bytes, words: str) -> None:
    server = serve(saying(body, "200 OK", "Content-Encoding: gzip"))
    assert refused(quick(5), f"{server.url}/zipped")[0] == f"GET {server.url}/zipped: {words}"


def test_an_answer_packed_in_several_members_is_whole(serve: Serve) -> None:
    body = gzip.compress(b"one line\n" * 100_000) + gzip.compress(b"another\n")
    server = serve(saying(body, "200 OK", "Content-Encoding: gzip"))
    assert quick(5).get(server.url).body == b"one line\n" * 100_000 + b"another\n"


def test_an_empty_answer_that_claims_to_be_packed_is_empty(serve: Serve) -> None:
    assert quick(5).get(serve(saying(b"", "200 OK", "Content-Encoding: gzip")).url).body == b""


def test_a_refused_connection_is_told_from_other_failures() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    text, _ = refused(quick(2, retries=0), f"http://127.0.0.1:{port}/?token={SECRET}")
    assert text == f"GET http://127.0.0.1:{port}/: the connection was refused or lost"


def test_garbage_instead_of_http_is_no_answer(serve: Serve) -> None:
    server = serve(lambda connection, _: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"))
    assert refused(quick(2, retries=0), f"{server.url}/")[0] == f"GET {server.url}/: the answer was cut short"


@pytest.mark.parametrize("pause", ["86400", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_retry_after_beyond_the_deadline_is_not_waited_for(serve: Serve, pause: str) -> None:
    server = serve(saying(b"", "503 Service Unavailable", f"Retry-After: {pause}"))
    text, seconds = refused(quick(1), f"{server.url}/busy")
    assert text == f"GET {server.url}/busy: answered HTTP 503"
    assert len(server.requests) == 1
    assert seconds < 1


def test_a_server_that_is_busy_for_a_moment_is_asked_again(serve: Serve) -> None:
    answers = iter([saying(b"", "503 Service Unavailable", "Retry-After: 0"), saying(b"good")])
    server = serve(lambda connection, text: next(answers)(connection, text))  # noqa: PLW0108 - the next one each time
    assert quick(5).get(f"{server.url}/").body == b"good"


def test_a_post_is_never_sent_twice(serve: Serve) -> None:
    server = serve(saying(b"", "503 Service Unavailable"))
    with pytest.raises(SourceUnavailable, match=r"POST .*: answered HTTP 503"):
        quick(5).request("POST", f"{server.url}/login", json={"password": SECRET})
    assert len(server.requests) == 1


def test_a_ca_file_that_is_not_there_is_named_by_its_key() -> None:
    text, _ = refused(quick(2, verify="no-such-ca.pem"), "https://127.0.0.1:9/")
    assert text == "GET https://127.0.0.1:9/: the CA file that tls_verify names cannot be read"


def test_proxies_of_the_environment_are_not_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(saying(b"from the proxy")), serve(saying(b"from the server"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    assert quick(5).get(f"{server.url}/").body == b"from the server"
    assert proxy.requests == []


TALKS = {
    "refused": saying(b"", "401 Unauthorized"),
    "an error page": saying(f"wrong password {SECRET}".encode(), "500 Internal Server Error"),
    "cut short": saying(b"x", "200 OK", "Content-Length: 100"),
    "no gzip": saying(b"x", "200 OK", "Content-Encoding: gzip"),
    "a circle": saying(b"", "302 Found", f"Location: /again?token={SECRET}"),
    "garbage": lambda connection, _: connection.sendall(b"garbage\r\n\r\n"),
    "closed": lambda connection, _: None,
}


@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS.keys())
def test_no_error_holds_a_query_a_header_a_password_or_a_payload(serve: Serve, talk: Talk) -> None:
    server = serve(talk)
    with pytest.raises(SourceUnavailable) as caught:
        quick(5, retries=0).get(
            f"{server.url}/api?token={SECRET}", params={"password": SECRET}, headers={"X-Token": SECRET}, auth=("ops", SECRET)
        )
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_address_that_holds_a_password_is_not_repeated() -> None:
    text, _ = refused(quick(2, retries=0), f"http://ops:{SECRET}@127.0.0.1:9/")
    assert text == "GET http://127.0.0.1:9/: the connection was refused or lost"


# --- through a connector


def hotline(folder: Path, url: str) -> City:
    text = f"  - {{id: hotline, connector: open311, url: '{url}', every: 1h, lookback: 1d, timeout: 5s}}\n"
    return make_city(folder, text)


def polled(folder: Path, server: Server) -> Run:
    city = hotline(folder, server.url)
    try:
        return poll(city.installation.source("hotline"), OCTOBER, clock=lambda: OCTOBER)
    finally:
        city.installation.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html>login</html>", "the answer is an HTML page, not JSON"),
        (b"", "the answer is empty"),
        (b'[{"service_request_id": "1", "status": "op', "the answer is not complete JSON"),
        (b'[{"service_request_id": "1", "status": "open", "lat": NaN}]', "(byte 54)"),
        (b'{"requests": []}', "Object missing required field `status`"),
    ],
)
def test_what_is_not_the_expected_json_changes_the_source_and_names_the_page(
    serve: Serve, tmp_path: Path, body: bytes, words: str
) -> None:
    run = polled(tmp_path, serve(saying(body)))
    assert run.outcome is Outcome.CHANGED
    assert run.error is not None
    assert run.error.startswith("requests from 2026-09-29T00:00:00Z $")
    assert words in run.error
    assert run.vouches == ()


def test_t22_a_clock_that_is_7_minutes_off_is_recorded_and_the_run_keeps_our_instant(serve: Serve, tmp_path: Path) -> None:
    told = formatdate(OCTOBER / 1000 + 420, usegmt=True)
    run = polled(tmp_path, serve(saying(b"[]", "200 OK", f"Date: {told}")))
    assert run.at == OCTOBER
    assert run.skew_seconds == pytest.approx(420, abs=5)


@pytest.mark.parametrize("date", ["yesterday", "", "Thu, 99 Oct 2026 00:00:00 GMT"])
def test_a_date_that_cannot_be_read_is_no_skew(serve: Serve, tmp_path: Path, date: str) -> None:
    assert polled(tmp_path, serve(saying(b"[]", "200 OK", f"Date: {date}"))).skew_seconds is None
