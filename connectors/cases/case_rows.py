"""One row of a case table as a record: which column is what, and how strictly it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from collector import connector
from collector.errors import SourceChanged
from collector.faults import CASE, CLOSED_EARLY, CLOSED_WITHOUT
from collector.periods import instant

AFTER = 1 << 43
INSTANTS = ("opened_at", "accepted_at", "due_at", "disposed_at", "closed_at")
TEXTS = ("status", "category", "department", "district", "found_by")
COUNTS = ("reopened", "returned")
Row = Mapping[str, bool | int | float | str | None]


class Columns(connector.Options):
    """Our column: the table's. ``returned`` is 返工, ``suspended`` 挂账 (0, 1, true or false)."""

    case: str = Field(min_length=1)
    opened_at: str = Field(min_length=1)
    accepted_at: str | None = None
    due_at: str | None = None
    disposed_at: str | None = None
    closed_at: str | None = None
    status: str | None = None
    category: str | None = None
    department: str | None = None
    district: str | None = None
    found_by: str | None = None
    reopened: str | None = None
    returned: str | None = None
    suspended: str | None = None

    @property
    def mapped(self) -> dict[str, str]:
        return {name: column for name, column in self if column is not None}


class CaseRows:
    """times: what numbers in columns of instants count. closed, suspended: words of ``status``, empty where unused."""

    def __init__(
        self,
        columns: Columns,
        times: Literal["iso", "epoch_s", "epoch_ms"],
        zone: ZoneInfo,
        *,
        closed: tuple[str, ...] = (),
        suspended: tuple[str, ...] = (),
    ) -> None:
        self._columns = columns.mapped
        self._times = times
        self._zone = zone
        self._closed, self._suspended = frozenset(closed), frozenset(suspended)

    def read(self, row: Row, place: str) -> tuple[str, dict[str, Any], list[str]]:
        """The case, its record by column, and its faults. Raises SourceChanged naming the case and the column."""
        for name, column in self._columns.items():
            if column not in row:
                raise SourceChanged(f"{place} column {column}", f"is missing ({name})")
        case = self._text(row, "case", place)
        if not case:
            raise SourceChanged(f"{place} column {self._columns['case']}", "is empty; every row needs its case")
        place = CASE(case=case)
        read: dict[str, Any] = {name: self._instant(row, name, place) for name in INSTANTS}
        read |= {name: self._text(row, name, place) for name in TEXTS} | {"case": case}
        read |= {name: self._count(row, name, place) for name in COUNTS}
        read["suspended"] = self._flag(row, "suspended", place)
        if read["opened_at"] is None:
            raise SourceChanged(
                f"{place} column {self._columns['opened_at']}", "has no time; every case was opened once"
            )
        return case, read, self._judge(read, place)

    def _judge(self, read: dict[str, Any], place: str) -> list[str]:
        """Applies the words of ``status`` to ``read`` and returns the faults."""
        faults = []
        if self._suspended:
            read["suspended"] = bool(read["suspended"]) or read["status"] in self._suspended
        if self._closed and read["status"] not in self._closed:
            read["closed_at"] = None
        elif self._closed and read["closed_at"] is None:
            faults.append(CLOSED_WITHOUT(place=place))
        if read["closed_at"] is not None and read["closed_at"] < read["opened_at"]:
            faults.append(CLOSED_EARLY(place=place))
        return faults

    def _value(self, row: Row, name: str) -> bool | int | float | str | None:
        return row[self._columns[name]] if name in self._columns else None

    def _text(self, row: Row, name: str, place: str) -> str | None:
        value = self._value(row, name)
        if value is None or type(value) is str:
            return value
        if type(value) is int:  # codes and keys are numbers in many tables
            return str(value)
        raise self._wrong(name, place, "is neither text nor whole number")

    def _count(self, row: Row, name: str, place: str) -> int | None:
        value = self._value(row, name)
        if value is None or (type(value) is int and 0 <= value < 1 << 31):
            return value
        raise self._wrong(name, place, "is not a count")

    def _flag(self, row: Row, name: str, place: str) -> bool | None:
        value = self._value(row, name)
        if value is None or (type(value) in (bool, int) and value in (0, 1)):
            return None if value is None else bool(value)
        raise self._wrong(name, place, "is none of 0, 1, true and false")

    def _instant(self, row: Row, name: str, place: str) -> int | None:
        value = self._value(row, name)
        if value is None:
            return None
        at = self._iso(value) if self._times == "iso" else self._epoch(value)
        if at is None or not -AFTER < at < AFTER:
            raise self._wrong(name, place, f"is not a time as times: {self._times} says, such as 2026-10-01 08:00:00")
        return at

    def _iso(self, value: Any) -> int | None:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return None
        if len(value) <= len("2026-10-01"):  # a day is no time
            return None
        return instant(moment if moment.tzinfo else moment.replace(tzinfo=self._zone))

    def _epoch(self, value: Any) -> int | None:
        if type(value) is not int:
            return None
        return value * 1000 if self._times == "epoch_s" else value

    def _wrong(self, name: str, place: str, message: str) -> SourceChanged:
        return SourceChanged(f"{place} column {self._columns[name]}", message)
