"""How far a table has been read, by the update time of its rows: kept as text, and turned into where to read on from.

A column of update times holds timestamps (with or without zone), ISO 8601 texts that sort by time, or epoch numbers.
What is compared in the database stays in the column's own type; a time without an offset stays without.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from collector.errors import SourceChanged
from collector.periods import MILLISECOND, moment

Times = Literal["iso", "epoch_s", "epoch_ms"]
UNIT = {"epoch_s": timedelta(seconds=1), "epoch_ms": MILLISECOND}
SORTABLE = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d")


class _Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of: ``number``; ``time`` in ISO 8601; ``time`` with the ``separator`` of day and hour where it is a text."""

    number: int | None = None
    time: str | None = None
    separator: str | None = None


class UpdateTimes:
    """times: what epoch numbers count. overlap: how far before the last update time the next poll reads again, for
    transactions that are committed later than they are dated.
    """

    def __init__(self, column: str, times: Times, overlap: timedelta, zone: ZoneInfo) -> None:
        self._column = f"column {column}"
        self._times = times
        self._overlap = overlap
        self._zone = zone

    def cursor(self, greatest: Any, at: int) -> str:
        """What to keep of the greatest update time; one beyond ``at`` (ours) counts as ``at``, or rows would be missed."""
        if type(greatest) is int and self._times != "iso":
            return _written(_Cursor(number=min(greatest, at // (UNIT[self._times] // MILLISECOND))))
        time = self.read(greatest)
        now = moment(at, self._zone)
        now = now.replace(tzinfo=None) if time.tzinfo is None else now.astimezone(time.tzinfo)
        separator = greatest[10] if isinstance(greatest, str) else None
        return _written(_Cursor(time=min(time, now).isoformat(), separator=separator))

    def bound(self, cursor: str) -> Any:
        """The update time from which on to read, in the column's own type."""
        kept = msgspec.json.decode(cursor, type=_Cursor)
        if kept.number is not None:
            return kept.number - self._overlap // UNIT.get(self._times, MILLISECOND)
        time = datetime.fromisoformat(str(kept.time)) - self._overlap
        return time.strftime(f"%Y-%m-%d{kept.separator}%H:%M:%S") if kept.separator else time

    def read(self, value: Any) -> datetime:
        """A timestamp or text as datetime, aware only if it says its offset. Raises SourceChanged."""
        if isinstance(value, datetime):
            return value
        if not isinstance(value, str) or not SORTABLE.match(value):
            raise SourceChanged(
                self._column, "holds neither timestamps nor texts such as 2026-10-01 08:00:00; see times"
            )
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise SourceChanged(self._column, "holds a text that is not an ISO 8601 time") from None

    def check_order(self, values: list[Any]) -> None:
        """Raises SourceChanged where texts that the database has sorted are not in the order of time."""
        texts = [value for value in values if isinstance(value, str)]
        times = [self.read(text) for text in texts]
        instants = [time if time.tzinfo else time.replace(tzinfo=UTC) for time in times]
        if any(later < earlier for earlier, later in pairwise(instants)):
            raise SourceChanged(
                self._column, "its texts do not sort by time (mixed formats or offsets); convert them in a query"
            )


def _written(cursor: _Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
