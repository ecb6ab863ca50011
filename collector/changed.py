"""One page of a polled list through successive answers: what changed, at a price that follows what changed.

A connector keeps a ``Following`` for each page. That the outcome, errors included, is that of decoding every page whole is shown in
``collector.page_edits``; where that leaves a doubt, the page is decoded whole, and nothing but the whole decode raises. Records
that came of a whole decode are compared with those before, so that the edits name only what changed in them either.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from operator import ne
from typing import Generic, TypeVar

import msgspec

from collector.boundaries import Boundaries, boundaries
from collector.page_edits import Doubt, Edit, Form, Head, PageEdits, Record
from collector.strict import read_json

Value = TypeVar("Value")

LONGEST_PAUSE = 63
"""How many pages are decoded whole, at most, before the next attempt, where attempts fail (a time stamp in every record)."""


class Following(Generic[Head, Record]):
    """``body`` and ``head`` (what it says beside its records) are those of the last page that could be read.

    The records are kept by the caller; here it is kept where in the bytes each of them begins (8 bytes a record, from the first
    change on).
    """

    head: Head

    def __init__(self, form: Form[Head, Record]) -> None:
        self.body: bytes | None = None
        self._form = form
        self._places: Boundaries | None = None
        self._pause = self._next_pause = 0

    def read(self, body: bytes, part: str, before: Sequence[Record]) -> Sequence[Edit[Record]]:
        """The edits, in order, that make ``before``, the last page's records (none at first), those of ``body``.

        Two records that compare equal say the same. Raises SourceChanged naming ``part``; then the last page stays the one remembered.
        """
        if body == self.body:
            return ()
        if (edits := self._changes(body, len(before))) is None:
            head, records = self._form.take(read_json(self._form.whole, body, part))
            edits = changes(before, records)
            self.head, self._places = head, None
        self.body = body
        return edits

    def _changes(self, body: bytes, count: int) -> Sequence[Edit[Record]] | None:
        """The edits without decoding the page whole; None where that leaves a doubt, or did so of late."""
        if self.body is None or self._pause:
            self._pause = max(0, self._pause - 1)
            return None
        try:
            places = self._places or self._located(self.body, count)
            new = PageEdits(self._form, self.body, self.head, places, body)
        except (Doubt, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._pause, self._next_pause = self._next_pause, min(2 * self._next_pause + 1, LONGEST_PAUSE)
            return None
        self._next_pause = 0
        self.head, self._places = new.head, new.places
        return new.edits

    def _located(self, body: bytes, count: int) -> Boundaries:
        places = boundaries(body, self._form.take(self._form.outline.decode(body))[1])
        if places is None or len(places) != count:
            raise Doubt
        return places


def changes(before: Sequence[Record], after: Sequence[Record]) -> Sequence[Edit[Record]]:
    """The edits that make ``before`` to ``after``: record by record where there are as many of both, else one for all."""
    if len(before) != len(after):
        return [Edit(0, len(before), after)]
    return [Edit(i, i + 1, after[i : i + 1]) for i in compress(range(len(after)), map(ne, before, after))]


def applied(values: Sequence[Value], edits: Sequence[Edit[Value]]) -> list[Value]:
    """A list (one value a record) after the edits."""
    result: list[Value] = []
    done = 0
    for edit in edits:
        result += values[done : edit.start]
        result += edit.records
        done = edit.stop
    result += values[done:]
    return result
