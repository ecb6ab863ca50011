"""Closings that came too soon, and closings that did not last."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from collector.plausibility.cases import closed_within_minutes, closings
from collector.plausibility.doubt import Doubt
from collector.plausibility.reopenings import closed_and_reopened
from collector.plausibility.thresholds import Thresholds
from tests.plausibility.build import DAY, END, HOUR, LIMITS, MINUTE, OCTOBER, START, cases

AFTER = END + 30 * DAY


def row(took: int, **others: Any) -> dict[str, Any]:
    """A case opened on 2 October and closed ``took`` ms later."""
    return {"opened_at": START + DAY, "closed_at": START + DAY + took, "category": "暴露垃圾"} | others


def quick(table: pa.Table, limits: Thresholds = LIMITS) -> list[Doubt]:
    return closed_within_minutes(closings(table, OCTOBER.span, AFTER), "cases", limits)


def reopened(table: pa.Table) -> list[Doubt]:
    return closed_and_reopened(table, OCTOBER.span, "cases", LIMITS)


SLOW = [row(12 * HOUR)] * 90


def test_a_tenth_closed_within_minutes_of_opening_is_doubted_with_the_quickest_first() -> None:
    (doubt,) = quick(cases([*SLOW, *(row((10 - i) * 20_000) for i in range(10))]))

    assert (doubt.check, doubt.source, doubt.severity) == ("closed_within_minutes_of_opening", "cases", "medium")
    assert (doubt.count, doubt.share, doubt.where) == (10, 0.1, "")
    assert doubt.examples == tuple(f"c{i}" for i in range(99, 89, -1))
    assert "10 of 100 closings came within 5 min of opening" in doubt.text_en
    assert "暴露垃圾 12.0 h" in doubt.text_zh


def test_examples_are_at_most_twenty_and_the_count_is_whole() -> None:
    (doubt,) = quick(cases([*SLOW, *[row(MINUTE)] * 60]))

    assert (len(doubt.examples), doubt.count, doubt.severity) == (20, 60, "high")


@pytest.mark.parametrize(
    ("rows", "limits"),
    [
        ([*SLOW, *[row(MINUTE)] * 9], LIMITS),
        ([*SLOW * 3, *[row(MINUTE)] * 10], LIMITS),
        ([*SLOW, *[row(5 * MINUTE + 1)] * 10], LIMITS),
        ([*SLOW, *[row(MINUTE)] * 10], Thresholds(quick_minutes=0.5)),
        ([*SLOW, *[row(-MINUTE)] * 10], LIMITS),
        ([*SLOW, *[row(MINUTE, opened_at=None)] * 10], LIMITS),
        ([*SLOW, *[row(MINUTE, suspended=True)] * 10], LIMITS),
        ([*SLOW, *[row(MINUTE, closed_at=START - DAY, opened_at=START - DAY - MINUTE)] * 10], LIMITS),
    ],
    ids=["too few", "too small a share", "longer than that", "another threshold", "closed before opened", "no opening",
         "suspended", "closed before the period"],
)  # fmt: skip
def test_closings_are_not_called_quick_where_they_are(rows: list[dict[str, Any]], limits: Thresholds) -> None:
    assert quick(cases(rows), limits) == []


def test_a_department_that_stands_out_is_doubted_where_the_source_as_a_whole_is_not() -> None:
    ordinary = [row(12 * HOUR, department="一中队")] * 380
    odd = [row(12 * HOUR, department="二中队")] * 10 + [row(MINUTE, department="二中队")] * 10

    (doubt,) = quick(cases([*ordinary, *odd]))

    assert (doubt.where, doubt.count, doubt.share) == ("department 二中队", 10, 0.5)
    assert doubt.examples[0] == "c390"


def test_a_doubt_about_the_whole_names_the_departments_with_the_greatest_share() -> None:
    rows = [*SLOW, *[row(MINUTE, department="一中队")] * 10, *[row(MINUTE, department="二中队"), *SLOW[:1]] * 2]

    (doubt,) = quick(cases([one | {"department": one.get("department", "一中队")} for one in rows]))

    assert doubt.text_en.endswith("with the greatest share: 二中队 100.0 % (2/2), 一中队 9.8 % (10/102)")


def test_a_category_that_is_always_closed_at_once_is_doubted_apart_and_mildly() -> None:
    (doubt,) = quick(cases([*SLOW, *[row(MINUTE, category="咨询")] * 30]))

    assert (doubt.check, doubt.severity, doubt.count) == ("category_closed_within_minutes_of_opening", "low", 30)
    assert "咨询 1.0 min" in doubt.text_en


def test_a_source_without_categories_whose_cases_all_close_at_once_is_no_mild_matter() -> None:
    (doubt,) = quick(cases([row(MINUTE, category=None)] * 30))

    assert doubt.severity == "medium"


def test_closed_within_minutes_of_disposal_leaves_no_time_to_check() -> None:
    checked = [row(12 * HOUR, disposed_at=START + DAY + 11 * HOUR)] * 80
    unchecked = [row(12 * HOUR, disposed_at=START + DAY + 12 * HOUR - MINUTE)] * 20

    (doubt,) = quick(cases([*checked, *unchecked]))

    assert (doubt.check, doubt.count, doubt.share) == ("closed_within_minutes_of_disposal", 20, 0.2)


def test_a_system_that_writes_disposal_and_closing_at_once_says_nothing_about_the_time_between() -> None:
    assert quick(cases([row(12 * HOUR, disposed_at=START + DAY + 12 * HOUR)] * 100)) == []


def test_a_quick_closing_stays_one_when_the_case_was_opened_again() -> None:
    opened_again = [row(MINUTE, case=f"r{i}") for i in range(10)]
    later = [one | {"closed_at": None, "recorded_at": END} for one in opened_again]

    (doubt,) = quick(cases([*SLOW, *opened_again, *later]))

    assert doubt.count == 10


def versions(count: int, later: dict[str, Any], **first: Any) -> list[dict[str, Any]]:
    """Cases told twice: closed on 2 October as learned an hour later, then as ``later`` says."""
    learned = START + DAY + 13 * HOUR
    once = [row(12 * HOUR, case=f"r{i}", recorded_at=learned, **first) for i in range(count)]
    return once + [one | later for one in once]


def test_cases_closed_and_seen_open_again_are_doubted_and_those_within_days_told_apart() -> None:
    soon = versions(6, {"closed_at": None, "recorded_at": START + 5 * DAY})
    late = [
        one | {"case": f"l{one['case']}"} for one in versions(6, {"closed_at": None, "recorded_at": START + 20 * DAY})
    ]

    (doubt,) = reopened(cases([*SLOW[:28], *soon, *late]))

    assert (doubt.check, doubt.count, doubt.share, doubt.severity) == ("closed_and_reopened", 12, 0.3, "high")
    assert (
        "12 of 40 cases closed in the period were found open again later, 6 of them within 7 d; 12 are not"
        in doubt.text_en
    )


def test_a_case_closed_again_by_now_was_still_open_in_between() -> None:
    open_again = versions(10, {"closed_at": None, "recorded_at": START + 3 * DAY})
    closed_again = [row(80 * HOUR, case=f"r{i}", recorded_at=START + 6 * DAY) for i in range(10)]

    (doubt,) = reopened(cases([*open_again, *closed_again]))

    assert (doubt.count, doubt.share) == (10, 1.0)
    assert "0 are not closed again" in doubt.text_en


@pytest.mark.parametrize(
    "rows",
    [
        versions(10, {"closed_at": START + DAY + 12 * HOUR + MINUTE, "reopened": 1, "recorded_at": END}, reopened=0),
        [row(12 * HOUR, reopened=2)] * 10,
    ],
    ids=["its count rose", "its count stood above 0 when it was first seen"],
)
def test_a_source_that_counts_reopenings_itself_is_believed(rows: list[dict[str, Any]]) -> None:
    (doubt,) = reopened(cases(rows))

    assert doubt.count == 10


@pytest.mark.parametrize(
    "rows",
    [
        versions(9, {"closed_at": None, "recorded_at": END}),
        versions(10, {"closed_at": START + DAY + 13 * HOUR, "recorded_at": END}),
        versions(10, {"closed_at": None, "suspended": True, "recorded_at": END}),
        [one | {"opened_at": START - 5 * DAY, "closed_at": one["closed_at"] and START - DAY}
         for one in versions(10, {"closed_at": None, "recorded_at": END})],
    ],
    ids=["too few", "a corrected closing", "suspended, not opened", "closed before the period"],
)  # fmt: skip
def test_cases_are_not_called_reopened_where(rows: list[dict[str, Any]]) -> None:
    assert reopened(cases(rows)) == []


def test_the_order_in_which_versions_come_does_not_matter() -> None:
    rows = [*SLOW[:20], *versions(10, {"closed_at": None, "recorded_at": START + 5 * DAY})]
    table = cases([one | {"case": one.get("case", f"s{i}")} for i, one in enumerate(rows)])

    (plain,), (turned,) = reopened(table), reopened(table.take(list(range(table.num_rows - 1, -1, -1))))

    assert (plain.count, plain.share, plain.text_en) == (turned.count, turned.share, turned.text_en)


def test_no_cases_raise_no_doubt() -> None:
    assert quick(cases([])) == []
    assert reopened(cases([])) == []
