"""Closure and on-time rates of a million cases, overall and for 640 groups at once.

Timed: ``Groups.of`` over the column of groups and the measure itself (``collector.measures``), on a table that is in memory as
it is read from the store. Not timed: start and imports, making the table, reading it. The closure rate of every group is checked
against a count of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from benchmarks.cities import ZONE
from benchmarks.timing import Row, timed
from collector.measures.case_rates import case_closure, case_on_time
from collector.measures.cases import CaseRule
from collector.measures.groups import Groups, Measured
from collector.measures.observed import Observed
from collector.periods import Period
from collector.records import INSTANT, Kind, stored_schema
from collector.timeline import Timeline

CASES = 1_000_000
GROUPS = 640
HOUR = 3_600_000
MONTH = Period.parse("2026-09", ZONE)
RULE = CaseRule(base="accepted_in_period")


@dataclass(frozen=True)
class Cases:
    """Generated cases: all opened in the month, some never closed, some without a due date."""

    table: pa.Table
    group: np.ndarray
    is_closed: np.ndarray

    @classmethod
    def generate(cls, count: int) -> Cases:
        random = np.random.default_rng(20260930)
        opened = random.integers(MONTH.span.start, MONTH.span.end, count)
        closed = opened + (random.exponential(40, count) * HOUR).astype(np.int64)
        is_open = random.random(count) < 0.05
        group = random.integers(0, GROUPS, count)
        columns = {
            "case": pa.array(np.arange(count)).cast(pa.string()),
            "opened_at": pa.array(opened),
            "due_at": pa.array(opened + random.integers(12, 120, count) * HOUR, mask=random.random(count) < 0.02),
            "closed_at": pa.array(closed, mask=is_open),
            "department": pa.array([f"单位{n:03}" for n in range(GROUPS)]).take(pa.array(group)),
            "recorded_at": pa.array(opened),
        }
        table = pa.table(
            [_column(columns, field, count) for field in stored_schema(Kind.CASES)], stored_schema(Kind.CASES)
        )
        return cls(table, group, ~is_open & (closed <= MONTH.span.end))

    def check(self, measured: Measured) -> None:
        total, by_group = measured
        closed, all_of = np.bincount(self.group[self.is_closed]), np.bincount(self.group)
        assert (total.numerator, total.denominator) == (closed.sum(), all_of.sum())
        counts = [(one.numerator, one.denominator) for one in by_group.values()]
        assert counts == list(zip(closed.tolist(), all_of.tolist(), strict=True))


def rows(quick: bool) -> list[Row]:  # noqa: ARG001 it takes a second
    cases = Cases.generate(CASES)
    seen = Observed(MONTH, MONTH.span.end, Timeline.everything(MONTH.span))
    table = cases.table

    def groups() -> Groups:
        return Groups.of(table["department"])

    cases.check(case_closure(table, seen, RULE, groups()))
    size = f"{CASES:,} cases"
    grouped = f"{size}, {GROUPS} groups"
    return [
        Row("cases_million, closure", size, timed(lambda: case_closure(table, seen, RULE))),
        Row("cases_million, closure by group", grouped, timed(lambda: case_closure(table, seen, RULE, groups()))),
        Row("cases_million, on time by group", grouped, timed(lambda: case_on_time(table, seen, RULE, groups()))),
    ]


def _column(columns: dict[str, pa.Array], field: pa.Field, count: int) -> pa.Array:
    if field.name not in columns:
        return pa.nulls(count, field.type)
    return columns[field.name].cast(INSTANT) if field.type == INSTANT else columns[field.name]
