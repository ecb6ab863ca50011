"""The HTTP probe against servers on loopback that answer well, badly, late or not at all."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.connector import Part, Poll
from collector.errors import SourceChanged, SourceUnavailable
from collector.http import Http
from collector.records import State
from connectors.uptime.http_probe import HttpProbe, HttpProbeOptions
from tests.connectors.conftest import Answer, Request, Response

Serve = Callable[[Answer], str]


def connector(*targets: dict[str, Any], **options: Any) -> HttpProbe:
    text = json.dumps({"targets": targets, **options})
    return HttpProbe(HttpProbeOptions.model_validate_json(text), ZoneInfo("Asia/Shanghai"))


def swept(one: HttpProbe, poll: Poll) -> dict[str, State]:
    sweep = one.parse(list(one.fetch(poll)))
    assert sweep.complete
    return {subject: State(state) for subject, state in zip(sweep.subjects, sweep.states, strict=True)}


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address that refuses connections: bound, so that nobody else gets it, and not listening."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


def test_the_expected_status_is_up_and_any_other_is_down(serve: Serve, poll: Poll) -> None:
    url = serve(lambda request: Response(status=int(request.path[1:])))
    targets = [{"subject": status, "url": f"{url}/{status}"} for status in ("200", "204", "404", "503")]
    states = swept(connector(*targets, {"subject": "api", "url": f"{url}/204", "expect": [200, 204]}), poll)
    assert states == {"200": State.UP, "204": State.DOWN, "404": State.DOWN, "503": State.DOWN, "api": State.UP}


def test_a_failing_target_is_asked_once(serve: Serve, poll: Poll) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return Response(status=503)

    swept(connector({"subject": "portal", "url": serve(answer) + "/"}), replace(poll, http=Http()))
    assert asked == ["/"]


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_page_counts_only_with_the_text_it_should_contain(serve: Serve, poll: Poll, charset: str) -> None:
    url = serve(lambda request: Response(f"<title>{request.path[1:]} 政务服务网</title>".encode(charset)))
    one = connector(
        {"subject": "a", "url": url, "contains": "政务服务"}, {"subject": "b", "url": url, "contains": "系统维护"}
    )
    assert swept(one, poll) == {"a": State.UP, "b": State.DOWN}


def test_a_refused_connection_is_down_and_says_why(closed_port: str, poll: Poll) -> None:
    one = connector({"subject": "portal", "url": closed_port})
    (part,) = one.fetch(poll)
    evidence = json.loads(part.body)
    assert (evidence["status"], evidence["reason"]) == (None, "the connection was refused or lost")
    assert one.parse([part]).states.tolist() == [State.DOWN]


def test_an_answer_that_does_not_come_in_time_is_down(serve: Serve, poll: Poll) -> None:
    released = Event()

    def answer(request: Request) -> Response:
        released.wait(5)
        return Response()

    one = connector({"subject": "portal", "url": serve(answer), "timeout": "50ms"})
    (part,) = one.fetch(poll)
    released.set()
    assert json.loads(part.body)["reason"] == "no answer in time"
    assert one.parse([part]).states.tolist() == [State.DOWN]


def test_a_redirect_loop_is_down(serve: Serve, poll: Poll) -> None:
    one = connector(
        {"subject": "portal", "url": serve(lambda request: Response(status=302, headers={"Location": "/again"}))}
    )
    (part,) = one.fetch(poll)
    assert "redirects in a circle" in json.loads(part.body)["reason"]
    assert one.parse([part]).states.tolist() == [State.DOWN]


def test_plain_http_behind_an_https_address_is_down(serve: Serve, poll: Poll) -> None:
    one = connector({"subject": "portal", "url": serve(lambda request: Response()).replace("http://", "https://")})
    assert swept(one, poll) == {"portal": State.DOWN}


def test_when_the_control_fails_too_nothing_is_known(closed_port: str, poll: Poll) -> None:
    with pytest.raises(SourceUnavailable, match="our own network is out"):
        list(connector({"subject": "portal", "url": closed_port}, control=closed_port).fetch(poll))


def test_when_the_control_answers_a_dead_target_is_down(serve: Serve, closed_port: str, poll: Poll) -> None:
    one = connector({"subject": "portal", "url": closed_port}, control=serve(lambda request: Response(status=403)))
    parts = list(one.fetch(poll))
    assert [part.name for part in parts] == ["control", "target portal"]
    assert one.parse(parts).states.tolist() == [State.DOWN]


def test_the_control_is_left_alone_while_every_target_answers(serve: Serve, closed_port: str, poll: Poll) -> None:
    one = connector({"subject": "portal", "url": serve(lambda request: Response(status=500))}, control=closed_port)
    assert swept(one, poll) == {"portal": State.DOWN}


def test_many_targets_come_in_the_order_of_the_city_file(serve: Serve, poll: Poll) -> None:
    url = serve(lambda request: Response())
    targets = [{"subject": f"site-{number}", "url": f"{url}/{number}"} for number in range(20)]
    assert list(swept(connector(*targets), poll)) == [f"site-{number}" for number in range(20)]


def test_evidence_of_one_target_twice_is_refused() -> None:
    body = b'{"elapsed_ms":1,"expect":[200],"found":null,"name":null,"reason":null,"status":200,"subject":"a"}'
    with pytest.raises(SourceChanged, match="probed twice"):
        connector({"subject": "a", "url": "http://a"}).parse([Part("target a", body)] * 2)


@pytest.mark.parametrize(("status", "reason"), [("null", "null"), ("200", '"no answer in time"')])
def test_evidence_that_contradicts_itself_is_refused(status: str, reason: str) -> None:
    body = (
        f'{{"elapsed_ms":1,"expect":[200],"found":null,"name":null,"reason":{reason},"status":{status},"subject":"a"}}'
    )
    with pytest.raises(SourceChanged, match=r"target a \$.reason"):
        connector({"subject": "a", "url": "http://a"}).parse([Part("target a", body.encode())])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"url": "portal.example"}, "match pattern"),
        ({"url": "https://user:word@portal.example"}, "match pattern"),
        ({"timeout": "0s"}, "longer than 0s"),
        ({"timeout": "ten"}, "not a duration"),
        ({"expect": []}, "at least 1 item"),
    ],
)
def test_a_target_that_cannot_be_probed_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        connector({"subject": "a", "url": "http://a", **changed})


def test_two_targets_with_one_subject_are_refused() -> None:
    with pytest.raises(ValueError, match="the same subject"):
        connector({"subject": "a", "url": "http://a"}, {"subject": "a", "url": "http://b"})
