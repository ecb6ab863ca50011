"""The living store as a ledger: one read transaction, so that nothing is missed or seen twice while a day is being sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from collector.ledger import Sealed
from collector.periods import Span
from collector.records import Kind
from collector.store.engine import Database
from collector.store.hot import first_day, read_batches
from collector.store.runs import read_runs, read_vouching
from collector.store.segments import sealed_segments, segment_until, supplemented_day
from collector.store.vectors import dictionary_changed_at, dictionary_version, has_vector, read_dictionary, read_opening
from collector.subjects import Dictionary
from collector.timeline import Vouching


@dataclass(frozen=True)
class SqlView:
    connection: sa.Connection
    dictionaries: dict[str, tuple[int, Dictionary]]

    def sealed(self, source: str, first: int | None = None, after: int | None = None) -> list[Sealed]:
        return sealed_segments(self.connection, source, first, after)

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
        if dictionary_changed_at(self.connection, source) > as_of:
            return read_dictionary(self.connection, source, as_of)
        version = dictionary_version(self.connection, source)
        if self.dictionaries.get(source, (0,))[0] != version:
            self.dictionaries[source] = version, read_dictionary(self.connection, source)
        return self.dictionaries.get(source, (0, Dictionary()))[1]

    def opening(self, source: str, day: int) -> np.ndarray:
        return read_opening(self.connection, source, day)

    def is_swept(self, source: str) -> bool:
        return has_vector(self.connection, source)


@dataclass
class SqlLedger:
    database: Database
    _dictionaries: dict[str, tuple[int, Dictionary]] = field(default_factory=dict)

    @contextmanager
    def look(self) -> Iterator[SqlView]:
        with self.database.read() as connection:
            yield SqlView(connection, self._dictionaries)
