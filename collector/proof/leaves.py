"""Leaves of the log: one line of canonical JSON for every segment and snapshot, in the order they were frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import rfc8785

from collector.periods import iso
from collector.proof import ProofFailed
from collector.proof.canonical import fields, read_canonical, read_instant
from collector.proof.merkle import leaf_hash

_FIELDS = ("at", "digest", "kind", "name")


@dataclass(frozen=True)
class Leaf:
    """kind: segment or snapshot. name: source/day/number (the day as its first instant) or period/revision. digest: SHA-256, hex."""

    kind: str
    name: str
    digest: str
    at: int

    def line(self) -> bytes:
        return rfc8785.dumps({"at": iso(self.at), "digest": self.digest, "kind": self.kind, "name": self.name})

    @property
    def hash(self) -> bytes:
        return leaf_hash(self.line())


def write_log(leaves: Sequence[Leaf]) -> bytes:
    """The leaves as lines, each ended by a line feed."""
    return b"".join(leaf.line() + b"\n" for leaf in leaves)


def read_log(body: bytes) -> list[Leaf]:
    """The leaves back. Raises ProofFailed for anything that ``write_log`` does not write."""
    lines = body.split(b"\n")
    if lines.pop() != b"":
        raise ProofFailed("log.jsonl", "does not end with a line feed")
    return [_leaf(line, f"log.jsonl line {number}") for number, line in enumerate(lines, start=1)]


def _leaf(line: bytes, place: str) -> Leaf:
    at, digest, kind, name = fields(read_canonical(line, place), _FIELDS, place)
    if not all(isinstance(one, str) for one in (digest, kind, name)):
        raise ProofFailed(place, "digest, kind and name are not all text")
    return Leaf(kind, name, digest, read_instant(at, place))
