"""A city on virtual time: scripted sources polled at their slots, rounds of evaluation after every run and every few seconds."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from collector.alerting.clocks import Reading
from collector.alerting.delivering import deliver
from collector.alerting.round import evaluate_alerts
from collector.errors import SourceUnavailable
from collector.periods import MILLISECOND, slot_of
from collector.store.alerts import KeptAlert, read_alerts
from collector.store.engine import open_database
from tests.scripted import MINUTE, City, make_city

SECOND = 1_000
SCHEDULED = 5 * SECOND
"""How often the scheduler asks for a round; the tests that are about seconds take it."""
SPARSE = 10 * SECOND
"""Half of the rounds for the others, which last long: a round may come at any time."""
Answer = Mapping[str, str] | None
"""States by subject; None where the source does not answer."""


@dataclass
class World:
    """start: true time. offset: of the wall clock. answer: what the source says at a true time (ms since ``start``)."""

    city: City
    start: int
    answer: Callable[[int], Answer]
    passed: int = 0
    offset: int = 0
    evaluates: bool = True
    polls: bool = True
    every: int = MINUTE
    tick: int = SPARSE
    changes: list[tuple[int, str, str]] = field(default_factory=list)
    boot: str = "boot"
    _slot: int | None = None
    _fired: set[str] = field(default_factory=set)

    @property
    def wall(self) -> int:
        return self.start + self.passed + self.offset

    def run(self, seconds: float) -> None:
        """Let so much true time pass."""
        end = self.passed + int(seconds * SECOND)
        while self.passed < end:
            self._second()
            self.passed += SECOND

    def alerts(self) -> dict[str, KeptAlert]:
        with self.city.installation.database.read() as connection:
            return {one.about.rule: one for one in read_alerts(connection).values()}

    def firing(self) -> list[str]:
        return sorted(name for name, one in self.alerts().items() if one.firing)

    def evaluate(self) -> None:
        """A round, and deliveries to the receivers that it says are due, as the worker does."""
        installation = self.city.installation
        due = evaluate_alerts(installation, Reading(self.wall, self.boot, self.passed))
        firing = set(self.firing())
        fired, resolved = sorted(firing - self._fired), sorted(self._fired - firing)
        self.changes += [(self.passed // SECOND, "fired", name) for name in fired]
        self.changes += [(self.passed // SECOND, "resolved", name) for name in resolved]
        self._fired = firing
        for receiver in due:
            deliver(installation, receiver, lambda: self.wall)

    def of(self, rule: str) -> list[tuple[int, str]]:
        """(second, what) of one rule."""
        return [(at, what) for at, what, name in self.changes if name.split("/")[2] == rule]

    def _second(self) -> None:
        slot = slot_of(self.wall, self.every * MILLISECOND, self.city.installation.city.zone)
        polled = self.polls and slot != self._slot
        if polled:
            self._slot = slot
            answer = self.answer(self.passed)
            said = SourceUnavailable("no answer") if answer is None else dict(answer)
            self._poll(slot, said)
        if self.evaluates and (polled or self.passed % self.tick == 0):
            self.evaluate()

    def _poll(self, slot: int, said: dict[str, str] | Exception) -> None:
        from collector.poll import poll

        connector = self.city.connector("video")
        connector.script[slot] = said
        poll(self.city.installation.source("video"), slot, clock=lambda: self.wall)


RECEIVER = "receivers:\n  - {id: ops, via: recorder, group_interval: 1m}\n"
ONLINE = """indicators:
  - id: online
    name: 在线率
    measure: availability
    source: video
    target: ">= 95"
"""
THRESHOLD = ONLINE + "    alerts: [{when: threshold, for: 3m}]\n"


def world(
    folder: Path,
    start: int,
    answer: Callable[[int], Answer],
    text: str = THRESHOLD,
    zone: str = "Asia/Shanghai",
    store: str = "sqlite:///store.db",
    tick: int = SPARSE,
) -> World:
    """A city in ``folder`` that nothing has happened in yet, at the instant ``start``."""
    if store == "sqlite:///store.db":
        shutil.copyfile(_empty_store(), folder / "store.db")
    city = make_city(
        folder, f"timezone: {zone}\nalerts: {{late_snapshot: null}}\n{RECEIVER}{text}", every="1m", store=store
    )
    return World(city, start, answer, tick=tick)


@cache
def _empty_store() -> Path:
    """A store without rows, copied for every city: migrating a new one takes longer than minutes of virtual time."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    database = open_database(f"sqlite:///{folder}/store.db")
    database.close()
    return folder / "store.db"


def cameras(down: int, of: int = 10) -> dict[str, str]:
    return {f"camera {i}": "down" if i < down else "up" for i in range(of)}
