"""The catalogue of what is sealed: segments, register files, and the hash chain over everything that was ever frozen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from collector.store.schema import log, registers, segments

_FIRST_LINK = hashlib.sha256(b"citygauge log").hexdigest()


@dataclass(frozen=True)
class Sealed:
    """A file in the archive: the segment of ``day`` (number 0) or one of its supplements."""

    source: str
    day: int
    number: int
    path: str
    digest: str
    rows: int
    sealed_at: int


def sealed_segments(
    connection: sa.Connection, source: str, first: int | None = None, after: int | None = None
) -> list[Sealed]:
    """Segments of the days (midnights) in [first, after), by day and number."""
    query = sa.select(segments).where(segments.c.source == source)
    if first is not None:
        query = query.where(segments.c.day >= first)
    if after is not None:
        query = query.where(segments.c.day < after)
    rows = connection.execute(query.order_by(segments.c.day, segments.c.number)).mappings()
    return [Sealed(**row) for row in rows]


def last_sealed_before(connection: sa.Connection, source: str, day: int) -> Sealed | None:
    query = sa.select(segments).where(segments.c.source == source, segments.c.day < day, segments.c.number == 0)
    row = connection.execute(query.order_by(segments.c.day.desc()).limit(1)).mappings().one_or_none()
    return Sealed(**row) if row else None


def enter_segment(connection: sa.Connection, sealed: Sealed) -> bool:
    """Catalogue a segment and append it to the hash chain; False where another worker was faster."""
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


def register_path(connection: sa.Connection, source: str, digest: str) -> str:
    query = sa.select(registers.c.path).where(registers.c.source == source, registers.c.digest == digest)
    return str(connection.execute(query.limit(1)).scalar_one())


def enter_register(connection: sa.Connection, source: str, month: int, path: str, digest: str) -> None:
    """Catalogue the month's register file; where another worker was faster, its file stays."""
    insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    values = {"source": source, "month": month, "path": path, "digest": digest}
    connection.execute(insert(registers).on_conflict_do_nothing(), values)


def append_log(connection: sa.Connection, kind: str, name: str, digest: str, at: int) -> str:
    """Add an entry to the hash chain and return its chain value; entries follow one another one at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('citygauge log'))"))
    before = connection.execute(sa.select(log.c.chain).order_by(log.c.entry.desc()).limit(1)).scalar() or _FIRST_LINK
    chain = hashlib.sha256(bytes.fromhex(before) + bytes.fromhex(digest)).hexdigest()
    connection.execute(sa.insert(log), {"kind": kind, "name": name, "digest": digest, "chain": chain, "at": at})
    return chain
