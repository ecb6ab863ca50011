from __future__ import annotations

import numpy as np
import pytest

from collector.simulated_city.histories import Histories, all_of, from_to, renewal
from collector.simulated_city.listing import Listing

LENGTH = 5_000


def some(seed: int, count: int = 40) -> Histories:
    ones = np.ones(count)
    return renewal(np.random.default_rng(seed), 0, LENGTH, mean_up=300 * ones, mean_down=100 * ones)


def states(history: Histories) -> np.ndarray:
    return np.stack([history.state_at(second * 1000) for second in range(LENGTH)])


def test_changes_of_a_subject_are_in_order_of_time_and_inside_the_world() -> None:
    history = some(1)
    for subject in range(len(history)):
        changes = history.seconds[history.offsets[subject] : history.offsets[subject + 1]]
        assert (np.diff(changes) > 0).all()
        assert ((changes > 0) & (changes < LENGTH)).all()


def test_the_share_of_time_up_is_that_of_the_means() -> None:
    assert states(some(2, 400)).mean() == pytest.approx(0.75, abs=0.03)


def test_one_subject_asked_alone_is_in_the_state_it_has_among_all() -> None:
    history = some(3)
    for at in (0, 999, 1_234_000, 4_999_999):
        assert [history.is_up(subject, at) for subject in range(len(history))] == history.state_at(at).tolist()


def test_all_of_is_up_when_every_part_is() -> None:
    parts = some(4), some(5), some(6)
    assert (states(all_of(*parts)) == np.logical_and.reduce([states(part) for part in parts])).all()


def test_all_of_has_no_change_that_changes_nothing() -> None:
    both = all_of(some(4), some(5))
    before = np.concatenate([[False], both.becomes_up[:-1]])
    first = np.isin(np.arange(len(both.seconds)), both.offsets[:-1])
    assert (both.becomes_up[~first] != before[~first]).all()


def test_take_repeats_and_reorders_subjects() -> None:
    history, index = some(7), np.array([3, 3, 0, 39])
    assert (states(history.take(index)) == states(history)[:, index]).all()


def test_from_to_is_up_between_its_bounds_only() -> None:
    listed = states(from_to(0, LENGTH, np.array([0, 10, 0]), np.array([1 << 40, 1 << 40, 20])))
    assert listed[:, 0].all()
    assert (listed[:, 1] == (np.arange(LENGTH) >= 10)).all()
    assert (listed[:, 2] == (np.arange(LENGTH) < 20)).all()


@pytest.mark.parametrize("slots", [[0], [0, 1, 2], list(range(0, 5_000_000, 300_000)), [100_500, 100_501, 4_000_000]])
def test_sampled_time_is_what_adding_up_slot_by_slot_gives(slots: list[int]) -> None:
    history, end = some(8), 5_000_000
    lengths = np.diff([*slots, end])
    added = sum(history.state_at(slot) * int(length) for slot, length in zip(slots, lengths, strict=True))
    assert (history.sampled_milliseconds(np.array(slots), end) == added).all()


def test_a_listing_patched_through_time_reads_as_one_written_at_once() -> None:
    listed = from_to(0, LENGTH, np.arange(40) % 3 * 700, np.where(np.arange(40) % 7 == 0, 2_500, 1 << 40))

    def write(thing: int, is_up: bool) -> bytes:
        return f"{thing}{is_up}".encode()

    patched = Listing(write, some(9), listed)
    for at in (0, 200_000, 699_999, 700_000, 1_500_000, 2_600_000, 4_999_000, 900_000, 900_000):
        patched.move_to(at)
        fresh = Listing(write, some(9), listed)
        fresh.move_to(at)
        assert patched.slice(0, 99) == fresh.slice(0, 99)
        assert patched.up_count == fresh.up_count == sum(b"True" in text for text in fresh.slice(0, 99))
        assert len(fresh) == listed.state_at(at).sum()
