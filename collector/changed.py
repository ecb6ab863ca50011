"""One page of a polled list through successive answers: what changed, at a price that follows what changed.

A connector keeps a ``Following`` for each page, keeps the page's records as columns, and applies the edits by ``spliced``. That the
outcome, errors included, is that of decoding every page whole is shown in ``collector.page_edits``; where that leaves a doubt, the
page is decoded whole, and nothing but the whole decode raises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from collector.boundaries import Boundaries, boundaries
from collector.page_edits import Doubt, Edit, Form, Head, PageEdits, Record
from collector.strict import read_json

Value = TypeVar("Value")

LONGEST_PAUSE = 63
"""How many pages are decoded whole, at most, before the next attempt, where attempts fail (a time stamp in every record)."""


class Following(Generic[Head, Record]):
    """``body`` and ``head`` (what it says beside its records) are those of the last page that could be read.

    Only the bytes are kept, and where in them each record begins (8 bytes a record, from the first change on).
    """

    head: Head

    def __init__(self, form: Form[Head, Record]) -> None:
        self.body: bytes | None = None
        self._form = form
        self._count = 0
        self._places: Boundaries | None = None
        self._pause = self._next_pause = 0

    def read(self, body: bytes, part: str) -> Sequence[Edit[Record]]:
        """The edits, in order, that make the last page's records those of ``body``; for the first page one that brings all.

        Raises SourceChanged naming ``part``; then the last page stays the one remembered.
        """
        if body == self.body:
            return ()
        if (edits := self._changes(body)) is None:
            head, records = self._form.take(read_json(self._form.whole, body, part))
            edits = [Edit(0, self._count, records)]
            self.head, self._count, self._places = head, len(records), None
        self.body = body
        return edits

    def _changes(self, body: bytes) -> Sequence[Edit[Record]] | None:
        """The edits without decoding the page whole; None where that leaves a doubt, or did so of late."""
        if self.body is None or self._pause:
            self._pause = max(0, self._pause - 1)
            return None
        try:
            new = PageEdits(self._form, self.body, self.head, self._places or self._located(self.body), body)
        except (Doubt, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._pause, self._next_pause = self._next_pause, min(2 * self._next_pause + 1, LONGEST_PAUSE)
            return None
        self._next_pause = 0
        self.head, self._count, self._places = new.head, len(new.places), new.places
        return new.edits

    def _located(self, body: bytes) -> Boundaries:
        places = boundaries(body, self._form.take(self._form.outline.decode(body))[1])
        if places is None or len(places) != self._count:
            raise Doubt
        return places


def spliced(column: list[Value], edits: Sequence[Edit[Any]], value: Callable[[Any], Value]) -> list[Value]:
    """A column (one value a record) after the edits: the same list where none of its values changes, else a new one."""
    result = column
    for edit in reversed(edits):
        values = [value(record) for record in edit.records]
        if column[edit.start : edit.stop] != values:
            result = list(column) if result is column else result
            result[edit.start : edit.stop] = values
    return result
