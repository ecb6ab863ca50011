"""Snapshots as stored: the canonical bytes by period and revision, and their entry in the hash chain."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from collector.store.schema import runs, snapshots
from collector.store.segments import append_log

OWN_FIELDS = ("revision", "as_of", "previous", "software")
"""What a revision says of itself; all else in a snapshot is its content."""


@dataclass(frozen=True)
class Snapshot:
    """One revision of a period; ``body`` is the canonical JSON that ``digest`` is the SHA-256 of."""

    period: str
    revision: int
    digest: str
    created_at: int
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def content(self) -> dict[str, Any]:
        return {key: value for key, value in self.document.items() if key not in OWN_FIELDS}


def latest_snapshot(connection: sa.Connection, period: str) -> Snapshot | None:
    query = sa.select(snapshots).where(snapshots.c.period == period).order_by(snapshots.c.revision.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return Snapshot(**row) if row else None


def all_snapshots(connection: sa.Connection) -> list[Snapshot]:
    query = sa.select(snapshots).order_by(snapshots.c.period, snapshots.c.revision)
    return [Snapshot(**row) for row in connection.execute(query).mappings()]


def store_snapshot(connection: sa.Connection, period: str, revision: int, at: int, body: bytes) -> Snapshot:
    snapshot = Snapshot(period, revision, hashlib.sha256(body).hexdigest(), at, body)
    connection.execute(sa.insert(snapshots), snapshot.__dict__)
    append_log(connection, "snapshot", f"{period}/{revision}", snapshot.digest, at)
    return snapshot


def first_run_of_city(connection: sa.Connection) -> int | None:
    at: int | None = connection.execute(sa.select(sa.func.min(runs.c.at))).scalar()
    return at
