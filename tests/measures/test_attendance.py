"""Counts of actors against sets, with keys that share the bits by which rows are first brought together."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measures import attendance
from collector.measures.attendance import distinct, last_seen, users_between

DAYS = 5
KEYS = st.builds(
    lambda head, tail: bytes([tail]) * 8 + bytes([head]) * 8, st.integers(0, 3), st.integers(0, 3)
) | st.builds(lambda head, tail: bytes([head]) * 8 + bytes([tail]) * 8, st.integers(0, 3), st.integers(0, 3))
LOGINS = st.lists(st.tuples(KEYS, st.integers(0, DAYS - 1), st.integers(0, 2)), max_size=60)


@pytest.fixture(autouse=True, params=[3, 1 << 16])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Steps of a few rows, so that actors and prefixes straddle them, and those of the product."""
    monkeypatch.setattr(attendance, "BLOCK", request.param)
    return int(request.param)


def columns(logins: list[tuple[bytes, int, int]]) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    day, group = (np.array([one[i] for one in logins], np.int64) for i in (1, 2))
    return pa.array([key for key, _, _ in logins], pa.binary(16)), day, group


@settings(max_examples=120)
@given(LOGINS)
def test_users_of_days_and_groups_are_those_of_sets(logins: list[tuple[bytes, int, int]]) -> None:
    actors, day, group = columns(logins)

    users, daily = distinct(actors, day, DAYS, group, 3)
    whole, daily_of_all = distinct(actors, day, DAYS)

    assert users.tolist() == [len({key for key, _, of in logins if of == one}) for one in range(3)]
    assert daily.tolist() == [
        [len({k for k, on, of in logins if (on, of) == (d, g)}) for d in range(DAYS)] for g in range(3)
    ]
    assert whole.tolist() == [len({key for key, _, _ in logins})]
    assert daily_of_all.tolist() == [[len({key for key, on, _ in logins if on == d}) for d in range(DAYS)]]


@settings(max_examples=120)
@given(LOGINS)
def test_any_run_of_days_has_the_users_of_the_union_of_its_days(logins: list[tuple[bytes, int, int]]) -> None:
    actors, day, _ = columns(logins)

    seen = last_seen(actors, day, DAYS)

    for first in range(DAYS):
        for after in range(first, DAYS + 1):
            assert users_between(seen, first, after) == len({key for key, on, _ in logins if first <= on < after})
    assert seen.sum(axis=1).tolist() == [len({key for key, on, _ in logins if on == d}) for d in range(DAYS)]


def test_actors_are_counted_by_the_last_day_before_on_which_they_were_active() -> None:
    rows = [(b"a", 0), (b"a", 2), (b"a", 2), (b"a", 3), (b"b", 3), (b"c", 0), (b"c", 3)]
    actors = pa.array([key * 16 for key, _ in rows], pa.binary(16))

    seen = last_seen(actors, np.array([day for _, day in rows]), 4)

    assert seen.tolist() == [[0, 0, 0, 0, 2], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 1, 0, 1]]


@pytest.mark.parametrize("place", [0, 7, 8, 15])
def test_no_byte_of_a_key_is_left_out(place: int) -> None:
    keys = [bytes(place) + bytes([last]) + bytes(15 - place) for last in (1, 2, 1, 3)]

    assert distinct(pa.array(keys, pa.binary(16)), np.zeros(4, np.int64), 1)[0].tolist() == [3]


def test_a_slice_of_a_column_is_counted_alone() -> None:
    actors = pa.array([bytes([n]) * 16 for n in (1, 2, 3, 2)], pa.binary(16)).slice(1)

    assert distinct(actors, np.zeros(3, np.int64), 1)[0].tolist() == [2]


def test_nobody_is_nobody() -> None:
    none = pa.array([], pa.binary(16))

    assert distinct(none, np.zeros(0, np.int64), 2)[1].tolist() == [[0, 0]]
    assert last_seen(none, np.zeros(0, np.int64), 2).sum() == 0


def test_many_actors_are_told_apart_though_some_share_their_first_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 2^17 rows, 12 days and 20,000 groups, 29 bits are left for the actors: a few pairs share them."""
    monkeypatch.setattr(attendance, "BLOCK", 1 << 16)
    random = np.random.default_rng(5)
    keys = np.frombuffer(random.bytes(16 * 60_000), np.dtype((np.void, 16)))
    who, day, group = random.integers(0, 60_000, 1 << 17), random.integers(0, 12, 1 << 17), np.zeros(1 << 17, np.int64)
    actors = pa.array(keys[who].tolist(), pa.binary(16))

    users, daily = distinct(actors, day, 12, group, 20_000)

    assert users[0] == len(np.unique(who))
    assert daily[0].tolist() == [len(np.unique(who[day == number])) for number in range(12)]
