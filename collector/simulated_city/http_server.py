"""The city's HTTP port: HTTP/1.1 over asyncio, a subsystem under each path prefix, and the faults that happen on the
wire.

A protocol of its own rather than a web framework: a fault may close the connection before the answer or in the middle
of it, and months are polled through in a minute, so that an answer must cost tens of microseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl, unquote

import httptools

from collector.simulated_city.clock import CityClock
from collector.simulated_city.faults import DELAY_SECONDS, SKEW, FaultKind, Faults

JSON = "application/json;charset=UTF-8"
HTML = "text/html;charset=UTF-8"
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>登录</title></head><body>请登录</body></html>".encode()
REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Request:
    """path: without the subsystem's prefix. headers: names in lower case. at: the subsystem's present instant.

    fault: one that shows in the content (HALF_PAGE, CHANGING), or None.
    """

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: int
    fault: FaultKind | None


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Handler(Protocol):
    def answer(self, request: Request) -> Answer:
        """The answer at the request's instant."""


Routes = Mapping[str, tuple[str, Handler]]
"""First part of the path -> name of the subsystem's clock, and who answers."""


class HttpCity:
    """Who answers what, and when; shared by all connections."""

    def __init__(self, routes: Routes, clock: CityClock, faults: Faults) -> None:
        self.routes = routes
        self.clock = clock
        self.faults = faults
        self._dates: tuple[int, str] = (-1, "")

    def date(self, at: int) -> str:
        """The text of the Date header; formatted once a second."""
        if self._dates[0] != at // 1000:
            self._dates = (at // 1000, formatdate(at // 1000, usegmt=True))
        return self._dates[1]


class Connection(asyncio.Protocol):
    """One client's connection; requests on it are answered one after the other."""

    def __init__(self, city: HttpCity) -> None:
        self._city = city
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: dict[str, str] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    def on_url(self, url: bytes) -> None:
        self._target, self._headers = url, {}

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_message_complete(self) -> None:
        path, _, query = self._target.decode("latin-1").partition("?")
        prefix, _, rest = unquote(path).removeprefix("/").partition("/")
        if prefix not in self._city.routes:
            self._send(Answer(b"", 404, HTML), 0)
            return
        subsystem, handler = self._city.routes[prefix]
        at = self._city.clock.get(subsystem)
        fault = self._city.faults.at(subsystem, at)
        arguments = dict(parse_qsl(query, keep_blank_values=True))
        self._respond(handler, Request(f"/{rest}", arguments, self._headers, at, fault))

    def _respond(self, handler: Handler, request: Request) -> None:
        at = request.at
        match request.fault:
            case FaultKind.CLOSED:
                self._transport.close()
            case FaultKind.SILENT:
                pass
            case FaultKind.ERROR:
                self._send(Answer(b"<html>Internal Server Error</html>", 500, HTML), at)
            case FaultKind.UNAVAILABLE:
                self._send(Answer(b"<html>Service Unavailable</html>", 503, HTML), at)
            case FaultKind.LOGIN_PAGE:
                self._send(Answer(LOGIN_PAGE, 200, HTML), at)
            case FaultKind.TRUNCATED:
                self._send(handler.answer(request), at, cut=True)
            case FaultKind.SLOW:
                answer = handler.answer(request)
                asyncio.get_running_loop().call_later(DELAY_SECONDS, self._send, answer, at)
            case FaultKind.SKEWED:
                self._send(handler.answer(request), at + SKEW)
            case _:
                self._send(handler.answer(request), at)

    def _send(self, answer: Answer, at: int, cut: bool = False) -> None:
        keep = self._parser.should_keep_alive() and not cut
        lines = [
            f"HTTP/1.1 {answer.status} {REASONS[answer.status]}",
            f"Date: {self._city.date(at)}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(answer.body)}",
            "Connection: keep-alive" if keep else "Connection: close",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
            "\r\n",
        ]
        body = answer.body[: len(answer.body) // 2] if cut else answer.body
        self._transport.write("\r\n".join(lines).encode() + body)
        if not keep:
            self._transport.close()


async def serve(city: HttpCity) -> tuple[asyncio.Server, int]:
    """Listen on a free loopback port; returns the server and the port."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(city), "127.0.0.1", 0, backlog=512)
    port: int = server.sockets[0].getsockname()[1]
    return server, port
