"""One way to ask a source over HTTP: a total deadline, a size limit, bounded redirects and retries, no environment proxies.

``requests`` alone bounds neither the whole time (a server that drips bytes never times out) nor the size of an answer.
"""

from __future__ import annotations

import math
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError, ReadTimeoutError
from urllib3.util import Retry

from collector.errors import SourceUnavailable

CHUNK = 1 << 18
MEGABYTE = 1 << 20
PREPARED = 256
GZIP = 31
"""zlib's word for the gzip format with its largest window."""
_LOGIN = re.compile(r"(?<=//)[^/?#]*@")

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """A whole HTTP answer whose status was one of the expected ones."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """A session for one source, kept between its polls for its connections.

    timeout: for one whole request, retries included. largest: bytes of one answer after decompression.
    deadline: when the present request must have been answered (``time.monotonic``).
    told_at: what the server's clock said by its last ``Date`` header (seconds since the epoch), and ``time.perf_counter`` then.
    """

    def __init__(
        self,
        timeout: timedelta = timedelta(seconds=30),
        largest: int = 256 * MEGABYTE,
        verify: bool | str = True,
        retries: int = 2,
    ) -> None:
        self.timeout = timeout
        self.largest = largest
        self.told_at: tuple[float, float] | None = None
        self._verify = verify
        self.deadline = math.inf
        self._prepared: dict[tuple[object, ...], requests.PreparedRequest] = {}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = verify
        self._session.max_redirects = 5
        self._session.headers["Accept-Encoding"] = "gzip"
        retry = _RetryInTime(
            total=retries, backoff_factor=0.2, status_forcelist=(502, 503, 504), allowed_methods=("GET", "HEAD"),
            respect_retry_after_header=True, retry_after_max=5, raise_on_status=False, redirect=None,
        )  # fmt: skip
        retry.session = self
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry, pool_maxsize=4))

    def once(self, timeout: timedelta) -> Http:
        """A session with the same trust and size limit that asks once: for probes, whose failures are the answer."""
        return Http(timeout, self.largest, self._verify, retries=0)

    def get(self, url: str, expect: tuple[int, ...] = (200,), **kwargs: Any) -> Reply:
        """GET ``url``; see ``request``."""
        return self.request("GET", url, expect, **kwargs)

    def request(self, method: str, url: str, expect: tuple[int, ...] = (200,), **kwargs: Any) -> Reply:
        """Send one request (``params``, ``headers``, ``json``, ``data``, ``auth`` as in requests) and read the whole answer.

        expect: statuses that are an answer; any other raises SourceUnavailable, as do a refused connection, a deadline that
        passes, an answer that is too large or cut short, and a redirect loop. Texts name the path, never login, query or headers.
        """
        self.deadline = time.monotonic() + self.timeout.total_seconds()
        place = f"{method} {_LOGIN.sub('', url).partition('?')[0]}"
        try:
            request = self._prepare(method, url, **kwargs)
            with self._session.send(request, stream=True, timeout=self._per_read(), verify=self._verify) as response:
                self._note_date(response.headers)
                body = self._read(response, place)
                if response.status_code not in expect:
                    raise SourceUnavailable(f"{place}: answered HTTP {response.status_code}")
                return Reply(response.status_code, response.headers, body)
        except requests.TooManyRedirects:
            raise SourceUnavailable(f"{place}: redirects in a circle (more than {self._session.max_redirects})") from None
        except (OSError, HTTPError) as error:  # what requests raises is an OSError too, and so is a missing CA file
            raise SourceUnavailable(f"{place}: {_reason(error)}") from None

    def _prepare(
        self, method: str, url: str, params: Values | None = None, headers: Values | None = None, **kwargs: Any
    ) -> requests.PreparedRequest:
        """The request to send. A poll asks the same as the one before, and preparing costs as much as sending."""
        if kwargs or method != "GET" or self._session.cookies:
            return self._session.prepare_request(requests.Request(method, url, headers, params=params, **kwargs))
        key = (url, *sorted((params or {}).items()), *sorted((headers or {}).items()))
        if key not in self._prepared:
            if len(self._prepared) >= PREPARED:
                self._prepared.clear()
            self._prepared[key] = self._session.prepare_request(requests.Request(method, url, headers, params=params))
        return self._prepared[key]

    def _read(self, response: requests.Response, place: str) -> bytes:
        packed = response.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip")
        pieces = self._received(response, place, decode=not packed)
        chunks: list[bytes] = []
        size = 0
        for chunk in _unpacked(pieces) if packed else pieces:
            size += len(chunk)
            if size > self.largest:
                raise SourceUnavailable(f"{place}: the answer is larger than {self.largest // MEGABYTE} MiB (max_answer)")
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _received(self, response: requests.Response, place: str, decode: bool) -> Iterator[bytes]:
        # read1 returns what has come, so that the deadline is also looked at while a server drips
        while chunk := response.raw.read1(CHUNK, decode_content=decode):
            if time.monotonic() > self.deadline:
                raise SourceUnavailable(f"{place}: no whole answer within {self.timeout.total_seconds():g} s (timeout)")
            yield chunk

    def _per_read(self) -> tuple[float, float]:
        seconds = self.timeout.total_seconds()
        return min(5.0, seconds), seconds

    def _note_date(self, headers: Mapping[str, str]) -> None:
        try:
            told = parsedate_to_datetime(headers["Date"])
        except (KeyError, TypeError, ValueError):
            return
        if told.tzinfo is None:
            told = told.replace(tzinfo=UTC)
        self.told_at = told.timestamp(), time.perf_counter()


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a gzip stream (RFC 1952, one member or several) in pieces of at most CHUNK bytes.

    urllib3 takes a stream that ends early for a whole one, and half a log would pass for all of it. Raises DecodeError.
    """
    member = zlib.decompressobj(GZIP)
    complete = True  # an answer without a body is whole
    try:
        for piece in pieces:
            left = piece
            while left:
                member = zlib.decompressobj(GZIP) if member.eof else member
                yield member.decompress(left, CHUNK)
                left, complete = member.unused_data if member.eof else member.unconsumed_tail, member.eof
        yield member.flush()
    except zlib.error as error:
        raise DecodeError from error
    if not complete and not member.eof:
        raise ProtocolError("the stream ends early")


