"""Files: tables that somebody exports and hands over by ``citygauge import SOURCE FILE…``.

Source:
    Whatever a subsystem or an office exports: CSV and other delimited text (quoted as in RFC 4180; also gzipped), Excel
    workbooks (.xlsx), Apache Parquet. The bytes tell which, not the name. A row is a record of the configured ``kind``;
    ``columns`` names the file's columns for ours, all others are left alone.
    Times are ISO 8601 (or ``time_format``), without an offset in the source's ``timezone``; a date alone stands for its
    whole day. A log of states is one of changes (``reads: changes``: a row holds until the subject's next row) or of
    samples (``reads: samples``: at most ``holds``, then the subject is unknown).
    The rows vouch for ``observed``; where the city file does not say it, for the time from the first to the last
    instant in them (of cases: opened, accepted, disposed, closed), of samples one interval further (``every``, at most
    ``holds``).
Cadence:
    When a file comes; nothing is polled. The same file again, or one that overlaps it, does no harm.
Sample:
    site,commit_time_utc,status
    portal,2026-10-01T08:00:00Z,up
    portal,2026-10-03T02:15:00Z,down
    with columns: {subject: site, at: commit_time_utc, state: status}
Not used:
    Columns that are not mapped. Formulas, formats and further sheets of a workbook. File names and dates.
Doubts:
    A CSV that was cut exactly at a line's end looks complete. An Excel file in which a regional setting has swapped day
    and month looks well-formed; where only some cells became dates, the mixture of dates and texts is refused.
    Activity is hashed by ``redact`` before anything is stored; a hash that already stands in the file is hashed again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from collector.connector import Connector, Part, Poll
from collector.errors import ConfigurationError, SourceUnavailable
from collector.periods import Span, instant
from collector.records import SCHEMAS, Events, Kind
from connectors.files import pseudonyms
from connectors.files.kinds import Imported, imported
from connectors.files.options import FileOptions
from connectors.files.rows import choose
from connectors.files.tables import ParquetSheet, open_sheet

__all__ = ["File", "Imported"]


class File(Connector):
    Options = FileOptions

    def __init__(self, options: FileOptions, zone: ZoneInfo) -> None:
        self.kind = options.kind
        self._options = options
        self._zone = zone
        self._observed = [_span(start, end, zone) for start, end in options.observed]

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:  # noqa: ARG002  nothing to ask
        yield from _nothing_to_fetch()
        return None

    def parse(self, parts: Iterable[Part]) -> Events:
        return _joined(self.kind, [self.read(part.name, part.body).events for part in parts])

    def read(self, name: str, body: bytes) -> Imported:
        """The records in one file, and the spans that it vouches for. Raises SourceChanged, naming line and column."""
        sheet = open_sheet(name, body, self._options)
        if self.kind is Kind.ACTIVITY and isinstance(sheet, ParquetSheet) and pseudonyms.is_hashed(sheet):
            return pseudonyms.read(sheet, self._observed)
        return imported(choose(sheet, self._options, self._zone), self._observed)

    def redact(self, name: str, body: bytes, pseudonym: Callable[[str], str]) -> tuple[str, bytes]:
        """The file as it may be kept as evidence: of activity a Parquet file with hashes in place of account ids.

        ``read`` gives the same records for it. Other kinds, and what is such a file already, come back as they are.
        """
        if self.kind is not Kind.ACTIVITY:
            return name, body
        sheet = open_sheet(name, body, self._options)
        if pseudonyms.is_hashed(sheet):
            return name, body
        rows = choose(sheet, self._options, self._zone)
        found = imported(rows, [], lambda those: pseudonyms.hashed(those, pseudonym))
        return f"{name}.hashed.parquet", pseudonyms.write(found)


def _nothing_to_fetch() -> Iterator[Part]:
    raise SourceUnavailable("rows of this source come by `citygauge import SOURCE FILE…`; it is never polled")


def _span(start: str, end: str, zone: ZoneInfo) -> Span:
    span = Span(_instant(start, zone), _instant(end, zone))
    if span.end <= span.start:
        raise ConfigurationError(f"observed: [{start}, {end}] ends at or before its start")
    return span


def _instant(text: str, zone: ZoneInfo) -> int:
    moment = datetime.fromisoformat(text)
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _joined(kind: Kind, pieces: list[Events]) -> Events:
    """The records of several files; of a subject's attributes the last file that names it tells."""
    if len(pieces) == 1:
        return pieces[0]
    table = pa.concat_tables([SCHEMAS[kind].empty_table(), *(piece.table for piece in pieces)])
    told = [piece.attributes for piece in pieces if piece.attributes is not None]
    rows = {row["subject"]: row for attributes in told for row in attributes.to_pylist()}
    names = dict.fromkeys(name for attributes in told for name in attributes.column_names)
    attributes = pa.table({name: [row.get(name) for row in rows.values()] for name in names}) if told else None
    return Events(kind, table, attributes, tuple(fault for piece in pieces for fault in piece.faults))
