"""The chain of keys: every key vouched for by the one before it, and a replaced, added or edited one named."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.errors import ConfigurationError
from collector.periods import iso
from collector.proof import ProofFailed
from collector.proof.signature import key_id
from collector.proof.trust import chain_of_trust, new_entry, read_keys

OCTOBER = 1_790_812_800_000  # 2026-10-01T00:00:00Z
YEAR = 31_536_000_000
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3)]
IDS = [key_id(key.public_key()) for key in KEYS]
EVIL = Ed25519PrivateKey.from_private_bytes(bytes([66]) * 32)


def chain(*keys: Ed25519PrivateKey) -> list[dict[str, Any]]:
    before = [None, *keys]
    return [new_entry(key, OCTOBER + number * YEAR, before[number]) for number, key in enumerate(keys)]


CHAIN = chain(*KEYS)
FILE = rfc8785.dumps(CHAIN)


def with_entry(number: int, **changes: Any) -> bytes:
    return rfc8785.dumps([one | changes if at == number else one for at, one in enumerate(CHAIN)])


@pytest.mark.parametrize("pinned", [None, *IDS])
def test_the_whole_chain_is_trusted_whichever_of_its_keys_is_pinned(pinned: str | None) -> None:
    trusted = chain_of_trust(FILE, pinned)
    assert list(trusted) == IDS
    assert all(key_id(public) == keyid for keyid, public in trusted.items())


def test_a_key_is_retired_when_its_successor_is_made() -> None:
    listed = [
        (one.keyid, iso(one.made_at), one.retired_at and iso(one.retired_at), one.endorsed_by)
        for one in read_keys(FILE)
    ]
    assert listed == [
        (IDS[0], "2026-10-01T00:00:00Z", "2027-10-01T00:00:00Z", None),
        (IDS[1], "2027-10-01T00:00:00Z", "2028-09-30T00:00:00Z", IDS[0]),
        (IDS[2], "2028-09-30T00:00:00Z", None, IDS[1]),
    ]


def test_no_byte_of_the_file_can_change_unnoticed() -> None:
    for at in range(len(FILE)):
        for bit in (0x01, 0x04, 0x20, 0x80):
            with pytest.raises(ProofFailed, match=r"^keys\.json"):
                chain_of_trust(FILE[:at] + bytes([FILE[at] ^ bit]) + FILE[at + 1 :], None)


def test_a_replaced_first_key_is_named_by_the_key_that_it_did_not_endorse() -> None:
    replaced = rfc8785.dumps([new_entry(EVIL, OCTOBER, None), *CHAIN[1:]])
    with pytest.raises(ProofFailed) as caught:
        chain_of_trust(replaced, None)
    assert caught.value.place == "keys.json[1].endorsed_by"
    assert IDS[1][:16] in caught.value.reason


def test_a_replaced_chain_is_refused_by_the_pinned_key() -> None:
    with pytest.raises(
        ProofFailed, match=f"pinned key {IDS[0][:16]} is not in the chain that begins with {IDS[1][:16]}"
    ):
        chain_of_trust(rfc8785.dumps(chain(KEYS[1], EVIL)), IDS[0])


def test_a_stranger_s_key_cannot_be_put_before_the_pinned_one() -> None:
    """The stranger endorses the pinned key, but the pinned key never said that it follows the stranger's."""
    stranger = new_entry(EVIL, OCTOBER, None)
    forged = new_entry(KEYS[0], OCTOBER, EVIL) | {"signature": CHAIN[0]["signature"]}
    with pytest.raises(ProofFailed) as caught:
        chain_of_trust(rfc8785.dumps([stranger, forged]), IDS[0])
    assert caught.value.place == "keys.json[1].signature"


def test_a_stranger_s_key_cannot_follow_the_pinned_one() -> None:
    stranger = new_entry(EVIL, OCTOBER + YEAR, KEYS[0])
    forged = stranger | {"endorsement": stranger["signature"]}
    with pytest.raises(ProofFailed, match=f"is not endorsed by {IDS[0][:16]}") as caught:
        chain_of_trust(rfc8785.dumps([CHAIN[0], forged]), IDS[0])
    assert caught.value.place == "keys.json[1].endorsement"


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        (b"{}", "keys.json", "is not a list of at least one key"),
        (b"[]", "keys.json", "is not a list of at least one key"),
        (b"[1]", "keys.json[0]", "is not an object"),
        (json.dumps(CHAIN).encode(), "keys.json", "is not canonical JSON (RFC 8785) from byte"),
        (with_entry(1, note=""), "keys.json[1]", "has unknown fields: 'note'"),
        (with_entry(1, keyid=IDS[0]), "keys.json[1].keyid", "is not the SHA-256 of the public key"),
        (with_entry(1, public="AAAA"), "keys.json[1].public", "has 3 bytes instead of 32"),
        (with_entry(1, made_at=OCTOBER), "keys.json[1].made_at", "is not an ISO 8601 instant in UTC"),
        (with_entry(1, made_at="2027-10-01"), "keys.json[1].made_at", "is not an ISO 8601 instant in UTC"),
        (
            with_entry(1, made_at="2027-10-01T08:00:00+08:00"),
            "keys.json[1].made_at",
            "is not spelled as 2027-10-01T00:00:00Z",
        ),
        (with_entry(1, made_at="2027-10-02T00:00:00Z"), "keys.json[1].signature", "did not sign this entry"),
        (with_entry(1, endorsed_by=None), "keys.json[1].endorsed_by", f"does not name {IDS[0][:16]}"),
        (with_entry(1, endorsement=None), "keys.json[1].endorsement", f"lacks the endorsement of {IDS[0][:16]}"),
        (with_entry(1, endorsement=CHAIN[2]["endorsement"]), "keys.json[1].endorsement", "is not endorsed by"),
        (with_entry(0, endorsement=CHAIN[1]["endorsement"]), "keys.json[0].endorsement", "has no key before it"),
        (with_entry(0, endorsed_by=IDS[1]), "keys.json[0].endorsed_by", "does not name null, as the first key does"),
        (rfc8785.dumps(CHAIN[1:]), "keys.json[0].endorsed_by", "does not name null, as the first key does"),
        (rfc8785.dumps([CHAIN[0], CHAIN[2]]), "keys.json[1].endorsed_by", f"does not name {IDS[0][:16]}"),
        (rfc8785.dumps(chain(KEYS[0], KEYS[1], KEYS[0])), "keys.json[2].keyid", "stands in the chain already"),
        (
            rfc8785.dumps([CHAIN[0], new_entry(KEYS[1], OCTOBER - 1, KEYS[0])]),
            "keys.json[1].made_at",
            f"is older than {IDS[0][:16]}",
        ),
    ],
)
def test_a_chain_is_refused_with_the_place_that_does_not_match(document: bytes, place: str, words: str) -> None:
    with pytest.raises(ProofFailed) as caught:
        chain_of_trust(document, None)
    assert caught.value.place == place
    assert words in caught.value.reason


@pytest.mark.parametrize("pinned", [IDS[0][:16], IDS[0].upper(), "", "key"])
def test_a_pinned_key_is_its_whole_id(pinned: str) -> None:
    with pytest.raises(ConfigurationError, match="write the whole key id, 64 hexadecimal digits"):
        chain_of_trust(FILE, pinned)
