from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.simulated_city.city import SimulatedCity
from collector.simulated_city.world import World, make_world
from tests.simulated_city.small_city import SETTINGS

Get = Callable[..., tuple[http.client.HTTPResponse, bytes]]


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(SETTINGS)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedCity]:
    directory: Path = tmp_path_factory.mktemp("city")
    with SimulatedCity(directory, SETTINGS) as running:
        yield running


@pytest.fixture
def get(city: SimulatedCity) -> Iterator[Get]:
    """``get(path, at, headers)`` with every clock of the city at ``at``."""
    connections: list[http.client.HTTPConnection] = []

    def ask(path: str, at: int, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        city.clock.set_all(at)
        connection = http.client.HTTPConnection(city.addresses.http.removeprefix("http://"), timeout=5)
        connections.append(connection)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()

    yield ask
    for connection in connections:
        connection.close()
