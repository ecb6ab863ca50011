"""The list of subjects in columns says what a measurement of each says, and sums over groups are exact."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.breakdown_document import breakdown_document
from collector.documents import measurement_document
from collector.measures.breakdown import Base
from collector.measures.groups import Groups
from collector.measures.states import Times
from collector.measures.subject_list import SubjectList
from collector.measures.tally import Seen, Tally

KEYS = ["c", "a", "b", "a"]
HOUR = 3_600_000


def seen(up: list[int], down: list[int], unknown: list[int]) -> Seen:
    nothing = np.zeros(len(up), np.int64)
    return Seen(Times(*(np.array(one, np.int64) for one in (up, down, unknown))), nothing, nothing)


def listed(found: Seen, keys: list[str], *, mean: bool = False, min_coverage: float = 0.9) -> SubjectList:
    mask = np.ones(len(keys), bool)
    base = Base(disappeared=np.zeros(len(keys), bool))
    return SubjectList(
        Tally.of(found, mask, mean), base, min_coverage, mean, np.arange(len(keys)), lambda: pa.array(keys)
    )


times = st.lists(st.integers(0, 720 * HOUR) | st.sampled_from([0, HOUR]), min_size=4, max_size=4)


@given(
    times, times, times, st.sampled_from([Fraction(100), Fraction(1000), Fraction(1), Fraction(1, 60)]), st.booleans()
)
def test_documents_made_by_columns_are_those_of_each_measurement(
    up: list[int], down: list[int], unknown: list[int], scale: Fraction, withheld: bool
) -> None:
    by = listed(seen(up, down, unknown), ["d", "a", "b", "c"]).by_key()
    by = by.withheld() if withheld else by

    made = breakdown_document(by, scale, lambda one: measurement_document(one, scale))

    assert json.dumps(made) == json.dumps({label: measurement_document(by[label], scale) for label in "abcd"})


@given(times, times, times)
def test_columns_are_the_doubles_nearest_to_the_fractions(up: list[int], down: list[int], unknown: list[int]) -> None:
    found = listed(seen(up, down, unknown), ["a", "b", "c", "d"])
    rows = list(found.by_key().withheld().values())

    value = [None if np.isnan(one) else one for one in found.value.tolist()]
    assert value == [None if one.value is None else float(one.value) for one in rows]
    for name in ("lower", "upper", "coverage"):
        assert getattr(found, name).tolist() == [float(getattr(one, name)) for one in rows]
    assert found.table()["value"].to_pylist() == value


@pytest.mark.parametrize("mean", [False, True])
def test_subjects_of_two_sources_with_one_key_are_one_row_of_the_break_down_and_two_of_the_list(mean: bool) -> None:
    found = listed(seen([1, 2, 3, 4], [1, 1, 1, 0], [0, 0, 0, 0]), KEYS, mean=mean)

    by = found.by_key()

    assert list(by) == ["a", "b", "c"]
    assert [by[label].n for label in by] == [2, 1, 1]
    assert found.table()["subject"].to_pylist() == KEYS
    assert by["a"].value == (pytest.approx((2 / 3 + 1) / 2) if mean else Fraction(6, 7))


def test_sums_beyond_what_doubles_tell_are_exact() -> None:
    up = [(1 << 53) - 1, 2, 1 << 52, 1]
    tally = Tally.of(seen(up, [0] * 4, [0] * 4), np.ones(4, bool)).grouped(Groups(["x", "y"], np.array([0, 0, 1, 0])))

    assert tally.up.tolist() == [up[0] + up[1] + up[3], up[2]]
    assert tally.members.tolist() == [3, 1]
