"""What an answer said can be read again from its evidence, by whoever polled and whatever was remembered."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from collector.connector import Part
from collector.http import Http
from collector.installation import Installation
from collector.poll import poll
from collector.records import State, Sweep
from collector.sources import OpenSource
from collector.store import schema
from collector.store.answers import read_evidence
from collector.store.evidence import EvidenceWriter, Kept
from collector.store.runs import Outcome, Run
from collector.store.vectors import read_dictionary, read_vector
from tests.connectors.test_wvp_changes import Shelf, World, channel, cut, device, page, pages, stamped, wvp
from tests.scripted import MINUTE, OCTOBER

CITY = """city: 试验市
store: "{store}"
sources:
  - {{id: video, connector: wvp, url: "http://wvp", every: 60s, page_size: 4, channel_types: [gb28181, push]}}
"""


@pytest.fixture
def city_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    store = getattr(request, "param", "sqlite")
    url = request.getfixturevalue("postgres_url") if store == "postgres" else "sqlite:///store.db"
    path = tmp_path / "city.yaml"
    path.write_text(CITY.format(store=url), encoding="utf-8")
    return path


@pytest.fixture
def worker(city_file: Path) -> Iterator[OpenSource]:
    installation = Installation(city_file)
    yield installation.source("video")
    installation.close()


on_both_stores = pytest.mark.parametrize(
    "city_file", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))], indirect=True
)


def asked(source: OpenSource, at: int, bodies: Mapping[tuple[str, int], bytes]) -> Run:
    source.http = cast(Http, Shelf(bodies))
    return poll(source, at, clock=lambda: at)


def parts_of(source: OpenSource, run: Run) -> list[Part]:
    """The parts that the run's manifest lists, read from the store."""
    assert run.evidence is not None
    with source.database.read() as connection:
        listed = json.loads(read_evidence(connection, source.id, run.evidence))["parts"]
        found = [Part(one["part"], read_evidence(connection, source.id, one["sha256"])) for one in listed]
    assert [len(part.body) for part in found] == [one["bytes"] for one in listed]
    return found


def known_states(source: OpenSource) -> dict[str, State]:
    with source.database.read() as connection:
        keys = read_dictionary(connection, source.id).keys.to_pylist()
        return dict(zip(keys, map(State, read_vector(connection, source.id).states), strict=True))


def swept(sweep: Sweep) -> dict[str, State]:
    return dict(zip(sweep.subjects, map(State, sweep.states), strict=True))


def later(world: World, number: int, chance: random.Random) -> World:
    devices, channels = ([dict(item) for item in items] for items in world)
    for item in chance.sample(channels, 2):
        item["gbStatus"] = chance.choice(["ON", "OFF", None])
    if number % 5 == 0:
        channels.insert(chance.randrange(len(channels)), channel(100 + number))
    if number % 7 == 0:
        del channels[chance.randrange(len(channels))]
    return devices, channels


@on_both_stores
def test_every_run_can_be_read_again_and_left_the_states_that_its_answer_said(city_file: Path) -> None:
    """Quiet polls, changes, stamps and broken pages; two workers take turns, and now and then one starts anew."""
    chance, world = random.Random(7), ([device(1), device(2), device(3)], [channel(n) for n in range(1, 30)])
    installations = [Installation(city_file), Installation(city_file)]
    for number in range(40):
        if number % 9 == 8:
            installations[number % 2].close()
            installations[number % 2] = Installation(city_file)
        source = installations[chance.randrange(2)].source("video")
        world = later(world, number, chance) if number % 3 else world
        bodies = pages(stamped(world, number) if 15 < number < 30 else world)
        bodies = cut(bodies, chance.randrange(900)) if number % 11 == 10 else bodies

        run = asked(source, OCTOBER + number * MINUTE, bodies)

        if number % 11 != 10:
            assert run.outcome is Outcome.OK
            assert {part.name: part.body for part in parts_of(source, run)} == {
                f"{name} {index}": body for (name, index), body in bodies.items()
            }
            said = swept(wvp().parse(parts_of(source, run)))
            assert {key: state for key, state in known_states(source).items() if state is not State.GONE} == said
        else:
            assert run.outcome is not Outcome.OK
            parts_of(source, run)
    for installation in installations:
        installation.close()


