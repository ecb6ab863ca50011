"""Snapshots as stored: the canonical bytes by period and revision, signed, and their leaf in the log."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from collector.store.log import append_log
from collector.store.schema import runs, snapshots


@dataclass(frozen=True)
class Snapshot:
    """One revision of a period; ``body`` is the canonical JSON that ``digest`` is the SHA-256 of, ``envelope`` signs it."""

    period: str
    revision: int
    digest: str
    created_at: int
    body: bytes
    envelope: bytes | None = None

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


def latest_snapshot(connection: sa.Connection, period: str) -> Snapshot | None:
    return snapshot_revision(connection, period, None)


def snapshot_revision(connection: sa.Connection, period: str, revision: int | None) -> Snapshot | None:
    """A revision of the period, None for the newest one."""
    query = sa.select(snapshots).where(snapshots.c.period == period)
    if revision is not None:
        query = query.where(snapshots.c.revision == revision)
    row = connection.execute(query.order_by(snapshots.c.revision.desc()).limit(1)).mappings().one_or_none()
    return Snapshot(**row) if row else None


def all_snapshots(connection: sa.Connection) -> list[Snapshot]:
    query = sa.select(snapshots).order_by(snapshots.c.period, snapshots.c.revision)
    return [Snapshot(**row) for row in connection.execute(query).mappings()]


def store_snapshot(
    connection: sa.Connection, period: str, revision: int, at: int, body: bytes, envelope: bytes | None = None
) -> Snapshot:
    snapshot = Snapshot(period, revision, hashlib.sha256(body).hexdigest(), at, body, envelope)
    connection.execute(sa.insert(snapshots), snapshot.__dict__)
    append_log(connection, "snapshot", f"{period}/{revision}", snapshot.digest, at)
    return snapshot


def first_run_of_city(connection: sa.Connection) -> int | None:
    at: int | None = connection.execute(sa.select(sa.func.min(runs.c.at))).scalar()
    return at
