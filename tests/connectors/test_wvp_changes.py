"""What WVP's connector remembers changes nothing: every poll of a chain reads as by a connector that has seen none before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.connector import Part, Poll, standing
from collector.errors import CitygaugeError, SourceChanged
from collector.http import Http, Reply
from collector.records import State, Sweep
from connectors.video.wvp import Wvp
from connectors.video.wvp_options import WvpOptions
from tests.connectors.conftest import SLOT

PAGE_SIZE = 4
World = tuple[list[dict[str, Any]], list[dict[str, Any]]]
Pages = Mapping[tuple[str, int], bytes]


class Shelf:
    """Answers requests for pages from bodies that lie ready, as a session would."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def get(self, url: str, expect: tuple[int, ...], params: Mapping[str, int], headers: object) -> Reply:
        name = "devices" if url.endswith("devices") else "channels"
        return Reply(200, {}, self._pages.get((name, params["page"]), page([], 0)))


def wvp(**options: Any) -> Wvp:
    settings = {"url": "http://wvp", "page_size": PAGE_SIZE, "channel_types": ["gb28181", "push"], **options}
    return Wvp(WvpOptions.model_validate_json(json.dumps(settings)), ZoneInfo("Asia/Shanghai"))


def channel(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "gbId": number, "gbDeviceId": f"3415240000132{number:07d}", "gbName": "},{", "gbCivilCode": "341524",
        "gbParental": 0, "gbStatus": "ON", "dataType": 1, "dataDeviceId": 1 + number % 3, **changed,
    }  # fmt: skip


def device(number: int, online: Any = True) -> dict[str, Any]:
    return {"id": number, "deviceId": f"3415240000118{number:07d}", "onLine": online}


def page(items: list[dict[str, Any]], total: int) -> bytes:
    return json.dumps({"code": 0, "data": {"total": total, "list": items}}, separators=(",", ":")).encode()


def pages(world: World) -> dict[tuple[str, int], bytes]:
    bodies = {}
    for name, items in zip(("devices", "channels"), world, strict=True):
        for number, start in enumerate(range(0, max(1, len(items)), PAGE_SIZE), start=1):
            bodies[name, number] = page(items[start : start + PAGE_SIZE], len(items))
    return bodies


def polled(connector: Wvp, bodies: Pages) -> object:
    """What a poll and ``parse`` alone come to, in a form that can be compared."""
    http = cast(Http, Shelf(bodies))
    asked = Poll(SLOT, SLOT, None, None, http, lambda account: account, timedelta(seconds=5))
    parts: list[Part] = []
    try:
        parts.extend(standing(connector.fetch(asked)))
    except CitygaugeError as error:
        return "fetch", repr(error)
    return parts, parsed(connector, parts)


def parsed(connector: Wvp, parts: list[Part]) -> object:
    try:
        sweep = connector.parse(parts)
    except CitygaugeError as error:
        return repr(error)
    return sweep.subjects, sweep.states.tolist(), dict(sweep.attributes), sweep.complete


def states(sweep: Sweep) -> list[State]:
    return [State(state) for state in sweep.states]


numbers = st.integers(1, 12)
edits = st.one_of(
    st.tuples(st.just("status"), numbers, st.sampled_from(["ON", "OFF", "OFF", None, "VLOST", 1])),
    st.tuples(st.just("name"), numbers, st.sampled_from(["路口", None, '"},{"', "\ud7ff", 3])),
    st.tuples(st.just("parent"), numbers, st.sampled_from([0, 0, 1, 2, 3, 9])),
    st.tuples(st.just("type"), numbers, st.sampled_from([1, 2, 3, 200, 7])),
    st.tuples(st.just("parental"), numbers, st.sampled_from([0, 1, None, 2])),
    st.tuples(st.just("code"), numbers, st.sampled_from(["34152400001320000001", "34152400002000000005", "x", ""])),
    st.tuples(st.just("district"), numbers, st.sampled_from(["341502", None])),
    st.tuples(st.just("online"), st.integers(1, 3), st.sampled_from([True, False, False, None])),
    st.tuples(st.just("device code"), st.integers(1, 3), st.sampled_from(["a", "b", ""])),
    st.tuples(st.just("id"), numbers, st.sampled_from([1, 2, 70, "7", 7.5])),
    st.tuples(st.just("unread"), numbers, st.sampled_from(["},{", 1, {"list": [{"gbId": 1}]}])),
    st.tuples(st.sampled_from(["drop", "join", "swap", "drop device", "join device", "double"]), numbers, st.none()),
)
FIELDS = {
    "status": "gbStatus", "name": "gbName", "parent": "dataDeviceId", "type": "dataType", "parental": "gbParental",
    "id": "gbId", "unread": "gbAddress", "code": "gbDeviceId", "district": "gbCivilCode", "online": "onLine", "device code": "deviceId",
}  # fmt: skip


