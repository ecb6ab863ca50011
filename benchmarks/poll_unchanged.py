"""One poll of a video platform, from the JSON bytes of its answer to the commit.

Timed: ``collector.poll.poll``, whole: keeping the evidence, parsing every page, comparing with the states before, the
transaction with its commit (SQLite in a temporary folder). The process has polled the source before, as a worker has.
Not timed: start and imports, making the pages, and the network. The parts are copies made before each run, so that no
comparison ends early because both sides are the same object.

``poll_unchanged``: nothing changed since the poll before; exactly one row is added over all tables (checked).
``poll_unchanged_with_fetch``: the same with the connector's own ``fetch``, which also reads the ids on every page to see whether
the pages fit together; only the session below it is replaced.
``poll_changed``: 0.16 % of the channels changed, spread over all pages, and with each its time stamp. ``poll_stamped``: nothing
changed, but every channel carries a time stamp that did, so that no byte range of the answer before helps.

A million channels (not with --quick): the connector's own ``fetch`` reads page by page from a file, which is part of what is timed;
the file lies in the page cache and stands for a socket. ``poll_first`` is that of a process that remembers nothing, into an empty
store. Memory is the process' resident set: what it holds after the poll beyond what it held before the first one, and how far
above that the poll rose meanwhile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.cities import SOURCE, new_city, rows_stored
from benchmarks.timing import Row, median, once, timed
from benchmarks.wvp_pages import Platform, StoredSession
from collector.installation import Installation
from collector.poll import poll
from collector.store.runs import Outcome

CHANNELS, MILLION = 100_000, 1_000_000
TARGET, TARGET_CHANGED, TARGET_STAMPED = 0.3, 0.5, 1.5
CHANGED_SHARE = 0.0016
MINUTE = 60_000
MORNING = 1_791_162_000_000  # 2026-10-05 09:00 in the city's zone


class Polls:
    """A source that is polled minute by minute from memory. fetching: whether the connector's own fetch is used."""

    def __init__(self, platform: Platform, *, fetching: bool = False) -> None:
        self.installation: Installation = new_city()
        self.platform, self.at = platform, MORNING
        self.source = self.installation.source(SOURCE)
        self.session = StoredSession()
        self.source.http = self.session  # type: ignore[assignment]
        if not fetching:
            self.source.connector.fetch = self.session.fetch  # type: ignore[method-assign]

    def once(self) -> None:
        """The next minute's poll. Fails where it was not a good one."""
        run = poll(self.source, self.at, clock=lambda: self.at)
        assert run.outcome is Outcome.OK, run.error

    def next_answer(self, change: float = 0.0) -> None:
        self.at += MINUTE
        if change:
            self.platform.change(change)
        self.session.hold(self.platform.answer())

    def row(self, name: str, adds: dict[str, int], target: float | None = None, change: float = 0.0) -> Row:
        """Time it, and check what a poll adds to the tables (``evidence`` of changed pages is not counted)."""
        timing = timed(lambda _: self.once(), lambda: self.next_answer(change), warm_ups=2)
        before = rows_stored(self.installation.database)
        self.next_answer(change)
        self.once()
        after = rows_stored(self.installation.database)
        added = {table: after[table] - before[table] for table in after if after[table] != before[table]}
        evidence = added.pop("evidence", 0)
        assert added == adds, added
        assert bool(evidence) == bool(change or self.platform.stamped), evidence
        self.installation.close()
        return Row(name, self.size, timing, target, note=f"rows added: {sum(added.values()) + evidence}")

    @property
    def size(self) -> str:
        return f"{self.platform.count:,} channels, {self.session.size / 1e6:.0f} MB"

    def first_row(self) -> Row:
        """Time the first poll of all, which lets this be asked for the others."""
        self.resident = _resident("VmRSS")
        self.next_answer()
        cost = once(lambda _: self.once(), [None])
        return Row("poll_first", self.size, median([cost]), note=self._memory())

    def row_with_memory(self, name: str, target: float | None, change: float = 0.0) -> Row:
        """Time it as ``row`` does; the note says what it holds and how far it rose, at most, while it polled."""
        rose: list[float] = []

        def polled(_: object) -> None:
            before = _reset_peak()
            self.once()
            rose.append(_resident("VmHWM") - max(before, _resident("VmRSS")))

        timing = timed(polled, lambda: self.next_answer(change), warm_ups=2)
        return Row(
            name, self.size, timing, target, note=f"{self._memory()}, {max(0, *rose[2:]):.1f} MB above it while polling"
        )

    def _memory(self) -> str:
        return f"holds {_resident('VmRSS') - self.resident:,.0f} MB"


def rows(quick: bool) -> list[Row]:
    plain = Platform(CHANNELS)
    variants: list[Callable[[], Row]] = [
        lambda: Polls(plain).row("poll_unchanged", {"runs": 1}, TARGET),
        lambda: Polls(plain, fetching=True).row("poll_unchanged_with_fetch", {"runs": 1}, TARGET),
        lambda: Polls(plain).row("poll_changed", {"runs": 1, "batches": 1}, change=CHANGED_SHARE),
        lambda: Polls(Platform(CHANNELS, stamped=True)).row("poll_stamped", {"runs": 1}),
    ]
    return [variant() for variant in variants] + ([] if quick else _rows_of_a_million())


def _rows_of_a_million() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="citygauge-benchmark-") as folder:
        platform = Platform(MILLION, file=Path(folder) / "pages")
        polls = Polls(platform, fetching=True)
        found = [
            polls.first_row(),
            polls.row_with_memory("poll_unchanged", TARGET),
            polls.row_with_memory("poll_changed", TARGET_CHANGED, CHANGED_SHARE),
        ]
        platform.stamped = True
        found.append(polls.row_with_memory("poll_stamped", TARGET_STAMPED, CHANGED_SHARE))
        polls.installation.close()
        return [replace(row, name=f"{row.name}, a million") for row in found]


def _resident(line: str) -> float:
    """``VmRSS`` now or ``VmHWM`` at its highest, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{line}:")[1].split()[0]) / 1000


def _reset_peak() -> float:
    """Count the highest resident set anew from now on (Linux); the present one."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _resident("VmRSS")
