"""Two people who change a bundle and make everything fit again that they can: one without the signing key, and the operator who has it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.figures import measure_all
from collector.frozen.bundle import FILES, SNAPSHOT, Bundle, read_bundle
from collector.frozen.city import FrozenCity
from collector.frozen.files import FileContents, SourceFiles
from collector.frozen.ledger import frozen_history
from collector.periods import Period, instant, midnight
from collector.proof.canonical import decode_base64, encode_base64
from collector.proof.checkpoint import Checkpoint, write_checkpoint
from collector.proof.container import pack, unpack
from collector.proof.envelope import sign
from collector.proof.leaves import Leaf
from collector.proof.merkle import root
from collector.proof.trust import new_entry
from collector.segment import Segment, part_schemas, write_segment
from collector.snapshot import canonical, digest, figure_document
from tests.scripted import ZONE

Document = dict[str, Any]


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def without_row(body: bytes, part: str, row: int) -> bytes:
    """A segment's file without one row of a part."""
    segment = Segment(body)
    parts = {name: segment.part(name) for name in part_schemas(segment.kind)}
    rows = parts[part]
    parts[part] = pa.concat_tables([rows.slice(0, row), rows.slice(row + 1)]).combine_chunks()
    return write_segment(segment.heading, parts)


class Intruder:
    """Has the bundle and no key: packs what he likes, and gives the snapshot whatever payload he likes under its old signature."""

    def __init__(self, body: bytes) -> None:
        self.parts = unpack(body)

    @property
    def files(self) -> list[str]:
        return sorted(name for name in self.parts if name.startswith(FILES))

    def change_payload(self, change: Callable[[Document], None]) -> None:
        envelope = json.loads(self.parts[SNAPSHOT])
        document = json.loads(decode_base64(envelope["payload"], ""))
        change(document)
        self.parts[SNAPSHOT] = rfc8785.dumps(envelope | {"payload": encode_base64(canonical(document))})

    def bundle(self) -> bytes:
        return pack(self.parts)


@dataclass
class Operator:
    """Has the current signing key. ``bundle`` makes log, checkpoint and signatures fit whatever he has made of the rest."""

    document: Document
    leaves: list[Leaf]
    files: dict[str, bytes]
    keys: bytes
    private: Ed25519PrivateKey

    @classmethod
    def of(cls, body: bytes, private: Ed25519PrivateKey) -> Operator:
        bundle = read_bundle(body)
        document = json.loads(decode_base64(json.loads(bundle.envelope)["payload"], ""))
        return cls(document, list(bundle.leaves), dict(bundle.files), bundle.keys, private)

    def segments(self, source: str) -> list[Document]:
        """The snapshot's entries of a source's segments, which may be changed."""
        listed: list[Document] = self.document["sources"][source]["files"]["segments"]
        return listed

    def indicator(self, name: str) -> Document:
        return next(one for one in self.document["indicators"] if one["id"] == name)

    def leaf(self, source: str, entry: Document) -> int:
        """Where the log has a segment."""
        day = midnight(datetime.fromisoformat(entry["day"]).date(), ZONE)
        name = f"{source}/{day}/{entry['number']}"
        return next(i for i, leaf in enumerate(self.leaves) if (leaf.kind, leaf.name) == ("segment", name))

    @property
    def own_leaf(self) -> int:
        name = f"{self.document['period']['label']}/{self.document['revision']}"
        return next(i for i, leaf in enumerate(self.leaves) if (leaf.kind, leaf.name) == ("snapshot", name))

    def replace_segment(self, source: str, entry: Document, body: bytes, log: bool = True) -> None:
        """Another file in a segment's place, in the snapshot and (log) in its leaf."""
        self.files[entry["path"]] = body
        entry["sha256"] = sha256(body)
        if log:
            self.set_leaf(self.leaf(source, entry), entry["sha256"])

    def replace_file(self, source: str, role: str, body: bytes) -> None:
        """Another file in the place of ``later``, ``subjects`` or ``register``."""
        entry = self.document["sources"][source]["files"][role]
        self.files[entry["path"]] = body
        entry["sha256"] = sha256(body)

    def leave_out(self, source: str, entry: Document) -> None:
        """A segment is taken out of the snapshot; the log still has it."""
        self.segments(source).remove(entry)
        del self.files[entry["path"]]

    def set_leaf(self, place: int, content: str) -> None:
        self.leaves[place] = replace(self.leaves[place], digest=content)

    def measure_again(self) -> None:
        """The figures that the files as they are now give."""
        city = FrozenCity.read(self.document)
        told = self.document["sources"]
        swept = frozenset(name for name, one in told.items() if one["swept"])
        sources = {name: SourceFiles.read(one["files"]) for name, one in told.items()}
        history = frozen_history(city, sources, FileContents(self.files), swept)
        as_of = instant(datetime.fromisoformat(self.document["as_of"]))
        figures = measure_all(history, Period.parse(self.document["period"]["label"], ZONE), as_of)
        self.document["indicators"] = json.loads(json.dumps([figure_document(one) for one in figures]))

    def redefine(self, indicator: str, **changed: Any) -> None:
        """Another definition with its digest, and the figures that it gives."""
        figure = self.indicator(indicator)
        figure["definition"] |= changed
        figure["definition_sha256"] = digest(figure["definition"])
        self.measure_again()

    def append_revision(self) -> None:
        """Nothing that was logged is touched: what he has made of the snapshot becomes the next revision, at the log's end."""
        own = self.leaves[self.own_leaf]
        self.document |= {"revision": self.document["revision"] + 1, "previous": own.digest}
        name = f"{self.document['period']['label']}/{self.document['revision']}"
        self.leaves = [one for one in self.leaves if one.name != name] + [replace(own, name=name)]

    def replace_key(self) -> str:
        """A new key and nothing but it in keys.json; returns its key id."""
        self.private = Ed25519PrivateKey.generate()
        entry = new_entry(self.private, instant(datetime.fromisoformat("2026-09-01T00:00:00Z")), None)
        self.keys = rfc8785.dumps([entry])
        return str(entry["keyid"])

    def bundle(self, own: int | None = None) -> bytes:
        """All signed again. own: the leaf that is to be the snapshot's, else the one of its name."""
        payload = canonical(self.document)
        self.set_leaf(self.own_leaf if own is None else own, sha256(payload))
        origin, at = f"citygauge/{self.document['city']}", max(leaf.at for leaf in self.leaves)
        checkpoint = Checkpoint(origin, len(self.leaves), root([leaf.hash for leaf in self.leaves]), at)
        text = write_checkpoint(checkpoint, self.private)
        return Bundle(sign(payload, self.private), self.keys, self.leaves, text, self.files).write()
