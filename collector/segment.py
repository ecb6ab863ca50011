"""The day segment: one Parquet file per source and day that anybody can read, and that needs no other day.

A file holds several *parts*, told apart by the column ``part`` and kept in row groups of their own; columns that a part does not have
are null. ``run``: what was asked and what the answers vouch for. ``subject`` (states only): every subject's number, its state as the day
begins and its roll-up in milliseconds; key and attributes only where the register file does not have them already. ``carried``: what a
day needs from before it (open cases, each meter's last reading). ``record``: the day's records. The format is in docs/segments.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.errors import CitygaugeError
from collector.records import ATTRIBUTES, RUNS, Kind, State, stored_schema

FORMAT = 1
_DIFFERENCES = ("n", "run", "slot", "run_at", "vouch_start", "vouch_end")
"""Subjects stand in the order of their numbers and runs in that of their instants: their differences take a third of what a dictionary of
them takes, or nothing where polls are punctual."""
_OF_A_CASE = ("opened_at", "accepted_at", "due_at", "disposed_at", "closed_at")
"""Hardly two cases share an instant: differences are smaller than a dictionary of them too, and read in half the time."""
_ENCODINGS = {**dict.fromkeys((*_DIFFERENCES, *_OF_A_CASE), "DELTA_BINARY_PACKED"), "case": "PLAIN"}
_KEY = b"citygauge"
ROLL_UP = ("owed_ms", "up_ms", "unknown_ms", "sampling_ms")
SUBJECT_ROWS = pa.schema(
    [("n", pa.int32()), ("subject", pa.string())]
    + [(name, pa.string()) for name in ATTRIBUTES]
    + [("opening", pa.uint8())]
    + [(name, pa.int32()) for name in ROLL_UP]
)


@dataclass(frozen=True)
class Heading:
    """What a segment says of itself. number: 0 for the day's segment, 1… for supplements. register: digest of the register file."""

    source: str
    kind: str
    day: str
    zone: str
    start: int
    end: int
    number: int
    sealed_at: int
    register: str | None
    software: str


def part_schemas(kind: Kind) -> dict[str, pa.Schema]:
    """The parts of a segment of this kind, in file order, with their columns."""
    records = stored_schema(kind)
    parts = {"run": RUNS}
    if kind is Kind.STATES:
        parts["subject"] = SUBJECT_ROWS
    elif kind in (Kind.CASES, Kind.READINGS):
        parts["carried"] = records
    return parts | {"record": records}


def write_segment(heading: Heading, parts: dict[str, pa.Table]) -> bytes:
    """The file's bytes; the same parts give the same bytes."""
    schemas = part_schemas(Kind(heading.kind))
    columns = {field.name: field.type for schema in schemas.values() for field in schema}
    schema = pa.schema([("part", pa.string()), *columns.items()])
    groups = {name: i for i, name in enumerate(schemas)}
    about = asdict(heading) | {
        "format": FORMAT, "groups": groups, "rows": {name: parts[name].num_rows for name in schemas},
        "departures": _departures(parts["record"]),
    }  # fmt: skip
    sink = pa.BufferOutputStream()
    metadata = {_KEY: json.dumps(about, ensure_ascii=False, sort_keys=True).encode()}
    with pq.ParquetWriter(
        sink, schema.with_metadata(metadata), compression="zstd", compression_level=9, write_statistics=False,
        column_encoding={name: encoding for name, encoding in _ENCODINGS.items() if name in columns},
        use_dictionary=[name for name in schema.names if name not in _ENCODINGS], data_page_size=8 << 20, max_rows_per_page=1 << 22,
    ) as writer:  # fmt: skip
        for name in schemas:  # a part without rows gets a row group too, an empty one
            writer.write_table(_widened(name, parts[name], schema), row_group_size=max(1, parts[name].num_rows))
    return bytes(sink.getvalue())


SMALL = 65_536
"""Bytes of a part that an open segment keeps: of a county, whose year is read once for every indicator, and not of a large city."""


THREADED = 1 << 17
"""Rows from which on reading columns side by side saves more than it costs."""


class Segment:
    """A segment's bytes opened for reading, part by part and column by column.

    rows: of each part. departures: how many of the records say that a subject left its source's list.
    """

    def __init__(self, body: bytes) -> None:
        try:
            self._file = pq.ParquetFile(pa.BufferReader(body))
            about = json.loads(self._file.schema_arrow.metadata[_KEY])
        except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise CitygaugeError(f"this is not a day segment ({type(error).__name__})") from None
        if about.pop("format") != FORMAT:
            raise CitygaugeError("this day segment was written by a newer version of Citygauge")
        self._groups: dict[str, int] = about.pop("groups")
        self.rows: dict[str, int] = about.pop("rows")
        self.departures: int = about.pop("departures")
        self.heading = Heading(**about)
        self._body = body
        self.kind = Kind(self.heading.kind)
        self._small: dict[tuple[str, ...], pa.Table] = {}

    def part(self, name: str, columns: Sequence[str] | None = None, encoded: Sequence[str] = ()) -> pa.Table:
        """A part's rows with its own columns, or those asked for.

        encoded: columns of texts to be given as dictionary arrays, as they lie in the file; texts take longer to put together.
        """
        schema = part_schemas(self.kind)[name]
        wanted = list(columns or schema.names)
        if not self.rows[name]:
            return encoded_columns(pa.schema([schema.field(column) for column in wanted]).empty_table(), encoded)
        key = (name, *wanted, "", *encoded)
        if (kept := self._small.get(key)) is not None:
            return kept
        file = self._reading(encoded) if encoded else self._file
        threaded = self.rows[name] >= THREADED
        table = file.read_row_group(self._groups[name], columns=wanted, use_threads=threaded).select(wanted)
        if table.nbytes <= SMALL:
            self._small[key] = table
        return table

    def _reading(self, encoded: Sequence[str]) -> pq.ParquetFile:
        return pq.ParquetFile(pa.BufferReader(self._body), metadata=self._file.metadata, read_dictionary=list(encoded))


def encoded_columns(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """With these columns of texts as dictionary arrays."""
    for name in names:
        table = table.set_column(table.column_names.index(name), name, table[name].dictionary_encode())
    return table


def _departures(records: pa.Table) -> int:
    return int(pc.sum(pc.equal(records["state"], State.GONE)).as_py() or 0) if "n" in records.column_names else 0


def _widened(name: str, table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [pa.repeat(name, table.num_rows) if field.name == "part" else _column(table, field) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray | pa.Array:
    return table[field.name] if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
