"""The public side of the signing keys: ``keys.json``, a chain in which every key is endorsed by the one before it.

The file is canonical JSON, a list with the oldest key first; per key ``keyid``, ``public`` (base64 of 32 bytes), ``made_at``
(ISO 8601, UTC), ``endorsed_by`` (key id of the key before, null for the first), ``endorsement`` (that key's signature) and
``signature`` (the key's own). Both sign the DSSE encoding of the canonical statement {endorsed_by, keyid, made_at, public}.

A key's own signature binds it to its predecessor. Without it, whoever hands over the file could put a key of his own before
the pinned one, endorse the pinned one with it, and so be trusted; and the date of the first key would be signed by nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from collector.errors import ConfigurationError
from collector.periods import iso
from collector.proof import ProofFailed
from collector.proof.canonical import decode_base64, encode_base64, fields, read_canonical, read_instant
from collector.proof.signature import SHOWN, key_id, pae, verified

STATEMENT_TYPE = "application/vnd.citygauge.key+json"
FIELDS = ("keyid", "public", "made_at", "endorsed_by", "endorsement", "signature")


@dataclass(frozen=True)
class KnownKey:
    """A key of the chain; ``retired_at`` is when its successor was made, None for the current key."""

    keyid: str
    public: Ed25519PublicKey
    made_at: int
    endorsed_by: str | None
    retired_at: int | None = None

    @property
    def short(self) -> str:
        """What is shown to people."""
        return self.keyid[:SHOWN]


def chain_of_trust(keys_json: bytes, pinned: str | None) -> dict[str, Ed25519PublicKey]:
    """The keys of the chain by key id, oldest first, every endorsement verified; raises ProofFailed naming what is false.

    ``pinned`` is the key id (64 hex digits) that the verifier got by another way, such as from a printed report; it must
    be in the chain. Without it the chain only shows that its keys belong together, not whose they are.
    """
    chain = {one.keyid: one.public for one in read_keys(keys_json)}
    if pinned is None:
        return chain
    if not re.fullmatch(r"[0-9a-f]{64}", pinned):
        raise ConfigurationError("pinned key: write the whole key id, 64 hexadecimal digits in lower case")
    if pinned not in chain:
        first = next(iter(chain))
        raise ProofFailed(
            "keys.json", f"the pinned key {pinned[:SHOWN]} is not in the chain that begins with {first[:SHOWN]}"
        )
    return chain


def read_keys(keys_json: bytes) -> list[KnownKey]:
    """The chain, oldest first, every signature verified. Raises ProofFailed."""
    document = read_canonical(keys_json, "keys.json")
    if not isinstance(document, list) or not document:
        raise ProofFailed("keys.json", "is not a list of at least one key")
    chain: list[KnownKey] = []
    for number, entry in enumerate(document):
        key = _read_entry(entry, f"keys.json[{number}]", chain[-1] if chain else None)
        if key.keyid in {one.keyid for one in chain}:
            raise ProofFailed(f"keys.json[{number}].keyid", f"key {key.short} stands in the chain already")
        chain.append(key)
    retired = [replace(one, retired_at=successor.made_at) for one, successor in pairwise(chain)]
    return [*retired, chain[-1]]


def new_entry(key: Ed25519PrivateKey, made_at: int, endorser: Ed25519PrivateKey | None) -> dict[str, str | None]:
    """The entry of a new key in ``keys.json``, signed by itself and by the key it follows."""
    endorsed_by = None if endorser is None else key_id(endorser.public_key())
    entry = _statement(key.public_key(), iso(made_at), endorsed_by)
    message = pae(STATEMENT_TYPE, rfc8785.dumps(entry))
    endorsement = None if endorser is None else encode_base64(endorser.sign(message))
    return {**entry, "endorsement": endorsement, "signature": encode_base64(key.sign(message))}


def _statement(public: Ed25519PublicKey, made_at: str, endorsed_by: str | None) -> dict[str, str | None]:
    raw = encode_base64(public.public_bytes_raw())
    return {"endorsed_by": endorsed_by, "keyid": key_id(public), "made_at": made_at, "public": raw}


def _read_entry(entry: Any, place: str, before: KnownKey | None) -> KnownKey:
    keyid, raw, made_at, endorsed_by, endorsement, signature = fields(entry, FIELDS, place)
    public = Ed25519PublicKey.from_public_bytes(decode_base64(raw, f"{place}.public", 32))
    follows = None if before is None else before.keyid
    key = KnownKey(key_id(public), public, read_instant(made_at, f"{place}.made_at"), follows)
    if keyid != key.keyid:
        raise ProofFailed(f"{place}.keyid", f"is not the SHA-256 of the public key, which is {key.short}…")
    if endorsed_by != key.endorsed_by:
        expected = "null, as the first key does" if before is None else f"{before.short}, the key before it"
        raise ProofFailed(f"{place}.endorsed_by", f"key {key.short} does not name {expected}")
    message = pae(STATEMENT_TYPE, rfc8785.dumps(_statement(public, made_at, endorsed_by)))
    if not verified(public, decode_base64(signature, f"{place}.signature", 64), message):
        raise ProofFailed(f"{place}.signature", f"key {key.short} did not sign this entry")
    _check_endorsement(key, before, endorsement, message, place)
    return key


def _check_endorsement(key: KnownKey, before: KnownKey | None, endorsement: Any, message: bytes, place: str) -> None:
    field = f"{place}.endorsement"
    if before is None:
        if endorsement is not None:
            raise ProofFailed(field, f"the first key {key.short} has no key before it that could endorse it")
        return
    if endorsement is None:
        raise ProofFailed(field, f"key {key.short} lacks the endorsement of {before.short}, the key before it")
    if not verified(before.public, decode_base64(endorsement, field, 64), message):
        raise ProofFailed(field, f"key {key.short} is not endorsed by {before.short}, the key before it")
    if key.made_at < before.made_at:
        raise ProofFailed(f"{place}.made_at", f"key {key.short} is older than {before.short}, which endorses it")
