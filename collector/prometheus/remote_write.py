"""Pushing indicator values to a receiver of remote write.

What may pass is tried again, with growing pauses, while the timeout of the push lasts: no answer, 5xx, 429. What the
receiver refuses (other 4xx) is not sent again; the next push has newer values.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from prometheus_client.metrics_core import Metric

from collector.city.paths import absolute
from collector.city.remote_write import RemoteWrite
from collector.city.secrets import resolve
from collector.errors import CitygaugeError, ConfigurationError, SourceUnavailable
from collector.exporter import CityCollector
from collector.http import MEGABYTE, Http
from collector.installation import Installation
from collector.live import Clock, Live
from collector.prometheus.write_request import Sample, write_request

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 10.0
PUSHED = "citygauge_indicator_"
HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
    "User-Agent": "citygauge",
}
TOO_MANY = 429
_ANY = tuple(range(200, 600))


class Refused(CitygaugeError):
    """The receiver refused what was pushed: trying again would not help."""


def settings_of(installation: Installation) -> RemoteWrite:
    settings = installation.city.remote_write
    if settings is None:
        raise ConfigurationError("remote-write: the city file has no remote_write: {url: …}")
    return settings


def push(installation: Installation, clock: Clock, pause: Callable[[float], None] = time.sleep) -> int:
    """Push the values as known now; returns how many samples. Raises Refused, or SourceUnavailable when time is up."""
    settings = settings_of(installation)
    samples = list(samples_now(installation, clock, settings.labels))
    folder = installation.city.folder
    references = settings.model_dump(include={"url", "username", "password", "bearer_token"})
    secrets: dict[str, Any] = resolve(references, folder, "remote_write")
    deliver(_http(settings, folder), secrets, write_request(samples), settings.timeout.total_seconds(), pause)
    return len(samples)


def samples_now(installation: Installation, clock: Clock, labels: dict[str, str]) -> Iterator[Sample]:
    """The indicators' samples as a scrape would have them, dated by when the store was looked at."""
    live = Live(installation, clock)
    at = live.view().at
    for family in CityCollector(live).collect():
        if family.name.startswith(PUSHED):
            yield from _of(family, at, {"job": "citygauge"} | labels)


def deliver(http: Http, secrets: dict[str, Any], body: bytes, seconds: float, pause: Callable[[float], None]) -> None:
    """POST until it is taken or refused, or no time is left for another attempt."""
    asked = {"data": body} | _authentication(secrets)
    wait, end = FIRST_PAUSE_SECONDS, time.monotonic() + seconds
    while True:
        try:
            status = http.request("POST", secrets["url"], expect=_ANY, **asked).status
        except SourceUnavailable as error:
            problem = f"remote_write: {str(error).rpartition(': ')[2]}"
        else:
            if 200 <= status < 300:
                return
            problem = f"remote_write: the receiver answered HTTP {status}"
            if 300 <= status < 500 and status != TOO_MANY:
                raise Refused(f"{problem}; the values of this push are dropped")
        if time.monotonic() + wait > end:
            raise SourceUnavailable(problem)
        pause(wait)
        wait = min(2 * wait, LONGEST_PAUSE_SECONDS)


def _of(family: Metric, at: int, labels: dict[str, str]) -> Iterator[Sample]:
    for sample in family.samples:
        yield Sample({"__name__": sample.name, **labels, **sample.labels}, sample.value, at)


def _authentication(secrets: dict[str, Any]) -> dict[str, Any]:
    if secrets["bearer_token"] is not None:
        return {"headers": HEADERS | {"Authorization": f"Bearer {secrets['bearer_token']}"}}
    if secrets["username"] is not None:
        return {"headers": HEADERS, "auth": (secrets["username"], secrets["password"] or "")}
    return {"headers": HEADERS}


def _http(settings: RemoteWrite, folder: Path) -> Http:
    verify = absolute(settings.tls_verify, folder) if isinstance(settings.tls_verify, str) else settings.tls_verify
    return Http(settings.timeout, MEGABYTE, verify, retries=0)
