"""Chosen rows as records of each kind, and the time that they vouch for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.errors import SourceChanged
from collector.faults import CASE, CLOSED_EARLY, NO_VALUE
from collector.periods import MILLISECOND, Span
from collector.records import INSTANT, SCHEMAS, Events, Kind
from connectors.files.cells import first
from connectors.files.rows import Rows
from connectors.files.states import state_events
from connectors.files.times import Times


@dataclass(frozen=True)
class Imported:
    """Records, and the spans that they vouch for."""

    events: Events
    observed: list[Span]


def imported(rows: Rows, observed: list[Span], actors: Callable[[Rows], pa.Array] | None = None) -> Imported:
    """The records in ``rows``.

    observed: as the city file says, else from the first to the last instant in the rows. actors: how account pseudonyms
    (16 bytes) are made of the column ``actor``; without it they must stand there already.
    """
    kind = rows.options.kind
    times = {name: rows.times(name) for name in SCHEMAS[kind].names if _is_time(kind, name) and rows.has(name)}
    observed = observed or _extent(rows, times)
    if kind is Kind.STATES:
        events = state_events(rows, times["at"], max((span.end for span in observed), default=0))
    else:
        events = _events(rows, times, actors or _actors)
    leaps = [fault for name, those in times.items() for fault in rows.leaps(name, those)]
    return Imported(Events(kind, events.table, events.attributes, (*events.faults, *leaps)), observed)


def _is_time(kind: Kind, name: str) -> bool:
    return bool(SCHEMAS[kind].field(name).type == INSTANT)


def _extent(rows: Rows, times: Mapping[str, Times]) -> list[Span]:
    """From the first to the last instant; a date reaches to its day's end, the last sample one interval further."""
    decided = [those for name, those in times.items() if name != "due_at" and those.given.any()]
    if not decided:
        return []
    start = min(int(those.at[those.given].min()) for those in decided)
    end = max(int(those.end[those.given].max()) for those in decided)
    if rows.options.reads == "samples":
        end += rows.options.last_counts_for // MILLISECOND
    return [Span(start, end)] if end > start else []


def _events(rows: Rows, times: Mapping[str, Times], actors: Callable[[Rows], pa.Array]) -> Events:
    kind = rows.options.kind
    columns = {name: those.array().cast(INSTANT) for name, those in times.items()}
    for name in SCHEMAS[kind].names:
        if name not in columns:
            columns[name] = actors(rows) if name == "actor" else rows.column(name)
    table = pa.Table.from_arrays([columns[name] for name in SCHEMAS[kind].names], schema=SCHEMAS[kind])
    if kind is Kind.CASES:
        return Events(kind, table, faults=_closed_before_opened(rows, table))
    if kind is Kind.READINGS:
        return _measured(rows, table, ("kwh", "kw"))
    return _measured(rows, table, ("value",)) if kind is Kind.FIGURES else Events(kind, table)


def _closed_before_opened(rows: Rows, table: pa.Table) -> tuple[str, ...]:
    wrong = pc.fill_null(pc.less(table["closed_at"], table["opened_at"]), False).to_numpy()
    return tuple(rows.faults(wrong, lambda row: CLOSED_EARLY(place=CASE(case=table["case"][row].as_py()))))


def _measured(rows: Rows, table: pa.Table, names: tuple[str, ...]) -> Events:
    """Rows that say something, each once: a row without a value says that nothing was read, which is no record."""
    if not any(rows.has(name) for name in names):
        raise SourceChanged(
            f"{rows.sheet.name} column {' or '.join(names)}", "is not in the file; name it under columns:"
        )
    given = np.stack([table[name].is_valid().to_numpy() for name in names]).sum(axis=0)
    if (row := first(given > 1)) is not None:
        raise rows.wrong(row, names[1], "kwh and kw are both given; map the one that the meter is to be measured by")
    blank = int((given == 0).sum())
    faults = (NO_VALUE(place=rows.sheet.name, count=blank),) if blank else ()
    table = table.filter(pa.array(given > 0))
    table = table.group_by(table.column_names, use_threads=False).aggregate([])
    return Events(rows.options.kind, table.cast(SCHEMAS[rows.options.kind]), faults=faults)


def _actors(rows: Rows) -> pa.Array:
    """Account pseudonyms from 32 hex digits; a raw id is refused, and not quoted."""
    coded = rows.texts("actor").dictionary_encode()
    found = coded.dictionary.to_pylist()
    hashes = [_bytes(text) for text in found]
    if None in hashes:
        row = pc.index(coded.indices, hashes.index(None)).as_py()
        raise rows.wrong(row, "actor", "is not 32 hex digits: account ids must be replaced by their keyed hash first")
    return pa.array(hashes, pa.binary(16)).take(coded.indices)


def _bytes(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) if len(text) == 32 else None
    except ValueError:
        return None
