"""The API for reading: sources, runs, indicators, measurements."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query

from collector.city.model import Source as Settings
from collector.documents import figures_document
from collector.figures import measure, measure_all
from collector.installation import Installation
from collector.live import Live
from collector.periods import Period
from collector.store.status import recent_runs
from collector.web.answers import Run, Source

Limit = Annotated[int, Query(ge=1, le=1000)]
By = Literal["subject", "department", "district", "category", "day"]


def reading_routes(live: Live) -> APIRouter:
    """Routes below /api/v1. They run in threads; figures are made one request at a time."""
    routes = APIRouter()
    installation = live.installation

    @routes.get("/sources")
    def sources() -> list[Source]:
        """Every source and how it stands."""
        return [Source.of(one) for one in live.view().sources]

    @routes.get("/sources/{source}")
    def source_by_id(source: str) -> Source:
        """One source."""
        known_source(installation, source)
        return next(Source.of(one) for one in live.view().sources if one.id == source)

    @routes.get("/runs")
    def runs(source: str | None = None, limit: Limit = 100) -> list[Run]:
        """The last runs, newest first."""
        if source is not None:
            known_source(installation, source)
        with installation.database.read() as connection:
            return [Run.of(line) for line in recent_runs(connection, source, limit)]

    @routes.get("/indicators")
    def indicators() -> list[dict[str, Any]]:
        """The definitions of the indicators, as the city file gives them."""
        return [one.model_dump(mode="json", by_alias=True) for one in installation.city.indicators]

    @routes.get("/measurements")
    def measurements(
        period: Annotated[str, Query(description="2026-10-05, 2026-10, 2026-Q4, 2026 or START/END")],
        by: By | None = None,
        indicator: Annotated[list[str] | None, Query(description="only this indicator; may be repeated")] = None,
    ) -> dict[str, Any]:
        """The indicators over a period as known now: the document of `citygauge measure --json`."""
        wanted = Period.parse(period, installation.city.zone)
        chosen = [installation.city.indicator(name) for name in indicator or ()]
        known_at = live.clock()
        with live.measuring:
            if indicator:
                figures = [measure(installation.history, one, wanted, known_at, by) for one in chosen]
            else:
                figures = measure_all(installation.history, wanted, known_at, by)
        return figures_document(figures, wanted, known_at)

    return routes


def known_source(installation: Installation, name: str) -> Settings:
    """The source's settings; answers 404 for an id that the city file does not have."""
    for source in installation.city.sources:
        if source.id == name:
            return source
    raise HTTPException(404, f"there is no source {name!r}; /api/v1/sources lists what there is")
