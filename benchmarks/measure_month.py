"""Measuring the online rate of a sealed month of a video platform: overall, by department, by subject.

Built first, by the product's own functions: a month of polls each minute, their changes as hot batches, day by day through
``Sealer.seal_day``. A channel has 1.2 outages a day (2.4 changes), 2 % of the channels are never online, and now and then no poll
succeeds for some minutes.

Timed: ``collector.figures.measure`` over the month. ``cold``: a new ``History`` each time, so that every segment is read from the
archive (page cache warm), checked against its SHA-256 and opened; ``warm``: the segments are open already. Not timed: start and
imports, building the month.

The sums are checked, to the millisecond, against ones worked out from the generated changes alone: overall, for every
department, and for some subjects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.cities import SOURCE, new_city
from benchmarks.sealed_month import MONTH, SEALED_AT, Month, build_month, segment_sizes
from benchmarks.timing import Row, timed
from collector.figures import Figure, measure
from collector.history import History
from collector.installation import Installation
from collector.measurement import Measurement
from collector.store.ledger import SqlLedger

CHANNELS = 100_000
TARGET = 0.1
CHECKED = 100
"""How many subjects are checked one by one."""


@dataclass(frozen=True)
class Measuring:
    """The month to measure."""

    installation: Installation
    month: Month

    def history(self) -> History:
        opened = self.installation
        return History(opened.city, SqlLedger(opened.database), opened.archive, opened.register)

    def figure(self, history: History, by: str | None = None, subjects: tuple[str, ...] = ()) -> Figure:
        indicator = self.installation.city.indicator("online")
        if subjects:
            indicator = indicator.model_copy(update={"where": {"subject": subjects}})
        return measure(history, indicator, MONTH, SEALED_AT, by)

    def rows(self, name: str, by: str | None, target: float | None = None, note: str = "") -> list[Row]:
        """Cold and warm."""
        warm = self.history()
        variants: dict[str, Callable[[], History]] = {"cold": self.history, "warm": lambda: warm}
        return [
            Row(
                f"{name}, {state}",
                self.month.size,
                timed(lambda given: self.figure(given, by), prepare),
                target,
                note=note,
            )
            for state, prepare in variants.items()
        ]

    def check(self) -> None:
        """Fails where a sum differs by a millisecond."""
        month, history = self.month, self.history()
        by_department = self.figure(history, "department")
        assert [_sums(by_department.measurement)] == self._truth(np.zeros(len(month.keys), np.int64))
        assert [_sums(by_department.by[name]) for name in month.departments] == self._truth(month.department)
        some = month.keys[:CHECKED]
        by_subject = self.figure(history, "subject", some).by
        assert [_sums(by_subject[key]) for key in some] == self._truth(np.arange(len(month.keys)))[:CHECKED]

    def _truth(self, group: np.ndarray) -> list[tuple[int, int]]:
        return list(zip(*self.month.truth(group), strict=True))


def rows(quick: bool) -> list[Row]:  # noqa: ARG001 the promise names the size
    installation = new_city()
    measuring = Measuring(installation, build_month(installation, SOURCE, CHANNELS))
    measuring.check()
    sizes = segment_sizes(installation, SOURCE)
    stored = ", ".join(f"{part} {size / CHANNELS:.1f}" for part, size in sizes.items())
    found = measuring.rows("measure_month", None, TARGET, f"segments, bytes per channel-month: {stored}")
    found += measuring.rows("measure_month by department", "department")
    found += measuring.rows("measure_month by subject", "subject")
    installation.close()
    return found


def _sums(measured: Measurement) -> tuple[int, int]:
    """Milliseconds (up, down)."""
    return round(measured.parts["up_seconds"] * 1000), round(measured.parts["down_seconds"] * 1000)
