"""A month of events, stored by the product's functions as polls would bring them, and sealed day by day."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.cities import ZONE
from collector.installation import Installation
from collector.periods import Period, Span
from collector.records import Kind
from collector.store.hot import split_by_day, write_batches
from collector.store.runs import Outcome, Run, insert_run

MONTH = Period.parse("2026-09", ZONE)
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SOURCE = "events"
_CITY = """
city: benchmark
timezone: Asia/Shanghai
settle: 0s
sources:
  - {id: events, connector: push, kind: KIND, every: 1h, token: a-token-of-a-subsystem}
"""


def new_city(kind: Kind, indicators: str) -> Installation:
    """An empty city with one source of ``kind``, in a temporary folder that goes when the process ends."""
    folder = tempfile.mkdtemp(prefix="citygauge-benchmark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "city.yaml"
    path.write_text(_CITY.replace("KIND", kind.value) + indicators, encoding="utf-8")
    return Installation(path)


def store(installation: Installation, kind: Kind, table: pa.Table, learned: np.ndarray, every: int = HOUR) -> None:
    """Poll by poll: ``table`` has the columns of the kind without recorded_at, ``learned`` the instant of each row, ascending."""
    first = MONTH.span.start
    polls = np.arange(first, max(int(learned[-1]), MONTH.span.end) + every, every)
    edges = np.searchsorted(learned, polls, side="right").tolist()
    with installation.database.write() as connection:
        for at, start, stop in zip(polls.tolist(), [0, *edges], edges, strict=False):
            vouched = (Span(max(first, at - every), at),)
            number = insert_run(connection, Run(SOURCE, at, at, Outcome.OK, vouched, rows=stop - start))
            days = list(split_by_day(kind, table.slice(start, stop - start), ZONE))
            write_batches(connection, SOURCE, number, days)


def seal(installation: Installation, now: int) -> None:
    """All days that are over at ``now``."""
    for due in installation.sealer.due(now):
        installation.sealer.seal_day(due.source, due.day, now)
