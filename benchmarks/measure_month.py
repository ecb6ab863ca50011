"""Measuring the online rate of a sealed month of a video platform: overall, by department, and channel by channel.

Built first, by the product's own functions: a month of polls each minute, their changes as hot batches, day by day through
``Sealer.seal_day``. A channel has 1.2 outages a day (2.4 changes), 2 % of the channels are never online, and now and then no poll
succeeds for some minutes.

Timed: ``collector.figures.measure`` over a window, broken down by department, and the rates and bounds of every channel as columns, all in
one pass. ``month``: from running sums. ``days``: a run of days whose ends both lie far from where running sums are kept.
``odd``: a window that cuts its first and last day. ``documents``: the month by subject as ``measure --by subject --json`` has it before
it is printed.

``cold``: a new ``History`` each time, so that the names and departments come from the store, and every file is read from the
archive (page cache warm) and checked. ``files``: as in a process that runs: it knows the names, and reads and checks every file.
``warm``: segments are open already. Not timed: start and imports, building the month.

The sums are checked, to the millisecond: those of the month against ones worked out from the generated changes alone (overall, for
every department, for every channel), those of the windows against the product's plain path, which walks through all changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.cities import SOURCE, ZONE, new_city
from benchmarks.sealed_month import MONTH, SEALED_AT, Month, build_month, segment_sizes, sums_size
from benchmarks.timing import Row, timed
from collector.documents import figure_document
from collector.figures import Figure, measure
from collector.history import History
from collector.installation import Installation
from collector.measurement import Measurement
from collector.periods import Period
from collector.store.ledger import SqlLedger

QUICK_SIZES = (10_000,)
SIZES = (*QUICK_SIZES, 100_000, 1_000_000)
DAYS = Period.parse("2026-09-04/2026-09-24", ZONE)
ODD = Period.parse("2026-09-04T05:30:17/2026-09-23T20:10:00", ZONE)
TARGETS = {"month": {10_000: 0.003, 1_000_000: 0.1}, "days": {1_000_000: 0.1}, "odd": {1_000_000: 0.5}}
"""CPU seconds by window and channels, for the state ``files``."""
WINDOWS = {"month": MONTH, "days": DAYS, "odd": ODD}
LARGEST_PLAIN = 100_000
"""Up to so many channels the windows are compared with the plain path, which takes minutes for a million."""


@dataclass(frozen=True)
class Measuring:
    """The month to measure."""

    installation: Installation
    month: Month

    def history(self, roll_ups: bool = True) -> History:
        opened = self.installation
        return History(opened.city, SqlLedger(opened.database), opened.archive, opened.register, roll_ups)

    def figure(self, history: History, period: Period = MONTH, by: str = "department") -> Figure:
        """With the columns of every channel."""
        figure = measure(history, self.installation.city.indicator("online"), period, SEALED_AT, by)
        assert figure.subjects is not None
        assert len(figure.subjects.value) == len(figure.subjects.lower) == len(figure.subjects.upper)
        return figure

    def rows(self, note: str) -> list[Row]:
        count = len(self.month.keys)
        found: list[Row] = []
        for window, period in WINDOWS.items():
            for state, prepare in self._states().items():
                target = TARGETS[window].get(count) if state == "files" else None
                cost = timed(lambda given, period=period: self.figure(given, period), prepare)
                name = f"measure_month, {window}, {state}"
                found.append(Row(name, self.month.size, cost, target, note=note if not found else ""))
        if count <= LARGEST_PLAIN:
            cost = timed(lambda given: figure_document(self.figure(given, MONTH, "subject")), self.history)
            found.append(Row("measure_month, documents by subject, cold", self.month.size, cost))
        return found

    def _states(self) -> dict[str, Callable[[], History]]:
        warm, ledger = self.history(), SqlLedger(self.installation.database)
        opened = self.installation

        def files() -> History:
            return History(opened.city, ledger, opened.archive, opened.register)

        return {"cold": self.history, "files": files, "warm": lambda: warm}

    def check(self) -> None:
        """Fails where a sum differs by a millisecond."""
        month, figure = self.month, self.figure(self.history())
        assert [_sums(figure.measurement)] == self._truth(np.zeros(len(month.keys), np.int64))
        assert [_sums(figure.by[name]) for name in month.departments] == self._truth(month.department)
        assert figure.subjects is not None
        tally = figure.subjects.tally
        assert list(zip(tally.up.tolist(), tally.down.tolist(), strict=True)) == self._truth(np.arange(len(month.keys)))
        if len(month.keys) <= LARGEST_PLAIN:
            for period in (DAYS, ODD):
                self._compare(self.figure(self.history(), period), self.figure(self.history(roll_ups=False), period))

    def _compare(self, fast: Figure, plain: Figure) -> None:
        assert (fast, fast.subjects is not None) == (plain, plain.subjects is not None)
        assert fast.subjects is not None
        assert plain.subjects is not None
        assert fast.subjects.table().equals(plain.subjects.table())

    def _truth(self, group: np.ndarray) -> list[tuple[int, int]]:
        return list(zip(*self.month.truth(group), strict=True))


def rows(quick: bool) -> list[Row]:
    found: list[Row] = []
    for channels in QUICK_SIZES if quick else SIZES:
        installation = new_city()
        measuring = Measuring(installation, build_month(installation, SOURCE, channels))
        measuring.check()
        sizes = segment_sizes(installation, SOURCE) | {"sums": sums_size(installation, SOURCE)}
        stored = ", ".join(f"{part} {size / channels:.1f}" for part, size in sizes.items())
        found += measuring.rows(f"bytes per channel-month: {stored}")
        installation.close()
    return found


def _sums(measured: Measurement) -> tuple[int, int]:
    """Milliseconds (up, down)."""
    return round(measured.parts["up_seconds"] * 1000), round(measured.parts["down_seconds"] * 1000)
