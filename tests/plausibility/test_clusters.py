"""Closings that crowd on the last day or in one minute, and the flow that must balance."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import pytest

from collector.periods import Period
from collector.plausibility.clusters import binomial_tail, bulk_closures, last_day_cluster
from collector.plausibility.doubt import Doubt
from collector.plausibility.flow import flow_balance
from collector.plausibility.thresholds import Thresholds
from tests.measures.build import october
from tests.plausibility.build import DAY, END, HOUR, LIMITS, MINUTE, OCTOBER, START, cases


def closed_at(*instants: int) -> Any:
    return cases({"closed_at": at, "opened_at": START - DAY} for at in instants)


def even(per_day: int, *, days: int = 31) -> list[int]:
    """So many closings on each day, scattered over its hours and seconds."""
    return [
        START + day * DAY + i * (DAY // per_day) + 61_237 * (i + day) for day in range(days) for i in range(per_day)
    ]


def cluster(
    instants: list[int], limits: Thresholds = LIMITS, as_of: int = END, period: Period = OCTOBER
) -> list[Doubt]:
    return last_day_cluster(closed_at(*instants), period, as_of, "cases", limits)


def test_three_times_the_usual_closings_on_the_last_day_are_doubted() -> None:
    (doubt,) = cluster(even(10) + [END - HOUR] * 20)

    assert (doubt.check, doubt.where, doubt.count, doubt.severity) == ("last_day_cluster", "2026-10-31", 30, "medium")
    assert doubt.share == 30 / 330
    assert "the median of the other days is 10" in doubt.text_en


def test_last_days_may_be_several() -> None:
    (doubt,) = cluster(even(10) + [END - HOUR] * 70 + [END - DAY - HOUR] * 70, Thresholds(last_days=2))

    assert (doubt.where, doubt.count, doubt.severity) == ("2026-10-30/2026-10-31", 160, "high")


@pytest.mark.parametrize(
    ("instants", "as_of", "period"),
    [
        (even(10), END, OCTOBER),
        (even(10) + [END - HOUR] * 9, END, OCTOBER),
        (even(1) + [END - HOUR] * 2, END, OCTOBER),
        (even(10) + [START + HOUR] * 40, END, OCTOBER),
        (even(10) + [END - HOUR] * 40, END - 1, OCTOBER),
        (even(10), END, Period.parse("2026-10-01/2026-10-07", OCTOBER.zone)),
        ([], END, OCTOBER),
    ],
    ids=["even", "not twice", "by chance", "on the first day", "not over", "too few days", "none"],
)
def test_no_cluster_is_seen_where_closings_are(instants: list[int], as_of: int, period: Period) -> None:
    assert cluster(instants, as_of=as_of, period=period) == []


@pytest.mark.parametrize(
    ("k", "n", "p"), [(0, 5, 0.3), (6, 5, 0.3), (5, 5, 0.3), (2, 9, 1 / 31), (9, 30, 0.5), (9, 120, 1 / 31)]
)
def test_the_tail_is_the_sum_of_the_binomial_terms(k: int, n: int, p: float) -> None:
    exact = sum(comb(n, i) * Fraction(p) ** i * (1 - Fraction(p)) ** (n - i) for i in range(k, n + 1))

    assert binomial_tail(k, n, p) == pytest.approx(float(exact), rel=1e-9)


def test_the_tail_of_a_million_is_neither_slow_nor_out_of_range() -> None:
    assert binomial_tail(1, 1_000_000, 1 / 31) == 1.0
    assert 0.49 < binomial_tail(32_258, 1_000_000, 1 / 31) < 0.52
    assert binomial_tail(900_000, 1_000_000, 1 / 31) == 0.0


def bulk(instants: list[int], limits: Thresholds = LIMITS) -> list[Doubt]:
    return bulk_closures(closed_at(*instants), OCTOBER, "cases", limits)


def test_many_closings_in_one_second_are_one_stroke() -> None:
    stroke = START + 9 * DAY + 15 * HOUR + 7_000

    (doubt,) = bulk(even(10) + [stroke + i for i in range(11)])

    assert (doubt.check, doubt.where, doubt.count) == ("bulk_closure", "2026-10-10T15:00:00+08:00", 11)
    assert doubt.examples == tuple(f"c{i}" for i in range(310, 321))


def test_many_closings_in_one_minute_are_one_stroke_also_where_seconds_are_not_written() -> None:
    minutes = [at // MINUTE * MINUTE for at in even(10)]
    strokes = [START + 3 * DAY + 90 * MINUTE] * 31 + [START + 4 * DAY + 95 * MINUTE] * 40

    (doubt,) = bulk(minutes + strokes)

    assert (doubt.count, doubt.severity, doubt.where) == (71, "high", "2026-10-05T01:35:00+08:00")
    assert "in 2 strokes" in doubt.text_en


@pytest.mark.parametrize(
    "instants",
    [
        even(10) + [START + HOUR + 7_000] * 10,
        [START + i * MINUTE + j * 1_000 for i in range(60) for j in range(40)],
        [START + day * DAY for day in range(31) for _ in range(100)],
        [],
    ],
    ids=["too few", "every minute is full", "only dates are written", "none"],
)
def test_no_stroke_is_seen_where(instants: list[int]) -> None:
    assert bulk(instants) == []


def flow(*rows: dict[str, Any]) -> list[Doubt]:
    return flow_balance(cases(rows), october(), "cases")


def test_a_flow_that_does_not_balance_names_the_difference_and_the_cases() -> None:
    inside, before = START + 5 * DAY, START - 5 * DAY

    (doubt,) = flow(
        {"opened_at": before, "closed_at": inside},
        {"opened_at": inside, "accepted_at": inside, "closed_at": before},
        {"opened_at": inside, "accepted_at": inside + HOUR, "closed_at": inside + DAY},
    )

    assert (doubt.check, doubt.count, doubt.examples, doubt.severity) == ("flow_balance", 1, ("c1",), "medium")
    assert "1 + 2 - 2 = 0, difference 1" in doubt.text_en


def test_two_cases_that_hide_one_another_are_found_though_the_flow_balances() -> None:
    inside = START + 5 * DAY

    (doubt,) = flow(
        {"opened_at": inside, "accepted_at": inside, "closed_at": START - DAY},
        {"opened_at": inside, "accepted_at": END + DAY, "closed_at": inside},
    )

    assert (doubt.count, doubt.severity) == (2, "low")


def test_a_flow_that_balances_raises_no_doubt() -> None:
    assert flow({"closed_at": START + DAY}, {"opened_at": START - DAY}, {"opened_at": END + DAY}) == []
    assert flow() == []
