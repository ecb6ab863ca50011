"""Checkpoints: the published form of a signed note, one spelling, and no character that can change unnoticed."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from collector.errors import ConfigurationError
from collector.proof import ProofFailed
from collector.proof.checkpoint import (
    Checkpoint,
    _key_hash,
    checkpoint_signer,
    read_checkpoint,
    read_short,
    shortened,
    write_checkpoint,
)
from collector.proof.signature import key_id, verified

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
TRUSTED = {key_id(key.public_key()): key.public_key() for key in (OTHER, KEY)}
NOVEMBER = 1_793_491_200_000  # 2026-11-01T00:00:00Z
CHECKPOINT = Checkpoint("citygauge/益阳市", 1873, hashlib.sha256(b"root").digest(), NOVEMBER)
TEXT = write_checkpoint(CHECKPOINT, KEY)


def test_the_text_is_a_tlog_checkpoint_in_a_signed_note() -> None:
    root = base64.b64encode(CHECKPOINT.root).decode()
    note, _, signature = TEXT.rpartition("\n\n")
    assert note == f"citygauge/益阳市\n1873\n{root}\nat 2026-11-01T00:00:00Z"
    assert signature.startswith("— citygauge/益阳市 ")
    assert signature.endswith("\n")
    assert len(base64.b64decode(signature.split(" ")[2])) == 4 + 64


def test_key_hash_and_signature_are_those_of_the_published_note() -> None:
    """The example of Go's sumdb/note package, the origin of the signed-note specification."""
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    raw = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    public, signed = Ed25519PublicKey.from_public_bytes(raw[1:]), base64.b64decode(line)
    assert _key_hash("PeterNeumann", public).hex() == "c74f20a3"
    assert signed[:4] == _key_hash("PeterNeumann", public)
    assert verified(public, signed[4:], text.encode())


def test_what_was_written_comes_back_with_its_signer() -> None:
    assert read_checkpoint(TEXT, TRUSTED) == CHECKPOINT
    assert checkpoint_signer(TEXT, TRUSTED) == key_id(KEY.public_key())


def test_no_character_can_change_be_added_or_be_left_out_unnoticed() -> None:
    for at, character in enumerate(TEXT):
        changes = [chr(ord(character) ^ bit) for bit in (0x01, 0x04, 0x20, 0x80)]
        for change in [*changes, "", "\n", " ", "\r\n", character * 2]:
            if change != character:
                with pytest.raises(ProofFailed, match=r"^checkpoint"):
                    read_checkpoint(TEXT[:at] + change + TEXT[at + 1 :], TRUSTED)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("\n\n", "\n", "checkpoint", "four lines, an empty line and one signature line"),
        ("at 2026", "note\nat 2026", "checkpoint", "four lines, an empty line and one signature line"),
        ("citygauge/益阳市\n1", "\n1", "checkpoint line 1", "the origin is not printable text"),
        ("citygauge/益阳市\n1", "city\tgauge\n1", "checkpoint line 1", "the origin is not printable text"),
        ("citygauge/益阳市\n1", "city\ud800gauge\n1", "checkpoint line 1", "the origin is not printable text"),
        ("citygauge/益阳市\n1", "citygauge/南京市\n1", "checkpoint line 6", "is not a signature by 'citygauge/南京市'"),
        ("1873", "01873", "checkpoint line 2", "the tree size is not a decimal number"),
        ("1873", "-1", "checkpoint line 2", "the tree size is not a decimal number"),
        ("1873", "１８７３", "checkpoint line 2", "the tree size is not a decimal number"),
        ("1873", "9" * 5000, "checkpoint line 2", "the tree size is not a decimal number"),
        ("1873", "1874", "checkpoint line 6", "the checkpoint is not what key"),
        ("at 2026", "2026", "checkpoint line 4", "does not begin with `at `"),
        ("00Z", "00.000Z", "checkpoint line 4", "is not spelled as 2026-11-01T00:00:00Z"),
        ("— ", "- ", "checkpoint line 6", "is not a signature by"),
        ("— citygauge/益阳市 ", "— citygauge/益阳市 AAAA", "checkpoint line 6", "has 71 bytes instead of 68"),
    ],
)
def test_a_checkpoint_is_refused_with_the_line_that_does_not_match(old: str, new: str, place: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(ProofFailed) as caught:
        read_checkpoint(TEXT.replace(old, new, 1), TRUSTED)
    assert caught.value.place == place
    assert words in caught.value.reason


def test_a_checkpoint_signed_by_a_key_that_is_not_trusted_is_refused() -> None:
    with pytest.raises(ProofFailed, match="is signed by none of the trusted keys"):
        read_checkpoint(TEXT, {key_id(OTHER.public_key()): OTHER.public_key()})


def test_an_origin_with_spaces_gives_a_key_name_that_signed_note_allows() -> None:
    spaced = Checkpoint("citygauge San José +1", 0, hashlib.sha256().digest(), NOVEMBER)
    text = write_checkpoint(spaced, KEY)
    assert text.startswith("citygauge San José +1\n0\n")
    assert "\n— citygauge-San-José--1 " in text
    assert read_checkpoint(text, TRUSTED) == spaced


@pytest.mark.parametrize("origin", ["", "two\nlines", "tab\there", "no\u00a0break", "lone \ud800"])
def test_an_origin_that_is_not_one_printable_line_is_never_signed(origin: str) -> None:
    with pytest.raises(ConfigurationError, match="write one line of printable text"):
        write_checkpoint(Checkpoint(origin, 1, bytes(32), NOVEMBER), KEY)


@pytest.mark.parametrize(("size", "root"), [(-1, bytes(32)), (1, bytes(31))])
def test_a_size_or_root_that_no_tree_has_is_never_signed(size: int, root: bytes) -> None:
    with pytest.raises(ValueError, match="a size of 0 or more and a root of 32 bytes"):
        write_checkpoint(Checkpoint("citygauge", size, root, NOVEMBER), KEY)


def test_the_short_form_of_a_report_is_read_back_and_told_from_another_log() -> None:
    short = shortened(CHECKPOINT, key_id(KEY.public_key()))
    assert str(short) == f"1873-{CHECKPOINT.root.hex()[:16]}-{key_id(KEY.public_key())[:16]}"
    assert read_short(f" {str(short).upper()}\n") == short
    assert short.agrees(1873, CHECKPOINT.root)
    assert not short.agrees(1874, CHECKPOINT.root)
    assert not short.agrees(1873, bytes(32))


@pytest.mark.parametrize(
    "text", ["", "1873", "1873-abc-def", "-1-0123456789abcdef-0123456789abcdef", "01-" + "-".join(["0" * 16] * 2)]
)
def test_what_cannot_be_a_short_form_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="write it as printed, SIZE-ROOT-KEY"):
        read_short(text)