def test_pages_that_are_read_again_take_the_place_of_those_that_did_not_fit(worker: OpenSource) -> None:
    class Settling(Shelf):
        """The total changes while the list is read for the first time."""

        reads = 0

        def get(self, url: str, expect: tuple[int, ...], params: Mapping[str, int], headers: object) -> Any:
            self.reads += url.endswith("list")
            reply = super().get(url, expect, params, headers)
            return type(reply)(200, {}, page([channel(90)], 9)) if self.reads == 2 else reply

    bodies = pages(([device(1), device(2), device(3)], [channel(n) for n in range(1, 9)]))
    worker.http = cast(Http, Settling(bodies))
    run = poll(worker, OCTOBER, clock=lambda: OCTOBER)
    assert run.outcome is Outcome.OK
    assert [(part.name, part.body) for part in parts_of(worker, run)] == [
        (f"{a} {b}", body) for (a, b), body in bodies.items()
    ]


def test_pages_that_never_fit_are_kept_as_they_came_last(worker: OpenSource) -> None:
    bodies = {
        ("devices", 1): page([device(1)], 1),
        ("channels", 1): page([channel(1)], 9),
        ("channels", 2): page([], 8),
    }
    run = asked(worker, OCTOBER, bodies)
    assert run.outcome is Outcome.PARTIAL
    assert [part.name for part in parts_of(worker, run)] == ["devices 1", "channels 1", "channels 2"]


def test_after_a_failure_the_pages_that_did_not_come_are_still_a_base(worker: OpenSource) -> None:
    world = [device(1), device(2), device(3)], [channel(n) for n in range(1, 9)]
    asked(worker, OCTOBER, pages(world))
    asked(worker, OCTOBER + MINUTE, pages(world) | {("channels", 1): b""})
    world[1][6]["gbStatus"] = "OFF"
    asked(worker, OCTOBER + 2 * MINUTE, pages(world))
    with worker.database.read() as connection:
        alone = sa.select(sa.func.count()).where(schema.evidence.c.base.is_(None), schema.evidence.c.size > 0)
        assert connection.execute(alone).scalar() == 4  # three pages and the manifest of the first poll


def writer(parts: dict[str, Kept], day: int = OCTOBER) -> EvidenceWriter:
    return EvidenceWriter("video", day, parts)


def test_the_part_that_is_handed_on_is_the_one_that_is_kept() -> None:
    parts: dict[str, Kept] = {}
    first = writer(parts).add(Part("page 1", b"x" * 1000))
    again = writer(parts).add(Part("page 1", bytes(bytearray(first.body))))
    assert again.body is first.body is parts["page 1"].body


def test_a_part_that_a_complete_answer_no_longer_has_is_forgotten() -> None:
    parts: dict[str, Kept] = {}
    for names, complete, left in [("abc", True, "abc"), ("a", False, "abc"), ("ab", True, "ab")]:
        one = writer(parts)
        for name in names:
            one.add(Part(name, name.encode()))
        one.finish(complete=complete)
        assert sorted(parts.keys() - {""}) == list(left)


class Long(Shelf):
    """Forty pages of 100 kB, made when they are asked for; after ``turn`` every channel of a page in two is off."""

    COUNT, SIZE = 40, 250

    def __init__(self) -> None:
        super().__init__({})
        self.is_off = False

    def get(self, url: str, expect: tuple[int, ...], params: Mapping[str, int], headers: object) -> Any:
        number = params["page"]
        devices = url.endswith("devices")
        items = [device(n) for n in (1, 2, 3)] if devices else self._channels(number)
        self._pages = {
            ("devices" if devices else "channels", number): page(items, 3 if devices else self.COUNT * self.SIZE)
        }
        return super().get(url, expect, params, headers)

    def _channels(self, number: int) -> list[dict[str, Any]]:
        first = (number - 1) * self.SIZE + 1
        status = "OFF" if self.is_off and number % 2 else "ON"
        return [channel(n, gbStatus=status, gbAddress="江" * 80) for n in range(first, first + self.SIZE)]


def test_no_answer_is_held_twice(worker: OpenSource) -> None:
    """While half of the pages change, there is no more than what is kept anyway, a few pages and the deltas."""
    platform = Long()
    worker.http = cast(Http, platform)
    poll(worker, OCTOBER, clock=lambda: OCTOBER)
    tracemalloc.start()
    try:
        for number in (1, 2):
            platform.is_off = not platform.is_off
            at = OCTOBER + number * MINUTE
            kept, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            assert poll(worker, at, clock=lambda at=at: at).outcome is Outcome.OK  # type: ignore[misc]
            grown = tracemalloc.get_traced_memory()[1] - kept
    finally:
        tracemalloc.stop()
    sizes = [len(one.body) for name, one in worker.memory.parts.items() if name.startswith("channels")]
    assert sum(sizes) > 30 * 100_000
    assert grown < sum(sizes) / 4
