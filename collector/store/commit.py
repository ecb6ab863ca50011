"""The one transaction of a poll: evidence, records, the new state vector and the run commit together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from collector.periods import MILLISECOND, Span
from collector.records import INSTANT, STATE_CHANGES, Events, Kind, Records, Sweep
from collector.sources import OpenSource
from collector.store import schema
from collector.store.evidence import Evidence
from collector.store.fingerprints import read_fingerprints, without_unchanged, write_fingerprints
from collector.store.hot import split_by_day, write_batches
from collector.store.runs import Outcome, Run, insert_run, run_of_slot
from collector.store.vectors import (
    Vector,
    apply_sweep,
    read_dictionary,
    read_vector,
    write_opening,
    write_subjects,
    write_vector,
)
from collector.subjects import Dictionary


class AlreadyAnswered(Exception):
    """Another process has answered for the slot; nothing of this transaction may stay."""


def commit(source: OpenSource, run: Run, records: Records | None, answer: Evidence) -> Run:
    """Store a run with what it brought (None where it failed), or return the run that already answers for its slot."""
    try:
        with source.database.write() as connection:
            if isinstance(records, Sweep):
                run, remember = _sweep(connection, source, run, records, answer)
            elif records is not None:
                run, remember = _events(connection, source, run, records, answer), _nothing
            else:
                run, remember = _insert(connection, source, run, answer), _nothing
    except AlreadyAnswered:
        with source.database.read() as connection:
            done = run_of_slot(connection, source.id, run.slot)
        assert done is not None
        return done
    # Only after the commit: the next answer's deltas must never stand on something that was rolled back.
    source.memory.parts = answer.parts
    remember()
    return run


def _insert(connection: sa.Connection, source: OpenSource, run: Run, answer: Evidence) -> Run:
    """The run with its number; what is new of its evidence is stored, a body that is there already left as it is."""
    run = replace(run, evidence=answer.digest)
    number = insert_run(connection, run)
    if number is None:
        raise AlreadyAnswered
    if answer.rows:
        insert = sqlite_insert if source.database.is_sqlite else postgres_insert
        connection.execute(insert(schema.evidence).on_conflict_do_nothing(), answer.rows)
    return replace(run, id=number)


def _sweep(
    connection: sa.Connection, source: OpenSource, run: Run, sweep: Sweep, answer: Evidence
) -> tuple[Run, Callable[[], None]]:
    """A good run of a source of states. An answer overtaken by a later poll is of no use any more: its slot is missed."""
    vector = read_vector(connection, source.id, lock=True)
    if vector.run_id and vector.at >= run.at:
        late = replace(run, outcome=Outcome.MISSED, error_kind="Overtaken", error="a later poll was faster")
        return _insert(connection, source, late, answer), _nothing
    span = Span(run.at, run.at + source.settings.holds_for // MILLISECOND)
    run = _insert(connection, source, replace(run, vouches=(span,), rows=len(sweep.subjects)), answer)
    numbers, dictionary = _number(connection, source, sweep, run.id, len(vector.states))
    _write_states(connection, source, run, vector, *apply_sweep(sweep, numbers, vector.states, dictionary.size))

    def remember() -> None:
        memory = source.memory
        memory.dictionary, memory.numbers = dictionary, numbers
        memory.subjects, memory.attributes = sweep.subjects, sweep.attributes
        memory.sweep, memory.digest = sweep, answer.digest

    return run, remember


def _events(connection: sa.Connection, source: OpenSource, run: Run, events: Events, answer: Evidence) -> Run:
    """A good run of an event source: rows that the answer before already brought unchanged are not stored again."""
    table = _new_rows(connection, source, events)
    run = _insert(connection, source, replace(run, rows=table.num_rows), answer)
    if events.kind is Kind.STATES:
        table = _number_events(connection, source, events, run.id)
    write_batches(connection, source.id, run.id, list(split_by_day(events.kind, table, source.zone)))
    return run


def _nothing() -> None:
    """What is left to remember of an answer that was not a sweep."""


def _new_rows(connection: sa.Connection, source: OpenSource, events: Events) -> pa.Table:
    """The rows to store: of a polled case system those that differ from what its last answer said."""
    if events.kind is not Kind.CASES or not source.settings.polled:
        return events.table
    known = read_fingerprints(connection, source.id)
    table, prints = without_unchanged(events.table, known or {})
    write_fingerprints(connection, source.id, known, prints)
    return table


def _number(
    connection: sa.Connection, source: OpenSource, sweep: Sweep, run_id: int, size: int
) -> tuple[np.ndarray, Dictionary]:
    """The dictionary numbers of a sweep's subjects; new subjects and changed attributes are written."""
    memory = source.memory
    current = memory.dictionary.size == size
    if current and (sweep is memory.sweep or (memory.subjects == sweep.subjects and memory.attributes == sweep.attributes)):
        return memory.numbers, memory.dictionary
    dictionary = memory.dictionary if current and size else read_dictionary(connection, source.id)
    dictionary, rows, numbers = dictionary.merge(sweep.subjects, _with_defaults(source, sweep))
    if rows.num_rows:
        write_subjects(connection, source.id, run_id, rows)
    return numbers, dictionary


def _with_defaults(source: OpenSource, sweep: Sweep) -> dict[str, Sequence[str | None]]:
    """The answer's attributes, and the source's own department and district where the answer has none."""
    fixed = {"department": source.settings.department, "district": source.settings.district}
    defaults = {name: [value] * len(sweep.subjects) for name, value in fixed.items() if value is not None}
    return defaults | dict(sweep.attributes)


def _write_states(
    connection: sa.Connection, source: OpenSource, run: Run, vector: Vector, states: np.ndarray, changed: np.ndarray
) -> None:
    day = source.midnight(run.at)
    if not vector.run_id or source.midnight(vector.at) != day:
        write_opening(connection, source.id, day, vector)
    if len(changed):
        instants = pa.repeat(run.at, len(changed)).cast(INSTANT)
        columns = [pa.array(changed, pa.int32()), instants, pa.array(states[changed], pa.uint8())]
        write_batches(connection, source.id, run.id, [(day, pa.Table.from_arrays(columns, schema=STATE_CHANGES))])
    write_vector(connection, source.id, vector, Vector(run.id, run.at, states), changed=bool(len(changed)))


def _number_events(connection: sa.Connection, source: OpenSource, events: Events, run_id: int) -> pa.Table:
    """A log of states by key as one by number; its subjects are entered in the dictionary."""
    keys = events.table["subject"].combine_chunks().dictionary_encode()
    subjects = keys.dictionary.to_pylist()
    attributes: dict[str, Sequence[str | None]] = {}
    if events.attributes is not None:
        rows = {row["subject"]: row for row in events.attributes.to_pylist()}
        names = [name for name in events.attributes.column_names if name != "subject"]
        attributes = {name: [rows.get(key, {}).get(name) for key in subjects] for name in names}
    sweep = Sweep(subjects, np.zeros(len(subjects), np.uint8), attributes)
    _, added, numbers = read_dictionary(connection, source.id).merge(subjects, _with_defaults(source, sweep))
    if added.num_rows:
        write_subjects(connection, source.id, run_id, added)
    columns = [pa.array(numbers[keys.indices.to_numpy()], pa.int32()), events.table["at"], events.table["state"]]
    return pa.Table.from_arrays(columns, schema=STATE_CHANGES)
