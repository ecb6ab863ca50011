"""The five kinds of record, and the two shapes in which a connector hands them over.

A *sweep* is a complete reading of every subject at one instant (a channel list): only its changes are stored. *Events* are
rows that carry their own times (cases, logins, meter readings, published figures, a log of state changes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

INSTANT = pa.timestamp("ms", tz="UTC")


class Kind(StrEnum):
    STATES = "states"
    CASES = "cases"
    ACTIVITY = "activity"
    READINGS = "readings"
    FIGURES = "figures"


class State(IntEnum):
    """What a subject is in; ``gone`` means missing from an answer that was complete."""

    UNKNOWN = 0
    UP = 1
    DOWN = 2
    GONE = 3


ATTRIBUTES = ("name", "department", "district", "kind")
"""What a register says about a subject beside its key; every one may be null."""

SCHEMAS: Mapping[Kind, pa.Schema] = {
    Kind.STATES: pa.schema([("subject", pa.string()), ("at", INSTANT), ("state", pa.uint8())]),
    Kind.CASES: pa.schema(
        [("case", pa.string())]
        + [(name, INSTANT) for name in ("opened_at", "accepted_at", "due_at", "disposed_at", "closed_at")]
        + [(name, pa.string()) for name in ("status", "category", "department", "district", "found_by")]
        + [("reopened", pa.int32()), ("returned", pa.int32()), ("suspended", pa.bool_())]
    ),
    Kind.ACTIVITY: pa.schema([("actor", pa.binary(16)), ("at", INSTANT)]),
    Kind.READINGS: pa.schema(
        [("meter", pa.string()), ("at", INSTANT), ("kwh", pa.float64()), ("kw", pa.float64()), ("role", pa.string())]
    ),
    Kind.FIGURES: pa.schema(
        [("name", pa.string()), ("at", INSTANT), ("value", pa.float64()), ("unit", pa.string()), ("dimensions", pa.string())]
    ),
}
"""Columns of the records of each kind. cases: ``reopened`` and ``returned`` (返工) count times, ``suspended`` is 挂账.
readings: ``kwh`` is a cumulative counter, ``kw`` a power, one of the two is null. figures: ``dimensions`` is canonical JSON or null."""


STATE_CHANGES = pa.schema([("n", pa.int32()), ("at", INSTANT), ("state", pa.uint8())])
"""How states are stored: by the subject's number in its source's dictionary."""

CASE_INSTANTS = ("opened_at", "accepted_at", "disposed_at", "closed_at")

RUNS = pa.schema(
    [("run", pa.int64()), ("slot", INSTANT), ("run_at", INSTANT), ("outcome", pa.string())]
    + [("vouch_start", INSTANT), ("vouch_end", INSTANT), ("vouch_gaps", pa.string()), ("evidence", pa.string())]
    + [("pseudonymised", pa.bool_()), ("skew_seconds", pa.float64()), ("error", pa.string()), ("faults", pa.string())]
)
"""Runs as a table. vouch_gaps: JSON list of [start, end] in milliseconds inside [vouch_start, vouch_end)."""


def stored_schema(kind: Kind) -> pa.Schema:
    """Columns of a kind's records as stored, followed by ``recorded_at``: when we learned them."""
    return (STATE_CHANGES if kind is Kind.STATES else SCHEMAS[kind]).append(pa.field("recorded_at", INSTANT))


def own_time(kind: Kind, table: pa.Table) -> pa.Array:
    """The instant that decides on a record's day: its ``at``; of a case the latest thing that happened to it."""
    if kind is not Kind.CASES:
        return table["at"].combine_chunks()
    # as whole numbers: the kernel takes no timestamps with a zone
    instants = (table[name].combine_chunks().cast(pa.int64()) for name in CASE_INSTANTS)
    return pc.max_element_wise(*instants, skip_nulls=True).cast(INSTANT)


@dataclass(frozen=True)
class Sweep:
    """Every subject of a source as one answer gave it.

    subjects: keys in answer order, no key twice.
    states: uint8 array of the same length, values of State (never GONE).
    attributes: for some of ATTRIBUTES, a list of the same length.
    complete: whether a subject missing here is gone; where False a missing subject is unknown.
    """

    subjects: list[str]
    states: np.ndarray
    attributes: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    complete: bool = True


@dataclass(frozen=True)
class Events:
    """Rows of one kind, with the columns of SCHEMAS[kind]; the order of rows does not matter.

    faults: what was wrong with single rows without spoiling the answer ("case 17: closed before it was opened").
    """

    kind: Kind
    table: pa.Table
    attributes: pa.Table | None = None
    faults: Sequence[str] = ()

    @classmethod
    def of(cls, kind: Kind, columns: Mapping[str, object], faults: Sequence[str] = ()) -> Events:
        """From columns by name (lists or arrays; instants as int milliseconds); a column left out is null throughout."""
        schema = SCHEMAS[kind]
        length = len(next(iter(columns.values())))  # type: ignore[arg-type]
        arrays = [
            pa.array(columns[one.name], one.type).cast(one.type) if one.name in columns else pa.nulls(length, one.type)
            for one in schema
        ]
        return cls(kind, pa.Table.from_arrays(arrays, schema=schema), faults=tuple(faults))


Records = Sweep | Events
