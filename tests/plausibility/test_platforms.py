"""State lists that never change, subjects that never fail, clocks that are off."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from collector.measures.states import States
from collector.periods import Span
from collector.plausibility.clocks import clock_skew
from collector.plausibility.doubt import Doubt
from collector.plausibility.platforms import always_up, frozen_platform
from collector.plausibility.thresholds import Thresholds
from collector.records import State
from collector.timeline import Timeline
from tests.plausibility.build import DAY, END, HOUR, LIMITS, OCTOBER, START, good_runs, states

UP, DOWN, GONE = State.UP, State.DOWN, State.GONE
HOURLY = range(START, START + 10 * DAY, HOUR)
HEARD = Timeline([Span(START, START + 10 * DAY)])
MIXED = [UP] * 45 + [DOWN] * 5


def frozen(
    known: States, runs: pa.Table | None = None, heard: Timeline = HEARD, limits: Thresholds = LIMITS
) -> list[Doubt]:
    return frozen_platform(known, good_runs(HOURLY) if runs is None else runs, heard, OCTOBER, "video", limits)


def test_fifty_channels_that_do_not_change_for_days_are_a_frozen_list() -> None:
    known = states(MIXED, (0, START + 2 * DAY, DOWN), (0, START + 8 * DAY, UP))

    (doubt,) = frozen(known)

    assert (doubt.check, doubt.severity, doubt.count) == ("frozen_platform", "high", 6 * 24)
    assert doubt.where == "2026-10-03T00:00:00+08:00/2026-10-08T23:00:00+08:00"
    assert "50 subjects" in doubt.text_en
    assert "the same byte for byte" in doubt.text_en


def test_answers_that_differ_though_no_state_does_are_doubted_less() -> None:
    (doubt,) = frozen(states(MIXED), good_runs(HOURLY, None))

    assert doubt.severity == "medium"
    assert "240 different answers came" in doubt.text_en


@pytest.mark.parametrize(
    ("known", "runs", "heard"),
    [
        (states(MIXED, *((day, START + day * DAY + HOUR, DOWN) for day in range(10))), good_runs(HOURLY), HEARD),
        (states([UP] * 49 + [GONE] * 9), good_runs(HOURLY), HEARD),
        (states(MIXED), good_runs(range(START, START + 3 * DAY, HOUR)), HEARD),
        (states(MIXED), good_runs(range(START, START + 10 * DAY, 12 * HOUR)), HEARD),
        (
            states(MIXED),
            good_runs([*range(START, START + DAY, HOUR), START + 9 * DAY]),
            Timeline([Span(START, START + DAY)]),
        ),
        (states(MIXED), good_runs([]), Timeline()),
    ],
    ids=[
        "it changes daily",
        "too few subjects",
        "not long enough",
        "too few answers",
        "not heard in between",
        "no answer",
    ],
)
def test_no_list_is_called_frozen_where(known: States, runs: pa.Table, heard: Timeline) -> None:
    assert frozen(known, runs, heard) == []


def test_another_threshold_may_be_given_for_a_list() -> None:
    assert frozen(states([UP] * 5), limits=Thresholds(frozen_subjects=5))
    assert frozen(states(MIXED), limits=Thresholds(frozen_days=10)) == []


def up(known: States, heard: Timeline = HEARD) -> list[Doubt]:
    return always_up(known, OCTOBER.span, heard, OCTOBER, "video", LIMITS)


def test_fifty_subjects_of_which_none_was_ever_down_are_too_good() -> None:
    known = states([UP] * 49 + [GONE], (49, START + DAY, UP), (0, START + 2 * DAY, GONE))

    (doubt,) = up(known)

    assert (doubt.check, doubt.count, doubt.share, doubt.severity) == ("always_up", 50, 1.0, "medium")
    assert "10.0 d" in doubt.text_en


@pytest.mark.parametrize(
    ("known", "heard"),
    [
        (states([UP] * 60 + [DOWN]), HEARD),
        (states([UP] * 60, (3, START + DAY, DOWN), (3, START + DAY + HOUR, UP)), HEARD),
        (states([UP] * 60, (3, START + DAY, State.UNKNOWN)), HEARD),
        (states([UP] * 49), HEARD),
        (states([UP] * 60), Timeline([Span(START, START + 6 * DAY)])),
        (states([]), Timeline()),
    ],
    ids=["one is down", "one was down", "one was unknown", "too few", "not heard long enough", "none"],
)
def test_nothing_is_called_too_good_where(known: States, heard: Timeline) -> None:
    assert up(known, heard) == []


def test_what_was_down_before_the_period_does_not_make_it_less_good() -> None:
    known = states([DOWN] + [UP] * 59, (0, START - HOUR, UP))

    assert up(known)


def clock(skew: list[float], *, dates_records: bool = True, limits: Thresholds = LIMITS) -> list[Doubt]:
    at = START + HOUR * np.arange(len(skew), dtype=np.int64)
    return clock_skew(at, np.array(skew), "hotline", OCTOBER.zone, limits, dates_records=dates_records)


def test_a_clock_that_is_always_off_is_told_with_median_and_greatest() -> None:
    (doubt,) = clock([-90.0] * 10 + [-95.0])

    assert (doubt.check, doubt.count, doubt.share, doubt.severity) == ("clock_skew", 11, 1.0, "medium")
    assert "median -90.0 s, greatest -95 s at 2026-10-01T10:00:00+08:00" in doubt.text_en


def test_a_clock_that_jumps_and_comes_back_is_told_with_both_steps() -> None:
    skewed, stepped = clock([0.1] * 20 + [420.0] * 24 + [0.2] * 20)

    assert (skewed.where, skewed.count) == ("2026-10-01T20:00:00+08:00/2026-10-02T19:00:00+08:00", 24)
    assert (stepped.check, stepped.count) == ("clock_step", 2)
    assert stepped.examples == ("2026-10-01T20:00:00+08:00 (+420 s)", "2026-10-02T20:00:00+08:00 (-420 s)")


def test_a_clock_that_does_not_date_records_matters_little() -> None:
    (doubt,) = clock([90.0] * 10, dates_records=False)

    assert doubt.severity == "low"


def test_a_step_within_the_threshold_on_either_side_is_still_a_step() -> None:
    (doubt,) = clock([-40.0] * 10 + [40.0] * 10)

    assert (doubt.check, doubt.where) == ("clock_step", "2026-10-01T10:00:00+08:00")


@pytest.mark.parametrize(
    "skew",
    [[0.3] * 50, [0.0] * 20 + [400.0] * 2 + [0.0] * 20, [59.9] * 30, [20.0 * (i % 3) for i in range(60)], []],
    ids=["right", "two slow answers", "within the threshold", "noise", "nothing told"],
)
def test_no_clock_is_doubted_where_it_is(skew: list[float]) -> None:
    assert clock(skew) == []


def test_frozen_stretches_do_not_reach_beyond_the_period() -> None:
    (doubt,) = frozen(states(MIXED), good_runs(range(START, END, HOUR)), Timeline([Span(START, END)]))

    assert doubt.share is not None
    assert doubt.share <= 1
