"""Which rows have the same key, for short keys such as case numbers: by one sort of whole numbers instead of a table of texts.

Rows are brought together by the leading bits of a hash of their key beside their place in time, and neighbours that have these bits in
common are compared by the whole key. Where they are two different keys nothing is said, and the caller goes the general way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

WORD, BYTES = 64, 8
LONGEST = 64
_LEADING = np.array([(1 << 8 * count) - 1 for count in range(BYTES + 1)], np.uint64)
"""Masks of a word's first bytes, by how many."""
_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9))
"""Multipliers that spread the bits of a word (those of SplitMix64, Steele et al. 2014)."""


def last_of_each(keys: pa.Array, order: np.ndarray) -> np.ndarray | None:
    """Of each key the row that comes last in ``order`` (all rows, int64), in any order; None where only a general way can tell.

    That is where keys are no texts of up to 64 bytes, where some are null, and where different ones could not be told apart.
    """
    words = _words(keys)
    if words is None:
        return None
    row_bits = max(1, (len(order) - 1).bit_length())
    mask = np.uint64((1 << row_bits) - 1)
    places = _mixed(words)[order]
    places &= ~mask
    places |= np.arange(len(order), dtype=np.uint64)
    places.sort()
    same = np.flatnonzero((places[1:] ^ places[:-1]) <= mask)
    if not len(same):  # every hash is another one, and so is every key
        return order
    rows = order[(places & mask).astype(np.int64)]
    if any((column[rows[same]] != column[rows[same + 1]]).any() for column in words):
        return None
    return np.delete(rows, same)


def _words(keys: pa.Array) -> list[np.ndarray] | None:
    """The keys' bytes, eight to a word (uint64[N] each) and filled up with zeros, and their lengths where these differ."""
    if keys.type != pa.string() or keys.null_count or not len(keys):
        return None
    offsets = np.frombuffer(keys.buffers()[1], np.int32)[keys.offset : keys.offset + len(keys) + 1]
    lengths = np.diff(offsets)
    shortest, longest = int(lengths.min()), int(lengths.max())
    if not 0 < longest <= LONGEST:
        return None
    text = np.zeros(int(offsets[-1]) + BYTES, np.uint8)
    text[:-BYTES] = np.frombuffer(keys.buffers()[2] or b"", np.uint8)[: offsets[-1]]
    from_every_byte = np.ndarray(len(text) - BYTES + 1, "<u8", text, strides=(1,))
    words = [] if shortest == longest else [lengths.astype(np.uint64)]
    for first in range(0, longest, BYTES):
        word = from_every_byte[np.minimum(offsets[:-1] + first, len(from_every_byte) - 1) if first else offsets[:-1]]
        if shortest < first + BYTES:
            word &= _LEADING.take(lengths - first, mode="clip")
        words.append(word)
    return words


def _mixed(words: Sequence[np.ndarray]) -> np.ndarray:
    """A hash of each row (uint64[N])."""
    out = np.zeros(len(words[0]), np.uint64)
    for column in words:
        out = (out ^ column) * _ODD[0]
        out ^= out >> np.uint64(WORD // 2)
        out *= _ODD[1]
        out ^= out >> np.uint64(29)
    return out
