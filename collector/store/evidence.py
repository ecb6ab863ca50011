"""Evidence: the raw parts of answers, addressed by SHA-256, kept as deltas against the answer before (``store.deltas``).

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

from collector.archive import Archive
from collector.connector import Part, enter
from collector.errors import CitygaugeError
from collector.periods import iso
from collector.store import deltas
from collector.store.schema import evidence

LONGEST_CHAIN = 200
LOOK_AGAIN = 8
"""In a chain of deltas with many differences each, every so manieth is looked at for few."""
MANIFEST = ""
"""The name under which the list of parts is kept beside them."""
_ARCHIVED = ("digest", "base", "depth", "size", "body")


@dataclass(frozen=True)
class Kept:
    """A part as it was kept: its digest, its body (the next poll's base), the depth of its chain and the day it was kept on.

    is_scattered: it differed from its own base in many places.
    """

    digest: str
    body: bytes
    depth: int
    day: int
    is_scattered: bool = False


@dataclass(frozen=True)
class Evidence:
    """What one answer adds: its manifest's digest, and rows for the table."""

    digest: str
    rows: list[dict[str, object]]


class EvidenceWriter:
    """Takes the parts of one answer as they come.

    previous: those of the source's answer before, where known, by name. A part takes the place of its predecessor in there as soon
    as it comes, so that no more than one of them is held twice; what is in there must be forgotten where the rows are not stored.
    """

    def __init__(self, source: str, day: int, previous: dict[str, Kept]) -> None:
        self._source, self._day = source, day
        self._parts = previous
        self._rows: list[dict[str, object]] = []
        self._manifest: dict[str, dict[str, str | int]] = {}

    def add(self, part: Part) -> Part:
        """The part, its body the one that is kept where that is equal. One whose name came before starts over from there."""
        kept = self._keep(part.name, part.body)
        line: dict[str, str | int] = {"bytes": len(part.body), "part": part.name, "sha256": kept.digest}
        enter(self._manifest, part.name, line)
        return part if kept.body is part.body else Part(part.name, kept.body)

    def finish(self, *, complete: bool = True) -> Evidence:
        """Where the answer is ``complete``, a part that did not come is no longer there to be compared with."""
        manifest = self._keep(MANIFEST, msgspec.json.encode({"parts": list(self._manifest.values())}))
        if complete:
            for name in self._parts.keys() - self._manifest.keys() - {MANIFEST}:
                del self._parts[name]
        return Evidence(manifest.digest, self._rows)

    def _keep(self, name: str, body: bytes) -> Kept:
        before = self._parts.get(name)
        base = before if before and before.day == self._day and before.depth < LONGEST_CHAIN else None
        if before and before.day == self._day and before.body == body:
            return before
        digest, depth = hashlib.sha256(body).hexdigest(), base.depth + 1 if base else 0
        stored = _stored(body, base, depth)
        self._rows.append(
            {
                "source": self._source, "day": self._day, "digest": digest, "base": base.digest if base else None,
                "depth": depth, "size": len(body), "body": stored,
            }
        )  # fmt: skip
        is_scattered = base is not None and not deltas.is_spliced(stored)
        kept = self._parts[name] = Kept(digest, body, depth, self._day, is_scattered)
        return kept


def _stored(body: bytes, base: Kept | None, depth: int) -> bytes:
    """What is scattered is likely to be so again: few differences are then looked for now and then only."""
    if base is None:
        return deltas.packed(body)
    return deltas.delta(body, base.body, is_scattered=base.is_scattered and depth % LOOK_AGAIN != 0)


def read_evidence(connection: sa.Connection, source: str, digest: str, day: int | None = None) -> bytes:
    """The body with this SHA-256, checked. Raises CitygaugeError where it is not there (retention) or does not match."""
    wanted = sa.select(evidence).where(evidence.c.source == source, evidence.c.digest == digest)
    row = connection.execute(wanted if day is None else wanted.where(evidence.c.day == day)).first()
    if row is None:
        raise CitygaugeError(f"evidence {digest[:12]}… of {source} is not in the store")
    body = deltas.restored(row.body, read_evidence(connection, source, row.base, row.day) if row.base else None)
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
