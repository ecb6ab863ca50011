"""A city whose sources say what a test tells them to: the real poll, store and measures without any subsystem."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from collector.connector import Connector, Options, Part, Poll
from collector.errors import SourceChanged
from collector.installation import Installation
from collector.periods import midnight, moment
from collector.poll import poll
from collector.records import Kind, State, Sweep
from collector.store.runs import Run

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
OCTOBER = midnight(moment(1_790_800_000_000, ZONE).date(), ZONE)
"""The instant at which October 2026 begins in Shanghai."""


class Scripted(Connector):
    """Answers with the sweep, or raises the error, that ``script`` has for the slot; a state is up, down or unknown."""

    Options = Options
    kind = Kind.STATES

    def __init__(self, options: Any = None, zone: ZoneInfo = ZONE) -> None:
        self.script: dict[int, dict[str, str] | Exception] = {}
        self.complete = True
        self.polls = 0

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        self.polls += 1
        answer = self.script[poll.slot]
        if isinstance(answer, Exception):
            yield Part("half", b"{")
            raise answer
        yield Part("all", json.dumps(answer).encode())
        return None

    def parse(self, parts: Iterable[Part]) -> Sweep:
        for part in parts:
            if part.name == "all":
                states = json.loads(part.body)
                codes = [State[word.upper()] for word in states.values()]
                return Sweep(list(states), np.array(codes, np.uint8), complete=self.complete)
        raise SourceChanged("$", "nothing came")


@dataclass
class City:
    """An installation with scripted sources, polled by hand."""

    installation: Installation
    connectors: dict[str, Scripted] = field(default_factory=dict)

    def say(self, source: str, at: int, answer: dict[str, str] | Exception) -> Run:
        """Poll ``source`` at the slot ``at``, which is answered with ``answer``."""
        self.connector(source).script[at] = answer
        return poll(self.installation.source(source), at, clock=lambda: at)

    def connector(self, source: str) -> Scripted:
        if source not in self.connectors:
            self.connectors[source] = Scripted()
            self.installation.source(source).connector = self.connectors[source]
        return self.connectors[source]


def make_city(
    folder: Path, text: str = "", *, every: str = "1h", store: str = "sqlite:///store.db", names: Iterable[str] = ("video",)
) -> City:
    """A city file with scripted sources ``names`` and the YAML ``text`` after them."""
    sources = "".join(
        f"  - {{id: {name}, connector: http_probe, every: {every}, targets: [{{subject: a, url: 'http://127.0.0.1/'}}]}}\n"
        for name in names
    )
    path = folder / "city.yaml"
    path.write_text(f"city: 试验市\nstore: {store}\nsettle: 0s\nsources:\n{sources}{text}", encoding="utf-8")
    return City(Installation(path))
