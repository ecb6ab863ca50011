"""Bundles that are signed and logged as they should be and yet are none of ours: never another error than ProofFailed, with a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.frozen.attackers import Operator
from tests.frozen.refusal import refused
from tests.frozen.small_city import Built


def _unsound(change: Callable[[Operator], object]) -> Callable[[Built], bytes]:
    def made(built: Built) -> bytes:
        operator = Operator.of(built.third, built.private)
        change(operator)
        return operator.bundle()

    return made


def _break_file(role: str) -> Callable[[Operator], object]:
    source = "cases" if role == "later" else "video"
    return lambda operator: operator.replace_file(source, role, b"\xff\xfe nothing that can be read")


def _break_segment(change: Callable[[bytes], bytes]) -> Callable[[Operator], object]:
    def changed(operator: Operator) -> None:
        entry = operator.segments("video")[9]
        operator.replace_segment("video", entry, change(operator.files[entry["path"]]))

    return changed


UNSOUND = {
    "a register that cannot be read": (_break_file("register"), r"snapshot\.json indicators\.online"),
    "a list of subjects that cannot be read": (_break_file("subjects"), r"snapshot\.json indicators\.online"),
    "later records that cannot be read": (_break_file("later"), r"snapshot\.json indicators\.closure"),
    "a segment of text": (_break_segment(lambda body: b"not a parquet file"), r"files/segments/video/.*\.parquet"),
    "a segment cut short": (_break_segment(lambda body: body[:-100]), r"files/segments/video/.*\.parquet"),
    "a segment with spoilt pages": (
        _break_segment(lambda body: body[:4] + bytes(400) + body[404:]), r"(files/segments/video/.*|snapshot\.json indicators\.\w+)"
    ),
    "sources as a list": (lambda one: one.document.update(sources=[]), r"snapshot\.json"),
    "no sources": (lambda one: one.document.update(sources={}), r"files/.*"),
    "no indicators": (lambda one: one.document.pop("indicators"), r"snapshot\.json"),
    "an indicator of no known measure": (
        lambda one: one.indicator("online")["definition"].update(measure="opinion"), r"snapshot\.json"
    ),
    "a part that is no indicator": (
        lambda one: one.indicator("more")["definition"].update(of="nothing"), r"snapshot\.json indicators\.more.*"
    ),
    "an unknown zone": (lambda one: one.document["period"].update(timezone="Mars/Olympus"), r"snapshot\.json"),
    "a path as a number": (lambda one: one.segments("video")[0].update(path=7), r"snapshot\.json|files/.*"),
    "a day that is none": (lambda one: one.segments("video")[0].update(day="2026-02-31"), r"snapshot\.json"),
    "a leaf of no segment": (lambda one: one.leaves.__setitem__(0, _renamed(one.leaves[0])), r"log\.jsonl line 1"),
    "another format": (lambda one: one.document.update(format=99), r"snapshot\.json format"),
    "a source that does not say whether it is swept": (lambda one: one.document["sources"]["video"].pop("swept"), r"snapshot\.json"),
    "a duration of text": (lambda one: one.document["sources"]["video"].update(holds_ms="long"), r"snapshot\.json"),
}  # fmt: skip


def _renamed(leaf: Any) -> Any:
    return type(leaf)(leaf.kind, "video", leaf.digest, leaf.at)


@pytest.mark.parametrize("which", UNSOUND)
def test_a_signed_bundle_that_is_not_sound_is_refused_with_a_place(built: Built, which: str) -> None:
    change, place = UNSOUND[which]

    refused(_unsound(change)(built), place, "")
