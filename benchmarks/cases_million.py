"""Closure and on-time rates, median and 90th percentile of the duration of a million cases, each by 640 groups.

The groups are those of category and district together (40 x 16). ``sealed``: the cases of a month are stored as one import brings them
when it is over and sealed by ``Sealer.seal_day``; timed is ``collector.figures.measure`` with all that it reads from store and
archive, the segments being open (``warm``) or not (``cold``): one figure, or all four in one account. ``in memory``: the measures
alone on the latest version of every case, groups included. ``working time``: the median by a clock of office hours.

Not timed: start and imports, making the table, storing and sealing. Counts and quantiles of every group are checked against numpy's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from benchmarks.sealed_events import DAY, HOUR, MONTH, SOURCE, new_city, seal, store
from benchmarks.timing import Row, Timing, timed
from collector.figures import Figure, measure
from collector.history import History
from collector.installation import Installation
from collector.measures.case_duration import case_duration
from collector.measures.case_rates import case_closure, case_on_time
from collector.measures.cases import CaseRule
from collector.measures.groups import Groups
from collector.measures.observed import Observed
from collector.records import INSTANT, SCHEMAS, Kind
from collector.store.ledger import SqlLedger
from collector.timeline import Timeline
from collector.working_time import WorkCalendar

CASES, CASES_QUICK = 1_000_000, 100_000
CATEGORIES, DISTRICTS = 40, 16
GROUPS = CATEGORIES * DISTRICTS
TARGET = 0.3
SEALED_AT = MONTH.span.end + DAY
BY = "category,district"
RULE = CaseRule(base="accepted_in_period", decided_by="closing")
INDICATORS = f"""indicators:
  - {{id: closure, measure: case_closure, source: {SOURCE}, base: accepted_in_period, decided_by: closing}}
  - {{id: on_time, measure: case_on_time, source: {SOURCE}, base: accepted_in_period, decided_by: closing}}
  - {{id: p50, measure: case_duration, source: {SOURCE}, base: accepted_in_period, stat: p50}}
  - {{id: p90, measure: case_duration, source: {SOURCE}, base: accepted_in_period, stat: p90}}
  - {{id: p50_working, measure: case_duration, source: {SOURCE}, base: accepted_in_period, stat: p50, clock: working}}
