"""A stored snapshot as figures again: exact numbers, the definitions as they were, the exclusions as they were entered."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from collector.city.indicators import Indicator
from collector.city.model import Exclusion
from collector.errors import CitygaugeError
from collector.figures import Figure
from collector.measurement import Measurement
from collector.periods import Period, Span, instant
from collector.snapshot import FORMAT
from collector.store.snapshots import Snapshot
from collector.verdict import Verdict

_INDICATOR: TypeAdapter[Any] = TypeAdapter(Indicator)


@dataclass(frozen=True)
class SealedFile:
    """A segment (number 0) or supplement that the snapshot was computed from."""

    day: str
    number: int
    digest: str


@dataclass(frozen=True)
class Frozen:
    """What one revision of a period says. definitions: SHA-256 of each definition by indicator; segments: files by source."""

    city: str
    period: Period
    revision: int
    as_of: int
    digest: str
    previous: str | None
    software: str
    figures: list[Figure]
    definitions: dict[str, str]
    segments: dict[str, list[SealedFile]]
    exclusions: tuple[Exclusion, ...]


def read_snapshot(snapshot: Snapshot) -> Frozen:
    """Raises CitygaugeError where the bytes are not the ones that were frozen, or were written by another version."""
    if hashlib.sha256(snapshot.body).hexdigest() != snapshot.digest:
        raise CitygaugeError(f"snapshot {snapshot.period}/{snapshot.revision}: its bytes do not match their SHA-256")
    document = snapshot.document
    if document["format"] != FORMAT:
        raise CitygaugeError(f"snapshot {snapshot.period}: format {document['format']} is not known to this version")
    try:
        return _frozen(snapshot, document)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise CitygaugeError(
            f"snapshot {snapshot.period}: {document['software']} wrote a definition that this version cannot read ({where})"
        ) from None


def _frozen(snapshot: Snapshot, document: dict[str, Any]) -> Frozen:
    period, as_of = _period(document["period"]), _at(document["as_of"])
    return Frozen(
        city=document["city"],
        period=period,
        revision=document["revision"],
        as_of=as_of,
        digest=snapshot.digest,
        previous=document["previous"],
        software=document["software"],
        figures=[_figure(one, period, as_of) for one in document["indicators"]],
        definitions={one["id"]: one["definition_sha256"] for one in document["indicators"]},
        segments={
            source: [SealedFile(one["day"], one["number"], one["sha256"]) for one in files]
            for source, files in document["segments"].items()
        },
        exclusions=tuple(Exclusion.model_validate_json(json.dumps(one)) for one in document["exclusions"]),
    )


def _figure(document: dict[str, Any], period: Period, as_of: int) -> Figure:
    indicator: Indicator = _INDICATOR.validate_json(json.dumps(document["definition"]))
    plain = document["without_exclusions"]
    return Figure(
        indicator=indicator,
        period=period,
        as_of=as_of,
        measurement=_measurement(document["measurement"]),
        verdict=Verdict(document["verdict"]),
        basis=document["basis"],
        without_exclusions=_measurement(plain) if plain else None,
    )


def _measurement(document: dict[str, Any]) -> Measurement:
    """Numbers exact; ``coverage`` a float again; ``parts`` stay as text."""
    coverage = document["coverage"]
    return Measurement(
        value=_number(document["value"]),
        lower=_number(document["lower"]),
        upper=_number(document["upper"]),
        coverage=None if coverage is None else float(Fraction(coverage)),
        n=document["n"],
        numerator=_number(document["numerator"]),
        denominator=_number(document["denominator"]),
        parts=document["parts"],
        faults=tuple(document["faults"]),
        applicable=document["applicable"],
    )


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _period(document: dict[str, Any]) -> Period:
    return Period(document["label"], Span(_at(document["start"]), _at(document["end"])), ZoneInfo(document["timezone"]))


def _at(text: str) -> int:
    return instant(datetime.fromisoformat(text))
