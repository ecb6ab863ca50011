"""A delta and its base give the body back, whatever both are; few differences cost few bytes."""

from __future__ import annotations

import json
import random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from collector.store.deltas import delta, packed, restored, splices

PAGE = b"[%b]" % b",".join(
    b'{"id":%d,"name":"n%d","status":"ON","at":"2026-10-01 08:00:00"}' % (i, i) for i in range(900)
)


def changed(base: bytes, *places: tuple[bytes, bytes]) -> bytes:
    for before, after in places:
        assert before in base
        base = base.replace(before, after, 1)
    return base


FEW = {
    "nothing": (),
    "one value": ((b'"n7","status":"ON"', b'"n7","status":"OFF"'),),
    "two values close together": (
        (b'"n7","status":"ON","at":"2026-10-01 08', b'"n7","status":"OFF","at":"2026-10-02 09'),
    ),
    "far apart": ((b'"n0"', b'"north"'), (b'"n450"', b"null"), (b'"n899"', b'"south gate"')),
    "left out": ((b'{"id":20,"name":"n20","status":"ON","at":"2026-10-01 08:00:00"},', b""),),
    "put in": ((b'{"id":20,', b'{"id":-1,"name":"","status":"ON","at":""},{"id":20,'),),
    "first byte": ((b"[", b" ["),),
    "last byte": ((b"}]", b"}] "),),
}


@pytest.mark.parametrize("name", FEW)
def test_few_differences_are_splices_that_can_be_read_by_eye(name: str) -> None:
    body = changed(PAGE, *FEW[name])
    kept = delta(body, PAGE)
    line, _, put = kept.partition(b"\n")
    counts = json.loads(line)
    assert restored(kept, PAGE) == body
    assert len(counts) <= 2 * len(FEW[name])
    assert sum(count for _, _, count in counts) == len(put) < 100


def test_what_the_documentation_says_about_splices_gives_the_body() -> None:
    body = changed(PAGE, *FEW["far apart"])
    line, _, put = delta(body, PAGE).partition(b"\n")
    parts, at, taken = [], 0, 0
    for copied, dropped, count in json.loads(line):
        parts += [PAGE[at : at + copied], put[taken : taken + count]]
        at, taken = at + copied + dropped, taken + count
    assert b"".join([*parts, PAGE[at:]]) == body


def test_a_stamp_in_every_record_is_left_to_zstd_and_stays_small() -> None:
    body = PAGE.replace(b"08:00:00", b"08:01:00")
    kept = delta(body, PAGE)
    assert splices(body, PAGE) is None
    assert restored(kept, PAGE) == body
    assert len(kept) < len(packed(body)) / 2


def test_a_body_with_nothing_in_common_is_kept_too() -> None:
    body = random.Random(1).randbytes(20_000)
    assert restored(delta(body, PAGE), PAGE) == body


def test_a_delta_reaches_back_to_the_first_byte_of_a_large_base() -> None:
    base = random.Random(2).randbytes(5_000_000)
    body = b"".join(base[start : start + 900] + b"!" for start in range(0, len(base), 1000))
    kept = delta(body, base)
    assert len(kept) < len(body) / 20
    assert restored(kept, base) == body


def test_deltas_that_were_written_by_zstd_alone_are_still_read() -> None:
    body = changed(PAGE, *FEW["one value"])
    dictionary = zstandard.ZstdCompressionDict(PAGE, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    assert restored(zstandard.ZstdCompressor(level=3, dict_data=dictionary).compress(body), PAGE) == body
    assert restored(zstandard.ZstdCompressor(level=3).compress(b"[1]"), None) == b"[1]"


def test_a_body_that_looks_like_splices_stands_alone_as_itself() -> None:
    assert restored(packed(b"[[1,1,1]]\nx"), None) == b"[[1,1,1]]\nx"


texts = st.one_of(st.binary(max_size=60), st.sampled_from([b"", b"ab" * 40, b'},{"id":1', b"[", b"\n", b"\0" * 70]))
bodies = st.lists(st.one_of(texts, st.sampled_from([PAGE[:3000], PAGE[2000:2600], PAGE])), max_size=4).map(b"".join)
edits = st.lists(st.tuples(st.integers(0, 1 << 17), st.integers(0, 3000), texts), max_size=8)


@given(bodies, edits)
def test_any_body_comes_back_from_its_delta(base: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    body = base
    for at, length, put in changes:
        start = at % (len(body) + 1)
        body = body[:start] + put + body[start + length :]
    assert restored(delta(body, base), base) == body
    assert restored(delta(base, body), body) == base
    assert restored(packed(body), None) == body
