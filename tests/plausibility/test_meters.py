"""Meters that stand still while others move."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from collector.plausibility.doubt import Doubt
from collector.plausibility.meters import stuck_meters
from collector.plausibility.thresholds import Thresholds
from tests.plausibility.build import DAY, END, HOUR, LIMITS, MINUTE, OCTOBER, START, readings

TWO_DAYS = 2 * 288
RUNNING = [1000 + 0.5 * i for i in range(TWO_DAYS)]
STUCK = [500 + 0.5 * min(i, 144) + 0.5 * max(0, i - 400) for i in range(TWO_DAYS)]
"""Moves for 12 h, stands still from 12:00 on for 21 h 20 min, moves again."""


def stuck(table: pa.Table, limits: Thresholds = LIMITS, as_of: int = END) -> list[Doubt]:
    return stuck_meters(table, OCTOBER, as_of, "meters", limits)


def test_a_counter_that_stands_still_while_another_moves_is_doubted_from_when_to_when() -> None:
    (doubt,) = stuck(readings(("总进线", "kwh", RUNNING), ("列头柜A", "kwh", STUCK)))

    assert (doubt.check, doubt.count, doubt.severity) == ("stuck_counter", 1, "medium")
    assert doubt.where == "meter 列头柜A 2026-10-01T12:00:00+08:00/2026-10-02T09:20:00+08:00"
    assert doubt.share == pytest.approx((21 + 1 / 3) / (31 * 24))
    assert "257 readings" in doubt.text_en
    assert "stood at 572 kWh" in doubt.text_en


def test_a_counter_stuck_from_before_the_period_is_doubted_from_its_start() -> None:
    (doubt,) = stuck(readings(("总进线", "kwh", RUNNING), ("列头柜A", "kwh", [500.0] * TWO_DAYS), start=START - DAY))

    assert doubt.examples == ("2026-10-01T00:00:00+08:00/2026-10-01T23:55:00+08:00",)


def test_nothing_is_known_after_the_cut_off() -> None:
    table = readings(("总进线", "kwh", RUNNING), ("列头柜A", "kwh", STUCK))

    assert stuck(table, as_of=START + 17 * HOUR) == []


@pytest.mark.parametrize(
    ("meters", "every"),
    [
        ([("A", "kwh", RUNNING), ("B", "kwh", RUNNING)], 5),
        ([("A", "kwh", STUCK), ("B", "kwh", STUCK)], 5),
        ([("A", "kwh", STUCK)], 5),
        ([("A", "kwh", RUNNING), ("B", "kwh", [0.0] * TWO_DAYS)], 5),
        ([("A", "kwh", RUNNING), ("B", "kwh", [40.0 * (i // 100) + 40 for i in range(TWO_DAYS)])], 5),
        ([("A", "kwh", RUNNING), ("B", "kwh", [500.0, 500.0])], 24 * 60),
        ([("A", "kw", [50 + i % 7 for i in range(TWO_DAYS)]), ("B", "kw", [0.0] * TWO_DAYS)], 5),
        ([("A", "kw", [50 + i % 7 for i in range(TWO_DAYS)]), ("B", "kw", [5 + i // 23 for i in range(TWO_DAYS)])], 5),
        ([("A", "kw", [50.0] * TWO_DAYS), ("B", "kw", [50.0] * TWO_DAYS)], 5),
        ([], 5),
    ],
    ids=["both move", "both stand still", "alone", "never moved", "steps of 40 kWh", "two readings", "switched off",
         "repeats as long as it always does", "all powers repeat", "none"],
)  # fmt: skip
def test_no_meter_is_called_stuck_where(meters: list[tuple[str, str, Any]], every: int) -> None:
    assert stuck(readings(*meters, every=every * MINUTE)) == []


def test_a_power_that_repeats_exactly_is_doubted() -> None:
    varying = [50 + (i * 7919 % 101) / 10 for i in range(TWO_DAYS)]
    repeating = [*varying[:300], *[52.5] * 40, *varying[340:]]

    (doubt,) = stuck(readings(("A", "kw", varying), ("B", "kw", repeating)))

    assert (doubt.check, doubt.count) == ("repeated_power", 1)
    assert doubt.where.startswith("meter B 2026-10-02T01:00:00+08:00/")
    assert "read exactly 52.5 kW" in doubt.text_en


def test_a_power_beside_a_counter_is_not_what_the_figure_rests_on() -> None:
    table = readings(("A", "kwh", RUNNING), ("B", "kwh", RUNNING), ("B", "kw", [7.0] * TWO_DAYS))

    assert stuck(table) == []


def test_several_standstills_of_a_meter_are_one_doubt() -> None:
    twice = [500 + 0.5 * i for i in range(100)] + [550.0] * 100 + [560 + 0.5 * i for i in range(100)] + [620.0] * 276

    (doubt,) = stuck(readings(("A", "kwh", RUNNING), ("B", "kwh", twice)))

    assert (doubt.count, len(doubt.examples)) == (2, 2)
    assert "22.9 h" in doubt.text_en


def test_another_threshold_may_be_given() -> None:
    table = readings(("A", "kwh", RUNNING), ("B", "kwh", STUCK))

    assert stuck(table, Thresholds(stuck_hours=24)) == []
    assert stuck(table, Thresholds(stuck_ratio=1000)) == []
