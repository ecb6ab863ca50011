"""The checkpoint that covers a snapshot, as it is printed beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from collector.proof.checkpoint import ShortCheckpoint, checkpoint_signer, read_checkpoint, shortened
from collector.store import log
from collector.store.engine import Connection


@dataclass(frozen=True)
class Covering:
    """A kept checkpoint in its short form, and the instant at which it was signed."""

    short: ShortCheckpoint
    at: int


def covering_checkpoint(
    connection: Connection, period: str, revision: int, keys: Mapping[str, Ed25519PublicKey]
) -> Covering | None:
    """The first checkpoint over a log that has the snapshot; once there is one it stays the same. None where none was made.

    Raises ProofFailed where it is signed by none of ``keys`` (by key id).
    """
    found = log.covering_checkpoint(connection, period, revision)
    if found is None:
        return None
    checkpoint = read_checkpoint(found[1], keys)
    return Covering(shortened(checkpoint, checkpoint_signer(found[1], keys)), checkpoint.at)
