"""Sums by group are exact, however the rows of a group lie among the others."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collector.measures.groups import Groups
from collector.measures.states import Times
from collector.measures.tally import LONG_RUN, Seen, Tally, condensed, constant, is_constant

LARGEST = (1 << 53) + 1
"""No exact double any more."""

runs = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3 * LONG_RUN)), min_size=1, max_size=6)
numbers = st.sampled_from([0, 1, 59_999, 86_400_000, LARGEST])


@given(runs, st.data())
def test_the_sums_of_groups_are_those_of_their_rows(lengths: list[tuple[int, int]], data: st.DataObject) -> None:
    codes = [code for code, length in lengths for _ in range(length)]
    row = st.lists(numbers, min_size=len(codes), max_size=len(codes)) | numbers.map(lambda one: [one] * len(codes))
    up, down, unknown = (data.draw(row) for _ in range(3))
    groups = Groups(["a", "b", "c", "d"], np.array(codes))

    times = Times(*(condensed(np.array(column, np.int64)) for column in (up, down, unknown)))
    tally = Tally.of(Seen(times, np.array(up), constant(np.int64(0), len(codes))), np.ones(len(codes), bool))
    sums = [tally.grouped(groups).sums(code) for code in range(4)]

    assert [(one.up, one.down, one.unknown, one.sampling) for one in sums] == [
        tuple(sum(n for n, c in zip(column, codes, strict=True) if c == code) for column in (up, down, unknown, up))
        for code in range(4)
    ]
    assert [one.owed_subjects for one in sums] == [
        sum(c == code and u + d + v > 0 for c, u, d, v in zip(codes, up, down, unknown, strict=True))
        for code in range(4)
    ]


def test_a_number_kept_once_reads_as_often_as_it_was_asked_for_and_is_not_written_to() -> None:
    column = condensed(np.array([7, 7, 7]))

    assert column.tolist() == constant(7, 3).tolist() == [7, 7, 7]
    assert is_constant(column)
    assert not column.flags.writeable
    assert not is_constant(condensed(np.array([7, 8])))
    assert not is_constant(condensed(np.empty(0, np.int64)))
