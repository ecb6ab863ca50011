"""The city's answers over a real loopback connection, read the way the protocols' documents say."""

from __future__ import annotations

import hashlib
import json
import socket
import struct
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import pytest
from pymodbus.client import ModbusTcpClient

from collector.periods import instant, iso
from collector.simulated_city.cases import NEVER
from collector.simulated_city.city import SimulatedCity
from collector.simulated_city.faults import HOUR, MINUTE, FaultKind
from collector.simulated_city.platform_pages import QUERY
from collector.simulated_city.world import World
from tests.simulated_city.conftest import Get
from tests.simulated_city.small_city import FAULTY_HOUR, MONTH, SETTINGS, ZONE

NOON = MONTH.span.start + 10 * 24 * HOUR + 12 * HOUR
EVENING = NOON + 11 * HOUR
LOGIN = f"/wvp/api/user/login?username=citygauge&password={hashlib.md5(SETTINGS.password.encode()).hexdigest()}"


def token(get: Get, at: int = NOON) -> str:
    response, body = get(LOGIN, at)
    assert json.loads(body)["code"] == 0
    return response.headers["access-token"]


def pages(get: Get, path: str, at: int = NOON, size: int = 40) -> list[dict]:
    key, found = token(get, at), []
    for number in range(1, 99):
        _, body = get(f"/wvp{path}?page={number}&count={size}", at, access_token=key)
        page = json.loads(body)["data"]
        found.append(page)
        if not page["hasNextPage"]:
            return found
    raise AssertionError("no last page")


def test_channels_joined_to_devices_are_up_when_the_world_says(get: Get, world: World) -> None:
    video = world.video
    ids = video.channel_ids()
    for at in (NOON, NOON + 5 * MINUTE, NOON - 3 * 24 * HOUR, MONTH.span.end - 1):
        devices = {one["id"]: one for page in pages(get, "/api/device/query/devices", at) for one in page["list"]}
        channels = [one for page in pages(get, "/api/common/channel/list", at) for one in page["list"]]
        on = [one for one in channels if one["gbStatus"] == "ON"]
        up = {one["gbDeviceId"] for one in on if devices[one["dataDeviceId"]]["onLine"]}
        works, listed = video.works.state_at(at), video.listed.state_at(at)
        assert up == {one for one, is_up in zip(ids, works, strict=True) if is_up}
        assert {one["gbDeviceId"] for one in channels} == {one for one, is_in in zip(ids, listed, strict=True) if is_in}


def test_pages_announce_their_total_and_their_place(get: Get) -> None:
    found = pages(get, "/api/common/channel/list")
    assert {page["total"] for page in found} == {sum(page["size"] for page in found)}
    assert [page["pageNum"] for page in found] == list(range(1, len(found) + 1))
    assert [page["isLastPage"] for page in found] == [False] * (len(found) - 1) + [True]


def test_totals_count_own_status_as_the_real_platform_does(get: Get, world: World) -> None:
    _, body = get("/wvp/api/server/resource/info", NOON, access_token=token(get))
    shown = world.video.own.state_at(NOON) & world.video.listed.state_at(NOON)
    total = int(world.video.listed.state_at(NOON).sum())
    assert json.loads(body)["data"]["channel"] == {"total": total, "online": int(shown.sum())}


def test_the_video_platform_lets_in_only_who_has_a_token_that_has_not_expired(get: Get) -> None:
    path = "/wvp/api/common/channel/list?page=1&count=5"
    assert json.loads(get(LOGIN.replace("citygauge", "admin"), NOON)[1])["code"] == 100
    assert get(path, NOON)[0].status == 401
    assert get(path, NOON, access_token="made-up")[0].status == 400
    key = token(get)
    assert get(path, NOON + 59 * MINUTE, access_token=key)[0].status == 200
    assert get(path, NOON + 60 * MINUTE, access_token=key)[0].status == 401


def test_a_filter_that_is_not_simulated_is_refused_not_ignored(get: Get) -> None:
    _, body = get("/wvp/api/common/channel/list?page=1&count=5&online=true", NOON, access_token=token(get))
    assert json.loads(body)["code"] == 400


