"""Kept answers after they were taken: moved to the archive with their day, read back from either place, removed when they are old.

In the archive a day's bodies of a source are one file (two where something came late), still as deltas (docs/segments.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from collector.archive import Archive
from collector.errors import CitygaugeError
from collector.store import deltas
from collector.store.schema import evidence

Stored = tuple[str | None, bytes]
"""(digest of the base or None, the body as it is stored)."""
FOLDER = "evidence"
_ARCHIVED = ("digest", "base", "depth", "size", "body")


def read_evidence(
    connection: sa.Connection,
    source: str,
    digest: str,
    day: int | None = None,
    archived: Mapping[str, Stored] | None = None,
) -> bytes:
    """The body with this SHA-256, checked. Raises CitygaugeError where it is not there (retention) or does not match.

    day: midnight of the day it was kept on. archived: of that day, what is in the archive.
    """
    chain: list[bytes] = []  # the body's differences against its base, those of the base against its own, …
    wanted: str | None = digest
    while wanted is not None:
        found = (archived or {}).get(wanted) or _hot(connection, source, wanted, day)
        if found is None:
            raise CitygaugeError(f"evidence {digest[:12]}… of {source} is no longer kept; its digest stays in the run")
        wanted, stored = found
        chain.append(stored)
    body = deltas.restored(chain.pop(), None)
    while chain:
        body = deltas.restored(chain.pop(), body)
    if hashlib.sha256(body).hexdigest() != digest:
        raise CitygaugeError(f"evidence {digest[:12]}… of {source} does not match its SHA-256")
    return body


def _hot(connection: sa.Connection, source: str, digest: str, day: int | None) -> Stored | None:
    wanted = sa.select(evidence.c.base, evidence.c.body).where(evidence.c.source == source, evidence.c.digest == digest)
    row = connection.execute(wanted if day is None else wanted.where(evidence.c.day == day)).first()
    return None if row is None else (row.base, row.body)


def archive_evidence(connection: sa.Connection, archive: Archive, source: str, day: int, label: date) -> None:
    """Move the bodies kept on a day into one Parquet file of the archive. day: its midnight; label: its date, in the file's name."""
    mine = sa.and_(evidence.c.source == source, evidence.c.day == day)
    columns = [evidence.c[name] for name in _ARCHIVED]
    rows = connection.execute(sa.select(*columns).where(mine).order_by(evidence.c.depth, evidence.c.digest)).all()
    if rows:
        names = [column.name for column in columns]
        table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd", use_dictionary=False)
        file = sink.getvalue().to_pybytes()
        archive.write(f"{FOLDER}/{source}/{label.isoformat()}-{hashlib.sha256(file).hexdigest()[:8]}.parquet", file)
        connection.execute(sa.delete(evidence).where(mine))


def archived_evidence(archive: Archive, source: str, label: date) -> dict[str, Stored]:
    """What the archive has of a day, by digest."""
    found: dict[str, Stored] = {}
    for name, day in evidence_files(archive, source):
        if day == label and (file := archive.derived(name)) is not None:
            rows = pq.read_table(pa.BufferReader(file), columns=["digest", "base", "body"])
            digests, bases, bodies = (rows[column].to_pylist() for column in rows.column_names)
            found |= dict(zip(digests, zip(bases, bodies, strict=True), strict=True))
    return found


def evidence_files(archive: Archive, source: str) -> Iterator[tuple[str, date]]:
    """(name, day) of the source's files, the oldest first."""
    for name in sorted(archive.names(f"{FOLDER}/{source}")):
        if name.endswith(".parquet"):  # others are not written whole yet
            yield name, date.fromisoformat(name.rsplit("/", 1)[-1][: len("2026-10-01")])


def days_with_evidence(connection: sa.Connection) -> list[tuple[str, int]]:
    """(source, midnight) of the answers that are still in the store."""
    rows = connection.execute(sa.select(evidence.c.source, evidence.c.day).distinct()).all()
    return [(source, day) for source, day in rows]


def remove_evidence(connection: sa.Connection, source: str, day: int) -> None:
    """Take a day's answers out of the store."""
    connection.execute(sa.delete(evidence).where(evidence.c.source == source, evidence.c.day == day))


def sources_with_evidence(archive: Archive) -> list[str]:
    """Also those that the city file no longer names."""
    return sorted(name.rsplit("/", 1)[-1] for name in archive.names(FOLDER))
