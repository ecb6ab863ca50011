"""A simulated city that runs: its servers in one child process, which ends when its parent does."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from collector.simulated_city.case_database import CaseDatabase
from collector.simulated_city.clock import CityClock
from collector.simulated_city.magnitudes import Settings
from collector.simulated_city.world import World, make_world

SETTINGS_FILE, CLOCK_FILE, CASES_FILE = "city.json", "clock", "cases.db"
PASSWORD_VARIABLE = "CITYGAUGE_CITY_PASSWORD"  # noqa: S105


class Addresses(msgspec.Struct, frozen=True):
    """Where the city answers. http: without a slash at the end; cases: the SQLite file's path."""

    http: str
    modbus_host: str
    modbus_port: int
    cases: str


class SimulatedCity:
    """``with SimulatedCity(directory, settings) as city: … city.addresses``.

    The clocks stand at the world's start when the city starts; move them by ``clock`` and the case system by
    ``case_database.advance``, and let everything go on by itself with ``go_live``.
    """

    def __init__(self, directory: Path, settings: Settings) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.settings = settings
        self.clock = CityClock(directory / CLOCK_FILE)
        self.addresses: Addresses

    @cached_property
    def world(self) -> World:
        """The same world that the servers show."""
        return make_world(self.settings)

    @cached_property
    def case_database(self) -> CaseDatabase:
        return open_case_database(self._directory, self.world)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that the city file refers to."""
        return {PASSWORD_VARIABLE: self.settings.password}

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> Addresses:
        """Start the child and wait until it listens. Raises RuntimeError where it cannot start; stderr has the
        reason.
        """
        self.settings.save(self._directory / SETTINGS_FILE)
        self.clock.set_all(self.settings.start)
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH")) if part)
        command = [sys.executable, "-m", __package__, str(self._directory), str(os.getpid())]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        )
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise RuntimeError(f"the simulated city did not start (exit code {self._process.wait()})")
        self.addresses = msgspec.json.decode(line, type=Addresses)
        return self.addresses

    def go_live(self) -> None:
        """Set every clock to the real time."""
        self.clock.set_all(0)

    def stop(self) -> None:
        """End the child; does nothing when there is none."""
        if self._process is None:
            return
        process, self._process = self._process, None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def open_case_database(directory: Path, world: World) -> CaseDatabase:
    settings = world.settings
    return CaseDatabase(directory / CASES_FILE, world.cases, settings.zone, settings.magnitudes.districts, world.faults)
