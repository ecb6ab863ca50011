"""Logs of activity without the account ids: what is kept as evidence after keyed hashing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collector.errors import SourceChanged
from collector.periods import Span
from collector.records import SCHEMAS, Events, Kind
from connectors.files.kinds import Imported
from connectors.files.rows import Rows
from connectors.files.tables import ParquetSheet, Sheet

MARK = b"citygauge"
"""Metadata of such a file: JSON with ``observed`` (ms) and ``faults``, which only the raw file could tell."""


def is_hashed(sheet: Sheet) -> bool:
    return isinstance(sheet, ParquetSheet) and MARK in sheet.metadata


def hashed(rows: Rows, pseudonym: Callable[[str], str]) -> pa.Array:
    """The keyed hashes of the accounts as 16 bytes each; every different account is hashed once."""
    coded = rows.texts("actor").dictionary_encode()
    hashes = [bytes.fromhex(pseudonym(actor)) for actor in coded.dictionary.to_pylist()]
    return pa.array(hashes, pa.binary(16)).take(coded.indices)


def write(found: Imported) -> bytes:
    """A Parquet file of the activity in ``found``; equal records give equal bytes."""
    spans = [[span.start, span.end] for span in found.observed]
    about = json.dumps({"observed": spans, "faults": list(found.events.faults)}, ensure_ascii=False, sort_keys=True)
    out = io.BytesIO()
    table = found.events.table.replace_schema_metadata({MARK: about.encode()})
    pq.write_table(table, out, compression="zstd", use_dictionary=["actor"])
    return out.getvalue()


def read(sheet: ParquetSheet, observed: list[Span]) -> Imported:
    """What ``write`` wrote. Raises SourceChanged for a file that only bears its mark."""
    try:
        about: dict[str, Any] = json.loads(sheet.metadata[MARK])
        spans = [Span(int(start), int(end)) for start, end in about["observed"]]
        faults = tuple(str(fault) for fault in about["faults"])
    except (ValueError, KeyError, TypeError):
        raise SourceChanged(sheet.name, "is a damaged file of hashed activity; import the original again") from None
    table = sheet.table()
    if not table.schema.equals(SCHEMAS[Kind.ACTIVITY]) or any(column.null_count for column in table.columns):
        raise SourceChanged(sheet.name, "is a damaged file of hashed activity; import the original again")
    return Imported(Events(Kind.ACTIVITY, table.replace_schema_metadata(), faults=faults), observed or spans)
