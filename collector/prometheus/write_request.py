"""The one message of Prometheus remote write 1.0 (prometheus.io, "Prometheus Remote-Write 1.0 specification").

``WriteRequest`` of prompb/remote.proto and prompb/types.proto in the protocol buffers wire format:

    WriteRequest  1: repeated TimeSeries
    TimeSeries    1: repeated Label, 2: repeated Sample
    Label         1: string name, 2: string value
    Sample        1: double value, 2: int64 timestamp (milliseconds since the epoch)

A field is its number and wire type as one varint (number << 3 | type), then a length and so many bytes (type 2), eight
bytes (type 1) or a varint (type 0). It is compressed in the block format of Snappy, without framing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

_DOUBLE = struct.Struct("<d")


@dataclass(frozen=True)
class Sample:
    """labels: with ``__name__``. at: milliseconds since the epoch."""

    labels: Mapping[str, str]
    value: float
    at: int


def write_request(samples: Iterable[Sample]) -> bytes:
    """The compressed message; each sample is a series of its own. Labels without a value are left out, as the specification asks."""
    message = b"".join(_bytes(1, _series(one)) for one in samples)
    return bytes(pa.compress(message, codec="snappy", asbytes=True))


def _series(one: Sample) -> bytes:
    named = sorted((name, text) for name, text in one.labels.items() if text)
    labels = [_bytes(1, _bytes(1, name.encode()) + _bytes(2, text.encode())) for name, text in named]
    value = bytes([1 << 3 | 1]) + _DOUBLE.pack(one.value)
    return b"".join(labels) + _bytes(2, value + bytes([2 << 3 | 0]) + _varint(one.at))


def _bytes(field: int, body: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    """Seven bits a byte, lowest first, with the top bit on all but the last; ``number`` is not negative."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
