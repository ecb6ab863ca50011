"""A bundle changed by somebody without the signing key, byte by byte or packed anew; and 200 random tamperings of every kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from collector.frozen.bundle import CHECKPOINT, FILES, KEYS, LOG, SNAPSHOT
from collector.frozen.verification import verify
from collector.proof import ProofFailed
from tests.frozen.attackers import Intruder, sha256, without_row
from tests.frozen.refusal import refused
from tests.frozen.small_city import Built
from tests.frozen.tamperings import KINDS

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def intruder(built: Built) -> Intruder:
    return Intruder(built.third)


# Bytes of the container


def test_a_byte_flipped_anywhere_in_a_file_names_the_entry(built: Built) -> None:
    for name, content in Intruder(built.third).parts.items():
        at = built.third.index(content) + len(content) // 2
        body = bytearray(built.third)
        body[at] ^= 1
        refused(bytes(body), f"entry {re.escape(repr(name))}", "is not what its content gives")


def test_a_byte_flipped_between_the_files_names_the_place(built: Built) -> None:
    directory = built.third.rindex(b"PK\x05\x06")
    refused(built.third[:directory] + b"Q" + built.third[directory + 1 :], "the container's directory", "byte")
    refused(b"Q" + built.third[1:], "the container's first entry", "no entry begins at byte 0")


def test_what_is_cut_off_or_added_is_named(built: Built) -> None:
    refused(built.third[:-1], "the container's directory", "byte")
    refused(built.third + b"\n", "the container's directory", "byte")
    refused(built.third[: len(built.third) // 2], "entry '.*'", "ends after the container does")
    refused(b"", "the container's first entry", "no entry begins")


# Without the key: everything is packed again, nothing can be signed


def test_a_file_that_was_changed_and_packed_again_names_the_file(intruder: Intruder) -> None:
    name = next(one for one in intruder.files if "/video/" in one)
    intruder.parts[name] = without_row(intruder.parts[name], "run", 0)

    refused(intruder.bundle(), re.escape(name), "another SHA-256")


def test_two_segments_swapped_name_the_first(intruder: Intruder) -> None:
    one, other = [name for name in intruder.files if "/video/" in name][:2]
    intruder.parts[one], intruder.parts[other] = intruder.parts[other], intruder.parts[one]

    refused(intruder.bundle(), re.escape(one), "another SHA-256")


def test_a_file_that_is_missing_is_named(intruder: Intruder) -> None:
    name = intruder.files[7]
    del intruder.parts[name]

    refused(intruder.bundle(), re.escape(name), "is missing")


@pytest.mark.parametrize("name", ["files/segments/video/extra.parquet", "README.txt", "files"])
def test_a_foreign_file_is_named(intruder: Intruder, name: str) -> None:
    intruder.parts[name] = b"by the way"

    refused(intruder.bundle(), re.escape(name), "")


@pytest.mark.parametrize("name", [SNAPSHOT, KEYS, LOG, CHECKPOINT])
def test_a_bundle_without_one_of_its_own_parts_names_it(intruder: Intruder, name: str) -> None:
    del intruder.parts[name]

    refused(intruder.bundle(), re.escape(name), "is not in the bundle")


def test_a_row_dropped_and_re_hashed_without_the_key_does_not_carry_the_signature(intruder: Intruder) -> None:
    name = next(one for one in intruder.files if "/cases/" in one)
    intruder.parts[name] = without_row(intruder.parts[name], "record", 0)

    def digest(document: dict[str, Any]) -> None:
        segments = document["sources"]["cases"]["files"]["segments"]
        next(one for one in segments if FILES + one["path"] == name)["sha256"] = sha256(intruder.parts[name])

    intruder.change_payload(digest)
    refused(intruder.bundle(), r"snapshot\.json envelope signatures\[0\]\.sig", "is not what key")


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["indicators"][0]["measurement"].update(value="1"),
        lambda document: document["indicators"][0]["definition"].update(target=">= 90"),
        lambda document: document["exclusions"].pop(),
        lambda document: document.update(revision=7),
    ],
    ids=["value", "definition", "exclusion", "revision"],
)
def test_a_snapshot_changed_without_the_key_does_not_carry_the_signature(intruder: Intruder, change: Change) -> None:
    intruder.change_payload(change)

    refused(intruder.bundle(), r"snapshot\.json envelope signatures\[0\]\.sig", "is not what key")


def test_a_line_of_the_log_changed_without_the_key_has_another_root(intruder: Intruder) -> None:
    intruder.parts[LOG] = intruder.parts[LOG].replace(b'"segment"', b'"snapshot"', 1)

    refused(intruder.bundle(), r"log\.jsonl", "another Merkle root")


def test_a_line_of_the_log_that_is_no_leaf_is_named(intruder: Intruder) -> None:
    rows = intruder.parts[LOG].split(b"\n")
    rows[4] = rows[4].replace(b'"name":"', b'"name":["').replace(b'"}', b'"]}')
    intruder.parts[LOG] = b"\n".join(rows)

    refused(intruder.bundle(), r"log\.jsonl line 5", "not all text")


def test_the_log_cut_short_does_not_fit_the_checkpoint(intruder: Intruder) -> None:
    intruder.parts[LOG] = intruder.parts[LOG][: intruder.parts[LOG].rindex(b"\n", 0, -1) + 1]

    refused(intruder.bundle(), r"log\.jsonl", "has 58 leaves, the checkpoint says 59")


def test_a_checkpoint_changed_without_the_key_names_its_line(intruder: Intruder) -> None:
    intruder.parts[CHECKPOINT] = intruder.parts[CHECKPOINT].replace(b"\n59\n", b"\n58\n")

    refused(intruder.bundle(), "checkpoint line 6", "is not what key")


def test_a_checkpoint_that_is_not_utf_8_is_named(intruder: Intruder) -> None:
    intruder.parts[CHECKPOINT] = b"\xff" + intruder.parts[CHECKPOINT]

    refused(intruder.bundle(), r"checkpoint\.txt", "is not UTF-8")


# At random


def test_of_200_random_tamperings_200_are_caught_with_the_place_named(built: Built) -> None:
    """Every kind comes in turn, what it changes is drawn; the same number draws the same."""
    passed = []
    for number in range(200):
        kind = KINDS[number % len(KINDS)]
        tampered = kind.tamper(Random(number), built)
        try:
            verify(tampered.body, tampered.pinned, tampered.earlier)
        except ProofFailed as error:
            if re.fullmatch(kind.place, error.place):
                continue
            passed.append(f"{number} {kind.__name__}: is said to be at {error}")
        else:
            passed.append(f"{number} {kind.__name__}: verifies")
    assert not passed, "\n".join(passed)
