"""Running sums come back as they were written, and never otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import CitygaugeError
from collector.running_sums import RunningSums, made_from, read_sums, sums_name, write_sums
from collector.segment import ROLL_UP

MONTH = 31 * 86_400_000


def sums(*columns: list[int]) -> RunningSums:
    arrays = dict(zip(ROLL_UP, (np.array(column, np.int64) for column in columns), strict=True))
    return RunningSums(made_from(["ab", "cd"]), 3, arrays)


rows = st.integers(0, 6).flatmap(
    lambda count: st.tuples(*[st.lists(st.integers(0, MONTH) | st.just(60_000), min_size=count, max_size=count)] * 4)
)


@given(rows)
def test_what_is_written_is_read_back(columns: tuple[list[int], ...]) -> None:
    read = read_sums(write_sums(sums(*columns)))

    assert [read.sums[name].tolist() for name in ROLL_UP] == list(columns)
    assert (read.made_from, read.departures) == (made_from(["ab", "cd"]), 3)


def test_whole_minutes_take_two_bytes_a_subject_and_what_is_the_same_for_all_takes_none() -> None:
    count = 20_000
    up = np.random.default_rng(1).integers(0, 43_200, count) * 60_000
    same = np.full(count, MONTH)

    body = write_sums(RunningSums("", 0, dict(zip(ROLL_UP, (same, up, same * 0, same * 0), strict=True))))

    assert len(body) < 2.1 * count


def test_a_damaged_file_is_refused_wherever_it_is_damaged() -> None:
    body = write_sums(sums([9] * 64, list(range(64)), [0] * 64, [k * k for k in range(64)]))
    for place in range(len(body)):
        for damaged in (body[:place] + bytes([body[place] ^ 0x41]) + body[place + 1 :], body[:place]):
            with pytest.raises(CitygaugeError, match="damaged"):
                read_sums(damaged)


def test_a_newer_format_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    body = write_sums(sums([1], [1], [0], [0]))
    monkeypatch.setattr("collector.running_sums.FORMAT", 0)

    with pytest.raises(CitygaugeError, match="newer version"):
        read_sums(body)


def test_another_segment_gives_another_name() -> None:
    names = {sums_name("video", "2026-10-05", made_from(digests)) for digests in (["a", "b"], ["a", "c"], ["ab"])}

    assert len(names) == 3
    assert all(name.startswith("sums/video/2026-10/2026-10-05-") for name in names)
