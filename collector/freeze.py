"""Freezing: measure a closed period from sealed days only and keep the result for good, as revision 1 or as what corrects it."""

from __future__ import annotations

from typing import Any

import collector
from collector.errors import CitygaugeError
from collector.figures import Figure, measure_all
from collector.installation import Installation
from collector.periods import MILLISECOND, Period, Span, iso, moment
from collector.snapshot import FORMAT, canonical, digest, measurement_document
from collector.store.snapshots import Snapshot, first_run_of_city, latest_snapshot, store_snapshot


def freeze_period(installation: Installation, label: str, now: int) -> Snapshot:
    """The period's snapshot; where the newest revision says the same already, that one.

    Raises CitygaugeError while the period is not over or has days that are not sealed.
    """
    city = installation.city
    period = Period.parse(label, city.zone)
    if now < period.span.end + city.settle // MILLISECOND:
        raise CitygaugeError(f"{label} is open until {iso(period.span.end, city.zone)} and settles for {city.settle} more")
    waiting = [f"{due.source} {due.day}" for due in installation.sealer.due(now) if due.day < moment(period.span.end, city.zone).date()]
    if waiting:
        raise CitygaugeError(f"{label}: {len(waiting)} days are not sealed yet (first: {waiting[0]}); run `citygauge seal`")
    content = _content(installation, period, measure_all(installation.history, period, as_of=now))
    with installation.database.write() as connection:
        before = latest_snapshot(connection, label)
        if before and before.content == content:
            return before
        revision = before.revision + 1 if before else 1
        document = content | {
            "revision": revision,
            "as_of": iso(now),
            "previous": before.digest if before else None,
            "software": f"citygauge {collector.__version__}",
        }
        return store_snapshot(connection, label, revision, now, canonical(document))


def due_months(installation: Installation, now: int) -> list[str]:
    """Calendar months that are over, settled and sealed, and have no snapshot; oldest first."""
    city = installation.city
    with installation.database.read() as connection:
        first = first_run_of_city(connection)
        if first is None:
            return []
        months = Period("", Span(first, now), city.zone).days()
        labels = sorted({moment(day.span.start, city.zone).strftime("%Y-%m") for day in months})
        missing = [label for label in labels if latest_snapshot(connection, label) is None]
    settled = [label for label in missing if _over(label, installation, now)]
    unsealed = min((due.day.strftime("%Y-%m") for due in installation.sealer.due(now)), default="9999-12") if settled else ""
    return [label for label in settled if label < unsealed]


def _over(label: str, installation: Installation, now: int) -> bool:
    city = installation.city
    return Period.parse(label, city.zone).span.end + city.settle // MILLISECOND <= now


def _content(installation: Installation, period: Period, figures: list[Figure]) -> dict[str, Any]:
    city, history = installation.city, installation.history
    span = {"label": period.label, "start": iso(period.span.start), "end": iso(period.span.end), "timezone": city.timezone}
    return {
        "format": FORMAT,
        "city": city.city,
        "period": span,
        "indicators": [_figure(figure) for figure in figures],
        "segments": {
            source.id: [
                {"day": history.segment(one).heading.day, "number": one.number, "sha256": one.digest}
                for one in history.sealed(source.id, period.span)
            ]
            for source in city.sources
        },
        "exclusions": [exclusion.model_dump(mode="json") for exclusion in city.exclusions],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    definition = figure.indicator.model_dump(mode="json", by_alias=True)
    return {
        "id": figure.indicator.id,
        "definition": definition,
        "definition_sha256": digest(definition),
        "measurement": measurement_document(figure.measurement),
        "without_exclusions": measurement_document(figure.without_exclusions) if figure.without_exclusions else None,
        "verdict": figure.verdict.value,
        "basis": figure.basis,
    }


