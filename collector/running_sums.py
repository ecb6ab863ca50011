"""Running sums: what each subject's sealed days add up to, from the first of a month to the end of a day. It can always be made again.

A run of whole days is the difference of two such files and at most a few days' own roll-ups, so a month of a million channels costs one
file of about two bytes a channel and not thirty segments. A file names the segments it was made from; where one of them was replaced, the
name is another one and the file is not found. Nothing that is signed rests on it. The format is in docs/segments.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from collector.errors import CitygaugeError
from collector.measures.tally import constant
from collector.segment import ROLL_UP

FORMAT = 1
CODEC = pa.Codec("zstd", 9)
MARKED_DAYS = (5, 10, 15, 20, 25)
"""Days of the month after which running sums are kept, beside its last one: any other day is at most two away, or three in a long month."""
_SIZES = (np.uint8, np.uint16, np.uint32, np.uint64)
_DIGITS = 64
"""Of the SHA-256 that stands before all else in a file."""


@dataclass(frozen=True)
class RunningSums:
    """Milliseconds per subject (int64[N] by number) for each name of ROLL_UP, summed over the days of some segments.

    departures: how many records of these days say that a subject left the source's list.
    """

    made_from: str
    departures: int
    sums: Mapping[str, np.ndarray]


def made_from(digests: Sequence[str]) -> str:
    """One SHA-256 for the segments with these, in the order of their days."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def sums_name(source: str, day: str, key: str) -> str:
    """Where the sums to the end of ``day`` (ISO date) lie in the archive. key: what ``made_from`` gives."""
    return f"sums/{source}/{day[:7]}/{day}-{key[:8]}.sums"


def write_sums(running: RunningSums) -> bytes:
    """The file's bytes. A column is kept as base + unit * stored; one that is the same for all has nothing stored."""
    coded = {name: _coded(running.sums[name]) for name in ROLL_UP}
    planes = b"".join(coded[name][2].tobytes() for name in ROLL_UP)
    about = {
        "format": FORMAT, "made_from": running.made_from, "departures": running.departures,
        "rows": len(running.sums[ROLL_UP[0]]), "size": len(planes),
        "columns": {name: {"base": base, "unit": unit, "bytes": len(stored)} for name, (base, unit, stored) in coded.items()},
    }  # fmt: skip
    packed: bytes = CODEC.compress(planes, asbytes=True)
    content = json.dumps(about, sort_keys=True).encode() + b"\n" + packed
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def read_sums(body: bytes) -> RunningSums:
    """The sums in a file. Raises CitygaugeError where it is damaged, or of a newer version."""
    content = memoryview(body)[_DIGITS + 1 :]
    if hashlib.sha256(content).hexdigest().encode() + b"\n" != body[: _DIGITS + 1]:
        raise CitygaugeError("this is not a file of running sums, or it is damaged")
    end = body.index(b"\n", _DIGITS + 1)
    about = json.loads(body[_DIGITS + 1 : end])
    if about["format"] != FORMAT:
        raise CitygaugeError("these running sums were written by a newer version of Citygauge")
    planes = np.frombuffer(CODEC.decompress(memoryview(body)[end + 1 :], about["size"]), np.uint8)
    return RunningSums(about["made_from"], about["departures"], _decoded(planes, about))


def _decoded(planes: np.ndarray, about: Mapping[str, Any]) -> dict[str, np.ndarray]:
    rows, sums, start = about["rows"], {}, 0
    for name in ROLL_UP:
        base, unit, count = (about["columns"][name][key] for key in ("base", "unit", "bytes"))
        mine = planes[start : start + count * rows].reshape(count, rows)
        sums[name] = _column(mine, base, unit) if count else constant(np.int64(base), rows)
        start += count * rows
    return sums


def _column(planes: np.ndarray, base: int, unit: int) -> np.ndarray:
    stored = planes[-1].astype(next(size for size in _SIZES if size().itemsize >= len(planes)))
    for plane in planes[-2::-1]:
        stored <<= 8
        stored |= plane
    column: np.ndarray = stored.astype(np.int64)
    column *= unit
    column += base
    return column


def _coded(column: np.ndarray) -> tuple[int, int, np.ndarray]:
    """(base, unit, stored): the bytes of each value, lowest first, as uint8[bytes, N]; none where every value is the base."""
    base = int(column.min()) if len(column) else 0
    above = column - base
    unit = max(1, int(np.gcd.reduce(above))) if len(above) else 1
    stored = np.ascontiguousarray(above // unit, "<i8")
    size = -(-int(stored.max(initial=0)).bit_length() // 8)
    return base, unit, stored.view(np.uint8).reshape(len(column), 8)[:, :size].T