class _RetryInTime(Retry):
    """Retries until the session's deadline: a server that is silent each time would otherwise take it three times over."""

    session: Http

    def new(self, **values: Any) -> Self:
        copy = super().new(**values)
        copy.session = self.session
        return copy

    def increment(self, method: str | None = None, url: str | None = None, response: Any = None, *rest: Any, **more: Any) -> Self:
        """The retries left; none where the server's Retry-After or the time used so far leaves no time for another."""
        pause = self.get_retry_after(response) if response is not None else None
        left = self if time.monotonic() + (pause or 0) < self.session.deadline else self.new(total=0)
        return Retry.increment(left, method, url, response, *rest, **more)


def _reason(error: Exception) -> str:
    """What went wrong in words that hold neither address parameters nor credentials."""
    reasons = {
        requests.ConnectTimeout: "no connection in time",
        requests.ReadTimeout: "no answer in time",
        requests.exceptions.SSLError: "the certificate was not accepted",
        ReadTimeoutError: "no answer in time",
        ProtocolError: "the answer was cut short",
        DecodeError: "the answer could not be decompressed",
        requests.exceptions.InvalidURL: "the url is not valid",
        requests.exceptions.MissingSchema: "the url has no http:// or https://",
        requests.exceptions.InvalidSchema: "the url has no http:// or https://",
        requests.exceptions.RetryError: "kept failing after retries",
        requests.ConnectionError: "the connection was refused or lost",
    }
    if not isinstance(error, requests.RequestException | HTTPError):
        return "the CA file that tls_verify names cannot be read"
    wrapped = getattr(error.args[0], "reason", None) if error.args else None  # what urllib3 gave up on
    fits = (text for kind, text in reasons.items() if isinstance(error, kind) or isinstance(wrapped, kind))
    return next(fits, type(error).__name__)