"""
FOUR = ("closure", "on_time", "p50", "p90")


@dataclass(frozen=True)
class Cases:
    """Generated cases: all opened in the month, some never closed, some without a due date. group: of each, from 0."""

    table: pa.Table
    group: np.ndarray
    is_closed: np.ndarray
    hours: np.ndarray

    @classmethod
    def generate(cls, count: int) -> Cases:
        random = np.random.default_rng(20260930)
        opened = np.sort(random.integers(MONTH.span.start, MONTH.span.end, count))
        closed = opened + (random.exponential(40, count) * HOUR).astype(np.int64)
        is_closed = (random.random(count) >= 0.05) & (closed <= MONTH.span.end)
        group = random.integers(0, GROUPS, count)
        columns = {
            "case": pa.array([f"202609{number:07}" for number in range(count)]),
            "opened_at": pa.array(opened),
            "due_at": pa.array(opened + random.integers(12, 120, count) * HOUR, mask=random.random(count) < 0.02),
            "closed_at": pa.array(closed, mask=~is_closed),
            "category": pa.array([f"类别{number:02}" for number in range(CATEGORIES)]).take(
                pa.array(group // DISTRICTS)
            ),
            "district": pa.array([f"区{number:02}" for number in range(DISTRICTS)]).take(pa.array(group % DISTRICTS)),
        }
        schema = SCHEMAS[Kind.CASES]
        table = pa.table([_column(columns, field, count) for field in schema], schema)
        return cls(table, group, is_closed, (closed - opened) / 1000)

    def check(self, figures: list[Figure]) -> None:
        """closure, on_time, p50 and p90 of every group."""
        closure, on_time, p50, p90 = (list(figure.by.values()) for figure in figures)
        due = self.table["due_at"].cast(pa.int64()).combine_chunks()
        dated, late_at = np.asarray(due.is_valid()), np.asarray(due.fill_null(0))
        closed_at = np.asarray(self.table["closed_at"].cast(pa.int64()).combine_chunks().fill_null(0))
        owed = dated & (self.is_closed | (late_at < MONTH.span.end))
        in_time = dated & self.is_closed & (closed_at <= late_at)
        counts = [np.bincount(self.group[rows], minlength=GROUPS) for rows in (self.is_closed, in_time, owed)]
        assert [(one.numerator, one.denominator) for one in closure] == _pairs(counts[0], np.bincount(self.group))
        assert [(one.numerator, one.denominator) for one in on_time] == _pairs(counts[1], counts[2])
        hours = [self.hours[self.is_closed & (self.group == number)] for number in range(GROUPS)]
        for quantile, measured in ((0.5, p50), (0.9, p90)):
            found = [float(one.value or 0) for one in measured]
            np.testing.assert_allclose(found, [np.quantile(one, quantile) for one in hours], rtol=1e-12)


def rows(quick: bool) -> list[Row]:
    count = CASES_QUICK if quick else CASES
    cases = Cases.generate(count)
    installation = new_city(Kind.CASES, INDICATORS)
    store(installation, Kind.CASES, cases.table, np.full(count, MONTH.span.end))
    seal(installation, SEALED_AT)
    found = sealed(installation, cases.check, count) + _in_memory(cases)
    installation.close()
    return found


def sealed(installation: Installation, check: Callable[[list[Figure]], None], count: int) -> list[Row]:
    """The figures of the sealed month, of ``count`` cases. The city is one of INDICATORS."""
    size, warm, target = f"{count:,} cases, {GROUPS} groups", _history(installation), TARGET if count == CASES else None
    check(_figures(warm, *FOUR))
    name = "cases_million, sealed: closure, on time, p50 and p90"
    return [
        Row(f"{name}, cold", size, timed(lambda one: _figures(one, *FOUR), lambda: _history(installation)), target),
        Row(f"{name}, warm", size, timed(lambda: _figures(warm, *FOUR)), target),
        *(Row(f"cases_million, sealed: {one} alone, warm", size, _alone(warm, one), target) for one in FOUR),
        Row("cases_million, sealed: p50 in working time alone, warm", size, _alone(warm, "p50_working")),
    ]


def _in_memory(cases: Cases) -> list[Row]:
    seen = Observed(MONTH, MONTH.span.end, Timeline.everything(MONTH.span))
    table = cases.table

    def groups() -> Groups:
        return Groups.of(table["district"]).within(Groups.of(table["category"]))

    work = {
        "closure": lambda: case_closure(table, seen, RULE, groups()),
        "on time": lambda: case_on_time(table, seen, RULE, groups()),
        "p90": lambda: case_duration(table, seen, RULE, stat="p90", groups=groups()),
        "p50 in working time": lambda: case_duration(
            table, seen, RULE, stat="p50", calendar=WorkCalendar(MONTH.zone), groups=groups()
        ),
    }
    size = f"{table.num_rows:,} cases, {GROUPS} groups"
    return [Row(f"cases_million, in memory: {name}", size, timed(one)) for name, one in work.items()]


def _history(installation: Installation) -> History:
    return History(installation.city, SqlLedger(installation.database), installation.archive, installation.register)


def _figures(history: History, *names: str) -> list[Figure]:
    """In one account, as ``measure_all`` takes it of a whole city."""
    history = history.at_once()
    return [measure(history, history.city.indicator(name), MONTH, SEALED_AT, BY) for name in names]


def _alone(history: History, name: str) -> Timing:
    return timed(lambda: _figures(history, name))


def _pairs(numerators: np.ndarray, denominators: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(numerators.tolist(), denominators.tolist(), strict=True))


def _column(columns: dict[str, pa.Array], field: pa.Field, count: int) -> pa.Array:
    if field.name not in columns:
        return pa.nulls(count, field.type)
    return columns[field.name].cast(INSTANT) if field.type == INSTANT else columns[field.name]
