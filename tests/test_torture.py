"""Cases in which other systems print a wrong figure: each has tests that show the right one, and none of them may get lost."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
ROWS = {
    1: "the collector is dead for 25 of 30 days",
    2: "nothing is observed at all",
    3: "the whole month lies under approved maintenance",
    4: "29 days of maintenance and one of outage",
    5: "an outage is probed more often than the rest of the day",
    6: "one of a ratio's two inputs is missing",
    7: "there is no event in the denominator",
    8: "a record for a closed and sealed month arrives",
    9: "an old range is filled in later",
    10: "an exclusion is entered after the month has closed",
    11: "months of 28 to 31 days, and a zone whose clocks change",
    12: "numerator and denominator are read at different instants",
    13: "districts of 9 and of 900 channels",
    14: "weights that do not add up to 100",
    15: "the measured value is 0",
    16: "more than one page",
    17: "more online than there are, a rate above 1, a PUE below 1",
    18: "a channel joins in the middle of the month",
    19: "dead channels are taken off the platform's list",
    20: "the last days of the log are dropped and rebuilt",
    21: "a slot is polled twice, or a task is delivered again",
    22: "the source's clock is wrong, or its times have no zone",
    23: "a case is closed before it was opened, or twice, or has no due date",
    24: "a counter rolls over, a meter is replaced, one side is missing",
}


@cache
def named() -> dict[int, list[str]]:
    """The tests by row, as their names say: ``test_t8_…`` shows row 8, a name may show several."""
    found: dict[int, list[str]] = {row: [] for row in ROWS}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for row in re.findall(r"_t(\d+)(?=_)", node.name):
                    found.setdefault(int(row), []).append(f"{path.relative_to(TESTS)}::{node.name}")
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"T{row}")
def test_a_case_that_others_get_wrong_has_a_test_of_its_own(row: int) -> None:
    assert named()[row], f"no test is named test_t{row}_…: {ROWS[row]}"


def test_no_test_is_named_after_a_case_that_there_is_not() -> None:
    assert set(named()) == set(ROWS)
