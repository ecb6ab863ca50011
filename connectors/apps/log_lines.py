"""Reads single lines of a JSON access log, strictly. What it says of a bad line names its place, never its content."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET
from pydantic import Field

from collector import connector
from collector.errors import SourceChanged
from collector.periods import instant

AFTER = 1 << 43
"""Instants at or after this (year 2248) or before 1970 are mistakes."""
Times = Literal["iso", "epoch_s", "epoch_ms"]
_SCALARS = frozenset({str, int, float, bool})


class Columns(connector.Options):
    actor: str = Field(description="field of the account id")
    at: str = Field(description="field of the time")


class LogLines:
    """where: field -> values of which a line must have one, of the same type. nobody: account ids of no account."""

    def __init__(
        self,
        columns: Columns,
        times: Times,
        where: Mapping[str, tuple[Any, ...]],
        nobody: tuple[str, ...],
        zone: ZoneInfo,
    ) -> None:
        self._columns = columns
        self._times = times
        self._nobody = frozenset(nobody)
        self._zone = zone
        fields = list(dict.fromkeys([columns.actor, columns.at, *where]))
        names = {field: f"field_{number}" for number, field in enumerate(fields)}
        line = msgspec.defstruct(
            "Line", [(names[field], Any, msgspec.field(name=field, default=UNSET)) for field in fields], gc=False
        )
        self._decode = msgspec.json.Decoder(line).decode
        self._actor, self._at = names[columns.actor], names[columns.at]
        self._where = [
            (field, names[field], frozenset((type(value), value) for value in values))
            for field, values in where.items()
        ]

    def rewrite(self, line: bytes, place: str, pseudonym: Callable[[str], str]) -> bytes | None:
        """The line as it may be kept, ``{"actor":…,"at":…}``; None where it does not count. Raises SourceChanged."""
        try:
            record = self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise SourceChanged(place, "is not a JSON object") from None
        if not self._counts(record, place):
            return None
        actor = self._account(getattr(record, self._actor), place)
        if actor is None:
            return None
        return f'{{"actor":"{pseudonym(actor)}","at":{self._instant(getattr(record, self._at), place)}}}\n'.encode()

    def _counts(self, record: Any, place: str) -> bool:
        for field, name, allowed in self._where:
            value = getattr(record, name)
            if value is UNSET:
                raise SourceChanged(f"{place}: {field}", "is missing, and where asks for it")
            if type(value) not in _SCALARS or (type(value), value) not in allowed:
                return False
        return True

    def _account(self, value: Any, place: str) -> str | None:
        if value is None:
            return None
        if type(value) not in (str, int):
            raise SourceChanged(
                f"{place}: {self._columns.actor}", "is missing" if value is UNSET else "is no account id"
            )
        return None if value in self._nobody else str(value)

    def _instant(self, value: Any, place: str) -> int:
        at = self._iso(value) if self._times == "iso" else self._epoch(value)
        if at is None or not 0 <= at < AFTER:
            said = "is missing" if value is UNSET else f"is not a time as times: {self._times} says"
            raise SourceChanged(f"{place}: {self._columns.at}", said)
        return at

    def _iso(self, value: Any) -> int | None:
        try:
            moment = datetime.fromisoformat(value)
            if len(value) <= len("2026-10-01"):  # a day is no time
                return None
        except (TypeError, ValueError):
            return None
        return instant(moment if moment.tzinfo else moment.replace(tzinfo=self._zone))

    def _epoch(self, value: Any) -> int | None:
        if type(value) not in (int, float) or not math.isfinite(value):
            return None
        return int(math.floor(value * 1000 + 0.5) if self._times == "epoch_s" else math.floor(value))
