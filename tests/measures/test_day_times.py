"""A day's times without sorting are those that the intervals give; finding places by buckets is finding them by halving."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collector.measures.day_times import SortedChanges, day_times, places
from collector.measures.states import States, intervals, listed_times, sampling_time
from collector.periods import Span
from collector.timeline import Timeline, Vouching

SUBJECTS = 4

instants = st.lists(st.integers(0, 1000), max_size=30).map(lambda ats: np.unique(np.array(ats, np.int64)))


@given(instants, st.randoms(use_true_random=False), st.integers(5, 80), st.booleans())
def test_a_days_times_are_those_of_its_intervals(runs: np.ndarray, draw: Random, holds: int, strange: bool) -> None:
    """strange: some changes stand at instants of which no run knows."""
    start, end = sorted(draw.sample(range(1002), 2))
    window = Span(start, end)
    pool = runs.tolist() + (draw.sample(range(1000), 3) if strange else [])
    rows = sorted((draw.randrange(SUBJECTS), draw.choice(pool)) for _ in range(draw.randrange(20))) if pool else []
    n, at = (np.array([row[i] for row in rows], np.int64) for i in (0, 1))
    state = np.array([draw.randrange(4) for _ in rows], np.uint8)
    opening = np.array([draw.randrange(4) for _ in range(SUBJECTS)], np.uint8)
    vouching = Vouching(Timeline(Span(run, run + holds) for run in runs.tolist()), runs)

    seen = day_times(SortedChanges(opening, n.astype(np.int32), at, state), window, vouching)

    states = States(opening, n, at, state)
    plain = listed_times(intervals(states, window), SUBJECTS, Timeline.everything(window), vouching.time)
    assert [seen.times.up.tolist(), seen.times.down.tolist(), seen.times.unknown.tolist()] == [
        plain.up.tolist(), plain.down.tolist(), plain.unknown.tolist(),
    ]  # fmt: skip
    assert seen.sampling.tolist() == sampling_time(states, window, vouching).tolist()


@given(instants, st.lists(st.integers(-50, 1100)))
def test_places_are_where_halving_finds_them(among: np.ndarray, values: list[int]) -> None:
    wanted = np.array(values, np.int64)

    assert places(wanted, among).tolist() == np.searchsorted(among, wanted).tolist()
