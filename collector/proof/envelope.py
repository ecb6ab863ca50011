"""A snapshot's signature: a DSSE envelope with one Ed25519 signature, written as canonical JSON.

DSSE (secure-systems-lab/dsse, protocol.md and envelope.md) leaves the spelling of the JSON, the base64 alphabet and further
fields open. Here they are fixed, and an envelope that deviates is refused, so that one signed payload has one envelope.
"""

from __future__ import annotations

from collections.abc import Mapping

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from collector.proof import ProofFailed
from collector.proof.canonical import decode_base64, encode_base64, fields, read_canonical
from collector.proof.signature import SHOWN, key_id, pae, verified

PAYLOAD_TYPE = "application/vnd.citygauge.snapshot+json"


def sign(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """The envelope around ``payload``; the same payload and key give the same bytes."""
    signature = {"keyid": key_id(key.public_key()), "sig": encode_base64(key.sign(pae(PAYLOAD_TYPE, payload)))}
    return rfc8785.dumps({"payload": encode_base64(payload), "payloadType": PAYLOAD_TYPE, "signatures": [signature]})


def open_envelope(envelope: bytes, public_keys: Mapping[str, Ed25519PublicKey]) -> bytes:
    """The payload, once its signature by one of ``public_keys`` (by key id) is verified. Raises ProofFailed otherwise."""
    payload, keyid, signature = _read(envelope)
    public = public_keys.get(keyid)
    if public is None:
        raise ProofFailed("envelope signatures[0].keyid", f"{keyid[:SHOWN]!r} is not one of the trusted keys")
    if not verified(public, signature, pae(PAYLOAD_TYPE, payload)):
        raise ProofFailed("envelope signatures[0].sig", f"the payload is not what key {keyid[:SHOWN]} signed")
    return payload


def signer(envelope: bytes) -> str:
    """The key id that the envelope names; it is nobody's word until ``open_envelope`` has taken the envelope."""
    return _read(envelope)[1]


def _read(envelope: bytes) -> tuple[bytes, str, bytes]:
    """Payload, key id and signature of an envelope in its one spelling."""
    document = read_canonical(envelope, "envelope")
    payload, payload_type, signatures = fields(document, ("payload", "payloadType", "signatures"), "envelope")
    if payload_type != PAYLOAD_TYPE:
        raise ProofFailed("envelope payloadType", f"is {str(payload_type)[:80]!r}, not {PAYLOAD_TYPE!r}")
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise ProofFailed("envelope signatures", "is not a list of exactly one signature")
    keyid, signature = fields(signatures[0], ("keyid", "sig"), "envelope signatures[0]")
    if not isinstance(keyid, str):
        raise ProofFailed("envelope signatures[0].keyid", "is not text")
    signature = decode_base64(signature, "envelope signatures[0].sig", 64)
    return decode_base64(payload, "envelope payload"), keyid, signature