def changed(world: World, edit: tuple[str, int, Any]) -> World:
    """The world after one thing happened to it; the one before stays as it was."""
    kind, number, value = edit
    devices, channels = ([dict(item) for item in items] for items in world)
    items = devices if kind in ("online", "device code", "drop device", "join device") else channels
    at = number % len(items) if items else 0
    if kind.startswith("drop"):
        del items[at : at + 1]
    elif kind.startswith("join"):
        items.insert(at, device(50 + number) if items is devices else channel(50 + number))
    elif kind == "double":
        items[at:at] = items[at : at + 1]
    elif kind == "swap":
        items[at : at + 2] = reversed(items[at : at + 2])
    elif items:
        items[at][FIELDS[kind]] = value
    return devices, channels


START: World = ([device(number) for number in (1, 2, 3)], [channel(number) for number in range(1, 11)])
options = st.fixed_dictionaries({"key": st.sampled_from(["channel", "device_channel"])})


def stamped(world: World, stamp: int) -> World:
    """Every channel with a time that differs from poll to poll, as where a platform shows the last sign of life."""
    devices, channels = world
    return devices, [
        {**item, "updateTime": f"2026-10-01 08:{stamp:02}:{number:02}"} for number, item in enumerate(channels)
    ]


def cut(bodies: dict[tuple[str, int], bytes], where: int) -> dict[tuple[str, int], bytes]:
    """One of the pages ends early."""
    name = sorted(bodies)[where % len(bodies)]
    return bodies | {name: bodies[name][: where % (len(bodies[name]) + 1)]}


steps = st.tuples(
    st.booleans(), st.lists(edits, max_size=3), st.one_of(st.none(), st.none(), st.none(), st.integers(0, 10_000))
)


@settings(max_examples=300, deadline=None)
@given(options, st.booleans(), st.lists(steps, min_size=1, max_size=6))
def test_a_chain_of_polls_reads_as_by_connectors_that_remember_nothing(
    options: dict[str, Any], is_stamped: bool, chain: list[tuple[bool, list[tuple[str, int, Any]], int | None]]
) -> None:
    """The world changes for good or for one poll; connectors that fetch, and one that only parses what others fetched."""
    remembering, parsing, world = wvp(**options), wvp(**options), START
    assert polled(remembering, pages(START)) == polled(wvp(**options), pages(START))
    for number, (lasts, happened, where) in enumerate(chain):
        now = world
        for edit in happened:
            now = changed(now, edit)
        bodies = pages(stamped(now, number) if is_stamped else now)
        bodies = bodies if where is None else cut(bodies, where)
        fresh = polled(wvp(**options), bodies)
        assert polled(remembering, bodies) == fresh
        if isinstance(fresh, tuple) and isinstance(fresh[0], list):
            assert parsed(parsing, fresh[0]) == fresh[1]
        world = now if lasts else world


def swept(connector: Wvp, world: World) -> Sweep:
    return connector.parse([Part(f"{name} {number}", body) for (name, number), body in pages(world).items()])


def test_a_device_that_goes_offline_takes_its_unchanged_channels_down() -> None:
    one = wvp()
    assert states(swept(one, START)) == [State.UP] * 10
    after = states(swept(one, changed(START, ("online", 1, False))))
    assert after == [State.DOWN if 1 + number % 3 == 2 else State.UP for number in range(1, 11)]


def test_lists_in_which_nothing_changed_stay_the_same_objects_and_states_never() -> None:
    one = wvp()
    before, after = swept(one, START), swept(one, changed(START, ("status", 4, "OFF")))
    assert after.subjects is before.subjects
    assert all(after.attributes[name] is column for name, column in before.attributes.items())
    assert not np.shares_memory(before.states, after.states)
    assert states(before) == [State.UP] * 10
    renamed = swept(one, changed(START, ("name", 4, "北门")))
    assert renamed.subjects is before.subjects
    assert renamed.attributes["district"] is before.attributes["district"]
    assert before.attributes["name"][4] == "},{"
    assert renamed.attributes["name"][4] == "北门"


def test_the_parts_of_an_unchanged_answer_are_the_bytes_that_are_kept_already() -> None:
    one = wvp()
    first, again = (
        polled(one, pages(START)),
        polled(one, {name: bytes(bytearray(body)) for name, body in pages(START).items()}),
    )
    assert isinstance(first, tuple)
    assert isinstance(again, tuple)
    assert all(new.body is old.body for new, old in zip(again[0], first[0], strict=True))


def test_an_answer_that_could_not_be_read_leaves_no_trace() -> None:
    one = wvp()
    swept(one, START)
    for _ in range(2):
        with pytest.raises(SourceChanged, match=r"channels 2 \$.data.list\[0\].gbStatus"):
            swept(one, changed(START, ("status", 4, "VLOST")))
    assert states(swept(one, START)) == [State.UP] * 10


def test_pages_that_the_list_has_no_more_are_forgotten() -> None:
    one = wvp()
    swept(one, START)
    swept(one, (START[0], START[1][:4]))
    assert list(one._channels) == ["channels 1"]
