"""Signing keys in a folder beside the city file: one private file per key, and ``keys.json``, the public side (see ``trust``).

The folder is 0700, a private file 0600: ``<first 16 characters of the key id>.pem``, PKCS #8, encrypted where a passphrase is
given. Retired private keys may be taken away; the current one and ``keys.json`` must stay.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rfc8785
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from collector.errors import ConfigurationError
from collector.periods import iso
from collector.proof.canonical import read_canonical
from collector.proof.signature import SHOWN, key_id
from collector.proof.trust import KnownKey, chain_of_trust, new_entry, read_keys

__all__ = ["KeyRing", "KnownKey", "chain_of_trust"]

PUBLIC = "keys.json"


class KeyRing:
    """The signing keys of one city. Raises ConfigurationError naming file and remedy, ProofFailed for a false ``keys.json``."""

    def __init__(self, folder: Path, passphrase: bytes | None = None) -> None:
        if passphrase is not None and not passphrase:
            raise ConfigurationError(f"{folder}: the passphrase of the signing keys is empty; set it, or leave it away")
        self.folder, self._passphrase = folder, passphrase

    def make(self, now: int) -> KnownKey:
        """Make the first key. Of several processes that try at once one makes it, the others get a ConfigurationError."""
        with self._locked():
            if self._document() is not None:
                raise ConfigurationError(f"{self.folder / PUBLIC}: there is a signing key already; rotate it instead")
            return self._add([], now, None)

    def rotate(self, now: int) -> KnownKey:
        """Make a new current key, endorsed by the one it retires."""
        with self._locked():
            document = self.public_document()
            current = read_keys(document)[-1]
            if now < current.made_at:
                made = f"the current key {current.short} was made at {iso(current.made_at)}"
                raise ConfigurationError(f"{self.folder}: the clock stands at {iso(now)}, but {made}; set the clock")
            return self._add(read_canonical(document, PUBLIC), now, self._private(current))

    def current(self) -> Ed25519PrivateKey:
        """The key to sign with: the newest of the chain."""
        return self._private(read_keys(self.public_document())[-1])

    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        """All keys by key id, oldest first."""
        return chain_of_trust(self.public_document(), None)

    def public_document(self) -> bytes:
        """``keys.json`` as it stands, for a bundle or an auditor."""
        document = self._document()
        if document is None:
            raise ConfigurationError(f"{self.folder}: there is no signing key yet; make one with `citygauge keys make`")
        return document

    def listed(self) -> list[KnownKey]:
        """The keys, oldest first; none where none was made yet."""
        document = self._document()
        return [] if document is None else read_keys(document)

    def _document(self) -> bytes | None:
        return _read(self.folder / PUBLIC)

    def _add(self, entries: list[dict[str, str | None]], now: int, endorser: Ed25519PrivateKey | None) -> KnownKey:
        """The private file first: a process killed in between leaves a file that nobody needs, never a key that is lost."""
        key = Ed25519PrivateKey.generate()
        document = rfc8785.dumps([*entries, new_entry(key, now, endorser)])
        made = read_keys(document)[-1]
        _write_new(self._private_file(made), self._pem(key), 0o600)
        fresh = self.folder / f"{PUBLIC}.new"
        fresh.unlink(missing_ok=True)  # what a killed process left; nobody else writes it while the lock is held
        _write_new(fresh, document, 0o644)
        fresh.replace(self.folder / PUBLIC)
        return made

    def _pem(self, key: Ed25519PrivateKey) -> bytes:
        encryption = BestAvailableEncryption(self._passphrase) if self._passphrase else NoEncryption()
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    def _private_file(self, key: KnownKey) -> Path:
        return self.folder / f"{key.keyid[:SHOWN]}.pem"

    def _private(self, known: KnownKey) -> Ed25519PrivateKey:
        """The private side of a key, from a file that only its owner can read."""
        path = self._private_file(known)
        body = _read(path)
        if body is None:
            raise ConfigurationError(f"{path}: the private side of the signing key is missing; restore the file")
        _refuse_open_to_others(path, 0o600)
        key = _open_pem(path, body, self._passphrase)
        if not isinstance(key, Ed25519PrivateKey) or key_id(key.public_key()) != known.keyid:
            raise ConfigurationError(f"{path}: does not hold the key that its name says; restore the file")
        return key

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time changes the ring; the lock goes with the process that holds it."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_open_to_others(self.folder, 0o700)
            handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)
        except OSError as error:
            raise ConfigurationError(f"{error.filename or self.folder}: cannot be written ({error.strerror})") from None


def _refuse_open_to_others(path: Path, wanted: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigurationError(f"{path}: is open to other users (mode {mode:04o}); run: chmod {wanted:o} {path}")


def _open_pem(path: Path, body: bytes, passphrase: bytes | None) -> object:
    try:
        return load_pem_private_key(body, passphrase)
    except TypeError:
        problem = "it is not encrypted, but a passphrase was given" if passphrase else "it needs its passphrase"
        raise ConfigurationError(f"{path}: {problem}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigurationError(f"{path}: wrong passphrase, or not a PEM file of PKCS #8") from None


def _read(path: Path) -> bytes | None:
    """The file, or None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from None


def _write_new(path: Path, body: bytes, mode: int) -> None:
    """Write a file that must not exist yet, down to the disk; raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
