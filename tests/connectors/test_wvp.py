"""The WVP connector against a server on loopback that behaves as WVP's source says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import md5
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.connector import Part, Poll, standing
from collector.errors import PartialAnswer, SourceChanged, SourceUnavailable
from collector.records import State, Sweep
from connectors.video.wvp import Wvp
from connectors.video.wvp_options import WvpOptions
from tests.connectors.conftest import Answer, Request, Response

LOGIN, DEVICES, CHANNELS = "/api/user/login", "/api/device/query/devices", "/api/common/channel/list"
Serve = Callable[[Answer], str]


def channel(number: int, **changed: Any) -> dict[str, Any]:
    code = f"3415240000132{number:07d}"
    return {
        "gbId": number, "gbDeviceId": code, "gbName": f"路口{number}", "gbCivilCode": "341524",
        "gbParental": 0, "gbStatus": "ON",
        "dataType": 1, "dataDeviceId": 1, **changed,
    }  # fmt: skip


def device(number: int, online: bool = True) -> dict[str, Any]:
    return {"id": number, "deviceId": f"3415240000118{number:07d}", "onLine": online}


def envelope(data: Any, code: int = 0) -> Response:
    return Response(json.dumps({"code": code, "msg": "", "data": data}).encode())


class FakeWvp:
    """A platform with some devices and channels; by ``on_page`` (page asked -> response) a test changes its answers."""

    def __init__(self, channels: Iterable[dict[str, Any]], devices: Iterable[dict[str, Any]] = (device(1),)) -> None:
        self.lists = {DEVICES: list(devices), CHANNELS: list(channels)}
        self.total: int | None = None
        self.tokens: list[str] = []
        self.asked: list[str] = []
        self.password = "secret"
        self.on_page: Callable[[int], Response | None] = lambda page: None

    def __call__(self, request: Request) -> Response:
        if request.path == LOGIN:
            return self._login(request)
        if self.tokens and request.headers.get("access-token") != self.tokens[-1]:
            return Response(b'{"code":401,"msg":"","data":null}', status=401)
        page, count = int(request.query["page"]), int(request.query["count"])
        self.asked.append(f"{request.path} {page}")
        items = self.lists[request.path]
        if request.path == CHANNELS and (response := self.on_page(page)):
            return response
        total = self.total if self.total is not None and request.path == CHANNELS else len(items)
        return envelope({"total": total, "list": items[(page - 1) * count : page * count]})

    def _login(self, request: Request) -> Response:
        if request.query["password"] != md5(self.password.encode()).hexdigest():
            return envelope(None, code=100)
        self.tokens.append(f"token-{len(self.tokens)}")
        return Response(b'{"code":0,"msg":"","data":{}}', headers={"access-token": self.tokens[-1]})

    @property
    def channel_pages(self) -> list[int]:
        return [int(asked.rpartition(" ")[2]) for asked in self.asked if asked.startswith(CHANNELS)]


def connector(url: str, **options: Any) -> Wvp:
    options = {"url": url, "credentials": {"username": "ops", "password": "secret"}, "page_size": 2, **options}
    return Wvp(WvpOptions.model_validate_json(json.dumps(options)), ZoneInfo("Asia/Shanghai"))


def swept(one: Wvp, poll: Poll) -> Sweep:
    return one.parse(standing(one.fetch(poll)))


def test_all_pages_are_read_and_joined_with_their_devices(serve: Serve, poll: Poll) -> None:
    channels = [
        channel(1),
        channel(2, gbStatus="OFF"),
        channel(3, gbStatus=None),
        channel(4, dataDeviceId=2),
        channel(5, gbParental=1),
    ]
    wvp = FakeWvp(channels, [device(1), device(2, online=False)])
    one = connector(serve(wvp))
    parts = list(one.fetch(poll))
    sweep = one.parse(parts)
    assert [part.name for part in parts] == ["devices 1", "channels 1", "channels 2", "channels 3"]
    assert sweep.subjects == [f"3415240000132{number:07d}" for number in (1, 2, 3, 4)]
    assert sweep.states.tolist() == [State.UP, State.DOWN, State.UNKNOWN, State.DOWN]
    assert sweep.complete


def test_the_token_is_kept_between_polls(serve: Serve, poll: Poll) -> None:
    wvp = FakeWvp([channel(1)])
    one = connector(serve(wvp))
    swept(one, poll)
    swept(one, poll)
    assert wvp.tokens == ["token-0"]


@pytest.mark.parametrize(
    "refusal",
    [Response(b'{"code":401,"msg":"","data":null}'), Response(status=400), Response(status=401)],
    ids=["200 with code 401", "HTTP 400", "HTTP 401"],
)
def test_a_token_that_expires_between_pages_costs_one_more_login(serve: Serve, poll: Poll, refusal: Response) -> None:
    wvp = FakeWvp([channel(1), channel(2), channel(3)])
    wvp.on_page = lambda page: refusal if page == 2 and len(wvp.tokens) == 1 else None
    assert len(swept(connector(serve(wvp)), poll).subjects) == 3
    assert len(wvp.tokens) == 2


def test_a_token_that_never_counts_is_given_up_after_one_more_login(serve: Serve, poll: Poll) -> None:
    wvp = FakeWvp([channel(1)])
    wvp.on_page = lambda page: Response(status=401)
    with pytest.raises(SourceUnavailable, match="page 1: not let in although the login was accepted"):
        list(connector(serve(wvp)).fetch(poll))
    assert len(wvp.tokens) == 2


def test_a_wrong_password_is_told_without_the_password(serve: Serve, poll: Poll) -> None:
    wvp = FakeWvp([])
    wvp.password = "another"
    with pytest.raises(SourceUnavailable, match="refused with code 100; check credentials") as caught:
        list(connector(serve(wvp)).fetch(poll))
    assert "secret" not in str(caught.value)
    assert md5(b"secret").hexdigest() not in str(caught.value)


def test_an_api_key_that_is_refused_asks_for_a_new_key(serve: Serve, poll: Poll) -> None:
    url = serve(lambda request: Response(status=401 if request.headers.get("api-key") == "old" else 500))
    with pytest.raises(SourceUnavailable, match="make a new api_key"):
        list(connector(url, credentials=None, api_key="old").fetch(poll))


@pytest.mark.parametrize("code", [100, 403, 500])
def test_an_error_code_under_http_200_is_not_an_answer(serve: Serve, poll: Poll, code: int) -> None:
    wvp = FakeWvp([channel(1)])
    wvp.on_page = lambda page: envelope(None, code)
    with pytest.raises(SourceUnavailable, match=f"code {code}$"):
        list(connector(serve(wvp)).fetch(poll))


def test_a_login_page_instead_of_json_is_a_change(serve: Serve, poll: Poll) -> None:
    wvp = FakeWvp([channel(1)])
    wvp.on_page = lambda page: Response(b"<!DOCTYPE html><title>login</title>")
    with pytest.raises(SourceChanged, match=r"channel/list page 1 .*HTML page"):
        list(connector(serve(wvp)).fetch(poll))


def test_pages_that_change_while_they_are_read_are_read_again(serve: Serve, poll: Poll) -> None:
    wvp = FakeWvp([channel(number) for number in range(1, 6)])

    def a_channel_joins_before_page_2(page: int) -> None:
        if wvp.channel_pages == [1, 2]:
            wvp.lists[CHANNELS].insert(0, channel(9))

    wvp.on_page = a_channel_joins_before_page_2
    sweep = swept(connector(serve(wvp)), poll)
    assert wvp.channel_pages[-3:] == [1, 2, 3]
    assert len(sweep.subjects) == 6


def test_an_entry_that_comes_twice_and_hides_another_is_read_again(serve: Serve, poll: Poll) -> None:
    """Same total, same number of entries: ties in the sort order moved between two requests."""
    wvp = FakeWvp([channel(number) for number in range(1, 5)])
    wvp.on_page = lambda page: (
        envelope({"total": 4, "list": [channel(2), channel(4)]}) if wvp.channel_pages == [1, 2] else None
    )
    assert len(swept(connector(serve(wvp)), poll).subjects) == 4
    assert wvp.channel_pages == [1, 2, 1, 2]


def test_pages_that_never_settle_are_a_partial_answer(serve: Serve, poll: Poll) -> None:
    wvp = FakeWvp([channel(number) for number in range(1, 5)])

    def a_channel_joins_before_every_page(page: int) -> None:
        wvp.lists[CHANNELS].insert(0, channel(100 + len(wvp.asked)))

    wvp.on_page = a_channel_joins_before_every_page
    with pytest.raises(PartialAnswer, match="read 3 times without settling"):
        list(connector(serve(wvp)).fetch(poll))


@pytest.mark.parametrize(
    ("total", "fault"), [(7, "3 entries came of 7 announced"), (1, "2 entries came of 1 announced")]
)
def test_a_total_that_lies_is_a_partial_answer(serve: Serve, poll: Poll, total: int, fault: str) -> None:
    wvp = FakeWvp([channel(1), channel(2), channel(3)])
    wvp.total = total
    with pytest.raises(PartialAnswer, match=fault):
        list(connector(serve(wvp)).fetch(poll))


def test_a_server_that_gives_the_first_page_for_every_page_does_not_hold_the_poll(serve: Serve, poll: Poll) -> None:
    wvp = FakeWvp([])
    wvp.on_page = lambda page: envelope({"total": 1000, "list": [channel(1), channel(2)]})
    with pytest.raises(PartialAnswer, match="2 entries came twice"):
        list(connector(serve(wvp)).fetch(poll))
    assert wvp.channel_pages == [1, 2] * 3


def test_a_platform_that_caps_the_page_size_is_read_to_its_end(serve: Serve, poll: Poll) -> None:
    wvp = FakeWvp([])
    wvp.on_page = lambda page: envelope({"total": 3, "list": [channel(page)]})
    assert len(swept(connector(serve(wvp)), poll).subjects) == 3


def parts(channels: list[dict[str, Any]]) -> list[Part]:
    pages = {"devices 1": [device(1)], "channels 1": channels}
    return [Part(name, envelope({"total": len(items), "list": items}).body) for name, items in pages.items()]


def test_a_channel_of_a_device_that_is_not_listed_is_a_partial_answer() -> None:
    with pytest.raises(PartialAnswer, match="dataDeviceId: device 8 is not in the device list"):
        connector("http://wvp").parse(parts([channel(1, dataDeviceId=8)]))


def test_a_status_word_that_is_not_known_is_a_change() -> None:
    with pytest.raises(SourceChanged, match=r"channels 1 \$.data.list\[0\].gbStatus: Invalid enum value 'VLOST'"):
        connector("http://wvp").parse(parts([channel(1, gbStatus="VLOST")]))


def test_one_code_for_two_channels_is_refused_with_the_way_out() -> None:
    with pytest.raises(
        SourceChanged, match=r"'34152400001320000001' stands for two channels; .* set key: device_channel"
    ):
        connector("http://wvp").parse(parts([channel(1), channel(2, gbDeviceId="34152400001320000001")]))


def test_pages_of_stored_evidence_that_are_missing_are_a_partial_answer() -> None:
    with pytest.raises(PartialAnswer, match=r"channels .*no page of this list came"):
        connector("http://wvp").parse(parts([channel(1)])[:1])


def test_credentials_and_api_key_together_are_refused() -> None:
    with pytest.raises(ValueError, match="credentials or api_key, not both"):
        connector("http://wvp", api_key="k")
