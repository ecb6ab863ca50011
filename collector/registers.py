"""Register files: who a source's subjects are. One Parquet file a month in the archive, so that segments need not repeat names."""

from __future__ import annotations

import hashlib
from datetime import date
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.archive import Archive
from collector.periods import midnight
from collector.records import ATTRIBUTES
from collector.store.engine import Database
from collector.store.segments import enter_register, register_of_month
from collector.subjects import Dictionary


def register_for(
    database: Database, archive: Archive, source: str, first: date, zone: ZoneInfo, dictionary: Dictionary
) -> tuple[pa.Table, str]:
    """(rows, digest): the dictionary with key and attributes null where the month's register file has the same, and that file.

    first: the month's first day.
    The first day sealed in a month writes the file; later ones keep only what is new or differs.
    """
    table, month = dictionary.table, midnight(first, zone)
    with database.read() as connection:
        entry = register_of_month(connection, source, month)
    if entry is None:
        body = _parquet(table)
        digest = hashlib.sha256(body).hexdigest()
        path = f"registers/{source}/{first:%Y-%m}-{digest[:8]}.parquet"
        archive.write(path, body)
        with database.write() as connection:
            enter_register(connection, source, month, path, digest)
            entry = register_of_month(connection, source, month)
    assert entry is not None
    return _differing(table, pq.read_table(pa.BufferReader(archive.read(*entry)))), entry[1]


def _differing(table: pa.Table, register: pa.Table) -> pa.Table:
    """``table`` with key and attributes only where ``register`` (rows by number, from 0) has another value or no row."""
    common = min(table.num_rows, register.num_rows)
    same = pa.repeat(True, common)
    for name in ("subject", *ATTRIBUTES):
        ours, theirs = (one[name].combine_chunks().slice(0, common) for one in (table, register))
        equal = pc.or_(pc.fill_null(pc.equal(ours, theirs), False), pc.and_(pc.is_null(ours), pc.is_null(theirs)))
        same = pc.and_(same, equal)
    keep = pa.concat_arrays([pc.invert(same), pa.repeat(True, table.num_rows - common)])
    columns = {"n": table["n"]}
    for name in ("subject", *ATTRIBUTES):
        columns[name] = pc.if_else(keep, table[name].combine_chunks(), pa.scalar(None, pa.string()))
    return pa.table(columns, schema=table.schema)


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_statistics=False)
    return bytes(sink.getvalue())
