"""The Prometheus connector against a server on loopback that answers as the HTTP API's document says."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.connector import Part, Poll
from collector.errors import PartialAnswer, SourceChanged, SourceUnavailable
from collector.records import State
from connectors.uptime.prometheus import Prometheus, PrometheusOptions
from tests.connectors.conftest import Answer, Request, Response

Serve = Callable[[Answer], str]


def connector(url: str = "http://prometheus", **options: Any) -> Prometheus:
    options = {"url": url, "query": "probe_success", "subject_label": "instance", **options}
    return Prometheus(PrometheusOptions.model_validate_json(json.dumps(options)), ZoneInfo("Asia/Shanghai"))


def vector(*values: tuple[str, str], **more: Any) -> bytes:
    result = [{"metric": {"instance": instance}, "value": [1790812800, value]} for instance, value in values]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}, **more}).encode()


def test_the_query_is_asked_for_the_instant_of_the_slot(serve: Serve, poll: Poll) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return Response(vector(("portal", "1"), ("egov", "0"), ("new", "NaN")))

    one = connector(serve(answer) + "/")
    sweep = one.parse(list(one.fetch(poll)))
    assert (asked[0].path, dict(asked[0].query)) == (
        "/api/v1/query",
        {"query": "probe_success", "time": "1790812800.000"},
    )
    assert sweep.subjects == ["portal", "egov", "new"]
    assert sweep.states.tolist() == [State.UP, State.DOWN, State.UNKNOWN]


def test_a_missing_series_is_unknown_and_never_gone() -> None:
    assert connector().parse([Part("query", vector())]).complete is False


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"token": "t0ken"}, "Bearer t0ken"),
        ({"credentials": {"username": "u", "password": "p"}}, "Basic " + b64encode(b"u:p").decode()),
    ],
)
def test_the_login_is_sent_and_a_refusal_does_not_show_it(
    serve: Serve, poll: Poll, options: dict[str, Any], header: str
) -> None:
    asked: list[str | None] = []

    def answer(request: Request) -> Response:
        asked.append(request.headers.get("Authorization"))
        return Response(b"Unauthorized\n", status=401)

    with pytest.raises(SourceUnavailable, match=r"not let in \(HTTP 401\); check credentials or token") as caught:
        list(connector(serve(answer), **options).fetch(poll))
    assert asked == [header]
    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (
            400,
            b'{"status":"error","errorType":"bad_data","error":"1:1: parse error"}',
            r"error bad_data \(HTTP 400\); check the query",
        ),
        (
            422,
            b'{"status":"error","errorType":"execution","error":"many-to-many"}',
            r"error execution \(HTTP 422\); check the query",
        ),
        (503, b'{"status":"error","errorType":"timeout","error":"slow"}', r"error timeout \(HTTP 503\)$"),
        (503, b"<html>no upstream</html>", "answered HTTP 503$"),
        (200, b'{"status":"error","errorType":"internal","error":"x"}', r"error internal \(HTTP 200\)$"),
        (502, b"", "answered HTTP 502$"),
    ],
)
def test_an_error_is_no_answer_and_names_its_type(
    serve: Serve, poll: Poll, status: int, body: bytes, message: str
) -> None:
    with pytest.raises(SourceUnavailable, match=message):
        list(connector(serve(lambda request: Response(body, status))).fetch(poll))


def test_a_redirect_loop_is_no_answer(serve: Serve, poll: Poll) -> None:
    with pytest.raises(SourceUnavailable, match="redirects in a circle"):
        list(connector(serve(lambda request: Response(status=302, headers={"Location": request.path}))).fetch(poll))


def test_a_web_page_is_a_change(serve: Serve, poll: Poll) -> None:
    with pytest.raises(SourceChanged, match="HTML page"):
        list(connector(serve(lambda request: Response(b"<!doctype html><p>moved"))).fetch(poll))


def test_an_answer_with_warnings_is_partial() -> None:
    with pytest.raises(PartialAnswer, match=r"query \$.warnings: holds 1"):
        connector().parse([Part("query", vector(("portal", "1"), warnings=["a store did not answer"]))])


@pytest.mark.parametrize("value", ["0.5", "2", "+Inf", "-1"])
def test_a_value_that_stands_for_no_state_is_a_change(value: str) -> None:
    with pytest.raises(SourceChanged, match=r"result\[1\].value: .* stands for no state"):
        connector().parse([Part("query", vector(("portal", "1"), ("egov", value)))])


def test_states_of_another_tool_are_named_in_the_city_file() -> None:
    one = connector(states={"up": [1], "down": [0, 2], "unknown": [3]})
    sweep = one.parse([Part("query", vector(("a", "1"), ("b", "2"), ("c", "3")))])
    assert sweep.states.tolist() == [State.UP, State.DOWN, State.UNKNOWN]


def test_one_value_under_two_states_is_refused() -> None:
    with pytest.raises(ValueError, match="one value stands under two states"):
        connector(states={"up": [1], "down": [1]})


def test_two_series_for_one_subject_are_a_change() -> None:
    with pytest.raises(SourceChanged, match="'portal' has two series"):
        connector().parse([Part("query", vector(("portal", "1"), ("portal", "0")))])


def test_a_series_without_the_subject_label_is_a_change() -> None:
    with pytest.raises(SourceChanged, match=r"result\[0\].metric.host: is missing"):
        connector(subject_label="host").parse([Part("query", vector(("portal", "1")))])


def test_a_range_instead_of_an_instant_vector_is_a_change() -> None:
    with pytest.raises(SourceChanged, match="resultType"):
        connector().parse([Part("query", b'{"status":"success","data":{"resultType":"matrix","result":[]}}')])
