"""The one transaction of a poll: evidence, records, the new state vector and the run commit together or not at all.

A back-fill commits the answers for several slots together; each of them is still one run, whole or not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from collector.records import INSTANT, STATE_CHANGES, Events, Kind, Records, Sweep
from collector.sources import Numbered, OpenSource
from collector.store import schema
from collector.store.evidence import Evidence
from collector.store.fingerprints import read_fingerprints, without_unchanged, write_fingerprints
from collector.store.hot import split_by_day, write_batches
from collector.store.runs import Outcome, Run, insert_run
from collector.store.vectors import (
    Vector,
    apply_sweep,
    dictionary_version,
    read_dictionary,
    read_vector,
    write_opening,
    write_subjects,
    write_vector,
)
from collector.subjects import Dictionary

_EVIDENCE = {
    "sqlite": sqlite_insert(schema.evidence).on_conflict_do_nothing(),
    "postgresql": postgres_insert(schema.evidence).on_conflict_do_nothing(),
}


class AlreadyAnswered(Exception):
    """Another process has answered for a slot; nothing of this transaction may stay."""


@dataclass(frozen=True)
class Answered:
    """A run with what it brought (no records where it failed) and the evidence of it, not stored yet."""

    run: Run
    records: Records | None
    evidence: Evidence


def commit(source: OpenSource, answers: Sequence[Answered]) -> list[Run]:
    """Store the answers for some slots, in their order, in one transaction.

    Raises AlreadyAnswered where a run for one of the slots is there; then none of the answers is stored.
    """
    with source.database.write() as connection:
        transaction = _Transaction(source, connection)
        runs = [transaction.store(answer) for answer in answers]
        transaction.finish()
        return runs


class _Transaction:
    """The states of a source are read and written once, however many sweeps come between."""

    def __init__(self, source: OpenSource, connection: sa.Connection) -> None:
        self._source = source
        self._connection = connection
        self._before: Vector | None = None
        self._vector = Vector()
        self._changed = False

    def store(self, answer: Answered) -> Run:
        if isinstance(answer.records, Sweep):
            return self._sweep(answer, answer.records)
        if answer.records is not None:
            return self._events(answer, answer.records)
        return self._insert(answer.run, answer.evidence)

    def finish(self) -> None:
        if self._before is not None and self._before is not self._vector:
            write_vector(self._connection, self._source.id, self._before, self._vector, self._changed)

    def _insert(self, run: Run, evidence: Evidence) -> Run:
        """The run with its number; what is new of its evidence is stored, a body that is there already left as it is."""
        run = replace(run, evidence=evidence.digest)
        number = insert_run(self._connection, run)
        if number is None:
            raise AlreadyAnswered
        if evidence.rows:
            self._connection.execute(_EVIDENCE[self._connection.dialect.name], evidence.rows)
        return replace(run, id=number)

    def _sweep(self, answer: Answered, sweep: Sweep) -> Run:
        """A good run of a source of states. An answer overtaken by a later poll is of no use any more: its slot is missed."""
        source, connection, run = self._source, self._connection, answer.run
        if self._before is None:
            self._before = self._vector = read_vector(connection, source.id, lock=True)
            _recall_dictionary(connection, source)
        if self._vector.run_id and self._vector.at >= run.at:
            run = replace(run, outcome=Outcome.MISSED, vouches=())
            return self._insert(replace(run, error_kind="Overtaken", error="a later poll was faster"), answer.evidence)
        run = self._insert(replace(run, rows=len(sweep.subjects)), answer.evidence)
        numbers, dictionary = _number(connection, source, sweep, run.id)
        states, changed = apply_sweep(sweep, numbers, self._vector.states, dictionary.size)
        _write_changes(connection, source, run, self._vector, states, changed)
        self._vector = Vector(run.id, run.at, states)
        self._changed |= bool(len(changed))
        return run

    def _events(self, answer: Answered, events: Events) -> Run:
        """A good run of an event source: rows that the answer before already brought unchanged are not stored again."""
        table = _new_rows(self._connection, self._source, events)
        run = self._insert(replace(answer.run, rows=table.num_rows), answer.evidence)
        if events.kind is Kind.STATES:
            table = _number_events(self._connection, self._source, events, run.id)
        days = list(split_by_day(events.kind, table, self._source.zone))
        write_batches(self._connection, self._source.id, run.id, days)
        return run


def _new_rows(connection: sa.Connection, source: OpenSource, events: Events) -> pa.Table:
    """The rows to store: of a polled case system those that differ from what its last answer said."""
    if events.kind is not Kind.CASES or not source.settings.polled:
        return events.table
    known = read_fingerprints(connection, source.id)
    table, prints = without_unchanged(events.table, known or {})
    write_fingerprints(connection, source.id, known, prints)
    return table


def _number(
    connection: sa.Connection, source: OpenSource, sweep: Sweep, run_id: int
) -> tuple[np.ndarray, Dictionary]:
    """The dictionary numbers of a sweep's subjects; new subjects and changed attributes are written."""
    memory = source.memory
    known = memory.numbered
    if known is None or not known.lists_the_same(sweep):
        dictionary, rows, numbers = memory.dictionary.merge(sweep.subjects, _with_defaults(source, sweep))
        if rows.num_rows:
            write_subjects(connection, source.id, run_id, rows)
            memory.dictionary, memory.dictionary_version = dictionary, run_id
        memory.numbered = known = Numbered(sweep, numbers)
    return known.numbers, memory.dictionary


def _recall_dictionary(connection: sa.Connection, source: OpenSource) -> None:
    """What is remembered of the dictionary, or what another process has made of it meanwhile."""
    memory = source.memory
    version = dictionary_version(connection, source.id)
    if memory.dictionary_version != version:
        memory.dictionary, memory.dictionary_version = read_dictionary(connection, source.id), version
        memory.numbered = None


def _with_defaults(source: OpenSource, sweep: Sweep) -> dict[str, Sequence[str | None]]:
    """The answer's attributes, and the source's own department and district where the answer has none."""
    fixed = {"department": source.settings.department, "district": source.settings.district}
    defaults = {name: [value] * len(sweep.subjects) for name, value in fixed.items() if value is not None}
    return defaults | dict(sweep.attributes)


def _write_changes(
    connection: sa.Connection, source: OpenSource, run: Run, before: Vector, states: np.ndarray, changed: np.ndarray
) -> None:
    day = source.midnight(run.at)
    if not before.run_id or source.midnight(before.at) != day:
        write_opening(connection, source.id, day, before)
    if len(changed):
        instants = pa.repeat(run.at, len(changed)).cast(INSTANT)
        columns = [pa.array(changed, pa.int32()), instants, pa.array(states[changed], pa.uint8())]
        write_batches(connection, source.id, run.id, [(day, pa.Table.from_arrays(columns, schema=STATE_CHANGES))])


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
