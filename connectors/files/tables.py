"""A file's bytes as a table: which format they are in is told by the bytes, not by the file's name."""

from __future__ import annotations

import gzip
import io
import zlib
from abc import ABC, abstractmethod
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from collector.errors import SourceChanged
from collector.faults import LINE, ROW
from connectors.files.options import FileOptions


class Sheet(ABC):
    """A table in a file. name: of the file. columns: the file's own names, in order."""

    name: str
    columns: list[str]

    @abstractmethod
    def read(self, wanted: Sequence[str]) -> pa.Table:
        """The columns ``wanted``, each text or, where the format knows types, a time, a number or a truth value."""

    @abstractmethod
    def line(self, row: int) -> int:
        """The line (of a workbook: the row) that an editor shows for data row ``row``, which counts from 0."""

    def place(self, row: int) -> str:
        return LINE(file=self.name, line=self.line(row))


def open_sheet(name: str, body: bytes, options: FileOptions) -> Sheet:
    """The table in ``body``. Raises SourceChanged for bytes that are none."""
    from connectors.files.delimited import Delimited
    from connectors.files.workbook import Workbook

    if body.startswith(b"\x1f\x8b"):
        body = _unpacked(name, body)
    if body.startswith(b"PAR1"):
        return ParquetSheet(name, body)
    if body.startswith(b"PK\x03\x04"):
        return Workbook(name, body, options)
    _refuse_others(name, body)
    return Delimited(name, body, options)


class ParquetSheet(Sheet):
    """A Parquet file; its types are kept."""

    def __init__(self, name: str, body: bytes) -> None:
        self.name = name
        try:
            self._file = pq.ParquetFile(io.BytesIO(body))
            schema = self._file.schema_arrow
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise SourceChanged(name, "is a damaged or incomplete Parquet file") from None
        self.columns = schema.names
        self.metadata = schema.metadata or {}

    def read(self, wanted: Sequence[str]) -> pa.Table:
        table = self.table(wanted)
        return pa.table({one: self._plain(one, table[one]) for one in wanted})

    def table(self, wanted: Sequence[str] | None = None) -> pa.Table:
        """The columns (None: all) in the types of the file."""
        try:
            table = self._file.read(columns=None if wanted is None else list(wanted))
            table.validate(full=True)
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise SourceChanged(self.name, "is a damaged or incomplete Parquet file") from None
        return table

    def line(self, row: int) -> int:
        return row + 1

    def place(self, row: int) -> str:
        return ROW(sheet=self.name, row=self.line(row))

    def _plain(self, column: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
        kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
        if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
            kind = pa.string()
        if pa.types.is_decimal(kind):
            kind = pa.float64()
        known = (pa.types.is_string, pa.types.is_timestamp, pa.types.is_date, pa.types.is_integer, pa.types.is_floating,
                 pa.types.is_boolean)  # fmt: skip
        if not any(is_known(kind) for is_known in known):
            raise SourceChanged(f"{self.name} column {column}", f"holds {kind}; write it as text, number or timestamp")
        return values.cast(kind)


def _unpacked(name: str, body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        raise SourceChanged(name, "is a damaged or incomplete gzip file") from None


def _refuse_others(name: str, body: bytes) -> None:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise SourceChanged(name, "is empty")
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise SourceChanged(name, "is a web page or XML, not a table; export it as CSV, XLSX or Parquet")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceChanged(name, "is an old Excel file (.xls); save it as .xlsx")
