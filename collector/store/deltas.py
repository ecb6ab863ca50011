"""A body as its differences from another one, its base.

Few differences are written as *splices*: a line of JSON, ``[[copied, dropped, put], …]``, and after it the bytes that are put. So many
bytes are copied from the base, so many of it left out and so many put in their place; after the last splice all that is left of
the base is copied. Finding them costs little more than comparing the two bodies. Where there are many differences, or none can be
aligned, the delta is a zstd frame with the base as its raw-content dictionary. The first byte tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import zstandard

LEVEL = 3
"""Of zstd, where a body stands alone."""
FEW, FOR_EACH = 2, 4096
"""So many splices are few, and one more for each so many bytes; more of them are left to zstd."""
ANCHOR = 32
"""Bytes that are searched for where two bodies part."""
SKIPS = (32, 128, 0, 512, 2048)
"""How far behind a difference such bytes are taken from, one after another."""
LONG = 512
"""So many equal bytes are no accident, though records are alike."""
_LARGEST_WINDOW = 31
_SPLICES = msgspec.json.Decoder(list[tuple[int, int, int]])
_FIRST_OF_SPLICES = b"["

Splice = tuple[int, int, bytes]
"""Where the base had the bytes [start, stop), there are these."""


def packed(body: bytes) -> bytes:
    """A body that stands alone."""
    return _fitted(zstandard.ZstdCompressor(level=LEVEL).compress(body))


def delta(body: bytes, base: bytes, *, is_scattered: bool = False) -> bytes:
    """is_scattered: many differences are expected, so that nobody need look for few."""
    found = None if is_scattered else splices(body, base)
    return _compressed(body, base) if found is None else _written(found)


def is_spliced(kept: bytes) -> bool:
    """Whether a delta has the form for few differences."""
    return kept.startswith(_FIRST_OF_SPLICES)


def restored(kept: bytes, base: bytes | None) -> bytes:
    """What ``packed`` (no base) or ``delta`` was made from. Raises a decoder's error where ``kept`` is damaged."""
    if base is not None and is_spliced(kept):
        return b"".join(_spliced(kept, base))
    dictionary = _dictionary(base) if base else None
    decompressor = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=1 << _LARGEST_WINDOW)
    return decompressor.decompress(kept)


def splices(body: bytes, base: bytes) -> Sequence[Splice] | None:
    """The differences in order; None where they are many. That they make ``body`` is known by comparing all that is copied."""
    view = memoryview(base)
    found: list[Splice] = []
    here = there = 0
    while True:
        same = _same(view, there, body, here)
        here, there = here + same, there + same
        if here == len(body) and there == len(base):
            return found
        if len(found) >= FEW + here // FOR_EACH:
            return None
        ends = _aligned(view, there, body, here)
        if ends is None:
            return None
        found.append((there, ends[0], body[here : ends[1]]))
        there, here = ends


def _same(base: memoryview, there: int, body: bytes, here: int, most: int | None = None) -> int:
    """How many bytes (at most) are the same from there and here on; compared in steps that begin with all and are halved."""
    rest = min(len(base) - there, len(body) - here)
    rest = rest if most is None else min(rest, most)
    count, step = 0, rest
    while step:
        if body.startswith(base[there + count : there + count + step], here + count):
            count += step
            step = min(step, rest - count)
        else:
            step //= 2
    return count


def _aligned(base: memoryview, there: int, body: bytes, here: int) -> tuple[int, int] | None:
    """Where in both, close behind a difference, the same bytes follow again; what is the same for longest, if nothing is for LONG."""
    if max(len(base) - there, len(body) - here) <= 2 * ANCHOR:
        return len(base), len(body)
    best, longest = None, ANCHOR - 1
    for start, at in _candidates(base, there, body, here):
        same = _same(base, start, body, at, LONG)
        if same > longest:
            back = _same_before(base, there, start, body, here, at)
            best, longest = (start - back, at - back), same
        if same == LONG or start + same == len(base):
            break
    return best


def _candidates(base: memoryview, there: int, body: bytes, here: int) -> Iterator[tuple[int, int]]:
    """Where the same bytes stand in both: bytes of the base in the body, and last what follows in the body in the base."""
    for skip in SKIPS:
        anchor = base[there + skip : there + skip + ANCHOR]
        at = body.find(anchor, here, here + 2 * skip + LONG) if len(anchor) == ANCHOR else -1
        if at >= 0:
            yield there + skip, at
    left_out = bytes(base[there : there + SKIPS[-1]]).find(body[here : here + ANCHOR])
    if left_out >= 0:
        yield there + left_out, here


def _same_before(base: memoryview, there: int, stop: int, body: bytes, here: int, at: int) -> int:
    """How many bytes before ``stop`` and ``at`` are the same, no further back than ``there`` and ``here``."""
    back, most = 0, min(stop - there, at - here)
    while back < most and base[stop - back - 1] == body[at - back - 1]:
        back += 1
    return back


def _written(found: Sequence[Splice]) -> bytes:
    counts, at = [], 0
    for start, stop, put in found:
        counts.append((start - at, stop - start, len(put)))
        at = stop
    return b"".join((msgspec.json.encode(counts), b"\n", *(put for _, _, put in found)))


def _spliced(kept: bytes, base: bytes) -> Iterator[bytes]:
    line, _, put = kept.partition(b"\n")
    at = taken = 0
    for copied, dropped, count in _SPLICES.decode(line):
        yield base[at : at + copied]
        yield put[taken : taken + count]
        at, taken = at + copied + dropped, taken + count
    yield base[at:]


def _compressed(body: bytes, base: bytes) -> bytes:
    """One pass with a table of a place for every eight bytes of the base, and a window that reaches back to its first byte."""
    reach = (len(body) + len(base)).bit_length()
    settings = zstandard.ZstdCompressionParameters(
        window_log=min(max(reach, zstandard.WINDOWLOG_MIN), _LARGEST_WINDOW),
        hash_log=min(max(len(base).bit_length() - 3, 12), 24),
        strategy=zstandard.STRATEGY_FAST,
        min_match=6,
    )
    dictionary = _dictionary(base) if base else None
    return _fitted(zstandard.ZstdCompressor(compression_params=settings, dict_data=dictionary).compress(body))


def _fitted(frame: bytes) -> bytes:
    """A copy: what the compressor returns holds on to the room for the worst case, which is more than the body."""
    return bytes(memoryview(frame))


def _dictionary(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
