"""Reading signed documents so strictly that the same content has one spelling: no byte can change unnoticed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import rfc8785

from collector.periods import instant, iso
from collector.proof import ProofFailed


def read_canonical(body: bytes, place: str) -> Any:
    """The value of canonical JSON (RFC 8785). Raises ProofFailed for any other spelling of it."""
    try:
        document = json.loads(body.decode("utf-8"))
        again = rfc8785.dumps(document)
    except (ValueError, RecursionError):  # a body nested deeper than Python's stack is no document of ours either
        raise ProofFailed(place, "is not canonical JSON (RFC 8785)") from None
    if again != body:
        raise ProofFailed(place, f"is not canonical JSON (RFC 8785) from byte {first_difference(body, again)}")
    return document


def fields(document: Any, names: Sequence[str], place: str) -> list[Any]:
    """The values of an object that has these fields and no others, in the order of ``names``."""
    if not isinstance(document, dict):
        raise ProofFailed(place, "is not an object")
    if missing := sorted(set(names) - document.keys()):
        raise ProofFailed(place, f"lacks {', '.join(missing)}")
    if unknown := sorted(document.keys() - set(names)):
        raise ProofFailed(place, f"has unknown fields: {', '.join(map(repr, unknown))}")
    return [document[name] for name in names]


def encode_base64(body: bytes) -> str:
    return base64.b64encode(body).decode("ascii")


def decode_base64(text: Any, place: str, length: int | None = None) -> bytes:
    """Bytes of standard base64 with padding (RFC 4648 section 4); stray bits in the last character are refused."""
    try:
        body = base64.b64decode(text.encode("ascii"), validate=True)
    except (AttributeError, ValueError):
        raise ProofFailed(place, "is not base64") from None
    if encode_base64(body) != text:
        raise ProofFailed(place, "is not base64 in its one canonical spelling")
    if length is not None and len(body) != length:
        raise ProofFailed(place, f"has {len(body)} bytes instead of {length}")
    return body


def read_instant(text: Any, place: str) -> int:
    """Milliseconds since the epoch of an ISO 8601 instant in UTC, spelled as ``periods.iso`` spells it."""
    try:
        at = instant(datetime.fromisoformat(text))
        spelled = iso(at)
    except (TypeError, ValueError, OverflowError):
        raise ProofFailed(place, "is not an ISO 8601 instant in UTC") from None
    if spelled != text:
        raise ProofFailed(place, f"is not spelled as {spelled}")
    return at


def first_difference(one: bytes, other: bytes) -> int:
    """The offset of the first byte in which two unequal bodies differ; a missing byte differs from any."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low
