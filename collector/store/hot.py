"""Records of days that are not sealed yet: written as batches by run and day, read as one Arrow table."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from collector.periods import midnight, moment
from collector.records import INSTANT, Kind, own_time, stored_schema
from collector.store.batches import pack, unpack
from collector.store.schema import batches, runs


def split_by_day(kind: Kind, table: pa.Table, zone: ZoneInfo) -> Iterator[tuple[int, pa.Table]]:
    """(midnight, rows) for every calendar day of ``zone`` in the table, rows in their order."""
    if not table.num_rows:
        return
    times = own_time(kind, table).cast(pa.int64()).to_numpy(zero_copy_only=False)
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    start = 0
    while start < len(ordered):
        day = moment(int(ordered[start]), zone).date()
        after = midnight(day.fromordinal(day.toordinal() + 1), zone)
        stop = int(np.searchsorted(ordered, after))
        yield midnight(day, zone), table.take(pa.array(np.sort(order[start:stop])))
        start = stop


def write_batches(connection: sa.Connection, source: str, run_id: int, days: list[tuple[int, pa.Table]]) -> None:
    rows = [
        {"run_id": run_id, "day": day, "source": source, "rows": table.num_rows, "body": pack(table)} for day, table in days
    ]
    if rows:
        connection.execute(sa.insert(batches), rows)


_EVER = 1 << 62
_UNSEALED = (  # built once: every measurement asks it, mostly to find nothing
    sa.select(batches.c.body, runs.c.at)
    .join_from(batches, runs)
    .where(batches.c.source == sa.bindparam("source"), runs.c.at <= sa.bindparam("as_of"))
    .where(batches.c.day >= sa.bindparam("first"), batches.c.day < sa.bindparam("after"))
    .order_by(runs.c.at, batches.c.run_id, batches.c.day)
)


def read_batches(
    connection: sa.Connection, source: str, kind: Kind, first: int | None, after: int | None, as_of: int
) -> pa.Table:
    """Unsealed records of the days (midnights) in [first, after) known at ``as_of``, in the order they were learned.

    Columns of ``stored_schema(kind)`` and ``recorded_at``; None leaves that side open.
    """
    span = {"first": -_EVER if first is None else first, "after": _EVER if after is None else after}
    asked = {"source": source, "as_of": as_of} | span
    tables = [_with_recorded_at(unpack(body), at) for body, at in connection.execute(_UNSEALED, asked)]
    schema = stored_schema(kind)
    return pa.concat_tables(tables).combine_chunks() if tables else schema.empty_table()


def unsealed_days(connection: sa.Connection, source: str) -> list[int]:
    """Midnights of the days that have records which are in no segment yet."""
    query = sa.select(batches.c.day).where(batches.c.source == source).distinct().order_by(batches.c.day)
    return list(connection.execute(query).scalars())


def first_day(connection: sa.Connection, source: str) -> int | None:
    """The earliest day with unsealed records."""
    day: int | None = connection.execute(sa.select(sa.func.min(batches.c.day)).where(batches.c.source == source)).scalar()
    return day


def runs_of_day(connection: sa.Connection, source: str, day: int, as_of: int) -> list[int]:
    """Numbers of the runs that brought the day's unsealed records; of cases they may have been asked much later."""
    query = sa.select(batches.c.run_id).join_from(batches, runs).where(batches.c.source == source, batches.c.day == day)
    return list(connection.execute(query.where(runs.c.at <= as_of)).scalars())


def delete_batches(connection: sa.Connection, source: str, day: int, run_ids: list[int]) -> None:
    """Remove what these runs brought of a day; what others bring meanwhile stays."""
    mine = sa.and_(batches.c.source == source, batches.c.day == day, batches.c.run_id == sa.bindparam("run"))
    if run_ids:
        connection.execute(sa.delete(batches).where(mine), [{"run": number} for number in run_ids])


def _with_recorded_at(table: pa.Table, at: int) -> pa.Table:
    return table.append_column("recorded_at", pa.repeat(at, table.num_rows).cast(INSTANT))
