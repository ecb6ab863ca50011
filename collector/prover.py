"""The proof of one city: its signing keys, and checkpoints of its log."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.city.secrets import resolve
from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.proof.checkpoint import Checkpoint, write_checkpoint
from collector.proof.keys import KeyRing
from collector.proof.merkle import root
from collector.store.engine import Connection
from collector.store.log import checkpoint_of, keep_checkpoint, leaves


def key_ring(installation: Installation) -> KeyRing:
    """The keys of the folder that the city file names (``keys:``), opened with its ``key_passphrase``."""
    city = installation.city
    phrase = resolve(city.key_passphrase, city.folder, "key_passphrase") if city.key_passphrase else None
    return KeyRing(city.folder / Path(city.keys), str(phrase).encode() if phrase is not None else None)


class Prover:
    """Signs for a city."""

    def __init__(self, installation: Installation) -> None:
        self.origin = f"citygauge/{installation.city.city}"
        self.ring = key_ring(installation)

    def signing_key(self, now: int) -> Ed25519PrivateKey:
        """The current key; the first one is made when it is first needed."""
        if not self.ring.listed():
            try:
                self.ring.make(now)
            except ConfigurationError:  # another process was faster
                if not self.ring.listed():
                    raise
        return self.ring.current()

    def checkpoint(self, connection: Connection, now: int) -> str:
        """The signed checkpoint over the whole log as it stands; kept once for each size."""
        found = leaves(connection)
        if kept := checkpoint_of(connection, len(found)):
            return kept
        made = Checkpoint(self.origin, len(found), root([leaf.hash for leaf in found]), now)
        text = write_checkpoint(made, self.signing_key(now))
        keep_checkpoint(connection, made.size, now, text)
        return text
