"""The catalogue of what is sealed: segments, register files, and who is in which register file."""

from __future__ import annotations

from dataclasses import fields

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from collector.ledger import Sealed
from collector.store.log import append_log
from collector.store.schema import registers, segments

_EVER = 1 << 62
_SEALED = (  # built once: every measurement asks it, and building it costs more than SQLite takes to carry it out
    sa.select(*(segments.c[field.name] for field in fields(Sealed)))
    .where(segments.c.source == sa.bindparam("source"))
    .where(segments.c.day >= sa.bindparam("first"), segments.c.day < sa.bindparam("after"))
    .order_by(segments.c.day, segments.c.number)
)


def sealed_segments(
    connection: sa.Connection, source: str, first: int | None = None, after: int | None = None
) -> list[Sealed]:
    """Segments of the days (midnights) in [first, after), by day and number."""
    span = {"source": source, "first": -_EVER if first is None else first, "after": _EVER if after is None else after}
    return [Sealed(*row) for row in connection.execute(_SEALED, span).all()]


def segment_until(connection: sa.Connection, source: str, day: int, as_of: int) -> Sealed | None:
    """The segment (no supplement) of the newest day up to ``day`` that was sealed by ``as_of``."""
    mine = sa.and_(segments.c.source == source, segments.c.number == 0)
    query = sa.select(segments).where(mine, segments.c.day <= day, segments.c.sealed_at <= as_of)
    row = connection.execute(query.order_by(segments.c.day.desc()).limit(1)).mappings().one_or_none()
    return Sealed(**row) if row else None


def supplemented_day(connection: sa.Connection, base: Sealed) -> int | None:
    """The earliest day before ``base`` that was sealed, or got a supplement, after ``base`` was sealed."""
    mine = sa.and_(segments.c.source == base.source, segments.c.day < base.day)
    supplement = sa.and_(segments.c.number > 0, segments.c.sealed_at >= base.sealed_at)
    later = sa.or_(segments.c.sealed_at > base.sealed_at, supplement)
    day: int | None = connection.execute(sa.select(sa.func.min(segments.c.day)).where(mine, later)).scalar()
    return day


def enter_segment(connection: sa.Connection, sealed: Sealed) -> bool:
    """Catalogue a segment and append it to the log; False where another worker was faster."""
    insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    if not connection.execute(insert(segments).on_conflict_do_nothing(), sealed.__dict__).rowcount:
        return False
    append_log(connection, "segment", f"{sealed.source}/{sealed.day}/{sealed.number}", sealed.digest, sealed.sealed_at)
    return True


def register_of_month(connection: sa.Connection, source: str, month: int) -> tuple[str, str] | None:
    """(path, digest) of the month's register file."""
    query = sa.select(registers.c.path, registers.c.digest).where(registers.c.source == source, registers.c.month == month)
    row = connection.execute(query).one_or_none()
    return (row.path, row.digest) if row else None


def attendance_of_month(connection: sa.Connection, source: str, month: int) -> tuple[str, str] | None:
    """(path, digest) of the month's roll-up of actors, which stands where a source of states has its register file."""
    return register_of_month(connection, source, month)


def enter_attendance(connection: sa.Connection, source: str, month: int, path: str, digest: str) -> None:
    """Catalogue a roll-up of actors in place of the one before it."""
    insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    values = {"source": source, "month": month, "path": path, "digest": digest}
    entry = insert(registers).values(values)
    connection.execute(entry.on_conflict_do_update(index_elements=["source", "month"], set_={"path": path, "digest": digest}))


def enter_register(connection: sa.Connection, source: str, month: int, path: str, digest: str) -> None:
    """Catalogue the month's register file; where another worker was faster, its file stays."""
    insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    values = {"source": source, "month": month, "path": path, "digest": digest}
    connection.execute(insert(registers).on_conflict_do_nothing(), values)
