import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measures.same_keys import last_of_each
from collector.measures.versions import latest
from collector.records import INSTANT

ONE_LENGTH = st.integers(1, 20).flatmap(
    lambda length: st.lists(st.tuples(st.text("ab1", min_size=length, max_size=length), st.integers(0, 4)), max_size=25)
)
ANY_LENGTH = st.lists(st.tuples(st.text("aé\0", max_size=18), st.integers(0, 4)), max_size=25)


@settings(max_examples=200)
@given(ONE_LENGTH | ANY_LENGTH, st.integers(0, 5))
def test_of_each_key_the_version_learned_last_stays(versions: list[tuple[str, int]], as_of: int) -> None:
    table = pa.table(
        {
            "case": pa.array([key for key, _ in versions], pa.string()),
            "recorded_at": pa.array([at for _, at in versions], pa.int64()).cast(INSTANT),
            "row": pa.array(range(len(versions)), pa.int64()),
        }
    )
    kept: dict[str, tuple[int, int]] = {}
    for row, (key, at) in enumerate(versions):
        if at <= as_of:
            kept[key] = max(kept.get(key, (-1, -1)), (at, row))

    assert latest(table, ["case"], as_of)["row"].to_pylist() == sorted(row for _, row in kept.values())


def test_a_slice_of_a_column_is_looked_at_alone() -> None:
    keys = pa.array(["aa", "ab", "ac", "ab"]).slice(1)

    last = last_of_each(keys, np.arange(3))

    assert last is not None
    assert sorted(last.tolist()) == [1, 2]


def test_keys_of_several_lengths_are_told_apart_by_every_byte_and_their_length() -> None:
    keys = ["1", "11", "", "1\0", "x" * 64, "x" * 63 + "y", "1", "x" * 63, ""]

    last = last_of_each(pa.array(keys), np.arange(len(keys)))

    assert last is not None
    assert sorted(last.tolist()) == [1, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("keys", [["a", None], [""], [], ["x" * 65], ["a", "x" * 65]])
def test_keys_of_other_kinds_are_left_to_the_general_way(keys: list[str | None]) -> None:
    assert last_of_each(pa.array(keys, pa.string()), np.arange(len(keys))) is None


def test_different_keys_that_are_not_told_apart_are_left_to_the_general_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.measures.same_keys._mixed", lambda words: np.zeros(len(words[0]), np.uint64))
    keys = pa.array(["aa", "ab", "aa"])

    assert last_of_each(keys, np.arange(3)) is None
    assert sorted(last_of_each(pa.array(["aa", "aa"]), np.arange(2))) == [1]  # type: ignore[arg-type]
