"""Cases by two attributes at once, and several measures of the same cases: each group measures as it would alone, in a table of its own."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measures.case_duration import case_duration
from collector.measures.case_rates import case_closure, case_count, case_found_by, case_on_time, case_rework
from collector.measures.cases import CaseRule, Cases, latest
from collector.measures.groups import Groups
from collector.measures.observed import Observed
from collector.periods import Span
from collector.records import Kind
from collector.timeline import Timeline
from collector.working_time import WorkCalendar
from tests.measures.build import DAY, OCTOBER, ZONE, table

MEASURES: dict[str, Any] = {
    "closure": case_closure,
    "on_time": case_on_time,
    "rework": case_rework,
    "count": lambda cases, seen, rule, groups=None: case_count(cases, seen, rule, groups=groups),
    "found_by": lambda *given: case_found_by(given[0], given[1], given[2], ("video",), *given[3:]),
    **{
        f"{stat}{' working' if calendar else ''}": lambda cases, seen, rule, groups=None, stat=stat, calendar=calendar: (
            case_duration(cases, seen, rule, stat=stat, calendar=calendar, groups=groups)
        )
        for stat in ("mean", "p50", "p90")
        for calendar in (None, WorkCalendar(ZONE))
    },
}
RULES = [
    CaseRule(),
    CaseRule("accepted_in_period", decided_by="closing"),
    CaseRule(cohort="closed"),
    CaseRule("closed_vs_accepted"),
]
MOMENTS = st.integers(-3, 40).map(lambda day: OCTOBER.span.start + day * DAY // 2 * 2)
VERSIONS = st.lists(
    st.fixed_dictionaries(
        {
            "case": st.sampled_from([f"2026{number}" for number in range(6)]),
            "opened_at": st.none() | MOMENTS,
            "accepted_at": st.none() | MOMENTS,
            "due_at": st.none() | MOMENTS,
            "disposed_at": st.none() | MOMENTS,
            "closed_at": st.none() | MOMENTS,
            "category": st.sampled_from(["road", "tree|s", None]),
            "district": st.sampled_from(["east", "west"]),
            "found_by": st.sampled_from(["video", "patrol", None]),
            "returned": st.integers(0, 1) | st.none(),
            "reopened": st.integers(0, 1) | st.none(),
            "suspended": st.booleans() | st.none(),
            "recorded_at": st.integers(0, 3),
        }
    ),
    max_size=14,
)


def by_two(cases: pa.Table) -> Groups:
    return Groups.of(cases["district"]).within(Groups.of(cases["category"]))


@settings(max_examples=25, deadline=None)
@given(VERSIONS, st.sampled_from(RULES), st.lists(st.integers(0, 31), min_size=2, max_size=4, unique=True).map(sorted))
def test_a_group_of_two_attributes_measures_as_its_cases_alone(
    versions: list[dict[str, Any]], rule: CaseRule, edges: list[int]
) -> None:
    known = latest(table(Kind.CASES, versions), 2)
    start = OCTOBER.span.start
    spans = [Span(start + a * DAY, start + b * DAY) for a, b in pairwise(edges)]
    seen = Observed(OCTOBER, OCTOBER.span.end, Timeline(spans[::2]))
    groups, shared = by_two(known), Cases(known)
    pairs = list(zip(known["category"].to_pylist(), known["district"].to_pylist(), strict=True))
    for measure in MEASURES.values():
        if rule.base == "closed_vs_accepted" and measure is not case_closure:
            continue
        whole, by = measure(shared, seen, rule, groups)
        assert (whole, {}) == measure(known, seen, rule)
        assert measure(shared, seen, rule) == (whole, {})
        assert len(by) == len(set(pairs))
        for category, district in set(pairs):
            alone = known.filter(pa.array([pair == (category, district) for pair in pairs], pa.bool_()))
            label = f"{(category or '').replace('|', chr(92) + '|')}|{district}"
            assert by[label] == measure(alone, seen, rule)[0]


def test_labels_that_hold_the_separator_stay_apart() -> None:
    outer, inner = Groups.of(pa.array(["a|b", "a", "a\\"])), Groups.of(pa.array(["c", "b|c", "|c"]))

    assert sorted(inner.within(outer).labels) == ["a\\\\|\\|c", "a\\|b|c", "a|b\\|c"]


def test_only_pairs_that_some_row_has_are_groups() -> None:
    groups = Groups.of(pa.array(["x", "y", "y"])).within(Groups.of(pa.array(["p", "q", "q"])))

    assert groups.labels == ["p|x", "q|y"]
    assert groups.codes.tolist() == [0, 1, 1]


@pytest.mark.parametrize("stat", ["p50", "p90"])
def test_quantiles_by_group_are_those_of_numpy(stat: str) -> None:
    random = np.random.default_rng(4)
    opened = OCTOBER.span.start + random.integers(0, 20 * DAY, 3000)
    closed = opened + random.integers(0, 9 * DAY, 3000)
    rows = zip(
        opened.tolist(),
        closed.tolist(),
        random.integers(0, 7, 3000).tolist(),
        random.integers(0, 5, 3000).tolist(),
        strict=True,
    )
    cases = table(
        Kind.CASES,
        [
            {"case": f"{i:05}", "opened_at": a, "closed_at": b, "category": f"c{c}", "district": f"d{d}"}
            for i, (a, b, c, d) in enumerate(rows)
        ],
    )
    seen = Observed(OCTOBER, OCTOBER.span.end, Timeline.everything(OCTOBER.span))

    _, by = case_duration(cases, seen, CaseRule(), stat=stat, groups=by_two(cases))  # type: ignore[arg-type]

    assert len(by) == 35
    for label, one in by.items():
        category, district = label.split("|")
        mine = np.asarray(pc.and_(pc.equal(cases["category"], category), pc.equal(cases["district"], district)))
        assert float(one.value or 0) == pytest.approx(
            np.quantile((closed - opened)[mine], float(stat[1:]) / 100) / 1000, rel=1e-12
        )
