"""Where a frozen figure comes from: definition ← sums ← segments ← runs ← evidence, as a document that ``explain`` prints as a tree."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa

from collector.bundling import stored_snapshot
from collector.errors import ConfigurationError
from collector.frozen.files import File, SourceFiles
from collector.installation import Installation
from collector.periods import iso
from collector.segment import Segment
from collector.store.log import leaves
from collector.store.snapshots import Snapshot


def explained(installation: Installation, label: str, indicator: str, revision: int | None, day: str | None) -> dict[str, Any]:
    """The tree behind one figure of a snapshot. day: also list that day's runs with their evidence.

    Raises ConfigurationError for an indicator or day that the snapshot does not have.
    """
    snapshot = stored_snapshot(installation, label, revision)
    figures = {one["id"]: one for one in snapshot.document["indicators"]}
    if indicator not in figures:
        raise ConfigurationError(f"{label} has no indicator {indicator!r}; it has {', '.join(figures)}")
    figure = figures[indicator]
    with installation.database.read() as connection:
        places = {(leaf.kind, leaf.name): number for number, leaf in enumerate(leaves(connection), start=1)}
    names = _sources(figure, figures)
    known = {name: SourceFiles.read(snapshot.document["sources"][name]["files"]) for name in names}
    if day and not any(one.day == day for files in known.values() for one in files.segments):
        raise ConfigurationError(f"--day {day}: none of the segments behind {indicator} is of that day")
    return {
        "indicator": indicator,
        "period": label,
        "snapshot": _snapshot(snapshot, places),
        "verdict": figure["verdict"],
        "basis": figure["basis"],
        "measurement": figure["measurement"],
        "without_exclusions": figure["without_exclusions"],
        "excluded": figure["excluded"],
        "definition": figure["definition"],
        "definition_sha256": figure["definition_sha256"],
        "sources": {name: _source(installation, name, files, places, day) for name, files in known.items()},
    }


def _sources(figure: dict[str, Any], figures: dict[str, Any]) -> list[str]:
    """The sources of a figure; of a ratio those of its parts."""
    definition = figure["definition"]
    own = [definition["source"]] if "source" in definition else list(definition.get("sources", ()))
    parts = [definition[key] for key in ("numerator", "denominator", "of", "executed", "budget") if key in definition]
    nested = [name for part in parts if part in figures for name in _sources(figures[part], figures)]
    return list(dict.fromkeys(own + nested))


def _snapshot(snapshot: Snapshot, places: dict[tuple[str, str], int]) -> dict[str, Any]:
    document = snapshot.document
    return {
        "revision": snapshot.revision,
        "sha256": snapshot.digest,
        "as_of": document["as_of"],
        "software": document["software"],
        "leaf": places.get(("snapshot", f"{snapshot.period}/{snapshot.revision}")),
        "revises": document["revises"],
    }


def _source(
    installation: Installation, name: str, files: SourceFiles, places: dict[tuple[str, str], int], day: str | None
) -> dict[str, Any]:
    segments = []
    for one in files.segments:
        opened = _open(installation, one)
        leaf = places.get(("segment", f"{name}/{opened.heading.start}/{one.number}"))
        segments.append(one.document() | {"leaf": leaf} | _told(opened, with_runs=one.day == day))
    other = {role: file.document() for role in ("later", "subjects", "register") if (file := getattr(files, role)) is not None}
    if files.later is not None:
        other["later"] |= _told(_open(installation, files.later), with_runs=False)
    return {"segments": segments, **other}


def _open(installation: Installation, file: File) -> Segment:
    return Segment(installation.archive.read(file.path, file.sha256))


def _told(segment: Segment, with_runs: bool) -> dict[str, Any]:
    runs = segment.part("run", ["run_at", "slot", "outcome", "evidence", "error"])
    found: dict[str, Any] = {
        "records": segment.rows["record"],
        "runs": dict(Counter(runs["outcome"].to_pylist())),
        "evidence": len(set(runs["evidence"].drop_null().to_pylist())),
    }
    return found | ({"asked": _runs(runs)} if with_runs else {})


def _runs(runs: pa.Table) -> list[dict[str, Any]]:
    at, slot = (runs[name].cast(pa.int64()).to_pylist() for name in ("run_at", "slot"))
    rest = zip(runs["outcome"].to_pylist(), runs["evidence"].to_pylist(), runs["error"].to_pylist(), strict=True)
    return [
        {"at": iso(when), "slot": iso(for_), "outcome": outcome, "evidence": evidence, "error": error}
        for when, for_, (outcome, evidence, error) in zip(at, slot, rest, strict=True)
    ]
