"""What a snapshot is computed from: the segments that its figures need, and files for what lies in no segment (yet)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.frozen.files import File, SegmentFile, SourceFiles
from collector.frozen.needed import needed_days, needed_spans
from collector.history import History, base_of
from collector.ledger import MeasuredSource, Sealed, View
from collector.periods import Period, Span, iso
from collector.records import CASE_INSTANTS, Kind
from collector.segment import Heading, part_schemas, write_segment

LATER = -1
"""The number of a file of records that belong to no day's segment."""


@dataclass
class Gathered:
    """Files by source, and the bytes of those that are in no archive yet, by path."""

    sources: dict[str, SourceFiles] = field(default_factory=dict)
    made: dict[str, bytes] = field(default_factory=dict)

    def make(self, name: str, body: bytes, folder: str) -> File:
        file = File.of(folder, name, body)
        self.made[file.path] = body
        return file


def measured_sources(indicators: Iterable[Any]) -> list[str]:
    """The sources that indicators are measured from, in their order."""
    return list(dict.fromkeys(name for one in indicators for name in one.source_ids))


def gather(history: History, indicators: tuple[Any, ...], period: Period, as_of: int, software: str) -> Gathered:
    """All that the indicators' figures over ``period``, as known at ``as_of``, are computed from."""
    gathered = Gathered()
    for name in measured_sources(indicators):
        spans = needed_spans(indicators, name, period)
        _Source(history, history.city.source(name), spans, as_of, software).into(gathered, f"frozen/{period.label}")
    return gathered


@dataclass(frozen=True)
class _Source:
    """One source: the days and records behind some spans of it."""

    history: History
    settings: MeasuredSource
    spans: list[Span]
    as_of: int
    software: str

    def into(self, gathered: Gathered, folder: str) -> None:
        name, kind = self.settings.id, self.settings.kind
        with self.history.ledger.look() as view:
            ranges = self._ranges(view)
            listed = {(one.day, one.number): one for first, after in ranges for one in view.sealed(name, first, after)}
            segments = [listed[key] for key in sorted(listed)]
            later = self._later(view, ranges, segments)
            dictionary = view.dictionary(name, self.as_of)
        files = SourceFiles(tuple(_segment_file(self.history, one) for one in segments))
        if later is not None:
            files = replace(files, later=gathered.make(f"{name}-later.parquet", later, folder))
        if kind is Kind.STATES:
            files = replace(files, subjects=gathered.make(f"{name}-subjects.parquet", _parquet(dictionary.table), folder))
        if self.settings.register_.policy == "fixed":
            files = replace(files, register=gathered.make(f"{name}-register.csv", self.history.register(name), folder))
        gathered.sources[name] = files

    def _ranges(self, view: View) -> list[tuple[int | None, int]]:
        """The days whose segments the spans need: from the one whose account of the past is complete (None: from the beginning)."""

        def base(first: int) -> int | None:
            found = base_of(view, self.settings.id, first, self.as_of)
            return found.day if found else None

        return needed_days(self.history, self.settings.kind, self.spans, base)

    def _later(self, view: View, ranges: list[tuple[int | None, int]], segments: list[Sealed]) -> bytes | None:
        opened = [self.history.segment(one) for one in segments]
        records = self._records(view, ranges, segments)
        runs = self._runs(view, [segment.part("run") for segment in opened])
        if not records.num_rows and not runs.num_rows:
            return None
        kind = self.settings.kind
        parts = {name: schema.empty_table() for name, schema in part_schemas(kind).items()}
        whole = Span(min(span.start for span in self.spans), max(span.end for span in self.spans))
        heading = Heading(
            source=self.settings.id, kind=kind.value, day=f"until {iso(self.as_of)}", zone=str(self.history.city.zone),
            start=whole.start, end=whole.end, number=LATER, sealed_at=self.as_of, register=None, software=self.software,
        )  # fmt: skip
        return write_segment(heading, parts | {"run": runs, "record": records})

    def _records(self, view: View, ranges: list[tuple[int | None, int]], segments: list[Sealed]) -> pa.Table:
        """Records that the spans need and no listed segment has: of days not sealed; of cases also what happened to them after."""
        name, kind = self.settings.id, self.settings.kind
        tables = [view.unsealed(name, kind, first, after, self.as_of) for first, after in _united(ranges)]
        if kind is Kind.CASES:
            end = max(after for _, after in ranges)
            rest = self.history.records_since(view, name, kind, end, self.as_of)
            tables.append(rest.filter(self._matters(rest, segments)))
        return pa.concat_tables(tables).combine_chunks()

    def _matters(self, rows: pa.Table, segments: list[Sealed]) -> pa.Array:
        """Of case versions from after the spans: those of cases known in them, and those that tell of something before their end."""
        first = pc.min_element_wise(*(rows[one].combine_chunks().cast(pa.int64()) for one in CASE_INSTANTS), skip_nulls=True)
        before = pc.fill_null(pc.less(first, max(span.end for span in self.spans)), False)
        asked = rows["case"].combine_chunks().filter(pc.invert(before)).unique()
        if not len(asked):
            return before
        # These are few, and millions are known: only the few that are found among them are kept.
        named = (self.history.segment(one).part(part, ["case"])["case"] for one in segments for part in ("carried", "record"))
        known = pa.chunked_array([pc.unique(one.filter(pc.is_in(one, value_set=asked))) for one in named], asked.type)
        return pc.or_(before, pc.is_in(rows["case"].combine_chunks(), known.combine_chunks()))

    def _runs(self, view: View, listed: list[pa.Table]) -> pa.Table:
        """Runs that vouch for some of the spans (of cases, for what follows too) and stand in none of the listed segments."""
        until = self.as_of if self.settings.kind is Kind.CASES else 0
        found = [view.runs(self.settings.id, Span(one.start, max(one.end, until)), self.as_of) for one in self.spans]
        table = pa.concat_tables(found)
        _, once = np.unique(table["run"].to_numpy(), return_index=True)
        table = table.take(pa.array(once))
        if not listed:
            return table.combine_chunks()
        there = pa.concat_tables([one.select(["run"]) for one in listed])["run"].combine_chunks()
        return table.filter(pc.invert(pc.is_in(table["run"], there))).combine_chunks()


def _united(ranges: list[tuple[int | None, int]]) -> list[tuple[int | None, int]]:
    """Ranges of days without overlap, so that no record is taken twice."""
    out: list[tuple[int | None, int]] = []
    for first, after in sorted(ranges, key=lambda one: (one[0] is not None, one[0] or 0)):
        if out and (first is None or first <= out[-1][1]):
            out[-1] = out[-1][0], max(out[-1][1], after)
        else:
            out.append((first, after))
    return out


def _segment_file(history: History, sealed: Sealed) -> SegmentFile:
    return SegmentFile(sealed.path, sealed.digest, history.segment(sealed).heading.day, sealed.number)


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_statistics=False)
    return bytes(sink.getvalue())
