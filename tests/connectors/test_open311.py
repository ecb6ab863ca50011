"""Open311, against a server on loopback that cuts its answers off in silence as real ones do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.connector import Part, Poll
from collector.errors import PartialAnswer, SourceChanged, SourceUnavailable
from collector.periods import Span, instant
from connectors.cases.open311 import Open311
from connectors.cases.windows import Windows
from tests.connectors.conftest import SLOT, Request, Response

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 9, 1, tzinfo=UTC)
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000


class Hotline:
    """requests.json over ``items``, by requested_datetime; the newest ``cap`` of them and no word of the others."""

    def __init__(self, items: list[dict[str, Any]], cap: int = 1000) -> None:
        self.items = items
        self.asked: list[dict[str, str]] = []
        self._cap = cap

    def __call__(self, request: Request) -> Response:
        self.asked.append(dict(request.query))
        first, last = (datetime.fromisoformat(request.query[name]) for name in ("start_date", "end_date"))
        wanted = request.query.get("status", "open,closed").split(",")
        found = [
            item
            for item in self.items
            if first <= datetime.fromisoformat(item["requested_datetime"]) < last and item["status"] in wanted
        ]
        return Response(json.dumps(found[::-1][: self._cap]).encode())


def _item(number: int, requested: datetime, **more: object) -> dict[str, Any]:
    item = {"service_request_id": str(number), "status": "open", "requested_datetime": requested.isoformat()}
    return {**item, **more}


def _hourly(count: int) -> list[dict[str, Any]]:
    return [_item(number, START + timedelta(hours=number)) for number in range(count)]


def _open311(url: str = "http://127.0.0.1:1", **options: object) -> Open311:
    return Open311(Open311.Options.model_validate_json(json.dumps({"url": url, "lookback": "30d", **options})), ZONE)


def _cases(connector: Open311, parts: list[Part]) -> dict[str, str]:
    return {row["case"]: row["status"] for row in connector.parse(parts).table.to_pylist()}


Serve = Callable[..., str]


def test_an_answer_that_may_have_been_cut_off_is_asked_for_again_in_halves(serve: Serve, poll: Poll) -> None:
    hotline = Hotline(_hourly(720), cap=50)
    connector = _open311(serve(hotline), cap=50, first_window="30d")
    parts = list(connector.fetch(poll))
    assert len(_cases(connector, parts)) == 720
    assert all(len(json.loads(part.body)) < 50 for part in parts)


def test_windows_grow_where_little_happens(serve: Serve, poll: Poll) -> None:
    hotline = Hotline(_hourly(5))
    list(_open311(serve(hotline), first_window="1h").fetch(poll))
    assert len(hotline.asked) < 15


def test_both_statuses_are_asked_for_and_the_key_goes_with_it(serve: Serve, poll: Poll) -> None:
    hotline = Hotline([])
    list(_open311(serve(hotline), jurisdiction_id="city", api_key="secret", first_window="60d").fetch(poll))
    assert hotline.asked == [
        {
            "jurisdiction_id": "city", "api_key": "secret", "status": "open,closed",
            "start_date": "2026-09-01T00:00:00Z", "end_date": "2026-10-01T00:00:01Z",
        }
    ]  # fmt: skip


def test_statuses_that_a_server_takes_only_one_by_one_are_asked_for_apart(serve: Serve, poll: Poll) -> None:
    items = [_item(1, START), _item(2, START, status="closed", updated_datetime=START.isoformat())]
    hotline = Hotline(items)
    connector = _open311(serve(hotline), statuses=["open", "closed"], first_window="60d")
    assert _cases(connector, list(connector.fetch(poll))) == {"1": "open", "2": "closed"}
    assert [asked["status"] for asked in hotline.asked] == ["open", "closed"]


def test_no_status_is_asked_for_where_none_is_wanted(serve: Serve, poll: Poll) -> None:
    hotline = Hotline([])
    list(_open311(serve(hotline), statuses=[], first_window="60d").fetch(poll))
    assert "status" not in hotline.asked[0]


@pytest.mark.parametrize(
    ("dates", "start"),
    [("utc", "2026-09-01T00:00:00Z"), ("offset", "2026-09-01T08:00:00+08:00"), ("bare", "2026-09-01T08:00:00")],
)
def test_dates_are_written_as_the_server_reads_them(dates: str, start: str, serve: Serve, poll: Poll) -> None:
    asked: list[Request] = []
    url = serve(lambda request: asked.append(request) or Response(b"[]"))
    list(_open311(url, dates=dates, first_window="60d").fetch(poll))
    assert asked[0].query["start_date"] == start


def test_a_server_that_knows_updated_after_is_asked_only_for_what_changed(serve: Serve, poll: Poll) -> None:
    hotline = Hotline([])
    connector = _open311(serve(hotline), updated_after=True)
    list(connector.fetch(replace(poll, since=SLOT - HOUR)))
    assert [asked["updated_after"] for asked in hotline.asked] == ["2026-09-30T22:50:00Z"]


def test_the_first_poll_does_not_ask_for_changes_since_a_poll_that_never_was(serve: Serve, poll: Poll) -> None:
    hotline = Hotline([])
    list(_open311(serve(hotline), updated_after=True, first_window="60d").fetch(poll))
    assert "updated_after" not in hotline.asked[0]


def test_more_requests_in_one_second_than_the_cap_are_a_partial_answer(serve: Serve, poll: Poll) -> None:
    hotline = Hotline([_item(number, START) for number in range(60)], cap=50)
    connector = _open311(serve(hotline), cap=50)
    with pytest.raises(PartialAnswer, match="50 within the second of 2026-09-01T00:00:00Z, and the cap is 50"):
        list(connector.fetch(poll))


def test_a_poll_that_needs_too_many_requests_is_a_partial_answer(serve: Serve, poll: Poll) -> None:
    hotline = Hotline(_hourly(720), cap=50)
    connector = _open311(serve(hotline), cap=50, max_requests=5)
    with pytest.raises(PartialAnswer, match=r"5 requests \(max_requests\) reached only .*; shorten lookback"):
        list(connector.fetch(poll))
    assert len(hotline.asked) == 5


def test_a_request_closed_while_the_windows_were_read_counts_as_closed() -> None:
    before = _item(1, START, updated_datetime="2026-09-02T00:00:00Z")
    after = {**before, "status": "closed", "updated_datetime": "2026-09-03T00:00:00Z"}
    parts = [Part(f"requests {number}", json.dumps([item]).encode()) for number, item in enumerate((after, before))]
    assert _cases(_open311(), parts) == {"1": "closed"}


def test_an_html_page_instead_of_an_answer_is_a_change(serve: Serve, poll: Poll) -> None:
    """FixMyStreet answers so where the jurisdiction is missing, with HTTP 200."""
    url = serve(lambda _: Response(b"<!DOCTYPE html><html></html>"))
    with pytest.raises(SourceChanged, match="the answer is an HTML page, not JSON"):
        list(_open311(url).fetch(poll))


def test_an_error_answer_is_unavailable_and_does_not_tell_the_key(serve: Serve, poll: Poll) -> None:
    url = serve(lambda _: Response(b'[{"code":403,"description":"bad key"}]', 403))
    with pytest.raises(SourceUnavailable, match="answered HTTP 403") as refused:
        list(_open311(url, api_key="secret").fetch(poll))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"code": 400, "description": "no"}, "status"),
        ({"service_request_id": "1", "status": "Open", "requested_datetime": "2026-10-01T00:00:00Z"}, "status"),
        ({"service_request_id": "1", "status": "open"}, "requested_datetime"),
        ({"service_request_id": "1", "status": "open", "requested_datetime": "1 Oct"}, "is not an ISO 8601 time"),
        ({"service_request_id": "1", "status": "open", "requested_datetime": "2026-10-01"}, "is a day, not a time"),
        ({"status": "open", "requested_datetime": "2026-10-01T00:00:00Z"}, "service_request_id: is missing"),
    ],
)
def test_an_item_that_does_not_fit_is_a_change(item: dict[str, object], message: str) -> None:
    with pytest.raises(SourceChanged, match=message):
        _open311().parse([Part("requests 1", json.dumps([item]).encode())])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<service_requests><request>", "is not complete XML"),
        (b"<errors><error><code>403</code></error></errors>", "errors: service_requests was expected"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><service_requests/>', "declares a document type or entities"),
        (
            b"<service_requests><request><status>open</status></request></service_requests>",
            "request 1: .*requested_datetime",
        ),
    ],
)
def test_xml_that_does_not_fit_is_a_change(body: bytes, message: str) -> None:
    with pytest.raises(SourceChanged, match=message):
        _open311(format="xml").parse([Part("requests 1", body)])


def test_xml_is_asked_for_where_the_server_has_no_json(serve: Serve, poll: Poll) -> None:
    paths: set[str] = set()
    url = serve(lambda request: paths.add(request.path) or Response(b"<service_requests/>"))
    connector = _open311(url, format="xml", first_window="60d")
    assert _cases(connector, list(connector.fetch(poll))) == {}
    assert paths == {"/requests.xml"}


def test_the_polls_of_a_day_ask_for_the_same_windows(serve: Serve, poll: Poll) -> None:
    hotline = Hotline(_hourly(700))
    connector = _open311(serve(hotline))
    list(connector.fetch(poll))
    first, hotline.asked = hotline.asked, []
    list(connector.fetch(replace(poll, at=poll.at + 5 * MINUTE)))
    assert hotline.asked[:-1] == first[:-1]


def test_windows_meet_and_cover_the_span_whatever_the_answers() -> None:
    windows = Windows(Span(0, 100 * HOUR), HOUR)
    answered: list[Span] = []
    counts = iter([5, 60, 12, 50, 49, 60, 60, 0, 1] + [20] * 500)
    while (window := windows.next()) is not None:
        if windows.answered(window, next(counts), cap=50):
            answered.append(window)
    assert [span.start for span in answered] == [0, *(span.end for span in answered[:-1])]
    assert answered[-1].end == 100 * HOUR


def test_a_window_is_never_narrower_than_a_second() -> None:
    windows = Windows(Span(0, 3 * SECOND), 3 * SECOND)
    window = windows.next()
    assert not windows.answered(window, 50, cap=50)
    assert windows.next() == Span(0, SECOND)


def test_a_closing_time_is_the_last_update_of_a_closed_request() -> None:
    item = _item(1, START, status="closed", updated_datetime="2026-09-01T02:00:00Z")
    (row,) = _open311().parse([Part("requests 1", json.dumps([item]).encode())]).table.to_pylist()
    assert instant(row["closed_at"]) == instant(START) + 2 * HOUR
