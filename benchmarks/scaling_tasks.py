"""Tasks of the scaling benchmark beside the product's own.

A platform's answers come from memory, so that no server of ours takes part of the cores that are measured.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from benchmarks.wvp_pages import Platform, StoredSession
from collector.broker import client
from collector.cli.processes import BROKER_VARIABLE
from collector.connector import Part
from collector.figures import measure
from collector.periods import Period
from collector.poll import poll
from collector.sources import OpenSource
from collector.tasks import app, installation

CONCURRENCY_VARIABLE = "BENCHMARK_CONCURRENCY"
"""How many processes ``benchmarks.scaling_worker`` runs."""
CHANNELS = 1_000
ANSWERS = 8
CHANGED = 0.002
DONE = "benchmark:done"
"""The key in Redis that counts tasks which leave nothing in the store."""


@app.task(name="benchmark.nothing")
def nothing() -> None:
    """What a task costs that does nothing."""


@app.task(name="benchmark.poll")
def poll_and_go_on(source: str, slots: list[int]) -> None:
    """``citygauge.poll_slot`` with the clock at the slot; then the source's next one, since its polls follow one another."""
    slot, *left = slots
    poll_from_memory(installation().source(source), slot)
    if left:
        poll_and_go_on.apply_async((source, left))


@app.task(name="benchmark.measure_day")
def measure_day(source: str, day: str, as_of: int) -> None:
    """The day's online rate of one source, from its segment."""
    opened = installation()
    figure = measure(opened.history, opened.city.indicator(source), Period.parse(day, opened.city.zone), as_of)
    assert figure.measurement.value is not None
    _redis().incr(DONE)


def poll_from_memory(source: OpenSource, slot: int) -> None:
    """The product's poll of one slot; what the platform answers is the same for every source."""
    session = StoredSession()
    session.hold(_answers()[slot // 60_000 % ANSWERS])
    source.http = session  # type: ignore[assignment]
    source.connector.fetch = session.fetch  # type: ignore[method-assign]
    poll(source, slot, clock=lambda: slot)


@lru_cache
def _answers() -> list[list[Part]]:
    """Answers in a row, between two of which CHANGED of the channels turn on or off."""
    platform = Platform(CHANNELS)
    found = []
    for _ in range(ANSWERS):
        platform.change(CHANGED)
        found.append(platform.answer())
    return found


@lru_cache
def _redis() -> Any:
    return client(os.environ[BROKER_VARIABLE])
