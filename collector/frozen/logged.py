"""What the log says of a snapshot and of the segments behind it: that they are in it once, and that none is left out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from collector.frozen.bundle import LOG, SNAPSHOT
from collector.frozen.files import SourceFiles
from collector.frozen.needed import needed_days, needed_spans
from collector.history import History
from collector.ledger import complete_base, newest_segment, sealed_late
from collector.periods import Period, iso, midnight, moment
from collector.proof import ProofFailed
from collector.proof.leaves import Leaf
from collector.records import Kind

Document = Mapping[str, Any]


@dataclass(frozen=True)
class LoggedSegment:
    """A segment as its leaf tells it; ``day`` is its first instant, ``line`` its place in the log."""

    source: str
    day: int
    number: int
    digest: str
    sealed_at: int
    line: int


def places(leaves: Sequence[Leaf]) -> dict[tuple[str, str], int]:
    """The leaves' indices by kind and name. A second leaf of one name would let history be told anew after a checkpoint."""
    found: dict[tuple[str, str], int] = {}
    for i, leaf in enumerate(leaves):
        first = found.setdefault((leaf.kind, leaf.name), i)
        if first != i:
            raise ProofFailed(f"{LOG} line {i + 1}", f"{leaf.kind} {leaf.name} stands in line {first + 1} already")
    return found


def check_snapshot(leaves: Sequence[Leaf], document: Document, sha256: str) -> int:
    """The index of the snapshot's leaf, once it and the revision before it are what the log says they are."""
    label, revision, known = document["period"]["label"], document["revision"], places(leaves)
    mine = known.get(("snapshot", f"{label}/{revision}"))
    if mine is None or leaves[mine].digest != sha256:
        raise ProofFailed(f"{LOG} snapshot {label}/{revision}", "is not in the log with this content")
    if iso(leaves[mine].at) != document["as_of"]:
        raise ProofFailed(f"{SNAPSHOT} as_of", f"is not {iso(leaves[mine].at)}, when the log says that it was frozen")
    before = known.get(("snapshot", f"{label}/{revision - 1}"))
    digest = None if before is None else leaves[before].digest
    if document["previous"] != digest or (digest is None) != (revision == 1):
        raise ProofFailed(f"{SNAPSHOT} previous", "is not the revision before it that the log has")
    if before is not None and before > mine:
        raise ProofFailed(f"{LOG} line {before + 1}", f"the revision before {label}/{revision} was frozen after it")
    return mine


def segments_before(leaves: Sequence[Leaf], mine: int) -> list[LoggedSegment]:
    """The segments that were frozen before the leaf ``mine``."""
    return [_segment(leaf, line) for line, leaf in enumerate(leaves[:mine], start=1) if leaf.kind == "segment"]


def check_segments(frozen: Sequence[LoggedSegment], sources: Mapping[str, SourceFiles], history: History) -> None:
    """Every segment that the snapshot lists is one of ``frozen``, with its content."""
    logged = {(one.source, one.day, one.number): one.digest for one in frozen}
    for source, files in sources.items():
        for one in files.segments:
            day = midnight(datetime.fromisoformat(one.day).date(), history.city.zone)
            if logged.get((source, day, one.number)) != one.sha256:
                raise ProofFailed(
                    f"{SNAPSHOT} sources.{source} {one.day}/{one.number}", "is not the segment that the log has"
                )


def check_nothing_left_out(
    frozen: Sequence[LoggedSegment], sources: Mapping[str, SourceFiles], history: History, period: Period, as_of: int
) -> None:
    """Every segment of ``frozen`` that the figures need is one that the snapshot lists."""
    for source, files in sources.items():
        listed, theirs = {one.sha256 for one in files.segments}, [one for one in frozen if one.source == source]
        kind = Kind(history.city.source(source).kind)
        spans = needed_spans(tuple(history.city.indicators), source, period)
        ranges = needed_days(history, kind, spans, partial(_base, theirs, as_of))
        for one in theirs:
            needed = any((first is None or one.day >= first) and one.day < after for first, after in ranges)
            if needed and one.digest not in listed:
                name = f"{source} {moment(one.day, period.zone).date()}/{one.number}"
                raise ProofFailed(
                    f"{LOG} line {one.line}", f"{name} was frozen before the snapshot, which leaves it out"
                )


def _segment(leaf: Leaf, line: int) -> LoggedSegment:
    try:
        source, day, number = leaf.name.split("/")
        return LoggedSegment(source, int(day), int(number), leaf.digest, leaf.at, line)
    except ValueError:
        raise ProofFailed(
            f"{LOG} line {line}", f"{leaf.name!r} is not source/day/number, as a segment is named"
        ) from None


def _base(frozen: Sequence[LoggedSegment], as_of: int, first: int) -> int | None:
    """``history.base_of`` with nothing but the log to tell what was learned late."""
    base = complete_base(first, lambda day: newest_segment(frozen, day, as_of), lambda base: sealed_late(frozen, base))
    return base.day if base else None
