"""A ledger over the files of one snapshot. There is nothing unsealed but what the file ``later`` holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.frozen.files import File, SourceFiles
from collector.history import History
from collector.ledger import Files, MeasuredCity, Sealed, newest_segment, sealed_late
from collector.periods import Span
from collector.records import INSTANT, RUNS, Kind, own_time, stored_schema
from collector.segment import Segment
from collector.subjects import Dictionary
from collector.timeline import Vouching, vouching_of

Opened = Callable[[str, str], Segment]
"""A segment by the path and SHA-256 of its file, which is checked."""


class FrozenSourceRecords:
    """One source's files opened."""

    def __init__(self, name: str, listed: SourceFiles, files: Files, opened: Opened) -> None:
        self._name, self._listed, self._files, self._opened = name, listed, files, opened

    @cached_property
    def segments(self) -> list[tuple[Sealed, Segment]]:
        """Every segment with its catalogue entry, by day and number."""
        opened = [(one, self._opened(one.path, one.sha256)) for one in self._listed.segments]
        found = [
            (Sealed(self._name, s.heading.start, one.number, one.path, one.sha256, s.rows["record"], s.heading.sealed_at), s)
            for one, s in opened
        ]
        return sorted(found, key=lambda pair: (pair[0].day, pair[0].number))

    @cached_property
    def by_path(self) -> dict[str, Segment]:
        return {one.path: segment for one, segment in self.segments}

    @cached_property
    def later(self) -> Segment | None:
        return Segment(self._body(self._listed.later)) if self._listed.later else None

    @cached_property
    def dictionary(self) -> Dictionary:
        if self._listed.subjects is None:
            return Dictionary()
        return Dictionary(pq.read_table(pa.BufferReader(self._body(self._listed.subjects))))

    @cached_property
    def runs(self) -> pa.Table:
        """All runs, each once; a run that vouches across midnight stands in both days' segments."""
        parts = [segment.part("run") for _, segment in self.segments]
        table = pa.concat_tables([*parts, *([self.later.part("run")] if self.later else []), RUNS.empty_table()])
        _, first = np.unique(table["run"].to_numpy(), return_index=True)
        return table.take(pa.array(first)).combine_chunks()

    @cached_property
    def register(self) -> bytes:
        assert self._listed.register is not None
        return self._body(self._listed.register)

    def _body(self, file: File) -> bytes:
        return self._files.read(file.path, file.sha256)


class FrozenLedger:
    """swept: the sources whose states were read all at once."""

    def __init__(
        self, sources: Mapping[str, SourceFiles], files: Files, swept: frozenset[str], opened: Opened
    ) -> None:
        self._sources = {name: FrozenSourceRecords(name, listed, files, opened) for name, listed in sources.items()}
        self._swept = swept

    @contextmanager
    def look(self) -> Iterator[FrozenLedger]:
        yield self

    def sealed(self, source: str, first: int | None = None, after: int | None = None) -> list[Sealed]:
        days = [one for one, _ in self._sources[source].segments]
        return [one for one in days if (first is None or one.day >= first) and (after is None or one.day < after)]

    def segment(self, sealed: Sealed) -> Segment:
        return self._sources[sealed.source].by_path[sealed.path]

    def segment_until(self, source: str, day: int, as_of: int) -> Sealed | None:
        return newest_segment(self.sealed(source), day, as_of)

    def first_late_day(self, source: str, base: Sealed) -> int | None:
        later = self._sources[source].later
        told = [] if later is None else [int(at) for at in _times(later) if at < base.day]
        late = sealed_late(self.sealed(source), base)
        return min(told if late is None else [late, *told], default=None)

    def unsealed(self, source: str, kind: Kind, first: int | None, after: int | None, as_of: int) -> pa.Table:
        later = self._sources[source].later
        if later is None:
            return stored_schema(kind).empty_table()
        at = _times(later)
        inside = (at >= (-(1 << 62) if first is None else first)) & (at < ((1 << 62) if after is None else after))
        table = later.part("record").filter(pa.array(inside))
        return table.filter(pc.less_equal(_learned(table), pa.scalar(as_of, pa.int64()).cast(INSTANT)))

    def runs(self, source: str, span: Span, as_of: int) -> pa.Table:
        table = self._sources[source].runs
        at, start, end = (table[name].cast(pa.int64()) for name in ("run_at", "vouch_start", "vouch_end"))
        asked = pc.and_(pc.greater_equal(at, span.start), pc.less(at, span.end))
        vouches = pc.fill_null(pc.and_(pc.less(start, span.end), pc.greater_equal(end, span.start)), False)
        return table.filter(pc.and_(pc.or_(asked, vouches), pc.less_equal(at, as_of))).sort_by("run_at")

    def vouching(self, source: str, span: Span, as_of: int) -> Vouching:
        runs = self.runs(source, span, as_of)
        start, end = (runs[name].cast(pa.int64()) for name in ("vouch_start", "vouch_end"))
        overlaps = pc.and_(pc.less(start, span.end), pc.greater_equal(end, span.start))
        return vouching_of(runs.filter(pc.fill_null(overlaps, False)), as_of)

    def dictionary(self, source: str, as_of: int) -> Dictionary:  # noqa: ARG002 the file is that of the snapshot's as-of
        return self._sources[source].dictionary

    def opening(self, source: str, day: int) -> np.ndarray:
        """A day without a segment lies before the source's first one: the states before its first run."""
        following = [segment for one, segment in self._sources[source].segments if one.day > day]
        return following[0].part("subject", ["opening"])["opening"].to_numpy() if following else np.zeros(0, np.uint8)

    def is_swept(self, source: str) -> bool:
        return source in self._swept

    def attendance(self, source: str, month: int) -> None:  # noqa: ARG002 a snapshot lists no roll-up of actors, nor believes one
        return None

    def register(self, source: str) -> bytes:
        return self._sources[source].register


class FrozenHistory(History):
    """The history that files tell: each is read and checked once, and what several indicators need is loaded once."""

    def __init__(self, city: MeasuredCity, ledger: FrozenLedger, files: Files, roll_ups: bool) -> None:
        super().__init__(city, ledger, files, ledger.register, roll_ups)
        self._segments = ledger
        self._kept = {}  # what files tell does not change

    def segment(self, sealed: Sealed) -> Segment:
        return self._segments.segment(sealed)


def frozen_history(
    city: MeasuredCity, sources: Mapping[str, SourceFiles], files: Files, swept: frozenset[str], roll_ups: bool = True,
    opened: Opened | None = None,
) -> History:  # fmt: skip
    """The history that a snapshot's files tell, and nothing else. roll_ups: False to add up from the records whatever a file's sums say.

    opened: opens a segment, where somebody has some of them open already; else each is read from ``files``.
    """
    opened = opened or (lambda path, digest: Segment(files.read(path, digest)))
    return FrozenHistory(city, FrozenLedger(sources, files, swept, opened), files, roll_ups)


def _times(later: Segment) -> np.ndarray:
    """int64: the instant that decides on each record's day."""
    return np.asarray(own_time(later.kind, later.part("record")).cast(pa.int64()).to_numpy(zero_copy_only=False))


def _learned(table: pa.Table) -> pa.ChunkedArray:
    return pc.coalesce(table["recorded_at"], table["at"]) if "n" in table.column_names else table["recorded_at"]
