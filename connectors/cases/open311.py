"""Cases of a city hotline by Open311 GeoReport v2.

Source:
    GeoReport v2 (wiki.open311.org/GeoReport_v2), ``GET requests.json`` or ``requests.xml``; what servers really do is
    taken from codeforamerica/open311status and from FixMyStreet's server in mysociety/fixmystreet.
Cadence:
    15 min to 1 h. The only filter is by ``requested_datetime``, so every poll reads the last ``lookback`` again to see
    what was closed; a closure of an older request is not seen. ``updated_after`` asks a server that knows this
    extension (Chicago) for what changed since the last good poll, within ``lookback``.
Paging:
    The standard has none, and servers cut answers off without saying so (``cap``, 50 to 1000). An answer of ``cap``
    requests or more is dropped and half its time asked for, down to one second; after a small answer the window grows.
Sample:
    [{"service_request_id":"14-01100669","status":"open","service_name":"Pothole","service_code":"4ffa4c69601827691b0",
    "agency_responsible":"Streets","requested_datetime":"2026-10-01T08:00:00+08:00",
    "updated_datetime":"2026-10-01T09:00:00+08:00","expected_datetime":null,"address":"…","lat":1.5,"long":2.5}]
    Also understood: {"service_requests":[…]} (FixMyStreet), one object without a list, ``agency_responsible`` as
    {"recipient":[…]}, and XML.
Closing time:
    There is none. ``closed_at`` is ``updated_datetime`` where the status is closed: an upper bound, as a request may be
    touched after it was closed. A closed request without it is a fault and counts as open.
Not used:
    Description, address, position, media, zipcode: nobody's words or whereabouts are needed. ``service_code``: in some
    servers it is the name. A request without ``service_request_id`` that has a ``token`` is not yet accepted; it is
    left out and listed. ``services`` and ``requests/{id}``: the list says the same.
Doubts:
    Servers disagree on whether ``end_date`` belongs to the window; windows meet, and a request that comes twice counts
    once. Some read dates only without offset (``dates: bare``, taken as the source's zone). Whether a server knows
    ``status=open,closed`` is not told by its answer; see ``statuses``. XML is refused where it declares entities.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct
from pydantic import Field, SecretStr

from collector import connector
from collector.city.types import Duration
from collector.connector import Connector, Part, Poll
from collector.errors import PartialAnswer, SourceChanged
from collector.periods import MILLISECOND, Span, instant, iso, moment
from collector.records import SCHEMAS, Events, Kind
from connectors.cases.georeport import Format, Request, read_requests
from connectors.cases.order import closed_too_early

SMALLEST = 1000
"""Width in ms of the narrowest window: dates are asked for in whole seconds."""
OVERLAP = timedelta(minutes=10)
"""How far before the last good poll ``updated_after`` begins, for clocks that differ."""


class Open311Options(connector.Options):
    url: str = Field(pattern=r"^https?://[^@?#]+$", description="address of the endpoint, without /requests.json")
    jurisdiction_id: str | None = None
    api_key: SecretStr | None = None
    format: Format = "json"
    dates: Literal["utc", "offset", "bare"] = Field(default="utc", description="how the server reads dates in a query")
    statuses: tuple[str, ...] = Field(
        default=("open,closed",), description="values of status, one request each; [] leaves it out"
    )
    lookback: Duration = timedelta(days=90)
    first_window: Duration = timedelta(days=1)
    cap: int = Field(default=1000, ge=2, description="an answer of so many requests may have been cut off")
    max_requests: int = Field(default=200, ge=1, description="HTTP requests in one poll")
    updated_after: bool = False


class Open311(Connector):
    Options = Open311Options
    kind = Kind.CASES

    def __init__(self, options: Open311Options, zone: ZoneInfo) -> None:
        self._options = options
        self._zone = zone

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        asked = 0
        windows = Windows(poll.at - self._options.lookback // MILLISECOND, poll.at, self._first_width(poll))
        while (window := windows.next()) is not None:
            bodies = []
            largest = 0
            for status in self._options.statuses or (None,):
                if asked == self._options.max_requests:
                    raise PartialAnswer("requests", self._too_many(window))
                asked += 1
                bodies.append(poll.http.get(self._url, params=self._query(window, status, poll)).body)
                largest = max(largest, len(read_requests(bodies[-1], self._options.format, "requests")))
            if largest < self._options.cap:
                for body in bodies:
                    yield Part(f"requests {iso(window.start)}", body)
            windows.answered(largest, self._options.cap)
        return None
