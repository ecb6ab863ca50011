"""Verifying a bundle offline: signatures, log, files, and every figure computed again from the files. Pure.

What it proves: the figures follow from the files under the definitions, and key and log stand behind them. What it cannot know by itself:
whose key it is (give ``pinned``), and whether an older log was another one (give ``earlier``, a checkpoint that somebody kept).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from collector.errors import CitygaugeError
from collector.figures import Figure, measure
from collector.frozen.bundle import FILES, LOG, SNAPSHOT, Bundle, read_bundle
from collector.frozen.city import FrozenCity, FrozenSource
from collector.frozen.files import FileContents, SourceFiles, paths
from collector.frozen.ledger import frozen_history
from collector.frozen.logged import check_nothing_left_out, check_segments, check_snapshot, segments_before
from collector.history import History
from collector.periods import Period, instant, iso
from collector.proof import ProofFailed
from collector.proof.canonical import read_canonical
from collector.proof.checkpoint import Checkpoint, ShortCheckpoint, checkpoint_signer, read_checkpoint, shortened
from collector.proof.envelope import open_envelope, signer
from collector.proof.leaves import Leaf
from collector.proof.merkle import root
from collector.proof.trust import chain_of_trust
from collector.segment import Segment
from collector.snapshot import FORMAT, canonical, digest, figure_document

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Verified:
    """A bundle in which everything fits. earlier: the size of the earlier checkpoint that the log continues, where one was given."""

    document: Document
    sha256: str
    signed_by: str
    pinned: bool
    checkpoint: Checkpoint
    checkpoint_key: str
    earlier: int | None
    figures: list[Figure]
    files: int

    @property
    def short_checkpoint(self) -> ShortCheckpoint:
        return shortened(self.checkpoint, self.checkpoint_key)


def verify(body: bytes, pinned: str | None = None, earlier: str | ShortCheckpoint | None = None) -> Verified:
    """Check a bundle. Raises ProofFailed naming the first thing that does not match.

    pinned: the key id that the verifier has from elsewhere. earlier: a checkpoint kept from before, whole or as printed on a report.
    """
    bundle = read_bundle(body)
    keys = chain_of_trust(bundle.keys, pinned)
    payload = _payload(bundle.envelope, keys)
    document = read_canonical(payload, SNAPSHOT)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ProofFailed(f"{SNAPSHOT} format", f"is not {FORMAT}, the one this version verifies")
    checkpoint = read_checkpoint(bundle.checkpoint, keys)
    _log_fits(bundle.leaves, checkpoint)
    known = None if earlier is None else _continues(bundle.leaves, earlier, keys)
    sha256 = hashlib.sha256(payload).hexdigest()
    try:
        figures = _figures(bundle, document, sha256)
    except ProofFailed:
        raise
    except Exception as error:  # noqa: BLE001  signed, and yet not what a snapshot looks like: that can show anywhere
        raise ProofFailed(SNAPSHOT, f"is not a snapshot that this version can read ({type(error).__name__}: {error})") from None
    return Verified(
        document, sha256, signer(bundle.envelope), pinned is not None, checkpoint,
        checkpoint_signer(bundle.checkpoint, keys), known, figures, len(bundle.files),
    )  # fmt: skip


def _payload(envelope: bytes, keys: Mapping[str, Any]) -> bytes:
    try:
        return open_envelope(envelope, keys)
    except ProofFailed as error:
        raise ProofFailed(f"{SNAPSHOT} {error.place}", error.reason) from None


def _log_fits(leaves: Sequence[Leaf], checkpoint: Checkpoint) -> None:
    if len(leaves) != checkpoint.size:
        raise ProofFailed(LOG, f"has {len(leaves)} leaves, the checkpoint says {checkpoint.size}")
    if root([leaf.hash for leaf in leaves]) != checkpoint.root:
        raise ProofFailed(LOG, "has another Merkle root than the checkpoint")


def _continues(leaves: Sequence[Leaf], earlier: str | ShortCheckpoint, keys: Mapping[str, Any]) -> int:
    """The log begins with what it was at the earlier checkpoint (RFC 6962: consistency, here with all leaves at hand)."""
    if isinstance(earlier, str):
        try:
            old = read_checkpoint(earlier, keys)
        except ProofFailed as error:
            raise ProofFailed(f"the earlier {error.place}", error.reason) from None
        short = shortened(old, checkpoint_signer(earlier, keys))
    else:
        short = earlier
        if not any(key.startswith(short.key) for key in keys):
            raise ProofFailed("keys.json", f"key {short.key}…, which signed the earlier checkpoint, is not in the chain")
    if short.size > len(leaves):
        raise ProofFailed(LOG, f"has {len(leaves)} leaves, fewer than the {short.size} of the earlier checkpoint")
    before = root([leaf.hash for leaf in leaves[: short.size]])
    if not short.agrees(short.size, before) or (isinstance(earlier, str) and old.root != before):
        raise ProofFailed(LOG, f"its first {short.size} leaves are not those of the earlier checkpoint: history was rebuilt")
    return short.size


def _figures(bundle: Bundle, document: Document, sha256: str) -> list[Figure]:
    """Every figure computed again, once the log has the snapshot and all of its segments, and the files are the listed ones."""
    city, sources = FrozenCity.read(document), {k: SourceFiles.read(v["files"]) for k, v in document["sources"].items()}
    swept = frozenset(name for name, one in document["sources"].items() if one["swept"])
    history = frozen_history(city, sources, FileContents(bundle.files), swept, roll_ups=False)
    period, as_of = _period(document, city), instant(datetime.fromisoformat(document["as_of"]))
    frozen = segments_before(bundle.leaves, check_snapshot(bundle.leaves, document, sha256))
    check_segments(frozen, sources, history)
    check_nothing_left_out(frozen, sources, history, period, as_of)
    _files_fit(bundle, sources)
    for name, files in sources.items():
        _headings_fit(bundle, city.source(name), files)
    return list(_computed_again(document, history, period, as_of))


def _files_fit(bundle: Bundle, sources: Mapping[str, SourceFiles]) -> None:
    wanted = {file.path: file.sha256 for files in sources.values() for file in files}
    for path in paths(sources):
        if path not in bundle.files:
            raise ProofFailed(FILES + path, "is missing")
        if hashlib.sha256(bundle.files[path]).hexdigest() != wanted[path]:
            raise ProofFailed(FILES + path, "is not the file that the snapshot was computed from (another SHA-256)")
    if strange := sorted(set(bundle.files) - set(wanted)):
        raise ProofFailed(FILES + strange[0], "is in none of the snapshot's lists")


def _headings_fit(bundle: Bundle, source: FrozenSource, files: SourceFiles) -> None:
    """Every segment says of itself what the snapshot says of it."""
    for one in files.segments:
        try:
            heading = Segment(bundle.files[one.path]).heading
        except (CitygaugeError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise ProofFailed(FILES + one.path, f"cannot be read: {error}") from None
        said = heading.source, heading.kind, heading.day, heading.number
        if said != (source.id, source.kind.value, one.day, one.number):
            name = f"{heading.source} {heading.day}/{heading.number}, {heading.kind}"
            raise ProofFailed(FILES + one.path, f"says that it is {name}, the snapshot lists it as {source.id} {one.day}/{one.number}")


def _computed_again(document: Document, history: History, period: Period, as_of: int) -> Iterator[Figure]:
    for indicator, said in zip(history.city.indicators, document["indicators"], strict=True):
        place = f"{SNAPSHOT} indicators.{said['id']}"
        if digest(said["definition"]) != said["definition_sha256"]:
            raise ProofFailed(f"{place}.definition", "has another SHA-256 than definition_sha256 says")
        try:
            figure = measure(history, indicator, period, as_of)
        except Exception as error:  # noqa: BLE001  a file that is signed and yet not sound can break any step of it
            raise ProofFailed(place, f"cannot be computed from the files ({type(error).__name__}: {error})") from None
        again = json.loads(json.dumps(figure_document(figure)))
        if _differ(again, said):
            where, ours, theirs = _first_difference(again, said, place)
            raise ProofFailed(where, f"the files give {ours}, the snapshot says {theirs}")
        yield figure


def _first_difference(ours: Any, theirs: Any, place: str) -> tuple[str, Any, Any]:
    """(place, ours, theirs) of the first value in which two unequal documents differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in dict.fromkeys([*ours, *theirs]):
            if _differ(ours.get(key), theirs.get(key)):
                return _first_difference(ours.get(key), theirs.get(key), f"{place}.{key}")
    return place, json.dumps(ours, ensure_ascii=False), json.dumps(theirs, ensure_ascii=False)


def _differ(one: Any, other: Any) -> bool:
    """As canonical JSON: to Python ``true`` and 1 are equal, and there 0 and 0.0 are written alike."""
    return canonical(one) != canonical(other)


def _period(document: Document, city: FrozenCity) -> Period:
    """The period, once its label means the span that is given, and the snapshot was not taken before it was over."""
    said = document["period"]
    period = Period.parse(said["label"], city.zone)
    if (said["start"], said["end"]) != (iso(period.span.start), iso(period.span.end)):
        raise ProofFailed(f"{SNAPSHOT} period", f"{period.label} is {iso(period.span.start)} to {iso(period.span.end)}")
    if instant(datetime.fromisoformat(document["as_of"])) < period.span.end:
        raise ProofFailed(f"{SNAPSHOT} as_of", f"lies before the end of {period.label}")
    return period
