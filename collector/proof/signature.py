"""Ed25519 signatures (RFC 8032) and the names of the keys that make them."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SHOWN = 16
"""So many characters of a key id or a root are printed for people; programs compare the whole."""


def key_id(public: Ed25519PublicKey) -> str:
    """Hex SHA-256 of the raw 32 bytes of the public key."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()


def pae(payload_type: str, body: bytes) -> bytes:
    """DSSE's pre-authentication encoding (protocol.md, version 1.0.0): type and body, each with its length in bytes."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)


def verified(public: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True
