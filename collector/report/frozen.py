"""A stored snapshot as figures again: exact numbers, the definitions as they were, the exclusions as they were entered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from collector.city.exclusions import Exclusion
from collector.city.indicators import Indicator
from collector.errors import CitygaugeError
from collector.figures import Figure
from collector.frozen.city import FrozenCity
from collector.frozen.files import SourceFiles
from collector.measurement import Measurement
from collector.measuring.exclusions import AppliedExclusion
from collector.periods import Period, Span, instant
from collector.snapshot import FORMAT
from collector.store.snapshots import Snapshot
from collector.verdict import Verdict


@dataclass(frozen=True)
class Told:
    """What a revision told of a figure, as the next one repeats it; ``measurement`` has no more than value, bounds and coverage."""

    measurement: Measurement
    verdict: Verdict


@dataclass(frozen=True)
class Effect:
    """A figure that a revision changed; None where it is in only one of the two."""

    indicator: str
    before: Told | None
    after: Told | None


@dataclass(frozen=True)
class Revises:
    """Why a revision was made and what it changed. because: what the one before did not rest on, by kind."""

    reason: str
    author: str
    because: dict[str, list[str]]
    effects: list[Effect]


@dataclass(frozen=True)
class Frozen:
    """What one revision of a period says.

    definitions: SHA-256 of each definition by indicator. settings: what the figures depend on beside ``files``, those by source.
    swept: the sources whose states were read all at once. revises: None in the first revision.
    """

    city: str
    period: Period
    revision: int
    as_of: int
    digest: str
    previous: str | None
    software: str
    figures: list[Figure]
    definitions: dict[str, str]
    settings: FrozenCity
    files: dict[str, SourceFiles]
    swept: frozenset[str]
    exclusions: tuple[Exclusion, ...]
    revises: Revises | None


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
    settings, sources = FrozenCity.read(document), document["sources"]
    told = zip(document["indicators"], settings.indicators, strict=True)
    return Frozen(
        city=document["city"],
        period=period,
        revision=document["revision"],
        as_of=as_of,
        digest=snapshot.digest,
        previous=document["previous"],
        software=document["software"],
        figures=[_figure(one, indicator, period, as_of, settings.exclusions) for one, indicator in told],
        definitions={one["id"]: one["definition_sha256"] for one in document["indicators"]},
        settings=settings,
        files={name: SourceFiles.read(source["files"]) for name, source in sources.items()},
        swept=frozenset(name for name, source in sources.items() if source["swept"]),
        exclusions=settings.exclusions,
        revises=_revises(document["revises"]) if document["revises"] else None,
    )


def _figure(
    document: dict[str, Any], indicator: Indicator, period: Period, as_of: int, exclusions: tuple[Exclusion, ...]
) -> Figure:
    plain = document["without_exclusions"]
    return Figure(
        indicator=indicator,
        period=period,
        as_of=as_of,
        measurement=_measurement(document["measurement"]),
        verdict=Verdict(document["verdict"]),
        basis=document["basis"],
        without_exclusions=_measurement(plain) if plain else None,
        exclusions=tuple(_applied(one, exclusions) for one in document["excluded"]),
    )


def _applied(document: dict[str, Any], exclusions: tuple[Exclusion, ...]) -> AppliedExclusion:
    """With who and why, which the snapshot's exclusions tell; of several entered alike for one time, what all of them say."""
    source, start, end, entered_at = (
        document["source"],
        *(_at(document[name]) for name in ("start", "end", "entered_at")),
    )
    known = [
        one for one in exclusions
        if (one.source, *map(instant, (one.start, one.end, one.entered_at))) == (source, start, end, entered_at)
    ]  # fmt: skip
    if not known:
        raise CitygaugeError(f"snapshot: {source} from {document['start']} is excluded, but not among the exclusions")
    reason, approved_by = (
        "; ".join(dict.fromkeys(getattr(one, name) for one in known)) for name in ("reason", "approved_by")
    )
    return AppliedExclusion(source, start, end, reason, approved_by, entered_at, document["subjects"])


def _revises(document: dict[str, Any]) -> Revises:
    effects = [Effect(one["id"], _told(one["before"]), _told(one["after"])) for one in document["effects"]]
    return Revises(document["reason"], document["author"], document["because"], effects)


def _told(document: dict[str, Any] | None) -> Told | None:
    if document is None:
        return None
    value, lower, upper = (_number(document[name]) for name in ("value", "lower", "upper"))
    return Told(Measurement(value, lower, upper, _coverage(document["coverage"]), n=0), Verdict(document["verdict"]))


def _measurement(document: dict[str, Any]) -> Measurement:
    """Numbers exact; ``coverage`` a float again; ``parts`` stay as text."""
    return Measurement(
        value=_number(document["value"]),
        lower=_number(document["lower"]),
        upper=_number(document["upper"]),
        coverage=_coverage(document["coverage"]),
        n=document["n"],
        numerator=_number(document["numerator"]),
        denominator=_number(document["denominator"]),
        parts=document["parts"],
        faults=tuple(document["faults"]),
        applicable=document["applicable"],
    )


def _coverage(text: str | None) -> float | None:
    return None if text is None else float(Fraction(text))


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _period(document: dict[str, Any]) -> Period:
    return Period(document["label"], Span(_at(document["start"]), _at(document["end"])), ZoneInfo(document["timezone"]))


def _at(text: str) -> int:
    return instant(datetime.fromisoformat(text))
