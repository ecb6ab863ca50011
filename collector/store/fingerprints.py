"""What the last answer of a polled case system said of each case, so that a case read again unchanged is not stored again."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from collector.store.batches import pack, unpack
from collector.store.schema import fingerprints

Prints = dict[str, bytes]


def without_unchanged(table: pa.Table, known: Prints) -> tuple[pa.Table, Prints]:
    """``table`` (cases) without the rows that ``known`` already has, and the fingerprints of all of its rows."""
    columns = [column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in table.columns]
    prints: Prints = {}
    keep = np.ones(table.num_rows, bool)
    for i, row in enumerate(zip(*(column.to_pylist() for column in columns), strict=True)):
        mark = hashlib.blake2b(repr(row).encode(), digest_size=8).digest()
        keep[i] = prints.get(row[0], known.get(row[0])) != mark
        prints[row[0]] = mark
    return table.filter(pa.array(keep)), prints


def read_fingerprints(connection: sa.Connection, source: str) -> Prints | None:
    """None before the source's first good answer."""
    query = sa.select(fingerprints.c.body).where(fingerprints.c.source == source).with_for_update()
    body = connection.execute(query).scalar()
    if body is None:
        return None
    table = unpack(body)
    return dict(zip(table["case"].to_pylist(), table["mark"].to_pylist(), strict=True))


def write_fingerprints(connection: sa.Connection, source: str, before: Prints | None, prints: Prints) -> None:
    if before == prints:
        return
    body = pack(pa.table({"case": pa.array(prints.keys(), pa.string()), "mark": pa.array(prints.values(), pa.binary(8))}))
    if before is None:
        connection.execute(sa.insert(fingerprints), {"source": source, "body": body})
    else:
        connection.execute(sa.update(fingerprints).where(fingerprints.c.source == source), {"body": body})
