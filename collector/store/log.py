"""The log of everything that was ever frozen, in order: the leaves of the Merkle tree, and the checkpoints signed over it."""

from __future__ import annotations

import sqlalchemy as sa

from collector.proof.leaves import Leaf
from collector.store.schema import checkpoints, log

_NEWEST = sa.select(sa.func.max(log.c.entry))


def append_log(connection: sa.Connection, kind: str, name: str, digest: str, at: int) -> None:
    """Add a leaf; leaves follow one another one at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('citygauge log'))"))
    connection.execute(sa.insert(log), {"kind": kind, "name": name, "digest": digest, "at": at})


def newest_entry(connection: sa.Connection) -> int:
    """The number of the entry added last, 0 before any; entries are added in the order in which they become visible."""
    return connection.execute(_NEWEST).scalar() or 0


def leaves(connection: sa.Connection, until: int | None = None) -> list[Leaf]:
    """The first ``until`` leaves, or all of them."""
    query = sa.select(log.c.kind, log.c.name, log.c.digest, log.c.at).order_by(log.c.entry).limit(until)
    return [Leaf(**row) for row in connection.execute(query).mappings()]


def keep_checkpoint(connection: sa.Connection, size: int, at: int, text: str) -> None:
    connection.execute(sa.insert(checkpoints), {"size": size, "at": at, "text": text})


def checkpoint_of(connection: sa.Connection, size: int) -> str | None:
    return connection.execute(sa.select(checkpoints.c.text).where(checkpoints.c.size == size)).scalar()


def covering_checkpoint(connection: sa.Connection, period: str, revision: int) -> tuple[int, str] | None:
    """(size, text) of the earliest checkpoint over a log that has the snapshot."""
    size = place_in_log(connection, "snapshot", f"{period}/{revision}")
    if size is None:
        return None
    query = sa.select(checkpoints.c.size, checkpoints.c.text).where(checkpoints.c.size >= size)
    row = connection.execute(query.order_by(checkpoints.c.size).limit(1)).one_or_none()
    return (row.size, row.text) if row else None


def newest_checkpoint(connection: sa.Connection) -> str | None:
    """The kept checkpoint over the most leaves."""
    return connection.execute(sa.select(checkpoints.c.text).order_by(checkpoints.c.size.desc()).limit(1)).scalar()


def place_in_log(connection: sa.Connection, kind: str, name: str) -> int | None:
    """How many leaves there are up to and with this one."""
    entry = sa.select(log.c.entry).where(log.c.kind == kind, log.c.name == name).scalar_subquery()
    count: int = connection.execute(sa.select(sa.func.count()).where(log.c.entry <= entry)).scalar_one()
    return count or None
