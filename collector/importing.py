"""``citygauge import``: records from files into a source of connector ``file``; and records that a subsystem pushes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from collector.connector import Part
from collector.errors import ConfigurationError, SourceChanged
from collector.periods import Span
from collector.records import Events, Kind
from collector.sources import OpenSource
from collector.store.commit import AlreadyAnswered, Answered, commit
from collector.store.evidence import EvidenceWriter
from collector.store.runs import Outcome, Run, free_slot, has_evidence
from connectors.files.file import File


@dataclass(frozen=True)
class Import:
    """What became of one file: the run that took it, or None where the same file had been imported before."""

    name: str
    run: Run | None


def import_file(source: OpenSource, path: Path, now: int) -> Import:
    """Read, check and store one file as one run; nothing is stored where anything in it is wrong.

    Raises ConfigurationError where the source takes no files, SourceChanged naming file, line and column.
    """
    if not isinstance(source.connector, File):
        raise ConfigurationError(f"source {source.id}: only a source of connector `file` takes files")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    name = path.name
    if source.connector.kind is Kind.ACTIVITY:
        name, body = source.connector.redact(name, body, source.pseudonym)
    started = time.perf_counter()
    imported = source.connector.read(name, body)
    run = store_events(source, Part(name, body), imported.events, imported.observed, now, started)
    return Import(path.name, run)


def store_events(
    source: OpenSource, part: Part, events: Events, vouches: Sequence[Span], now: int, started: float, key: str | None = None
) -> Run | None:
    """Commit records that came by themselves; None where the very same body was stored before.

    key: the sender's idempotency key, kept as the run's cursor.
    """
    if not events.table.num_rows and not vouches:
        raise SourceChanged(part.name, "there are no rows in it")
    writer = EvidenceWriter(source.id, source.midnight(now), {})
    writer.add(part)
    answer = writer.finish()
    run = Run(
        source.id, now, now, Outcome.OK, vouches=tuple(vouches), seconds=time.perf_counter() - started,
        pseudonymised=events.kind is Kind.ACTIVITY, faults=tuple(events.faults), cursor=key,
    )  # fmt: skip
    while True:
        with source.database.read() as connection:
            slot = free_slot(connection, source.id, now)  # first: whoever brings the same body meanwhile takes this slot
            if has_evidence(connection, source.id, answer.digest):
                return None
        try:
            return commit(source, [Answered(replace(run, slot=slot), events, answer)])[0]
        except AlreadyAnswered:  # another process took the instant meanwhile; these records go under the next one
            continue
