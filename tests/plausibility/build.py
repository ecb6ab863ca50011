"""Short ways to write the tables of these tests down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from collector.measures.states import States
from collector.plausibility.thresholds import Thresholds
from collector.records import INSTANT, RUNS, Kind, State
from tests.measures.build import DAY, HOUR, OCTOBER, at, table

__all__ = [
    "DAY",
    "END",
    "HOUR",
    "LIMITS",
    "MINUTE",
    "OCTOBER",
    "START",
    "at",
    "cases",
    "good_runs",
    "readings",
    "states",
]

MINUTE = 60_000
LIMITS = Thresholds()
START, END = OCTOBER.span.start, OCTOBER.span.end


def cases(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Cases with ascending keys, opened as October begins unless they say otherwise."""
    return table(Kind.CASES, [{"case": f"c{i}", "opened_at": START} | dict(row) for i, row in enumerate(rows)])


def readings(*meters: tuple[str, str, Iterable[float]], every: int = 5 * MINUTE, start: int = START) -> pa.Table:
    """Meters as (name, kwh or kw, values at equal steps)."""
    rows = [
        {"meter": name, "at": start + i * every, column: float(value), "role": "it"}
        for name, column, values in meters
        for i, value in enumerate(values)
    ]
    return table(Kind.READINGS, rows)


def states(opening: Iterable[State], *changes: tuple[int, int, State]) -> States:
    """Opening states and changes (subject, instant, state)."""
    subject, when, state = (list(column) for column in zip(*changes, strict=True)) if changes else ([], [], [])
    return States(
        np.array(list(opening), np.uint8),
        np.array(subject, np.int32),
        np.array(when, np.int64),
        np.array(state, np.uint8),
    )


def good_runs(instants: Iterable[int], evidence: str | None = "same") -> pa.Table:
    """Good runs; ``evidence`` None gives every answer a digest of its own."""
    when = list(instants)
    digests = [evidence or f"digest {i}" for i in range(len(when))]
    columns = {"run_at": pa.array(when, INSTANT), "evidence": pa.array(digests)}
    return pa.table({one.name: columns.get(one.name, pa.nulls(len(when), one.type)) for one in RUNS})
