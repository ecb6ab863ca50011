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

from collections.abc import Generator, Iterable
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr

from collector import connector
from collector.city.types import Duration
from collector.connector import Connector, Part, Poll
from collector.errors import PartialAnswer, SourceChanged
from collector.faults import CASE, CLOSED_UNTIMED, NO_NUMBER, REQUEST
from collector.periods import DAY, MILLISECOND, Span, instant, iso
from collector.records import SCHEMAS, Events, Kind
from connectors.cases.georeport import Format, Request, read_requests
from connectors.cases.order import closed_too_early
from connectors.cases.windows import SECOND, Windows

DAY_MS = DAY // MILLISECOND
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
        options = self._options
        windows = self._windows(poll)
        asked = parts = 0
        while (window := windows.next()) is not None:
            bodies = []
            for status in options.statuses or (None,):
                if asked == options.max_requests:
                    reached = f"{asked} requests (max_requests) reached only {iso(window.start)}"
                    raise PartialAnswer("requests", f"{reached}; shorten lookback or allow more")
                asked += 1
                bodies.append(self._ask(poll, window, status))
            counts = [len(read_requests(body, options.format, f"requests from {iso(window.start)}")) for body in bodies]
            if windows.answered(window, max(counts), options.cap):
                for body in bodies:
                    parts += 1
                    yield Part(f"requests {parts}", body)
        return None

    def _windows(self, poll: Poll) -> Windows:
        """From a whole UTC day on, so that the polls of a day ask for the same windows and get the same answers."""
        start = (poll.at - self._options.lookback // MILLISECOND) // DAY_MS * DAY_MS
        end = (poll.at // SECOND + 1) * SECOND  # the second that is running belongs to it
        narrowed = self._options.updated_after and poll.since is not None
        width = end - start if narrowed else self._options.first_window // MILLISECOND
        return Windows(Span(start, end), max(SECOND, width))

    def _ask(self, poll: Poll, window: Span, status: str | None) -> bytes:
        options = self._options
        params = {
            "jurisdiction_id": options.jurisdiction_id,
            "api_key": options.api_key.get_secret_value() if options.api_key else None,
            "status": status,
            "start_date": self._date(window.start),
            "end_date": self._date(window.end),
        }
        if options.updated_after and poll.since is not None:
            params["updated_after"] = self._date(poll.since - OVERLAP // MILLISECOND)
        # one server answers nothing readable where deflate is offered
        headers = {"Accept-Encoding": "gzip"}
        return poll.http.get(
            f"{options.url.rstrip('/')}/requests.{options.format}", params=params, headers=headers
        ).body

    def _date(self, at: int) -> str:
        text = iso(at // SECOND * SECOND, None if self._options.dates == "utc" else self._zone)
        return text[: len("2026-10-01T00:00:00")] if self._options.dates == "bare" else text

    def parse(self, parts: Iterable[Part]) -> Events:
        rows: dict[str, dict[str, Any]] = {}
        changed: dict[str, int] = {}
        faults: list[str] = []
        for part in parts:
            for number, request in enumerate(read_requests(part.body, self._options.format, part.name)):
                place = REQUEST(part=part.name, number=number)
                if request.id is None:
                    faults.append(_not_yet_accepted(request, place))
                    continue
                row, at = self._row(request, place)
                if at >= changed.get(row["case"], at):  # windows meet, and a request may come in two of them
                    rows[row["case"]], changed[row["case"]] = row, at
        return _events(list(rows.values()), faults)

    def _row(self, request: Request, place: str) -> tuple[dict[str, Any], int]:
        """The case, and when it was last changed."""
        opened = self._instant(request.requested, f"{place} requested_datetime")
        updated = self._instant(request.updated, f"{place} updated_datetime") if request.updated else None
        row = {
            "case": str(request.id),
            "opened_at": opened,
            "due_at": self._instant(request.expected, f"{place} expected_datetime") if request.expected else None,
            "closed_at": updated if request.status == "closed" else None,
            "status": request.status,
            "category": request.service,
            "department": request.department,
        }
        return row, opened if updated is None else updated

    def _instant(self, text: str, place: str) -> int:
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            raise SourceChanged(place, "is not an ISO 8601 time") from None
        if len(text) <= len("2026-10-01"):
            raise SourceChanged(place, "is a day, not a time")
        return instant(time if time.tzinfo else time.replace(tzinfo=self._zone))


def _not_yet_accepted(request: Request, place: str) -> str:
    if request.token is None:
        raise SourceChanged(f"{place} service_request_id", "is missing, and there is no token either")
    return NO_NUMBER(place=place)


def _events(rows: list[dict[str, Any]], faults: list[str]) -> Events:
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in SCHEMAS[Kind.CASES].names}
    untimed = [row["case"] for row in rows if row["status"] == "closed" and row["closed_at"] is None]
    faults += [CLOSED_UNTIMED(place=CASE(case=case)) for case in untimed]
    faults += closed_too_early(columns["case"], columns["opened_at"], columns["closed_at"])
    return Events.of(Kind.CASES, columns, faults)
