"""A set of instants behaves as one, whichever spans it was made from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.periods import Period, Span
from collector.records import RUNS
from collector.timeline import Timeline, vouching_of
from tests.scripted import DAY, HOUR, OCTOBER, ZONE

WIDTH = 60
edges = st.integers(0, WIDTH)
spans = st.lists(st.builds(Span, edges, edges), max_size=8)
timelines = st.builds(Timeline, spans)


def instants(timeline: Timeline) -> set[int]:
    return {at for span in timeline.spans() for at in range(span.start, span.end)}


@given(spans)
def test_a_timeline_is_the_union_of_its_spans_sorted_and_disjoint(given_spans: list[Span]) -> None:
    timeline = Timeline(given_spans)
    assert instants(timeline) == {at for span in given_spans for at in range(span.start, span.end)}
    assert timeline.total == len(instants(timeline))
    flat = [edge for span in timeline.spans() for edge in (span.start, span.end)]
    assert flat == sorted(set(flat))


@given(timelines, timelines)
def test_the_operators_are_those_of_sets(one: Timeline, other: Timeline) -> None:
    assert instants(one & other) == instants(one) & instants(other)
    assert instants(one | other) == instants(one) | instants(other)
    assert instants(one - other) == instants(one) - instants(other)


@given(timelines, timelines)
def test_what_is_taken_out_and_what_is_left_add_up(one: Timeline, other: Timeline) -> None:
    assert (one & other).total + (one - other).total == one.total


@given(timelines, edges, edges, edges)
def test_splitting_a_span_adds_up(timeline: Timeline, a: int, b: int, c: int) -> None:
    start, middle, end = sorted((a, b, c))
    assert timeline.within(start, middle) + timeline.within(middle, end) == timeline.within(start, end)
    assert timeline.within(start, end) == timeline.clip(Span(start, end)).total


@given(timelines, edges, edges)
def test_within_counts_what_lies_between_and_nothing_backwards(timeline: Timeline, a: int, b: int) -> None:
    assert timeline.within(a, b) == len([at for at in instants(timeline) if a <= at < b])


@given(timelines, st.lists(st.integers(-5, WIDTH + 5), max_size=20))
def test_many_instants_at_once_give_what_each_gives(timeline: Timeline, asked: list[int]) -> None:
    array = np.array(asked, np.int64)
    held = instants(timeline)
    assert timeline.contains(array).tolist() == [at in held for at in asked]
    assert timeline.until(array).tolist() == [len([one for one in held if one < at]) for at in asked]


@pytest.mark.parametrize("shape", [(0,), (3,), (2, 3)])
def test_an_empty_timeline_holds_nothing_of_any_shape(shape: tuple[int, ...]) -> None:
    asked = np.zeros(shape, np.int64)
    assert Timeline().until(asked).tolist() == np.zeros(shape, int).tolist()
    assert Timeline().contains(asked).tolist() == np.zeros(shape, bool).tolist()
    assert (Timeline().total, Timeline().within(0, 10), Timeline().spans()) == (0, 0, [])


def test_milliseconds_of_a_century_are_exact() -> None:
    century = Timeline(Period.parse(f"{year}", ZONE).span for year in range(1971, 2071))
    assert len(century.spans()) == 1
    assert century.total == sum(Period.parse(f"{year}", ZONE).span.milliseconds for year in range(1971, 2071))


# --- vouched time


def vouched(*rows: tuple[int | None, int | None, str | None], as_of: int = OCTOBER + DAY) -> list[Span]:
    """The time that runs with these (vouch_start, vouch_end, vouch_gaps) vouch for."""
    columns: dict[str, list[object]] = {name: [None] * len(rows) for name in RUNS.names}
    columns |= {name: [row[i] for row in rows] for i, name in enumerate(("vouch_start", "vouch_end", "vouch_gaps"))}
    columns["run_at"] = [OCTOBER + i for i in range(len(rows))]
    table = pa.table({name: pa.array(values, RUNS.field(name).type) for name, values in columns.items()}, schema=RUNS)
    return vouching_of(table, as_of).time.spans()


def test_runs_that_overlap_vouch_once() -> None:
    both = vouched((OCTOBER, OCTOBER + 2 * HOUR, None), (OCTOBER + HOUR, OCTOBER + 3 * HOUR, None))
    assert both == [Span(OCTOBER, OCTOBER + 3 * HOUR)]


def test_a_run_that_failed_vouches_for_nothing() -> None:
    assert vouched((None, None, None)) == []


def test_nothing_is_vouched_for_beyond_the_present() -> None:
    rows = (OCTOBER, OCTOBER + 5 * HOUR, None), (OCTOBER + 8 * HOUR, OCTOBER + 9 * HOUR, None)
    assert vouched(*rows, as_of=OCTOBER + 2 * HOUR) == [Span(OCTOBER, OCTOBER + 2 * HOUR)]


def test_gaps_inside_what_a_run_vouches_for_are_left_out() -> None:
    gaps = f"[[{OCTOBER + HOUR}, {OCTOBER + 2 * HOUR}], [{OCTOBER + 3 * HOUR}, {OCTOBER + 4 * HOUR}]]"
    assert vouched((OCTOBER, OCTOBER + 5 * HOUR, gaps)) == [
        Span(OCTOBER + hours * HOUR, OCTOBER + (hours + 1) * HOUR) for hours in (0, 2, 4)
    ]
