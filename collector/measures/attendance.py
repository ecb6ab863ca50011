"""Distinct actors, exact: of days and of any run of days.

An actor is a keyed hash of 16 bytes, and all of them are compared. Rows are brought together by as many leading bits as fit into one
machine word beside the day and the row's own number: one sort of whole numbers. Actors that share these bits by chance are found by
comparing each row with the one before it, and told apart in a second pass over their rows alone.

``last_seen`` counts the actors of each day by the earlier day on which they were last active. From that follow the users of every
run of days: each of them has one day that is its first in the run, the one before which it was last active before the run, or never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

import numpy as np
import pyarrow as pa

BLOCK = 1 << 16
"""Rows worked on at a time, so that what lies between two steps stays in the cache."""
WORD = 64

Count = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From the cell of each visit (an actor in a cell, once), and the actor's cell before it, -1 where there is none, to sums."""


def distinct(
    actors: pa.FixedSizeBinaryArray, day: np.ndarray, days: int, group: np.ndarray | None = None, groups: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """(users, daily): distinct actors of each group, int64[groups], and of each group's days, int64[groups, days].

    actors: N rows without nulls, in any order and with repetitions. day, group: of each row, from 0.
    """

    def count(cell: np.ndarray, earlier: np.ndarray) -> np.ndarray:
        new = (earlier < 0) | (cell // days != earlier // days)
        return np.concatenate(
            [np.bincount(cell, minlength=groups * days), np.bincount(cell[new] // days, minlength=groups)]
        )

    if not len(actors):
        return np.zeros(groups, np.int64), np.zeros((groups, days), np.int64)
    sums = _summed(actors, day if group is None else group.astype(np.int64) * days + day, groups * days, count)
    return sums[groups * days :], sums[: groups * days].reshape(groups, days)


def last_seen(actors: pa.FixedSizeBinaryArray, day: np.ndarray, days: int) -> np.ndarray:
    """Actors of each day by the day on which they were last active before it, int64[days, days + 1]; last column: on none."""

    def count(cell: np.ndarray, earlier: np.ndarray) -> np.ndarray:
        since = np.where(earlier < 0, days, earlier)
        return np.bincount(cell * (days + 1) + since, minlength=days * (days + 1))

    if not len(actors):
        return np.zeros((days, days + 1), np.int64)
    return _summed(actors, day, days, count).reshape(days, days + 1)


def users_between(seen: np.ndarray, first: int, after: int) -> int:
    """Distinct actors of the days [first, after), of what ``last_seen`` gave."""
    return int(seen[first:after, :first].sum() + seen[first:after, -1].sum())


def _summed(actors: pa.FixedSizeBinaryArray, cell: np.ndarray, cells: int, count: Count) -> np.ndarray:
    """The sum of ``count`` over all visits."""
    keys = _keys(actors)
    cell_bits, row_bits = (cells - 1).bit_length(), (len(keys) - 1).bit_length()
    below = cell_bits + row_bits
    ordered = _ordered(keys.view(np.uint64)[::2], below, cell, cell_bits, row_bits)
    sums = _counted(ordered, cell_bits, row_bits, count)
    shared = _words_of(_shared_prefixes(ordered, keys, below, row_bits), ordered, below)
    if len(shared):  # counted as if they were one actor each
        rows = _low(shared, row_bits)
        codes = actors.take(pa.array(rows)).dictionary_encode().indices.to_numpy().astype(np.uint64)
        apart = _ordered(codes, 0, cell[rows], cell_bits, row_bits)
        sums = sums + _counted(apart, cell_bits, row_bits, count) - _counted(shared, cell_bits, row_bits, count)
    return sums


def _keys(actors: pa.FixedSizeBinaryArray) -> np.ndarray:
    """The 16 bytes of each row as one item, which numpy moves at once; complex128 is a type of that size, and no number here."""
    return np.frombuffer(actors.buffers()[1], np.complex128)[actors.offset : actors.offset + len(actors)]


def _ordered(leading: np.ndarray, drop: int, cell: np.ndarray, cell_bits: int, row_bits: int) -> np.ndarray:
    """Sorted words of (prefix, cell, row), the row in the lowest bits; the prefix is ``leading`` without its ``drop`` lowest bits."""
    words = np.empty(len(leading), np.uint64)
    for start in range(0, len(words), BLOCK):
        block = (leading[start : start + BLOCK] >> np.uint64(drop)) << np.uint64(cell_bits)
        block |= cell[start : start + BLOCK].astype(np.uint64)
        block <<= np.uint64(row_bits)
        block |= np.arange(start, start + len(block), dtype=np.uint64)
        words[start : start + BLOCK] = block
    words.sort()
    return words


def _counted(ordered: np.ndarray, cell_bits: int, row_bits: int, count: Count) -> np.ndarray:
    """The sum of ``count`` over words whose prefix is the actor."""
    return reduce(np.add, (count(*one) for one in _visits(ordered, cell_bits, row_bits)))


def _visits(ordered: np.ndarray, cell_bits: int, row_bits: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Of each actor and cell, once: the cell, and the actor's cell before it or -1; block by block."""
    last = ~ordered[:1] >> np.uint64(row_bits)  # of another actor than the first
    for start in range(0, len(ordered), BLOCK):
        words = np.concatenate([last, ordered[start : start + BLOCK] >> np.uint64(row_bits)])
        visits = words[np.append(True, words[1:] != words[:-1])]
        last = visits[-1:]
        cell = _low(visits, cell_bits)
        same = (visits[1:] ^ visits[:-1]) >> np.uint64(cell_bits) == 0
        yield cell[1:], np.where(same, cell[:-1], -1)


def _shared_prefixes(ordered: np.ndarray, keys: np.ndarray, below: int, row_bits: int) -> np.ndarray:
    """The prefixes that several actors have, sorted. below: how many bits stand below the prefix."""
    found = [np.empty(0, np.uint64)]
    for start in range(1, len(ordered), BLOCK):
        block = ordered[start - 1 : start + BLOCK]
        halves = keys[_low(block, row_bits)].view(np.uint64).reshape(-1, 2)
        prefix = block >> np.uint64(below)
        differs = ((halves[1:, 0] ^ halves[:-1, 0]) | (halves[1:, 1] ^ halves[:-1, 1])) != 0
        found.append(prefix[1:][differs & (prefix[1:] == prefix[:-1])])
    return np.unique(np.concatenate(found))


def _words_of(prefixes: np.ndarray, ordered: np.ndarray, below: int) -> np.ndarray:
    """The words with one of these prefixes, in their order."""
    lowest = prefixes << np.uint64(below)
    starts = np.searchsorted(ordered, lowest)
    ends = np.searchsorted(ordered, lowest | np.uint64((1 << below) - 1), side="right")
    return np.concatenate([ordered[:0], *(ordered[a:b] for a, b in zip(starts, ends, strict=True))])


def _low(words: np.ndarray, bits: int) -> np.ndarray:
    return (words & np.uint64((1 << bits) - 1)).astype(np.int64)
