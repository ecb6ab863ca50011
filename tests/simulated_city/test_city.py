"""The city as a process: it starts, goes live, and never outlives its parent."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from collector.simulated_city.city import SimulatedCity
from collector.simulated_city.clock import SUBSYSTEMS, CityClock
from collector.simulated_city.faults import HOUR
from tests.simulated_city.small_city import SETTINGS

ROOT = Path(__file__).parents[2]
PARENT = """
import os, signal, sys, time
from pathlib import Path
from collector.simulated_city.city import SimulatedCity
from tests.simulated_city.small_city import SETTINGS
city = SimulatedCity(Path(sys.argv[1]), SETTINGS)
city.start()
sibling = os.fork() if sys.argv[2] == "with a sibling" else 0
if sys.argv[2] == "with a sibling" and sibling == 0:
    signal.pause()
print(city.process_id, sibling, flush=True)
signal.pause()
"""


def has_ended(process: int, seconds: float = 5) -> bool:
    """Whether a process that is not our child ends in time."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    with os.fdopen(descriptor, "rb"):
        return bool(select.select([descriptor], [], [], seconds)[0])


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process by a Linux call")
@pytest.mark.parametrize("company", ["alone", "with a sibling"])
def test_the_city_ends_when_its_parent_is_killed(tmp_path: Path, company: str) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path), company]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert parent.stdout is not None
    city, sibling = map(int, parent.stdout.readline().split())
    assert not has_ended(city, 0)
    parent.kill()
    parent.wait()
    try:
        assert has_ended(city)
    finally:
        parent.stdout.close()
        if sibling:
            os.kill(sibling, signal.SIGKILL)


def test_stopping_ends_the_city_and_twice_is_harmless(tmp_path: Path) -> None:
    city = SimulatedCity(tmp_path, SETTINGS)
    city.start()
    process = city.process_id
    assert process is not None
    city.stop()
    city.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_city_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    city = SimulatedCity(tmp_path, replace(SETTINGS, end=SETTINGS.start))
    with pytest.raises(RuntimeError, match="did not start"):
        city.start()


def test_the_clocks_stand_at_the_start_until_they_are_moved(tmp_path: Path) -> None:
    with SimulatedCity(tmp_path, SETTINGS) as city:
        assert {city.clock.get(name) for name in SUBSYSTEMS} == {SETTINGS.start}
        assert not (tmp_path / "cases.db").exists()


def test_a_live_city_brings_its_case_system_to_the_present(tmp_path: Path) -> None:
    now = time.time_ns() // 1_000_000
    around_now = replace(SETTINGS, start=(now - 48 * HOUR) // 1000 * 1000, end=(now + 48 * HOUR) // 1000 * 1000)
    with SimulatedCity(tmp_path, around_now) as city:
        city.case_database.advance(around_now.start)
        city.go_live()
        deadline = time.monotonic() + 20
        while (reached := advanced_to(tmp_path / "cases.db")) < now and time.monotonic() < deadline:
            select.select([], [], [], 0.1)
    assert reached >= now


def advanced_to(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT at FROM advanced_to").fetchone()[0])


def test_clocks_are_shared_through_their_file(tmp_path: Path) -> None:
    one, other = CityClock(tmp_path / "clock"), CityClock(tmp_path / "clock")
    assert one.is_live("video")
    one.set("video", 1_790_000_000_123)
    assert other.get("video") == 1_790_000_000_123
    assert other.is_live("meters")
    with pytest.raises(KeyError):
        one.set("weather", 1)
