"""A log of states, or of samples of them, as changes of state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.faults import TWO_STATES
from collector.periods import MILLISECOND, iso
from collector.records import ATTRIBUTES, INSTANT, SCHEMAS, Events, Kind, State
from connectors.files.cells import shown
from connectors.files.rows import Rows
from connectors.files.times import Times


@dataclass(frozen=True)
class Log:
    """States sorted by subject and time, one for each subject and instant. subject: indices into the subjects' keys."""

    subject: np.ndarray
    at: np.ndarray
    state: np.ndarray


def state_events(rows: Rows, times: Times, vouched_until: int) -> Events:
    """The changes of state in ``rows``; samples are ended where they hold no longer."""
    coded = rows.texts("subject").dictionary_encode()
    subject = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    state = _states(rows)
    order = np.lexsort((times.at, subject))
    log = Log(subject[order], times.at[order], state[order])
    last = np.append((log.subject[1:] != log.subject[:-1]) | (log.at[1:] != log.at[:-1]), True)[: len(order)]
    twice = np.zeros(len(order), bool)
    twice[order[1:]] = ~last[:-1] & (log.state[1:] != log.state[:-1])
    faults = rows.faults(twice, lambda row: _contradiction(rows, coded, row, times))
    log = Log(log.subject[last], log.at[last], log.state[last])
    if rows.options.reads == "samples":
        log = _with_ends(log, rows.options.holds_for // MILLISECOND, vouched_until)
    subjects = coded.dictionary.take(pa.array(log.subject, pa.int64()))
    instants = pa.array(log.at, pa.int64()).cast(INSTANT)
    table = pa.Table.from_arrays([subjects, instants, pa.array(log.state)], schema=SCHEMAS[Kind.STATES])
    return Events(Kind.STATES, table, _attributes(rows, coded.dictionary, subject, order), tuple(faults))


def _states(rows: Rows) -> np.ndarray:
    """The file's words as values of State. An empty cell is the word ``""``: a state only where ``states`` says so."""
    words = {word: State[name.upper()] for name, those in rows.options.states.items() for word in those}
    coded = rows.words("state").dictionary_encode()
    found = coded.dictionary.to_pylist()
    for word in found:
        if word not in words:
            row = pc.index(coded.indices, found.index(word)).as_py()
            remedy = f"add it to up, down, gone or unknown under states: (such as states: {{down: [{shown(word)}]}})"
            raise rows.wrong(row, "state", f"the word {shown(word)} is not known; {remedy}")
    codes: np.ndarray = np.array([words[word] for word in found], np.uint8)
    index: np.ndarray = coded.indices.to_numpy(zero_copy_only=False)
    states: np.ndarray = codes[index]
    return states


def _contradiction(rows: Rows, coded: pa.DictionaryArray, row: int, times: Times) -> str:
    instant = iso(int(times.at[row]), rows.zone)
    return TWO_STATES(place=rows.place(row), subject=coded[row].as_py(), at=instant)


def _with_ends(log: Log, holds: int, vouched_until: int) -> Log:
    """``log`` with an ``unknown`` where a sample holds no longer: ``holds`` ms after it, if there is no row until then.

    After a subject's last sample that is at the latest where the file's vouching ends, so that a subject which the next
    file does not name is unknown in it, and one which it names goes on without a gap.
    """
    follows = np.append(log.subject[1:] == log.subject[:-1], False)[: len(log.subject)]
    following = np.where(follows, np.append(log.at[1:], 0)[: len(log.at)], np.iinfo(np.int64).max)
    limit = log.at + holds
    limit = np.where(follows | (vouched_until <= log.at), limit, np.minimum(limit, vouched_until))
    ends = (following > limit) & (log.state != State.GONE) & (log.state != State.UNKNOWN)
    subject = np.concatenate([log.subject, log.subject[ends]])
    at = np.concatenate([log.at, limit[ends]])
    state = np.concatenate([log.state, np.full(int(ends.sum()), State.UNKNOWN, np.uint8)])
    order = np.lexsort((at, subject))
    return Log(subject[order], at[order], state[order])


def _attributes(rows: Rows, keys: pa.Array, subject: np.ndarray, order: np.ndarray) -> pa.Table | None:
    """What the last row of each subject that says anything says about it."""
    columns = {"subject": keys}
    for name in ATTRIBUTES:
        if rows.has(name):
            text = rows.texts(name)
            told = order[text.is_valid().to_numpy(zero_copy_only=False)[order]]
            newest = np.full(len(keys), -1, np.int64)
            newest[subject[told]] = told  # of an index that stands several times numpy keeps the last
            columns[name] = text.take(pa.array(newest, mask=newest < 0))
    return pa.table(columns) if len(columns) > 1 else None
