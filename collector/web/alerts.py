"""The API of alerts: for reading only; silences and acknowledgements are made by the command."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from collector.alerting.listing import alerts_document
from collector.live import Live


def alert_routes(live: Live) -> APIRouter:
    """Routes below /api/v1."""
    routes = APIRouter()

    @routes.get("/alerts")
    def alerts() -> dict[str, Any]:
        """Alerts, silences and how receivers stand: the document of `citygauge alerts --json`."""
        return alerts_document(live.installation, live.clock())

    return routes
