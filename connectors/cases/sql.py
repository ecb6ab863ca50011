"""Cases from the database of a case-handling system, read only and by update time.

Source:
    Any table or view with one row for each case, through SQLAlchemy. Vendors of 数字城管 keep such a statistics table
    (``to_stat_info`` in one family, as public client code shows it); where there is none, ``query`` is a SELECT that the
    operator writes over the vendor's tables. Life cycle and counting rules: GB/T 30428 as the trade applies it (its
    numbered clauses were not read).
Cadence:
    1 min to 15 min. The first poll reads the whole table, so give it a ``timeout`` to match, or a ``query`` that leaves
    out old years; each later one what was updated since, less ``overlap``.
Sample:
    A page is kept as JSON lines, with the columns that are mapped and no others:
    {"id":"SZCG17","create_time":"2026-10-01 08:00:00","archive_time":null,"status":"处置","update_time":"2026-10-01 08:05:00"}
Statuses:
    ``closed_statuses``: the closing time counts only where the status is one of these (a reopened case often keeps its
    old one); a closed case without closing time is listed as a fault. ``suspended_statuses`` (挂账) and
    ``void_statuses`` (作废): such a case leaves the rates as a suspended one does; its status tells which it is.
Not used:
    The vendor's 0/1 columns (archive_num, intime_archive_num …): they are results of his rules at his time, ours come
    from the instants. Columns that are not mapped are not read: no names, telephone numbers or texts.
Doubts:
    A row that is deleted leaves no update time: its case stays as it last stood. Update times without an offset go back
    in the hour that a clock change repeats; there ``overlap`` must exceed one hour. Rows that the vendor changes
    without moving their update time are not seen again.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec.json import Decoder
from pydantic import Field, SecretStr, model_validator

from collector import connector
from collector.city.types import Duration
from collector.connector import Connector, Part, Poll
from collector.errors import SourceChanged
from collector.records import SCHEMAS, Events, Kind
from connectors.cases.case_rows import CaseRows, Columns
from connectors.cases.update_times import UpdateTimes

_rows = Decoder(dict[str, bool | int | float | str | None])


class SqlOptions(connector.Options):
    paths = frozenset({"url"})

    url: SecretStr = Field(description="SQLAlchemy URL: postgresql+psycopg://user:password@host/name, sqlite:////path")
    table: str | None = Field(
        default=None, description="table or view; schema.table where it is not in the default schema"
    )
    query: str | None = Field(default=None, description="a SELECT in place of the table")
    columns: Columns
    updated_at: str = Field(min_length=1, description="column of the update time; moves whenever the row changes")
    times: Literal["iso", "epoch_s", "epoch_ms"] = Field(
        default="iso", description="iso: timestamps or ISO 8601 texts; epoch_s, epoch_ms: whole numbers"
    )
    overlap: Duration = timedelta(minutes=10)
    page_size: int = Field(default=5000, ge=1, le=100_000)
    closed_statuses: tuple[str, ...] = ()
    suspended_statuses: tuple[str, ...] = ()
    void_statuses: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> SqlOptions:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either table or query")
        if (self.closed_statuses or self.suspended_statuses or self.void_statuses) and self.columns.status is None:
            raise ValueError("closed_statuses, suspended_statuses and void_statuses need columns.status")
        return self

    @property
    def wanted(self) -> list[str]:
        """Columns to read, each once."""
        return list(dict.fromkeys([*self.columns.mapped.values(), self.updated_at]))


class SqlCases(Connector):
    Options = SqlOptions
    kind = Kind.CASES

    def __init__(self, options: SqlOptions, zone: ZoneInfo) -> None:
        self._options = options
        self._updates = UpdateTimes(options.updated_at, options.times, options.overlap, zone)
        self._cases = CaseRows(
            options.columns,
            options.times,
            zone,
            closed=options.closed_statuses,
            suspended=(*options.suspended_statuses, *options.void_statuses),
        )

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        from connectors.cases.sql_session import Session

        options = self._options
        session = Session(options.url.get_secret_value(), options.table, options.query, options.wanted, poll.timeout)
        since = self._updates.bound(poll.cursor) if poll.cursor else None
        greatest = None
        with session.connected() as connection:
            case = session.key_without(connection, options.columns.case, options.updated_at)
            if case is not None:
                place = f"column {options.updated_at}"
                raise SourceChanged(place, f"case {case} has no update time and would never be seen; give a query")
            pages = session.pages(connection, options.updated_at, options.columns.case, since, options.page_size)
            for number, page in enumerate(pages, 1):
                updated = [row[options.updated_at] for row in page]
                self._updates.check_order(updated)
                greatest = updated[-1] if updated else greatest
                yield Part(f"rows {number}", b"".join(_written(row) for row in page))
        return poll.cursor if greatest is None else self._updates.cursor(greatest, poll.at)

    def parse(self, parts: Iterable[Part]) -> Events:
        rows: dict[str, dict[str, Any]] = {}
        faults: dict[str, list[str]] = {}
        for part in parts:
            for number, row in enumerate(_lines(part), 1):
                case, read, wrong = self._cases.read(row, f"{part.name} line {number}")
                rows[case], faults[case] = (
                    read,
                    wrong,
                )  # a row that changed between two pages is there twice; the later counts
        columns = {name: [row.get(name) for row in rows.values()] for name in SCHEMAS[Kind.CASES].names}
        return Events.of(Kind.CASES, columns, [fault for those in faults.values() for fault in those])


def _lines(part: Part) -> list[dict[str, Any]]:
    try:
        return _rows.decode_lines(part.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceChanged(part.name, f"is not the rows that this connector keeps ({error})") from None


def _written(row: dict[str, Any]) -> bytes:
    return msgspec.json.encode({name: _plain(name, value) for name, value in row.items()}) + b"\n"


def _plain(column: str, value: Any) -> bool | int | float | str | None:
    """A database's value as JSON has it; times in ISO 8601, as they are."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise SourceChanged(f"column {column}", f"holds {type(value).__name__}, which is neither time, number nor text")
