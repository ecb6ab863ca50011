"""A city with a scripted camera platform and two subsystems that push: two days of it, the first in a frozen month."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from collector.freeze import freeze_period
from collector.installation import Installation
from tests.scripted import DAY, HOUR, MINUTE, OCTOBER, City, make_city

TOKEN = "a-token-of-a-subsystem"
SECRET = "the-password-of-nobody"
NOVEMBER = OCTOBER + 31 * DAY
NOW = NOVEMBER + DAY + 12 * HOUR + 30 * MINUTE
"""2026-11-02 12:30 in Shanghai."""

TEXT = """
  - id: cases
    connector: push
    kind: cases
    every: 1d
    department: 城市管理局
    token: %(token)s
    max_answer: 1
  - {id: app, connector: push, kind: activity, every: 1d, token: "${file:app.token}"}
  - {id: old, connector: file, kind: cases}
  - {id: wvp, connector: wvp, url: "http://127.0.0.1:9", every: 6h, credentials: {username: ops, password: %(secret)s}}
indicators:
  - {id: online, name: 在线率, measure: availability, source: video, target: ">= 75"}
  - id: closure
    name: "<script>alert(1)</script>"
    measure: case_closure
    source: cases
    base: accepted_in_period
    target: ">= 60"
  - {id: imported, name: 旧系统结案率, measure: case_closure, source: old}
""" % {"token": TOKEN, "secret": SECRET}  # noqa: UP031  braces are YAML's


@dataclass
class Clock:
    """A clock that a test sets."""

    at: int = NOW

    def __call__(self) -> int:
        return self.at


@dataclass
class SmallCity:
    city: City
    clock: Clock = field(default_factory=Clock)

    def poll(self, at: int, answer: dict[str, str] | Exception) -> None:
        self.city.say("video", at, answer)


def build(folder: Path) -> None:
    """Poll, seal and freeze: the city as every test finds it."""
    (folder / "app.token").write_text(SECRET + TOKEN)
    city = make_city(folder, TEXT, every="6h")
    for at in range(NOVEMBER - DAY, NOVEMBER + DAY + 12 * HOUR, 6 * HOUR):
        city.say("video", at, {"a": "up", "b": "up", "c": "down", "d": "up"})
    city.say("video", NOVEMBER + DAY + 12 * HOUR, {"a": "up", "b": "down", "c": "down", "d": "unknown"})
    for due in city.installation.sealer.due(NOW):
        city.installation.sealer.seal_day(due.source, due.day, NOW)
    freeze_period(city.installation, "2026-10", NOW)
    city.installation.close()


@contextmanager
def copied(built: Path, folder: Path) -> Iterator[SmallCity]:
    """A copy of what ``build`` made, since making it takes a tenth of a second."""
    shutil.copytree(built, folder, dirs_exist_ok=True)
    city = City(Installation(folder / "city.yaml"))
    yield SmallCity(city)
    city.installation.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small-city")
    build(folder)
    return folder


@pytest.fixture
def small(built: Path, tmp_path: Path) -> Iterator[SmallCity]:
    with copied(built, tmp_path) as city:
        yield city
