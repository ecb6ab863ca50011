"""A world in which nothing is wrong raises no doubt, however its chances fall."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collector.plausibility.cases import closed_within_minutes, closings
from collector.plausibility.meters import stuck_meters
from collector.plausibility.reopenings import closed_and_reopened
from tests.plausibility.build import DAY, END, HOUR, LIMITS, MINUTE, OCTOBER, START, cases, readings

AFTER = END + 60 * DAY
worlds = st.builds(np.random.default_rng, st.integers(0, 2**32))


@given(random=worlds, count=st.integers(0, 300), median_hours=st.floats(2, 100), categories=st.integers(1, 6))
def test_cases_that_take_their_time_are_not_closed_within_minutes(
    random: np.random.Generator, count: int, median_hours: float, categories: int
) -> None:
    """Opened at any time, worked on for at least a quarter of an hour, checked for at least six minutes."""
    opened = START - 20 * DAY + random.integers(0, 45 * DAY, count)
    disposed = opened + 15 * MINUTE + (median_hours * HOUR * random.lognormal(0, 0.9, count)).astype(np.int64)
    closed = disposed + 6 * MINUTE + (20 * MINUTE * random.lognormal(0, 0.8, count)).astype(np.int64)
    columns = zip(
        opened.tolist(), disposed.tolist(), closed.tolist(), random.integers(0, categories, count), strict=True
    )
    table = cases(
        {"opened_at": a, "disposed_at": b, "closed_at": c, "category": f"类别{d}", "department": f"中队{d % 3}"}
        for a, b, c, d in columns
    )

    assert closed_within_minutes(closings(table, OCTOBER.span, AFTER), "cases", LIMITS) == []
    assert closed_and_reopened(table, OCTOBER.span, "cases", LIMITS) == []


@given(
    random=worlds,
    loads=st.lists(st.floats(5, 500), min_size=0, max_size=5),
    resolution=st.sampled_from([0.001, 0.01, 0.1, 1.0, 10.0]),
    lost=st.floats(0, 0.5),
)
def test_meters_under_load_are_not_stuck_whatever_their_resolution_and_however_many_readings_are_lost(
    random: np.random.Generator, loads: list[float], resolution: float, lost: float
) -> None:
    """Two days at five minutes; a load of at least 5 kW moves a counter of 10 kWh steps every two hours."""
    steps = 2 * 288
    meters = [
        (
            f"meter {i}",
            "kwh",
            np.floor((1000 + np.cumsum(load / 12 * random.uniform(0.7, 1.3, steps))) / resolution) * resolution,
        )
        for i, load in enumerate(loads)
    ]
    table = readings(*meters)
    kept = table.filter(random.random(table.num_rows) >= lost)

    assert stuck_meters(kept, OCTOBER, END, "meters", LIMITS) == []
