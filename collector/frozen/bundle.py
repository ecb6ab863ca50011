"""A bundle: everything that it takes to check one snapshot without asking anybody. One zip, the same bytes from the same parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.proof import ProofFailed
from collector.proof.container import pack, unpack
from collector.proof.leaves import Leaf, read_log, write_log

SNAPSHOT, KEYS, LOG, CHECKPOINT = "snapshot.json", "keys.json", "log.jsonl", "checkpoint.txt"
FILES = "files/"


@dataclass(frozen=True)
class Bundle:
    """envelope: the signed snapshot. keys: the public keys. leaves: the log up to the checkpoint. files: of the archive, by path."""

    envelope: bytes
    keys: bytes
    leaves: Sequence[Leaf]
    checkpoint: str
    files: Mapping[str, bytes]

    def write(self) -> bytes:
        about = {SNAPSHOT: self.envelope, KEYS: self.keys, LOG: write_log(self.leaves), CHECKPOINT: self.checkpoint.encode()}
        return pack(about | {FILES + path: body for path, body in self.files.items()})


def read_bundle(body: bytes) -> Bundle:
    """Raises ProofFailed where the container is not one that ``Bundle.write`` makes."""
    parts = unpack(body)
    for name in (SNAPSHOT, KEYS, LOG, CHECKPOINT):
        if name not in parts:
            raise ProofFailed(name, "is not in the bundle")
    files = {name.removeprefix(FILES): content for name, content in parts.items() if name.startswith(FILES)}
    if strange := sorted(set(parts) - {SNAPSHOT, KEYS, LOG, CHECKPOINT} - {FILES + path for path in files}):
        raise ProofFailed(strange[0], "does not belong into a bundle")
    try:
        checkpoint = parts[CHECKPOINT].decode("utf-8")
    except UnicodeDecodeError:
        raise ProofFailed(CHECKPOINT, "is not UTF-8") from None
    return Bundle(parts[SNAPSHOT], parts[KEYS], read_log(parts[LOG]), checkpoint, files)
