"""One way to ask a source over HTTP: a total deadline, a size limit, bounded redirects and retries, no environment proxies.

``requests`` alone bounds neither the whole time (a server that drips bytes never times out) nor the size of an answer.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError, ReadTimeoutError
from urllib3.util import Retry

from collector.errors import SourceUnavailable

CHUNK = 1 << 18
MEGABYTE = 1 << 20
PREPARED = 256

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
        self._prepared: dict[tuple[object, ...], requests.PreparedRequest] = {}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = verify
        self._session.max_redirects = 5
        retry = Retry(
            total=retries, backoff_factor=0.2, status_forcelist=(502, 503, 504), allowed_methods=("GET", "HEAD"),
            respect_retry_after_header=True, retry_after_max=5, raise_on_status=False, redirect=None,
        )  # fmt: skip
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
        passes, an answer that is too large or cut short, and a redirect loop. Texts name the path, never query or headers.
        """
        deadline = time.monotonic() + self.timeout.total_seconds()
        place = f"{method} {url.partition('?')[0]}"
        try:
            request = self._prepare(method, url, **kwargs)
            with self._session.send(request, stream=True, timeout=self._per_read(), verify=self._verify) as response:
                self._note_date(response.headers)
                body = self._read(response, deadline, place)
                if response.status_code not in expect:
                    raise SourceUnavailable(f"{place}: answered HTTP {response.status_code}")
                return Reply(response.status_code, response.headers, body)
        except requests.TooManyRedirects:
            raise SourceUnavailable(f"{place}: redirects in a circle (more than {self._session.max_redirects})") from None
        except (requests.RequestException, HTTPError) as error:
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

    def _read(self, response: requests.Response, deadline: float, place: str) -> bytes:
        chunks: list[bytes] = []
        size = 0
        # read1 returns what has come, so that the deadline is also looked at while a server drips
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            size += len(chunk)
            if size > self.largest:
                raise SourceUnavailable(f"{place}: the answer is larger than {self.largest // MEGABYTE} MiB (max_answer)")
            if time.monotonic() > deadline:
                raise SourceUnavailable(f"{place}: no whole answer within {self.timeout.total_seconds():g} s (timeout)")
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

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
    wrapped = getattr(error.args[0], "reason", None) if error.args else None  # what urllib3 gave up on
    fits = (text for kind, text in reasons.items() if isinstance(error, kind) or isinstance(wrapped, kind))
    return next(fits, type(error).__name__)
