"""State vectors: the state of every subject of a source after its last good run, and the dictionary of its subjects.

A subject has a dense number ``n`` for ever; a vector is one byte per subject, in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
import zstandard

from collector.records import State, Sweep
from collector.store.batches import pack, unpack, unpack_column
from collector.store.schema import openings, runs, subjects, vectors
from collector.subjects import Dictionary, rows_that_count

FOREVER = 1 << 62
_READ = sa.select(vectors).where(vectors.c.source == sa.bindparam("source"))
_READ_LOCKED = _READ.with_for_update()
_SWEPT = sa.select(
    vectors.c.source,
    sa.select(sa.func.max(subjects.c.run_id)).where(subjects.c.source == vectors.c.source).scalar_subquery(),
)
_TOLD = (
    sa.select(subjects.c.run_id, runs.c.at, subjects.c.body)
    .join_from(subjects, runs, subjects.c.run_id == runs.c.id)
    .where(subjects.c.source == sa.bindparam("source"))
    .order_by(subjects.c.run_id)
)
_VERSION = sa.select(sa.func.max(subjects.c.run_id)).where(subjects.c.source == sa.bindparam("source"))
_UPDATE = sa.update(vectors).where(vectors.c.source == sa.bindparam("of_source"))


@dataclass(frozen=True)
class Vector:
    """States after the run ``run_id`` (0 before any), as uint8 of State, one per subject of the dictionary."""

    run_id: int = 0
    at: int = 0
    states: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))


def read_vector(connection: sa.Connection, source: str, lock: bool = False) -> Vector:
    row = connection.execute(_READ_LOCKED if lock else _READ, {"source": source}).one_or_none()
    return Vector(row.run_id, row.at, unpack_states(row.body)) if row else Vector()


def swept_sources(connection: sa.Connection) -> dict[str, int]:
    """The sources whose states come by sweeps (and not as a log with its own times), with the version of each one's dictionary."""
    return {source: version or 0 for source, version in connection.execute(_SWEPT).all()}


def write_vector(connection: sa.Connection, source: str, before: Vector, after: Vector, changed: bool) -> None:
    """Replace ``before``; where no state changed, only the run that confirmed it."""
    values: dict[str, object] = {"run_id": after.run_id, "at": after.at}
    if changed or not before.run_id:
        values |= {"subjects": len(after.states), "body": pack_states(after.states)}
    if before.run_id:
        connection.execute(_UPDATE, values | {"of_source": source})
    else:
        connection.execute(sa.insert(vectors), {"source": source} | values)


def write_opening(connection: sa.Connection, source: str, day: int, vector: Vector) -> None:
    connection.execute(sa.insert(openings), {"source": source, "day": day, "body": pack_states(vector.states)})


def read_opening(connection: sa.Connection, source: str, day: int) -> np.ndarray:
    """States as ``day`` (a midnight) begins: the vector before the first good run on or after it, else the newest one."""
    query = sa.select(openings.c.body).where(openings.c.source == source, openings.c.day >= day).order_by(openings.c.day)
    body = connection.execute(query.limit(1)).scalar()
    return read_vector(connection, source).states if body is None else unpack_states(body)


def read_dictionary(connection: sa.Connection, source: str, as_of: int | None = None) -> Dictionary:
    """The source's dictionary with attributes as they were told by ``as_of``; subjects that came later are in it too.

    Such a subject is gone until it comes, and its number must have a row.
    """
    told = runs.c.at <= (FOREVER if as_of is None else as_of)
    query = sa.select(subjects.c.body).join_from(subjects, runs, subjects.c.run_id == runs.c.id)
    query = query.where(subjects.c.source == source).order_by(told, sa.case((told, subjects.c.run_id), else_=-subjects.c.run_id))
    tables = [unpack(body) for body in connection.execute(query).scalars()]
    return Dictionary.of_rows(pa.concat_tables(tables)) if tables else Dictionary()


class UnreadColumns:
    """A source's subjects as they were stored, run by run; a column is unpacked when somebody asks for it."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._bodies = bodies
        self._counting = rows_that_count(self._stored("n").to_numpy())
        self.num_rows = len(self["n"])

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        column = self._stored(name)
        return column if self._counting is None else column.take(self._counting)

    def table(self) -> pa.Table:
        return Dictionary.of_rows(pa.concat_tables([unpack(body) for body in self._bodies])).table

    def _stored(self, name: str) -> pa.ChunkedArray:
        return pa.chunked_array([chunk for body in self._bodies for chunk in unpack_column(body, name).chunks])


def dictionary_told(connection: sa.Connection, source: str) -> tuple[int, int, Dictionary]:
    """(version, instant, dictionary): as last told, and when; its columns are unread. 0 before any change."""
    rows = connection.execute(_TOLD, {"source": source}).all()
    if not rows:
        return 0, 0, Dictionary()
    versions, instants, bodies = zip(*rows, strict=True)
    return versions[-1], max(instants), Dictionary(UnreadColumns(bodies))


def dictionary_version(connection: sa.Connection, source: str) -> int:
    """The run that last changed the source's dictionary, 0 before any; a dictionary of that version can be kept."""
    return connection.execute(_VERSION, {"source": source}).scalar() or 0


def write_subjects(connection: sa.Connection, source: str, run_id: int, rows: pa.Table) -> None:
    connection.execute(sa.insert(subjects), {"source": source, "run_id": run_id, "body": pack(rows)})


def apply_sweep(sweep: Sweep, numbers: np.ndarray, before: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The vector after a sweep whose i-th subject is ``numbers[i]``, and the numbers of the subjects that changed.

    A subject that was there and is missing now is gone where the answer is complete, unknown where it is not.
    """
    states = np.full(size, State.GONE, np.uint8)
    states[: len(before)] = before
    if len(numbers) < size:
        missing = np.ones(size, bool)
        missing[numbers] = False
        states[missing & (states != State.GONE)] = State.GONE if sweep.complete else State.UNKNOWN
    states[numbers] = sweep.states
    padded = np.full(size, State.GONE, np.uint8)
    padded[: len(before)] = before
    return states, np.flatnonzero(states != padded)


def pack_states(states: np.ndarray) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(states.tobytes())


def unpack_states(body: bytes) -> np.ndarray:
    return np.frombuffer(zstandard.ZstdDecompressor().decompress(body), np.uint8)
