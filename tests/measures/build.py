"""Short ways to write tables, periods and vouched time down in tests."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from collector.measures.observed import Observed
from collector.periods import Period, Span, instant
from collector.records import INSTANT, Kind, stored_schema
from collector.timeline import Timeline

ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER = Period.parse("2026-10", ZONE)
HOUR = 3_600_000
DAY = 24 * HOUR


def at(text: str, zone: ZoneInfo = ZONE) -> int:
    """``2026-10-05`` or ``2026-10-05 08:30`` as local time; ``05 08:30`` is in October 2026."""
    full = text if len(text) > 8 else f"2026-10-{text}"
    return instant(datetime.fromisoformat(full).replace(tzinfo=zone))


def october(until: str = "2026-11-01", *spans: tuple[str, str], cutoff: str | None = None) -> Observed:
    """October 2026, cut off at its end, vouched for up to ``until`` or over the spans given."""
    vouched = [Span(at(a), at(b)) for a, b in spans] or [Span(at("2026-09-01"), at(until))]
    return Observed(OCTOBER, at(cutoff) if cutoff else OCTOBER.span.end, Timeline(vouched))


def table(kind: Kind, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows with the stored columns of ``kind``: instants as texts or int milliseconds, columns left out null."""
    schema = stored_schema(kind)
    columns = []
    for field in schema:
        values = [row.get(field.name, 0 if field.name == "recorded_at" else None) for row in rows]
        if field.type == INSTANT:
            values = [at(value) if isinstance(value, str) else value for value in values]
        columns.append(pa.array(values, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def cases(*rows: Mapping[str, Any]) -> pa.Table:
    """Cases with ascending keys; opened on 1 October unless they say otherwise."""
    return table(Kind.CASES, [{"case": str(i + 1), "opened_at": "01"} | dict(row) for i, row in enumerate(rows)])
