"""Where the records of a JSON page stand, in bytes; taken from a parse, never from a search for ``},{``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from msgspec import Raw

SPACE = 0x20
"""JSON's white space is 0x20, 0x0D, 0x0A and 0x09; a value begins and ends with a byte above these."""
_SEPARATOR = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*")


@dataclass(frozen=True, eq=False)
class Boundaries:
    """The records of a list in a page: record i begins at ``starts[i]`` (int64, ascending); the last one ends before ``end``.

    separator: the bytes between two records, the same everywhere: one comma, with the white space around it.
    """

    starts: np.ndarray
    end: int
    separator: bytes

    def __len__(self) -> int:
        return len(self.starts)


def boundaries(page: bytes, records: Sequence[Raw]) -> Boundaries | None:
    """Of the ``records`` that msgspec found in ``page``; None where there are none or their separators differ.

    A Raw is a view into the page, so the first one's address is where the list's first record begins. The end of a record is its
    begin and its length; if from there the separator's bytes follow (white space, one comma, white space) and then a byte that
    is no white space, the next record begins at that byte, for JSON has nothing else there.
    """
    if not records:
        return None
    lengths = np.fromiter(map(len, records), np.int64, len(records))
    first = _address(records[0]) - _address(page)
    between = _SEPARATOR.match(page, first + len(records[0])) if len(records) > 1 and first >= 0 else None
    separator = between[0] if between else b","
    starts = first + np.cumsum(lengths) - lengths + len(separator) * np.arange(len(records))
    ends = starts + lengths
    if first < 0 or ends[-1] > len(page):
        return None
    text = np.frombuffer(page, np.uint8)
    follows = all((text[ends[:-1] + place] == byte).all() for place, byte in enumerate(separator))
    return Boundaries(starts, int(ends[-1]), separator) if follows and (text[starts] > SPACE).all() else None


def stands_alone_at(page: bytes, records: Sequence[Raw], start: int, stop: int) -> bool:
    """Whether msgspec found exactly one record in ``page``, and found it at ``page[start:stop]``."""
    return len(records) == 1 and _address(records[0]) - _address(page) == start and len(records[0]) == stop - start


def _address(buffer: Raw | bytes) -> int:
    return int(np.frombuffer(buffer, np.uint8).__array_interface__["data"][0])
