"""A scrape of /metrics where a video platform lists a million channels of 200 departments.

``scrape``: the text of the metrics, made from the view that is kept, as for every scrape. ``scrape, gzip``: the same
compressed. ``view after a poll``: looking at the store and measuring what is shown, once a run was added; it happens in a
thread of its own, at most a tenth of the time. The text is checked: every department, and at most 2 MB, whatever the number of channels.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

import numpy as np

from benchmarks.cities import SOURCE, new_city
from benchmarks.timing import Row, timed
from collector.connector import Connector, Options, Part, Poll
from collector.exporter import exposition
from collector.installation import Installation
from collector.live import Live
from collector.poll import poll
from collector.records import Kind, State, Sweep
from collector.store.runs import Outcome

QUICK_SIZES, SIZES = (100_000,), (100_000, 1_000_000)
DEPARTMENTS = 200
TARGET = 0.2
LARGEST = 2_000_000
MINUTE = 60_000
MORNING = 1_791_162_000_000  # 2026-10-05 09:00 in the city's zone


class Channels(Connector):
    """Lists so many channels; the poll's slot decides which 0.1 % are down."""

    Options = Options
    kind = Kind.STATES

    def __init__(self, count: int) -> None:
        self._keys = [f"{n:020d}" for n in range(count)]
        self._departments = [f"分局{n % DEPARTMENTS}" for n in range(count)]

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        yield Part("slot", str(poll.slot).encode())
        return None

    def parse(self, parts: Iterable[Part]) -> Sweep:
        slot = int(next(iter(parts)).body)
        states = np.full(len(self._keys), State.UP, np.uint8)
        states[slot // MINUTE % 1000 :: 1000] = State.DOWN
        return Sweep(self._keys, states, {"department": self._departments})


class Scrapes:
    """An installation with so many channels, and its view."""

    def __init__(self, channels: int) -> None:
        self.installation: Installation = new_city()
        self.source = self.installation.source(SOURCE)
        self.source.connector = Channels(channels)
        self.at = MORNING
        self.live = Live(self.installation, lambda: self.at)
        self.next_poll()
        self.live.view()

    def next_poll(self) -> None:
        self.at += MINUTE
        run = poll(self.source, self.at, clock=lambda: self.at)
        assert run.outcome is Outcome.OK, run.error
        self.at += MINUTE // 2

    def again(self) -> Live:
        """A view that a poll has made old, and no pause before it may be made anew."""
        self.next_poll()
        self.live._looked_at = None  # noqa: SLF001  the pause is part of a process that runs
        return self.live


def rows(quick: bool) -> list[Row]:
    found: list[Row] = []
    for channels in QUICK_SIZES if quick else SIZES:
        scrapes = Scrapes(channels)
        size, live = f"{channels:,} channels", scrapes.live
        body, _ = exposition(live, "", "")
        assert len(body) <= LARGEST, len(body)
        assert body.count(b'state="up"') == DEPARTMENTS
        series = sum(not line.startswith(b"#") for line in body.splitlines())
        note = f"{len(body):,} bytes, {series:,} series"
        found.append(Row("scrape", size, timed(lambda live=live: exposition(live, "", "")), TARGET, note=note))
        found.append(Row("scrape, gzip", size, timed(lambda live=live: exposition(live, "", "gzip")), TARGET))
        found.append(Row("view after a poll", size, timed(lambda live: live.view(), scrapes.again)))
        scrapes.installation.close()
    return found
