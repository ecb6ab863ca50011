"""Column batches: Arrow IPC, zstd. How records stand in one cell of the hot store."""

from __future__ import annotations

import pyarrow as pa

_PLAIN, _SMALL = pa.ipc.IpcWriteOptions(), pa.ipc.IpcWriteOptions(compression="zstd")
WORTH_COMPRESSING = 64
"""Rows from which on compressing a batch saves more than it costs."""


def pack(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_SMALL if table.num_rows >= WORTH_COMPRESSING else _PLAIN) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpack_column(body: bytes, name: str) -> pa.ChunkedArray:
    """One column; the others are not decompressed."""
    with pa.ipc.open_stream(body) as reader:
        wanted = reader.schema.get_field_index(name)
    with pa.ipc.open_stream(body, options=pa.ipc.IpcReadOptions(included_fields=[wanted], use_threads=False)) as reader:
        return reader.read_all()[name]


def unpack(body: bytes) -> pa.Table:
    with pa.ipc.open_stream(body) as reader:
        return reader.read_all()
