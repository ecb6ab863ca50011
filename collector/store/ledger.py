"""The living store as a ledger: one read transaction, so that nothing is missed or seen twice while a day is being sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from collector.ledger import Sealed
from collector.periods import Span
from collector.records import Kind
from collector.store.engine import Database
from collector.store.hot import first_day, read_batches
from collector.store.log import newest_entry
from collector.store.runs import read_runs, read_vouching
from collector.store.segments import attendance_of_month, sealed_segments, segment_until, supplemented_day
from collector.store.vectors import dictionary_told, dictionary_version, read_dictionary, read_opening, swept_sources
from collector.subjects import Dictionary
from collector.timeline import Vouching

KEPT = 256
"""So many answers of the catalogue are kept, of a few dozen entries each."""


@dataclass(frozen=True)
class Kept:
    """What earlier views read that holds as long as what stands beside it does.

    dictionaries: (version, instant of the last change, dictionary) by source. sealed: (newest entry of the log, segments) by source and
    days, for no segment is catalogued without an entry.
    """

    dictionaries: dict[str, tuple[int, int, Dictionary]] = field(default_factory=dict)
    sealed: dict[tuple[str, int | None, int | None], tuple[int, list[Sealed]]] = field(default_factory=dict)


@dataclass(frozen=True)
class SqlView:
    connection: sa.Connection
    kept: Kept

    def sealed(self, source: str, first: int | None = None, after: int | None = None) -> list[Sealed]:
        key = (source, first, after)
        entry, found = self.kept.sealed.get(key, (-1, []))
        if entry != self._entry:
            if len(self.kept.sealed) >= KEPT:
                self.kept.sealed.clear()
            found = sealed_segments(self.connection, source, first, after)
            self.kept.sealed[key] = self._entry, found
        return found

    def segment_until(self, source: str, day: int, as_of: int) -> Sealed | None:
        return segment_until(self.connection, source, day, as_of)

    def first_late_day(self, source: str, base: Sealed) -> int | None:
        days = (supplemented_day(self.connection, base), first_day(self.connection, source))
        return min((day for day in days if day is not None and day < base.day), default=None)

    def unsealed(self, source: str, kind: Kind, first: int | None, after: int | None, as_of: int) -> pa.Table:
        return read_batches(self.connection, source, kind, first, after, as_of)

    def runs(self, source: str, span: Span, as_of: int) -> pa.Table:
        return read_runs(self.connection, source, span, as_of)

    def vouching(self, source: str, span: Span, as_of: int) -> Vouching:
        return read_vouching(self.connection, source, span, as_of)

    def dictionary(self, source: str, as_of: int) -> Dictionary:
        version = self._swept[source] if source in self._swept else dictionary_version(self.connection, source)
        found = self.kept.dictionaries.get(source)
        if found is None or found[0] != version:
            found = dictionary_told(self.connection, source)
            self.kept.dictionaries[source] = found
        _, changed_at, told = found
        return told if changed_at <= as_of else read_dictionary(self.connection, source, as_of)

    def opening(self, source: str, day: int) -> np.ndarray:
        return read_opening(self.connection, source, day)

    def is_swept(self, source: str) -> bool:
        return source in self._swept

    def attendance(self, source: str, month: int) -> tuple[str, str] | None:
        return attendance_of_month(self.connection, source, month)

    @cached_property
    def _entry(self) -> int:
        return newest_entry(self.connection)

    @cached_property
    def _swept(self) -> dict[str, int]:
        return swept_sources(self.connection)


@dataclass
class SqlLedger:
    database: Database
    _kept: Kept = field(default_factory=Kept)

    @contextmanager
    def look(self) -> Iterator[SqlView]:
        with self.database.read() as connection:
            yield SqlView(connection, self._kept)
