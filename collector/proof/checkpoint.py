"""What the log's operator signs about the whole log: its size, its root and when (C2SP tlog-checkpoint in a signed-note).

    citygauge/益阳市
    1873
    <base64 of the root>
    at 2026-11-01T00:00:00Z

    — citygauge/益阳市 <base64 of key hash and signature>

Stricter than C2SP: one extension line (the instant), one signature; what could be written in another way is refused.
A file is decoded as UTF-8 from its bytes, because reading in text mode would hide a changed line end.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from collector.errors import ConfigurationError
from collector.periods import iso
from collector.proof import ProofFailed
from collector.proof.canonical import decode_base64, encode_base64, read_instant
from collector.proof.signature import SHOWN, key_id, verified

SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
SHORT = re.compile(r"(0|[1-9][0-9]{0,17})-([0-9a-f]{16})-([0-9a-f]{16})")


@dataclass(frozen=True)
class Checkpoint:
    """The log ``origin`` had ``size`` leaves and this root (32 bytes) at the instant ``at``."""

    origin: str
    size: int
    root: bytes
    at: int


class ShortCheckpoint(NamedTuple):
    """What fits on a report: the size, and the first 16 hex digits of the root and of the key id."""

    size: int
    root: str
    key: str

    def __str__(self) -> str:
        return f"{self.size}-{self.root}-{self.key}"

    def agrees(self, size: int, root: bytes) -> bool:
        """Whether a log of that size has the root that was printed (its first 64 bits)."""
        return size == self.size and root.hex()[:SHOWN] == self.root


def write_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed text; the same checkpoint and key give the same text."""
    text, name = _text(checkpoint), _key_name(checkpoint.origin)
    signature = _key_hash(name, key.public_key()) + key.sign(text.encode("utf-8"))
    return f"{text}\n— {name} {encode_base64(signature)}\n"


def read_checkpoint(text: str, public_keys: Mapping[str, Ed25519PublicKey]) -> Checkpoint:
    """The checkpoint, once its signature by one of ``public_keys`` (by key id) is verified. Raises ProofFailed otherwise."""
    return _opened(text, public_keys)[0]


def checkpoint_signer(text: str, public_keys: Mapping[str, Ed25519PublicKey]) -> str:
    """The key id of the trusted key that signed the checkpoint. Raises ProofFailed as ``read_checkpoint`` does."""
    return key_id(_opened(text, public_keys)[1])


def shortened(checkpoint: Checkpoint, keyid: str) -> ShortCheckpoint:
    return ShortCheckpoint(checkpoint.size, checkpoint.root.hex()[:SHOWN], keyid[:SHOWN])


def read_short(text: str) -> ShortCheckpoint:
    """The short form as somebody typed it from a report. Raises ConfigurationError where it cannot be one."""
    match = SHORT.fullmatch(text.strip().lower())
    if match is None:
        raise ConfigurationError(
            "checkpoint: write it as printed, SIZE-ROOT-KEY with 16 hexadecimal digits of root and key"
        )
    return ShortCheckpoint(int(match[1]), match[2], match[3])


def _opened(text: str, public_keys: Mapping[str, Ed25519PublicKey]) -> tuple[Checkpoint, Ed25519PublicKey]:
    """The checkpoint and the key whose signature on it is verified."""
    lines = text.split("\n")
    if len(lines) != 7 or lines[4] or lines[6]:
        raise ProofFailed("checkpoint", "is not four lines, an empty line and one signature line")
    checkpoint = _read_text(lines)
    name = _key_name(checkpoint.origin)
    if not lines[5].startswith(f"— {name} "):
        raise ProofFailed("checkpoint line 6", f"is not a signature by {name!r}")
    signed = decode_base64(lines[5].removeprefix(f"— {name} "), "checkpoint line 6", 68)
    keys = [key for key in public_keys.values() if _key_hash(name, key) == signed[:4]]
    if not keys:
        raise ProofFailed("checkpoint line 6", "is signed by none of the trusted keys")
    body = _text(checkpoint).encode("utf-8")
    for key in keys:  # four bytes of a hash may belong to two keys
        if verified(key, signed[4:], body):
            return checkpoint, key
    raise ProofFailed("checkpoint line 6", f"the checkpoint is not what key {key_id(keys[0])[:SHOWN]} signed")


def _read_text(lines: list[str]) -> Checkpoint:
    origin, size, root, at = lines[:4]
    if not _one_line(origin):
        raise ProofFailed("checkpoint line 1", "the origin is not printable text")
    if not SIZE.fullmatch(size):
        raise ProofFailed("checkpoint line 2", "the tree size is not a decimal number")
    if not at.startswith("at "):
        raise ProofFailed("checkpoint line 4", "does not begin with `at `")
    instant = read_instant(at.removeprefix("at "), "checkpoint line 4")
    return Checkpoint(origin, int(size), decode_base64(root, "checkpoint line 3", 32), instant)


def _text(checkpoint: Checkpoint) -> str:
    """The lines that are signed, as bytes of UTF-8 with the last line end."""
    if not _one_line(checkpoint.origin):
        raise ConfigurationError("checkpoint origin: write one line of printable text")
    if not SIZE.fullmatch(str(checkpoint.size)) or len(checkpoint.root) != 32:
        raise ValueError("a checkpoint needs a size of 0 or more and a root of 32 bytes")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{encode_base64(checkpoint.root)}\nat {iso(checkpoint.at)}\n"


def _one_line(origin: str) -> bool:
    return origin != "" and origin.isprintable()  # which no line end, control character or lone surrogate is


def _key_name(origin: str) -> str:
    """The origin, as tlog-checkpoint advises, without what signed-note forbids in a key name: spaces and plus signs."""
    return origin.replace(" ", "-").replace("+", "-")


def _key_hash(name: str, public: Ed25519PublicKey) -> bytes:
    """Key ID of signed-note, section Signature types, for Ed25519 (type 0x01)."""
    return hashlib.sha256(name.encode("utf-8") + b"\n\x01" + public.public_bytes_raw()).digest()[:4]
