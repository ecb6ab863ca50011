"""Evidence: the raw parts of answers, addressed by SHA-256, kept as deltas against the answer before (``store.deltas``).

An unchanged part costs nothing (its digest is there already), a changed one its differences. A part stands alone at least once a
day, so that a day's evidence needs no other day's; a chain of deltas is never longer than ``LONGEST_CHAIN``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from collector.connector import Part, enter
from collector.store import deltas

LONGEST_CHAIN = 200
LOOK_AGAIN = 8
"""In a chain of deltas with many differences each, every so manieth is looked at for few."""
MANIFEST = ""
"""The name under which the list of parts is kept beside them."""


@dataclass(frozen=True)
class Kept:
    """A part as it was kept: its digest, its body (the next poll's base), the depth of its chain and the day it was kept on.

    is_scattered: it differed from its own base in many places.
    """

    digest: str
    body: bytes
    depth: int
    day: int
    is_scattered: bool = False


@dataclass(frozen=True)
class Evidence:
    """What one answer adds: its manifest's digest, and rows for the table."""

    digest: str
    rows: list[dict[str, object]]


class EvidenceWriter:
    """Takes the parts of one answer as they come.

    previous: those of the source's answer before, where known, by name. A part takes the place of its predecessor in there as soon
    as it comes, so that no more than one of them is held twice; what is in there must be forgotten where the rows are not stored.
    """

    def __init__(self, source: str, day: int, previous: dict[str, Kept]) -> None:
        self._source, self._day = source, day
        self._parts = previous
        self._rows: list[dict[str, object]] = []
        self._manifest: dict[str, dict[str, str | int]] = {}

    def add(self, part: Part) -> Part:
        """The part, its body the one that is kept where that is equal. One whose name came before starts over from there."""
        kept = self._keep(part.name, part.body)
        line: dict[str, str | int] = {"bytes": len(part.body), "part": part.name, "sha256": kept.digest}
        enter(self._manifest, part.name, line)
        return part if kept.body is part.body else Part(part.name, kept.body)

    def finish(self, *, complete: bool = True) -> Evidence:
        """Where the answer is ``complete``, a part that did not come is no longer there to be compared with."""
        manifest = self._keep(MANIFEST, msgspec.json.encode({"parts": list(self._manifest.values())}))
        if complete:
            for name in self._parts.keys() - self._manifest.keys() - {MANIFEST}:
                del self._parts[name]
        return Evidence(manifest.digest, self._rows)

    def _keep(self, name: str, body: bytes) -> Kept:
        before = self._parts.get(name)
        base = before if before and before.day == self._day and before.depth < LONGEST_CHAIN else None
        if before and before.day == self._day and before.body == body:
            return before
        digest, depth = hashlib.sha256(body).hexdigest(), base.depth + 1 if base else 0
        stored = _stored(body, base, depth)
        self._rows.append(
            {
                "source": self._source, "day": self._day, "digest": digest, "base": base.digest if base else None,
                "depth": depth, "size": len(body), "body": stored,
            }
        )  # fmt: skip
        is_scattered = base is not None and not deltas.is_spliced(stored)
        kept = self._parts[name] = Kept(digest, body, depth, self._day, is_scattered)
        return kept


def _stored(body: bytes, base: Kept | None, depth: int) -> bytes:
    """What is scattered is likely to be so again: few differences are then looked for now and then only."""
    if base is None:
        return deltas.packed(body)
    return deltas.delta(body, base.body, is_scattered=base.is_scattered and depth % LOOK_AGAIN != 0)
