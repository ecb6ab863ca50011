"""One poll of a video platform, from the JSON bytes of its answer to the commit.

Timed: ``collector.poll.poll``, whole: keeping the evidence, parsing every page, comparing with the states before, the
transaction with its commit (SQLite in a temporary folder). The process has polled the source before, as a worker has.
Not timed: start and imports, making the pages, and the network. The parts are copies made before each run, so that no
comparison ends early because both sides are the same object.

``poll_unchanged``: nothing changed since the poll before; exactly one row is added over all tables (checked).
``poll_unchanged_with_fetch``: the same with the connector's own ``fetch``, which also reads the ids on every page to see whether
the pages fit together; only the session below it is replaced.
``poll_changed``: 0.16 % of the channels changed, spread over all pages. ``poll_stamped``: nothing changed, but every channel
carries a time stamp that did, so that no byte range of the answer before helps.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.cities import SOURCE, new_city, rows_stored
from benchmarks.timing import Row, timed
from benchmarks.wvp_pages import Platform, StoredSession
from collector.installation import Installation
from collector.poll import poll
from collector.store.runs import Outcome

CHANNELS = 100_000
TARGET = 0.3
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
        size = f"{self.platform.count:,} channels, {sum(map(len, self.session.parts.values())) / 1e6:.0f} MB"
        self.installation.close()
        return Row(name, size, timing, target, note=f"rows added: {sum(added.values()) + evidence}")


def rows(quick: bool) -> list[Row]:  # noqa: ARG001 the promise names the size
    plain = Platform(CHANNELS)
    variants: list[Callable[[], Row]] = [
        lambda: Polls(plain).row("poll_unchanged", {"runs": 1}, TARGET),
        lambda: Polls(plain, fetching=True).row("poll_unchanged_with_fetch", {"runs": 1}, TARGET),
        lambda: Polls(plain).row("poll_changed", {"runs": 1, "batches": 1}, change=CHANGED_SHARE),
        lambda: Polls(Platform(CHANNELS, stamped=True)).row("poll_stamped", {"runs": 1}),
    ]
    return [variant() for variant in variants]
