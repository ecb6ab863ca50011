"""docs/scaling.md: its arithmetic worked out again, and its costs those of the last run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.plan import (
    BEGIN,
    COSTS,
    DERIVED,
    END,
    GIVEN,
    NOT_RUN,
    costs_of_page,
    costs_of_run,
    evaluated,
    refreshed,
    tables,
)
from benchmarks.table import Line, table

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "scaling.md").read_text(encoding="utf-8")
RUN = table(
    [Line(one.work, f"{one.size} and more", 97.0, who="Citygauge", note="another way") for one in COSTS if one.note]
    + [Line(one.work, f"{one.size} and more", 2.0 + i, who="Citygauge", note=one.note) for i, one in enumerate(COSTS)]
    + [Line(COSTS[0].work, COSTS[0].size, 99.0, who="Prometheus"), Line(COSTS[0].work, "7 channels", 98.0)]
)


def test_every_number_that_follows_on_the_page_is_its_formula_worked_out() -> None:
    body = PAGE.partition(BEGIN)[2].partition(END)[0].strip()
    assert body == (NOT_RUN if NOT_RUN in body else tables(costs_of_page(PAGE)))


def test_the_costs_on_the_page_are_those_of_the_last_run() -> None:
    run, page = costs_of_run((DOCS / "performance.md").read_text(encoding="utf-8")), costs_of_page(PAGE)
    assert not page or {name: page[name] for name in run} == run


def test_the_prose_names_no_quantity_that_is_not_in_the_tables() -> None:
    known = {one.name for rows in (COSTS, GIVEN, DERIVED) for one in rows}
    prose = PAGE.replace(PAGE.partition(BEGIN)[2].partition(END)[0], "")
    named = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", prose))
    assert named <= known | {"sampling_seconds"}


def test_a_run_gives_our_own_rows_of_the_right_size() -> None:
    assert costs_of_run(RUN) == {cost.name: 2.0 + i for i, cost in enumerate(COSTS)}


def test_a_refreshed_page_keeps_its_prose_and_agrees_with_the_run() -> None:
    page = refreshed(f"above\n{BEGIN}\nold\n{END}\nbelow\n", RUN)
    assert page.startswith("above\n")
    assert page.endswith("below\n")
    assert costs_of_page(page) == costs_of_run(RUN)


def test_a_run_that_lacks_a_cost_is_refused_by_its_name() -> None:
    with pytest.raises(SystemExit, match=COSTS[-1].work):
        refreshed(PAGE, "\n".join(line for line in RUN.splitlines() if COSTS[-1].work not in line))


def test_formulas_are_arithmetic_over_the_rows_above() -> None:
    assert evaluated("a * 2 / (b - 1)", {"a": 3.0, "b": 4.0}) == 2
    with pytest.raises(KeyError):
        evaluated("a + c", {"a": 3.0})
    for strange in ("a ** 2", "f(a)", "a.b", "'a'"):
        with pytest.raises(ValueError, match="only names"):
            evaluated(strange, {"a": 3.0})