def test_a_portal_answers_200_while_it_works_and_503_while_it_does_not(get: Get, world: World) -> None:
    works = world.portals.works
    number = next(i for i in range(len(works)) if works.initial[i] and works.offsets[i] < works.offsets[i + 1])
    fails = works.start + int(works.seconds[works.offsets[number]]) * 1000
    page = f"/portal/{world.portals.keys[number]}"
    assert get(page, fails - 1000)[0].status == 200
    assert get(page, fails)[0].status == 503
    assert get("/portal/control", fails)[0].status == 200
    assert get("/portal/portal-9", fails)[0].status == 404


def test_prometheus_answers_its_query_for_the_time_asked(get: Get, world: World) -> None:
    query = "/prometheus/api/v1/query?query=" + quote(QUERY)
    _, body = get(f"{query}&time={NOON / 1000:.3f}", NOON + HOUR)
    result = json.loads(body)["data"]["result"]
    assert [one["metric"]["instance"] for one in result] == world.probes.keys
    works = world.probes.works.state_at(NOON)
    assert [one["value"] for one in result] == [[NOON / 1000, "1" if up else "0"] for up in works]
    assert json.loads(get(f"{query}&time={(NOON + HOUR) / 1000}", NOON)[1])["data"]["result"] == []
    assert json.loads(get("/prometheus/api/v1/query?query=up", NOON)[1])["data"]["result"] == []
    response, body = get("/prometheus/api/v1/query?query=up&time=noon", NOON)
    assert (response.status, json.loads(body)["errorType"]) == (400, "bad_data")


def requests(get: Get, at: int, start: int, end: int, extra: str = "") -> list[dict]:
    bounds = "&".join(f"{name}={iso(value)}" for name, value in (("start_date", start), ("end_date", end)))
    return json.loads(get(f"/open311/requests.json?{bounds}{extra}", at)[1])


@pytest.mark.parametrize("at", [NOON, NOON + 8 * HOUR, NOON - 48 * HOUR])
def test_the_hotline_shows_its_requests_as_known_at_the_moment(get: Get, world: World, at: int) -> None:
    start = at - 5 * 24 * HOUR
    shown = {int(one["service_request_id"].partition("-")[2]): one for one in requests(get, at, start, at)}
    opened = world.hotline.opened_at
    assert sorted(shown) == [case for case in range(len(opened)) if start <= opened[case] < at]
    known = world.hotline.facts(at)
    for case, one in shown.items():
        assert instant(datetime.fromisoformat(one["requested_datetime"])) == opened[case]
        assert one["status"] == ("closed" if known.closed_at[case] < NEVER else "open")
        if one["status"] == "closed":
            assert instant(datetime.fromisoformat(one["updated_datetime"])) == known.closed_at[case]


def test_the_hotline_filters_by_status_and_caps_in_silence(get: Get) -> None:
    start = NOON - 5 * 24 * HOUR
    both = requests(get, NOON, start, NOON)
    split = [requests(get, NOON, start, NOON, f"&status={word}") for word in ("open", "closed")]
    assert all(split)
    assert sorted(map(str, split[0] + split[1])) == sorted(map(str, both))
    fresh = requests(get, NOON, start, NOON, f"&updated_after={iso(NOON - 6 * HOUR)}")
    assert fresh == [one for one in both if instant(datetime.fromisoformat(one["updated_datetime"])) > NOON - 6 * HOUR]
    assert 0 < len(fresh) < len(both)
    capped = requests(get, MONTH.span.end, MONTH.span.start - 59 * 24 * HOUR, MONTH.span.end)
    assert len(capped) == 1000
    assert capped[0]["requested_datetime"] > capped[-1]["requested_datetime"]


