"""Evidence: the raw parts of answers, addressed by SHA-256, kept as zstd deltas against the answer before.

An unchanged part costs nothing (its digest is there already), a changed one its differences. A part stands alone at least once a
day, so that a day's evidence needs no other day's; a chain of deltas is never longer than ``LONGEST_CHAIN``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
import zstandard

from collector.archive import Archive
from collector.connector import Part
from collector.errors import CitygaugeError
from collector.periods import iso
from collector.store.schema import evidence

LEVEL = 3
LONGEST_CHAIN = 200
MANIFEST = ""
"""The name under which the list of parts is kept beside them."""
_LARGEST_WINDOW = 1 << 31
_ARCHIVED = ("digest", "base", "depth", "size", "body")


@dataclass(frozen=True)
class Kept:
    """A part as it was kept: its digest, its body (the next poll's base), the depth of its chain and the day it was kept on."""

    digest: str
    body: bytes
    depth: int
    day: int


@dataclass(frozen=True)
class Evidence:
    """What one answer adds: its manifest's digest, rows for the table, and the parts to compare the next answer with."""

    digest: str
    rows: list[dict[str, object]]
    parts: dict[str, Kept]


class EvidenceWriter:
    """Takes the parts of one answer as they come; ``previous`` are those of the source's answer before, where known."""

    def __init__(self, source: str, day: int, previous: dict[str, Kept]) -> None:
        self._source, self._day = source, day
        self._previous = previous
        self._parts: dict[str, Kept] = {}
        self._rows: list[dict[str, object]] = []
        self._manifest: list[dict[str, str | int]] = []

    def add(self, part: Part) -> None:
        kept = self._keep(part.name, part.body)
        self._manifest.append({"bytes": len(part.body), "part": part.name, "sha256": kept.digest})

    def finish(self) -> Evidence:
        manifest = self._keep(MANIFEST, msgspec.json.encode({"parts": self._manifest}))
        return Evidence(manifest.digest, self._rows, self._parts)

    def _keep(self, name: str, body: bytes) -> Kept:
        before = self._previous.get(name)
        base = before if before and before.day == self._day and before.depth < LONGEST_CHAIN else None
        if before and before.day == self._day and before.body == body:
            self._parts[name] = before
            return before
        kept = Kept(hashlib.sha256(body).hexdigest(), body, base.depth + 1 if base else 0, self._day)
        self._parts[name] = kept
        self._rows.append(
            {
                "source": self._source, "day": self._day, "digest": kept.digest, "base": base.digest if base else None,
                "depth": kept.depth, "size": len(body), "body": _compress(body, base.body if base else None),
            }
        )  # fmt: skip
        return kept


def read_evidence(connection: sa.Connection, source: str, digest: str, day: int | None = None) -> bytes:
    """The body with this SHA-256, checked. Raises CitygaugeError where it is not there (retention) or does not match."""
    wanted = sa.select(evidence).where(evidence.c.source == source, evidence.c.digest == digest)
    row = connection.execute(wanted if day is None else wanted.where(evidence.c.day == day)).first()
    if row is None:
        raise CitygaugeError(f"evidence {digest[:12]}… of {source} is not in the store")
    body = _expand(row.body, read_evidence(connection, source, row.base, row.day) if row.base else None)
    if hashlib.sha256(body).hexdigest() != digest:
        raise CitygaugeError(f"evidence {digest[:12]}… of {source} does not match its SHA-256")
    return body


def archive_evidence(connection: sa.Connection, archive: Archive, source: str, day: int) -> None:
    """Move the bodies kept on a day into one Parquet file of the archive, still as deltas (docs/segments.md)."""
    mine = sa.and_(evidence.c.source == source, evidence.c.day == day)
    columns = [evidence.c[name] for name in _ARCHIVED]
    rows = connection.execute(sa.select(*columns).where(mine).order_by(evidence.c.depth, evidence.c.digest)).all()
    if rows:
        names = [column.name for column in columns]
        table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd", use_dictionary=False)
        file = sink.getvalue().to_pybytes()
        archive.write(f"evidence/{source}/{iso(day)[:10]}-{hashlib.sha256(file).hexdigest()[:8]}.parquet", file)
        connection.execute(sa.delete(evidence).where(mine))


def _compress(body: bytes, base: bytes | None) -> bytes:
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary).compress(body)


def _expand(body: bytes, base: bytes | None) -> bytes:
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if base else None
    return zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_LARGEST_WINDOW).decompress(body)
