"""The snapshot of a closed period as canonical JSON (RFC 8785): what was measured, from which files, under which definitions.

Numbers are decimal strings, the shortest that give back the same double, or exact integers and fractions: a canonical form must not
depend on how a reader prints floats.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import rfc8785

from collector.measurement import Measurement

FORMAT = 1


def canonical(document: Any) -> bytes:
    return rfc8785.dumps(document)


def digest(document: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(document)).hexdigest()


def number(value: Fraction | float | None) -> str | None:
    """``"0.5"``, ``"12"``, ``"5/30"`` as ``"1/6"``: exact, and the same text on every machine."""
    if value is None or isinstance(value, int | Fraction):
        return None if value is None else str(value)
    return repr(value)


def plain(value: Any) -> Any:
    """Sums and lists of a measurement with every number as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return number(value)


def measurement_document(measured: Measurement) -> dict[str, Any]:
    """A measurement in base units (ratios 0 to 1, seconds, kWh)."""
    return {
        "value": number(measured.value),
        "lower": number(measured.lower),
        "upper": number(measured.upper),
        "coverage": number(measured.coverage),
        "n": measured.n,
        "numerator": number(measured.numerator),
        "denominator": number(measured.denominator),
        "parts": plain(measured.parts),
        "faults": list(measured.faults),
        "applicable": measured.applicable,
    }