def test_the_access_log_grows_over_the_day(get: Get, world: World) -> None:
    path = "/logs/access-2026-10-11.json"
    _, morning = get(path, NOON - 3 * HOUR)
    _, evening = get(path, EVENING)
    lines = [json.loads(line) for line in evening.splitlines()]
    day = world.logins.days[datetime.fromtimestamp(EVENING / 1000, ZONE).date()]
    assert evening.startswith(morning)
    assert 0 < len(morning) < len(evening)
    assert [instant(datetime.fromisoformat(line["time"])) for line in lines] == day.at[day.at <= EVENING].tolist()
    assert {line["status"] for line in lines} == {200, 401}
    assert get(path, NOON - 24 * HOUR)[0].status == 404


def test_the_access_log_is_read_on_from_a_byte(get: Get) -> None:
    path = "/logs/access-2026-10-11.json"
    _, whole = get(path, NOON)
    response, rest = get(path, NOON, range="bytes=100-")
    assert (response.status, rest) == (206, whole[100:])
    assert response.headers["content-range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
    assert get(path, NOON, range="bytes=100-149")[1] == whole[100:150]
    assert get(path, NOON, range=f"bytes={len(whole)}-")[0].status == 416


@pytest.fixture
def gateway(city: SimulatedCity) -> Iterator[ModbusTcpClient]:
    client = ModbusTcpClient(city.addresses.modbus_host, port=city.addresses.modbus_port, timeout=0.3, retries=0)
    assert client.connect()
    yield client
    client.close()


def test_registers_hold_what_the_meters_counted(city: SimulatedCity, gateway: ModbusTcpClient, world: World) -> None:
    facility, first, _ = world.energy.meters
    for at in (NOON, NOON + 5 * MINUTE):
        city.clock.set("meters", at)
        wide = gateway.read_holding_registers(0x0C83, count=4, device_id=first.unit).registers
        assert gateway.convert_from_registers(wide, gateway.DATATYPE.INT64) == first.register(at)
        narrow = gateway.read_holding_registers(0x0000, count=2, device_id=facility.unit).registers
        ratios = gateway.read_holding_registers(0x008D, count=2, device_id=facility.unit).registers
        units = gateway.convert_from_registers(narrow, gateway.DATATYPE.UINT32)
        assert units * 10 * ratios[0] * ratios[1] == facility.energy_wh(at) + facility.base * facility.unit_wh


def test_the_gateway_refuses_in_the_protocols_words(city: SimulatedCity, gateway: ModbusTcpClient) -> None:
    city.clock.set("meters", NOON)
    refusals = {
        1: gateway.read_coils(0, count=1, device_id=1),
        2: gateway.read_holding_registers(0x0C83, count=4, device_id=1),
        11: gateway.read_holding_registers(0x0000, count=2, device_id=9),
    }
    assert {code: reply.exception_code for code, reply in refusals.items()} == {1: 1, 2: 2, 11: 11}


def test_two_requests_in_one_packet_and_one_in_two_are_answered(city: SimulatedCity) -> None:
    city.clock.set("meters", NOON)
    one, other = (struct.pack(">HHHBBHH", number, 0, 6, 2, 3, 0x0C83, 4) for number in (1, 2))
    with socket.create_connection((city.addresses.modbus_host, city.addresses.modbus_port), timeout=5) as client:
        client.sendall(one + other[:5])
        stream = client.makefile("rb")
        first = stream.read(17)
        client.sendall(other[5:])
        second = stream.read(17)
    assert (first[:2], second[:2]) == (b"\0\1", b"\0\2")
    assert first[2:] == second[2:]


def test_meters_fail_in_every_way_a_meter_does(city: SimulatedCity, gateway: ModbusTcpClient) -> None:
    def ask(kind: FaultKind) -> bytes:
        city.clock.set("meters", FAULTY_HOUR[kind])
        with socket.create_connection((city.addresses.modbus_host, city.addresses.modbus_port), timeout=0.2) as client:
            client.sendall(struct.pack(">HHHBBHH", 1, 0, 6, 2, 3, 0x0C83, 4))
            return client.recv(99)

    assert ask(FaultKind.CLOSED) == b""
    assert ask(FaultKind.ERROR)[7:] == bytes([0x83, 11])
    with pytest.raises(TimeoutError):
        ask(FaultKind.SILENT)
