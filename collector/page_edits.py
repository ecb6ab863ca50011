"""A JSON page as edits of the page before it, with only the differing bytes decoded.

A page is a JSON document with one list of records. The edits say the same as decoding the page whole, for these reasons:

- JSON is read from left to right, and what a decoder makes of the next byte depends on what it has read and not yet closed. That is
  the same wherever a record of the list may begin: inside the same list, after ``[`` or after a comma.
- So the bytes of a record and its separator, met where a record may begin, mean the record that they meant before, and after them
  a record may begin again. The bytes of the last record mean that record where the tail follows them.
- A stretch of other bytes is decoded as ``[stretch]`` by the strict typed decoder. If that is one list of at least one record, the
  stretch is whole records; one that closed the list early would leave bytes behind it, which the decoder refuses. If the
  separator's bytes follow, a record may begin after them. Where there are no other bytes, records were left out and none came.
- A head (all before the first record) of the same bytes leads to the same list. A tail (all after the last record) of the same
  bytes after a whole record means the same. Where one of them differs, a page of the new head, one known record and the new tail
  is decoded: msgspec must find one record in the list, and find it at the very place where it was put. What the page says beside
  its records is taken from that decode.
- Where the pages align again is a guess (a search for a known record close by); that it is right is proven as above.

Whatever cannot be shown in this way is a doubt: nothing found close by, an error of a decoder, another separator, too many edits.
Two limits: the type of the list may put conditions on its records only, not on the list itself (its length); and how deep a record
may nest before the interpreter gives up (about a thousand levels) is not the same for a page and a stretch of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from msgspec import Raw
from msgspec.json import Decoder

from collector.boundaries import SPACE, Boundaries, boundaries, stands_alone_at

Head = TypeVar("Head")
Record = TypeVar("Record")

CLOSE_BY = 4096
"""How many bytes, beyond the length of the records in question, are searched for the place where two pages align again."""
LOOK_AHEAD = 8
"""How many records in a row may have changed."""
FEW = 8
"""So many edits of a page are never too many; one for every 32 records may be on top of them."""
_RAW_LIST = Decoder(list[Raw])


class Doubt(Exception):
    """The page must be decoded whole."""


@dataclass(frozen=True)
class Form(Generic[Head, Record]):
    """What the pages of a list look like.

    whole: decodes a page. outline: decodes the same with msgspec.Raw for a record. records: decodes a JSON list of records.
    take: what a decoded page says beside its records, and the list of them; works on an outline too.
    """

    whole: Decoder[Any]
    outline: Decoder[Any]
    records: Decoder[list[Record]]
    take: Callable[[Any], tuple[Head, list[Any]]]


@dataclass(frozen=True)
class Edit(Generic[Record]):
    """Where the list before had the records [start, stop), it has ``records`` now."""

    start: int
    stop: int
    records: Sequence[Record]


class PageEdits(Generic[Head, Record]):
    """The ``new`` page as ``edits`` of the ``old`` one, of which ``places`` tells where the records stand.

    Then ``places`` and ``head`` (what the page says beside its records) are those of the new page. Raises Doubt, or what a decoder
    raises.
    """

    def __init__(self, form: Form[Head, Record], old: bytes, head: Head, places: Boundaries, new: bytes) -> None:
        self._form = form
        self._old, self._new = memoryview(old), new
        self._places, self._starts = places, places.starts.data
        self._last = len(places) - 1
        self._pieces: list[np.ndarray] = []
        self.edits: list[Edit[Record]] = []
        begin, self._end, self.head = self._framed(head)
        self._walk(begin)
        self.places = Boundaries(np.concatenate(self._pieces), self._end, places.separator)

    def _framed(self, head: Head) -> tuple[int, int, Head]:
        """Where the first record of the new page may begin, where the last one must end, and what the page says beside them."""
        old, new, first, end = self._old, self._new, self._starts[0], self._places.end
        if new.startswith(old[:first]) and new.endswith(old[end:]):
            return first, len(new) - (len(old) - end), head
        record, last = self._record(0), self._record(self._last)
        begin = new.find(record, 0, 2 * first + len(record) + CLOSE_BY)
        at = new.rfind(last, max(0, len(new) - 2 * (len(old) - end) - len(last) - CLOSE_BY))
        if begin < 0 or at < 0:
            raise Doubt
        page = b"".join((new[:begin], record, new[at + len(last) :]))
        if not stands_alone_at(page, self._form.take(self._form.outline.decode(page))[1], begin, begin + len(record)):
            raise Doubt
        return begin, at + len(last), self._form.take(self._form.whole.decode(page))[0]

    def _walk(self, here: int) -> None:
        """From the place in the new page where its first record may begin to the end of its last."""
        record = 0
        most = FEW + len(self._places) // 32
        while record <= self._last:
            record, here = self._pass_same(record, here)
            if record == self._last and self._is_last_at(here):
                self._pieces.append(np.array([here], np.int64))
                return
            record, here = self._edit(record, here)
            if len(self.edits) > most:
                raise Doubt

    def _pass_same(self, record: int, here: int) -> tuple[int, int]:
        """The next record that does not stand unchanged, with its separator, where the one before it ended; and that place.

        Compared in steps that begin with all the rest and are halved; a comparison costs no more than up to the first difference.
        """
        starts, first, step = self._starts, record, 1 << (self._last - record).bit_length()
        while record < self._last and step:
            until = min(record + step, self._last)
            if self._new.startswith(self._old[starts[record] : starts[until]], here):
                here += starts[until] - starts[record]
                record = until
            step //= 2
        if record > first:
            self._pieces.append(self._places.starts[first:record] + (here - starts[record]))
        return record, here

    def _edit(self, record: int, here: int) -> tuple[int, int]:
        """Read the new page from ``here`` to where the pages align again; the record there, and its place."""
        until, there = self._aligned(record, here)
        stop = there - len(self._places.separator)
        if there == here:
            self.edits.append(Edit(record, until, ()))
        elif until > self._last or self._new[stop:there] == self._places.separator:
            records, starts = self._decoded(self._new[here:stop])
            self._pieces.append(starts + here)
            self.edits.append(Edit(record, until, records))
        else:
            raise Doubt
        return until, there

    def _aligned(self, record: int, here: int) -> tuple[int, int]:
        """A record not before ``record`` that stands unchanged close by, and where; or the end of the list, as one past the last."""
        starts, last = self._starts, self._last
        furthest = min(record + LOOK_AHEAD, last + 1)
        in_question = starts[min(furthest, last)] - starts[record] + len(self._record(last))
        close_by = here + CLOSE_BY + 2 * in_question
        for until in (record + 1, record, *range(record + 2, furthest + 1)):
            if until < last:
                there = self._new.find(self._old[starts[until] : starts[until + 1]], here, min(close_by, self._end))
            else:
                there = self._end_of_list(until)
            if here <= there <= close_by and here < self._end:
                return until, there
        raise Doubt

    def _end_of_list(self, record: int) -> int:
        """Where the last record stands if it is the last one still (-1 if not); of one past it, where it would begin."""
        if record > self._last:
            return self._end + len(self._places.separator)
        there = self._end - len(self._record(record))
        return there if there >= 0 and self._is_last_at(there) else -1

    def _decoded(self, stretch: bytes) -> tuple[list[Record], np.ndarray]:
        """The records of a stretch that begins and ends with one, and where in it they begin."""
        text = b"[%b]" % stretch
        records = self._form.records.decode(text)
        if len(records) == 1 and stretch[0] > SPACE and stretch[-1] > SPACE:
            return records, np.zeros(1, np.int64)
        places = boundaries(text, _RAW_LIST.decode(text))
        if places is None or (len(places), places.starts[0], places.end) != (len(records), 1, len(text) - 1):
            raise Doubt
        if len(places) > 1 and places.separator != self._places.separator:
            raise Doubt
        return records, places.starts - 1

    def _is_last_at(self, here: int) -> bool:
        """Whether the last record stands unchanged at ``here``, and ends where the list must."""
        record = self._record(self._last)
        return here + len(record) == self._end and self._new.startswith(record, here)

    def _record(self, index: int) -> memoryview:
        """The bytes of a record of the old page, without its separator."""
        end = self._places.end if index == self._last else self._starts[index + 1] - len(self._places.separator)
        return self._old[self._starts[index] : end]
