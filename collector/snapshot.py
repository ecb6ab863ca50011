"""The snapshot of a closed period as canonical JSON (RFC 8785): what was measured, from which files, under which definitions.

Numbers are decimal strings, the shortest that give back the same double, or exact integers and fractions: a canonical form must not
depend on how a reader prints floats.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import rfc8785

from collector.figures import Figure
from collector.measurement import Measurement
from collector.periods import Period, iso

FORMAT = 2

COMPARED = ("city", "period", "indicators", "exclusions")
"""What a revision differs in from the one before; files alone may differ without any figure doing so."""


def canonical(document: Any) -> bytes:
    return rfc8785.dumps(document)


def digest(document: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(document)).hexdigest()


def number(value: Fraction | float | None) -> str | None:
    """``"0.5"``, ``"12"``, ``"5/30"`` as ``"1/6"``: exact, and the same text on every machine."""
    if value is None or isinstance(value, int | Fraction):
        return None if value is None else str(value)
    return repr(float(value))


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


def figure_document(figure: Figure) -> dict[str, Any]:
    definition = figure.indicator.model_dump(mode="json", by_alias=True, exclude_none=True)
    plain_figure = figure.without_exclusions
    return {
        "id": figure.indicator.id,
        "definition": definition,
        "definition_sha256": digest(definition),
        "measurement": measurement_document(figure.measurement),
        "without_exclusions": measurement_document(plain_figure) if plain_figure else None,
        "excluded": [
            {"source": one.source, "start": iso(one.start), "end": iso(one.end), "entered_at": iso(one.entered_at),
             "after_the_fact": one.after_the_fact, "subjects": one.subjects}
            for one in figure.exclusions
        ],
        "verdict": figure.verdict.value,
        "basis": figure.basis,
    }  # fmt: skip


def content(
    city: str, period: Period, figures: Sequence[Figure], exclusions: Sequence[Any], sources: Mapping[str, Any]
) -> dict[str, Any]:
    """All of a snapshot but what a revision says of itself. sources: settings and files by source."""
    return {
        "format": FORMAT,
        "city": city,
        "period": {
            "label": period.label, "start": iso(period.span.start), "end": iso(period.span.end), "timezone": str(period.zone),
        },
        "indicators": [figure_document(figure) for figure in figures],
        "exclusions": [exclusion.model_dump(mode="json", exclude_none=True) for exclusion in exclusions],
        "sources": dict(sources),
    }  # fmt: skip


def says_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two snapshots agree in every figure, definition and exclusion."""
    return all(one[name] == other[name] for name in COMPARED)
