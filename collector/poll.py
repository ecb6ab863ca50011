"""One poll: fetch, keep the evidence, parse, and commit everything in one transaction, or a run that says why not.

``(source, slot)`` happens once: the run's unique key decides, whoever tries. Nothing here knows whether it runs in a worker, in the
embedded process or in a back-fill; the clock is an argument.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from collector.connector import Part, Poll, standing
from collector.errors import CitygaugeError, PartialAnswer, SourceChanged, SourceUnavailable
from collector.periods import MILLISECOND, Span
from collector.records import Events, Kind, Records, Sweep
from collector.sources import OpenSource
from collector.store.commit import AlreadyAnswered, Answered, commit
from collector.store.evidence import Evidence, EvidenceWriter, Kept
from collector.store.runs import Outcome, Run, last_good_run, run_of_slot

Clock = Callable[[], int]
_OUTCOMES = (
    (PartialAnswer, Outcome.PARTIAL),
    (SourceChanged, Outcome.CHANGED),
    (SourceUnavailable, Outcome.UNAVAILABLE),
)


class Answer:
    """The parts of an answer as they come from ``fetch``: kept as evidence on their way to ``parse``.

    parts: those of the answer before; they are replaced as this answer's come.
    """

    def __init__(self, source: OpenSource, poll: Poll, parts: dict[str, Kept]) -> None:
        self._fetch = source.connector.fetch(poll)
        self._writer = EvidenceWriter(source.id, source.midnight(poll.at), parts)
        self._is_complete = False
        self.cursor: str | None = None

    def __iter__(self) -> Iterator[Part]:
        while True:
            try:
                part = next(self._fetch)
            except StopIteration as end:
                self.cursor, self._is_complete = end.value, True
                return
            yield self._writer.add(part)

    def parse(self, source: OpenSource) -> Records:
        """What the answer says; of the bytes that the last sweep was read from, that sweep again (``parse`` is pure)."""
        parts = standing(self)
        memory = source.memory
        if memory.sweep is not None and self.evidence.digest == memory.digest:
            return memory.sweep
        records = source.connector.parse(parts)
        memory.sweep, memory.digest = (records, self.evidence.digest) if isinstance(records, Sweep) else (None, None)
        return records

    @cached_property
    def evidence(self) -> Evidence:
        """Of the parts that came; asked for when no more of them are to come."""
        return self._writer.finish(complete=self._is_complete)


def poll(source: OpenSource, slot: int, clock: Clock) -> Run:
    """Poll ``source`` for ``slot`` and store what came, or return the run that already answers for it.

    Failures of the source are runs too (``unavailable``, ``changed``, ``partial``) and raise nothing.
    """
    with source.database.read() as connection:
        if done := run_of_slot(connection, source.id, slot):
            return done
        before = last_good_run(connection, source.id)
    try:
        with source.remembering():
            return commit(source, [ask(source, slot, clock(), before)])[0]
    except AlreadyAnswered:
        with source.database.read() as connection:
            done = run_of_slot(connection, source.id, slot)
        assert done is not None
        return done


def ask(source: OpenSource, slot: int, at: int, before: Run | None) -> Answered:
    """What the source answers at ``at``, its last good run being ``before``; nothing is stored yet."""
    since = before.vouches[-1].end if before else None
    started = time.perf_counter()
    source.http.told_at = None
    answer = Answer(source, _request(source, at, slot, since, before), source.memory.parts)
    run = Run(source.id, slot, at, Outcome.OK, pseudonymised=source.connector.pseudonymised)
    records: Records | None = None
    try:
        records = answer.parse(source)
        run = _measured(source, replace(run, cursor=answer.cursor), started)
    except CitygaugeError as error:
        run = _measured(source, failed(run, error), started)
    if isinstance(records, Events):
        run = replace(run, vouches=(_vouched(source, records, at, since),), faults=tuple(records.faults))
    elif records is not None:
        run = replace(run, vouches=(Span(at, at + source.settings.holds_for // MILLISECOND),))
    return Answered(run, records, answer.evidence)


def try_poll(source: OpenSource, clock: Clock) -> Records:
    """Fetch and parse without storing anything. Raises what the connector raises."""
    at = clock()
    with source.database.read() as connection:
        before = last_good_run(connection, source.id)
    since = before.vouches[-1].end if before else None
    return Answer(source, _request(source, at, at, since, before), dict(source.memory.parts)).parse(source)


def failed(run: Run, error: CitygaugeError) -> Run:
    """The run as it ended, with the error in words."""
    outcome = next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), Outcome.UNAVAILABLE)
    return replace(run, outcome=outcome, error_kind=type(error).__name__, error=str(error))


def _request(source: OpenSource, at: int, slot: int, since: int | None, before: Run | None) -> Poll:
    cursor = before.cursor if before else None
    return Poll(at, slot, since, cursor, source.http, source.pseudonym, source.settings.timeout)


def _measured(source: OpenSource, run: Run, started: float) -> Run:
    """With how long it took, and how far the source's clock was from ours when it said what time it was."""
    skew = None
    if source.http.told_at is not None:
        told, heard = source.http.told_at
        skew = told - (run.at / 1000 + heard - started)
    return replace(run, seconds=time.perf_counter() - started, skew_seconds=skew)


def _vouched(source: OpenSource, records: Events, at: int, since: int | None) -> Span:
    """What a poll of an event source vouches for: from where the runs before it ended to its own instant, less the source's lag.

    The first poll reaches back to the earliest thing it brought.
    """
    end = at - source.connector.lag // MILLISECOND
    if since is None:
        times = records.table["opened_at" if records.kind is Kind.CASES else "at"]
        since = pc.min(times.cast(pa.int64())).as_py()
    return Span(min(end, end if since is None else since), end)
