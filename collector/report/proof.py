"""What a report prints so that its reader can check it: who signed the snapshot, and a checkpoint of the log."""

from __future__ import annotations

from dataclasses import dataclass

from collector.covering import Covering, covering_checkpoint
from collector.errors import CitygaugeError
from collector.installation import Installation
from collector.proof import ProofFailed
from collector.proof.envelope import open_envelope, signer
from collector.proof.signature import SHOWN
from collector.prover import key_ring
from collector.store.snapshots import Snapshot


@dataclass(frozen=True)
class Proof:
    """keyid: of the key that signed the snapshot, 64 hex digits. bundle: the file that ``citygauge bundle`` writes."""

    keyid: str
    checkpoint: Covering
    bundle: str

    @property
    def short_key(self) -> str:
        return self.keyid[:SHOWN]


def proof_of(installation: Installation, snapshot: Snapshot) -> Proof:
    """Raises ProofFailed where the signature is not one of the city's keys over these bytes, CitygaugeError where one is missing."""
    name = f"{snapshot.period}/{snapshot.revision}"
    if snapshot.envelope is None:
        raise CitygaugeError(f"{name} was frozen before there were signatures, and cannot be reported")
    keys = key_ring(installation).public_keys()
    if open_envelope(snapshot.envelope, keys) != snapshot.body:
        raise ProofFailed(f"snapshot {name}", "its envelope signs another document")
    with installation.database.read() as connection:
        checkpoint = covering_checkpoint(connection, snapshot.period, snapshot.revision, keys)
    if checkpoint is None:
        raise CitygaugeError(f"{name} is covered by no checkpoint: run `citygauge checkpoint` first")
    return Proof(signer(snapshot.envelope), checkpoint, f"{snapshot.period}-r{snapshot.revision}.bundle")
