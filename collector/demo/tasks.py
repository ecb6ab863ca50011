"""The demonstration's own task: back-fill a source day by day while the simulated city's clock stands at each slot."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from collector.backfill import backfill as poll_past
from collector.periods import Period, Span, moment
from collector.simulated_city.city import CLOCK_FILE, SETTINGS_FILE, open_case_database
from collector.simulated_city.clock import CityClock
from collector.simulated_city.magnitudes import Settings
from collector.simulated_city.world import make_world
from collector.tasks import app, installation

CITY_VARIABLE = "CITYGAUGE_DEMO_CITY"
SUBSYSTEMS = {
    "video": "video",
    "portal": "portal",
    "platforms": "prometheus",
    "cases": "cases",
    "hotline": "hotline",
    "app": "logs",
    "meters": "meters",
}
"""The subsystem of the simulated city that each source of its city file polls."""


@app.task(name="citygauge.demo.backfill")
def backfill(source: str, start: int, end: int) -> None:
    """One day of one source from ``start`` on; then the next one up to ``end``, since a day starts where the one before ended."""
    opened = installation().source(source)
    today = Period.of_day(moment(start, opened.zone).date(), opened.zone).span
    poll_past(opened, Span(start, min(today.end, end)), _mover(source))
    if today.end < end:
        send(source, Span(today.end, end))


def send(source: str, span: Span) -> None:
    """Ask for a source's days, one after another."""
    backfill.apply_async((source, span.start, span.end))


@lru_cache
def _mover(source: str) -> Callable[[int], None]:
    """Takes the simulated city to a slot: its subsystem's clock, and the case system's rows."""
    folder = Path(os.environ[CITY_VARIABLE])
    clock, subsystem = CityClock(folder / CLOCK_FILE), SUBSYSTEMS[source]
    if source != "cases":
        return lambda slot: clock.set(subsystem, slot)
    database = open_case_database(folder, make_world(Settings.load(folder / SETTINGS_FILE)))

    def move(slot: int) -> None:
        clock.set(subsystem, slot)
        database.advance(slot)

    return move
