"""DSSE envelopes: the published encoding, one spelling per signed payload, and no byte that can change unnoticed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.errors import CitygaugeError
from collector.proof import ProofFailed
from collector.proof.envelope import PAYLOAD_TYPE, open_envelope, sign, signer
from collector.proof.signature import key_id, pae

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
TRUSTED = {key_id(KEY.public_key()): KEY.public_key()}
PAYLOAD = '{"city":"益阳市"}'.encode()
ENVELOPE = sign(PAYLOAD, KEY)


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(ENVELOPE)
    change(document)
    return rfc8785.dumps(document)


def test_the_encoding_is_the_one_of_the_dsse_test_vector() -> None:
    assert (
        pae("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_lengths_are_counted_in_bytes_not_characters() -> None:
    assert pae("é", "益".encode()) == b"DSSEv1 2 \xc3\xa9 3 \xe7\x9b\x8a"


def test_what_was_signed_comes_back_and_names_its_signer() -> None:
    assert open_envelope(ENVELOPE, TRUSTED) == PAYLOAD
    assert signer(ENVELOPE) == key_id(KEY.public_key())


def test_an_envelope_is_canonical_json_of_the_fields_of_dsse() -> None:
    document = json.loads(ENVELOPE)
    assert rfc8785.dumps(document) == ENVELOPE
    assert base64.b64decode(document["payload"]) == PAYLOAD
    assert document["payloadType"] == "application/vnd.citygauge.snapshot+json"
    signature = base64.b64decode(document["signatures"][0]["sig"])
    KEY.public_key().verify(signature, pae(PAYLOAD_TYPE, PAYLOAD))  # raises where it is another's


def test_no_byte_of_an_envelope_can_change_unnoticed() -> None:
    for at in range(len(ENVELOPE)):
        for bit in (0x01, 0x04, 0x20, 0x80):
            with pytest.raises(ProofFailed, match=r"^envelope"):
                open_envelope(ENVELOPE[:at] + bytes([ENVELOPE[at] ^ bit]) + ENVELOPE[at + 1 :], TRUSTED)


@pytest.mark.parametrize(
    ("envelope", "place", "words"),
    [
        (b"", "envelope", "is not canonical JSON"),
        (b"[" * 100_000, "envelope", "is not canonical JSON"),
        (b"\xff\xfe", "envelope", "is not canonical JSON"),
        (b'{"payload":NaN}', "envelope", "is not canonical JSON"),
        (b"[]", "envelope", "is not an object"),
        (ENVELOPE + b"\n", "envelope", f"from byte {len(ENVELOPE)}"),
        (ENVELOPE[:-1], "envelope", "is not canonical JSON"),
        (ENVELOPE.replace(b'{"payload"', b'{"payload":"","payload"', 1), "envelope", "is not canonical JSON"),
        (edited(lambda it: it.update(note=1)), "envelope", "has unknown fields: 'note'"),
        (edited(lambda it: it.pop("payloadType")), "envelope", "lacks payloadType"),
        (edited(lambda it: it.update(payloadType="text/plain")), "envelope payloadType", "is 'text/plain', not"),
        (edited(lambda it: it.update(payloadType=1)), "envelope payloadType", "is '1', not"),
        (edited(lambda it: it.update(signatures=[])), "envelope signatures", "exactly one"),
        (edited(lambda it: it.update(signatures=it["signatures"] * 2)), "envelope signatures", "exactly one"),
        (edited(lambda it: it.update(signatures=None)), "envelope signatures", "exactly one"),
        (
            edited(lambda it: it["signatures"][0].update(cert="")),
            "envelope signatures[0]",
            "has unknown fields: 'cert'",
        ),
        (edited(lambda it: it["signatures"][0].pop("keyid")), "envelope signatures[0]", "lacks keyid"),
        (edited(lambda it: it["signatures"][0].update(keyid=None)), "envelope signatures[0].keyid", "is not text"),
        (
            edited(lambda it: it["signatures"][0].update(sig="AA==")),
            "envelope signatures[0].sig",
            "has 1 bytes instead of 64",
        ),
        (edited(lambda it: it.update(payload=None)), "envelope payload", "is not base64"),
        (edited(lambda it: it.update(payload="e3_-")), "envelope payload", "is not base64"),
        (edited(lambda it: it.update(payload="e30")), "envelope payload", "is not base64"),
        (edited(lambda it: it.update(payload="e31=")), "envelope payload", "canonical spelling"),
        (edited(lambda it: it.update(payload="e30=")), "envelope signatures[0].sig", "is not what key"),
    ],
)
def test_an_envelope_is_refused_with_the_place_that_does_not_match(envelope: bytes, place: str, words: str) -> None:
    with pytest.raises(ProofFailed) as caught:
        open_envelope(envelope, TRUSTED)
    assert caught.value.place == place
    assert words in caught.value.reason


def test_a_signature_by_a_key_that_is_not_trusted_is_refused() -> None:
    keyid = key_id(OTHER.public_key())
    with pytest.raises(ProofFailed, match=f"'{keyid[:16]}' is not one of the trusted keys"):
        open_envelope(sign(PAYLOAD, OTHER), TRUSTED)


def test_a_signature_that_borrows_the_id_of_a_trusted_key_is_refused() -> None:
    document = json.loads(sign(PAYLOAD, OTHER))
    document["signatures"][0]["keyid"] = key_id(KEY.public_key())
    with pytest.raises(ProofFailed, match="the payload is not what key"):
        open_envelope(rfc8785.dumps(document), TRUSTED)


def test_a_signature_over_the_bare_payload_is_refused() -> None:
    bare = base64.b64encode(KEY.sign(PAYLOAD)).decode()
    with pytest.raises(ProofFailed, match="the payload is not what key"):
        open_envelope(edited(lambda it: it["signatures"][0].update(sig=bare)), TRUSTED)


def test_a_failed_proof_is_bad_news_with_exit_code_1() -> None:
    failed = ProofFailed("envelope", "is cut")
    assert isinstance(failed, CitygaugeError)
    assert (str(failed), failed.exit_code) == ("envelope: is cut", 1)
