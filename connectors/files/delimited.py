"""Text with one record a line: CSV and what people call so. Every cell stays the text it is: ids keep their zeros."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

import pyarrow as pa
import pyarrow.csv as pacsv

from collector.errors import SourceChanged
from connectors.files.options import FileOptions
from connectors.files.tables import Sheet

BLOCK = 8 << 20
UNREADABLE = "cannot be read as a table: a quotation mark that is not closed, or binary data"


class Delimited(Sheet):
    def __init__(self, name: str, body: bytes, options: FileOptions) -> None:
        self.name = name
        self._has_names = not options.header
        self._delimiter = "\t" if options.delimiter == "whitespace" else options.delimiter
        self._quoted = options.delimiter != "whitespace"
        self._body = _utf8(name, body, options.encoding)
        if options.delimiter == "whitespace":
            self._body = re.sub(rb"[ \t]+", b"\t", re.sub(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)", b"", self._body))
        self.columns = [name.strip() for name in options.header or self._names()]
        self._unread = islice(self._records(), int(self._has_names), None)
        self._lines: list[int] = []

    def read(self, wanted: Sequence[str]) -> pa.Table:
        if next(islice(self._records(), int(self._has_names), None), None) is None:
            return pa.table({one: pa.array([], pa.string()) for one in wanted})
        try:
            return pacsv.read_csv(
                pa.BufferReader(self._body),
                pacsv.ReadOptions(
                    column_names=self.columns, skip_rows_after_names=int(self._has_names), block_size=BLOCK
                ),
                pacsv.ParseOptions(
                    delimiter=self._delimiter,
                    quote_char='"' if self._quoted else False,
                    newlines_in_values=self._quoted and b'"' in self._body,
                    invalid_row_handler=_stop,
                ),
                pacsv.ConvertOptions(default_column_type=pa.string(), include_columns=list(wanted) or self.columns[:1]),
            ).select(list(wanted))
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise self._uneven() from None

    def line(self, row: int) -> int:
        self._lines += [line for line, _ in islice(self._unread, max(0, row + 1 - len(self._lines)))]
        return self._lines[row]

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """(line on which it starts, cells) of every record; empty lines are none."""
        text = io.TextIOWrapper(io.BytesIO(self._body), "utf-8", errors="replace", newline="")
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self._quoted else csv.QUOTE_NONE
        reader = csv.reader(text, delimiter=self._delimiter, quoting=quoting)
        line = 1
        try:
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error:
            raise SourceChanged(f"{self.name} line {line}", UNREADABLE) from None

    def _names(self) -> list[str]:
        return next(self._records(), (1, list[str]()))[1]

    def _uneven(self) -> SourceChanged:
        """What pyarrow stumbled over, with its line; its own text would quote the row."""
        for line, cells in self._records():
            if len(cells) != len(self.columns):
                return SourceChanged(
                    f"{self.name} line {line}",
                    f"has {len(cells)} fields where the columns are {len(self.columns)}; the file is cut short, or"
                    " uses another delimiter",
                )
        return SourceChanged(self.name, UNREADABLE)


def _utf8(name: str, body: bytes, encoding: str) -> bytes:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise SourceChanged(
            f"{name} line {line}", f"is not {encoding}; set encoding (files from Excel: gb18030)"
        ) from None
    text = text.removeprefix("\ufeff")
    return body if encoding == "utf-8" and len(text.encode()) == len(body) else text.encode()


def _stop(_: pacsv.InvalidRow) -> str:
    return "error"
