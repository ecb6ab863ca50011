"""The status page: what an operator hangs on the wall. Plain HTML and one style sheet; nothing is asked of any other host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from collector.alerting.listing import Listing, list_alerts
from collector.alerts.rules import rules_of
from collector.city.model import City
from collector.faults import in_chinese
from collector.live import Live, View
from collector.periods import moment
from collector.standing import SourceStatus
from collector.store.runs import Outcome
from collector.store.status import RunLine
from collector.web.alert_rows import SHOWN_ALERTS, alert_rows, evaluation_trouble, receiver_rows
from collector.web.checkpoints import Checkpoints, Printed
from collector.web.shown import Cell, age, cell
from collector.web.words import MARKS, WORDS

SHOWN_FAULTS = 20
Language = Annotated[Literal["zh", "en"], Query(description="zh or en")]


@dataclass(frozen=True)
class IndicatorRow:
    """problem: why there is no figure of the running month."""

    id: str
    name: str
    month: Cell | None
    last_month: Cell | None
    problem: str | None


@dataclass(frozen=True)
class SourceRow:
    id: str
    department: str | None
    standing: str
    last_success: str | None
    outcome: str | None
    error: str | None
    skew: str | None
    next_slot: str | None


def page_routes(live: Live) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    templates = Environment(
        loader=PackageLoader("collector.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = templates.get_template("status.html")
    checkpoints = Checkpoints(live.installation)

    @routes.api_route("/", methods=["GET", "HEAD"])
    def status(lang: Language = "zh") -> HTMLResponse:
        view, city = live.view(), live.installation.city
        listing = list_alerts(live.installation, live.clock())
        figures = _context(view, checkpoints.beside(view.snapshots), city, lang)
        body = page.render(figures | _alert_context(listing, city, lang))
        return HTMLResponse(body, headers={"Cache-Control": "no-cache"})

    return routes


def _context(view: View, snapshots: list[Printed], city: City, lang: str) -> dict[str, Any]:
    words = WORDS[lang]
    faults = _faults(view, lang)

    def local(at: int) -> datetime:
        return moment(at, city.zone)

    return {
        "w": words,
        "lang": lang,
        "marks": MARKS,
        "city": city,
        "view": view,
        "now": local(view.at),
        "measured_at": local(view.figures.at),
        "indicators": _indicator_rows(view, city),
        "sources": [_source_row(source, view.at, city, lang) for source in view.sources],
        "snapshots": [(one, local(one.line.created_at)) for one in snapshots],
        "faults": faults[:SHOWN_FAULTS],
        "more_faults": max(0, len(faults) - SHOWN_FAULTS),
    }


def _alert_context(listing: Listing, city: City, lang: str) -> dict[str, Any]:
    rules = len(rules_of(city))
    evaluated_at = listing.evaluated_at
    return {
        "alerts": alert_rows(listing, city, lang),
        "more_alerts": max(0, len(listing.alerts) - SHOWN_ALERTS),
        "rules": rules,
        "evaluated_at": None if evaluated_at is None else moment(evaluated_at, city.zone),
        "evaluation_trouble": evaluation_trouble(listing, WORDS[lang]) if rules else None,
        "receivers": receiver_rows(listing, city, lang),
    }


def _indicator_rows(view: View, city: City) -> list[IndicatorRow]:
    problems = dict(reversed(view.figures.problems))
    rows = []
    for indicator in city.indicators:
        month, last = (view.figures.lines.get(period, {}).get(indicator.id) for period in ("month", "last_month"))
        rows.append(
            IndicatorRow(
                indicator.id, indicator.title, cell(month) if month else None, cell(last) if last else None,
                None if month else problems.get(indicator.id),
            )
        )  # fmt: skip
    return rows


def _source_row(source: SourceStatus, now: int, city: City, lang: str) -> SourceRow:
    words, newest = WORDS[lang], source.newest
    return SourceRow(
        id=source.id,
        department=source.settings.department,
        standing=source.standing.value,
        last_success=None if source.last_success_at is None else age(now - source.last_success_at, words),
        outcome=_outcome(newest, words) if newest else None,
        error=newest.error if newest else None,
        skew=None if source.skew_seconds is None else f"{round(source.skew_seconds, 1) + 0.0:+.1f} s",
        next_slot=None if source.next_slot is None else f"{moment(source.next_slot, city.zone):%H:%M:%S}",
    )


def _outcome(run: RunLine, words: Mapping[str, str]) -> str:
    """A run and a target are both ``missed`` in the program's words; in Chinese these are two words."""
    return words["run_missed"] if run.outcome is Outcome.MISSED else words[run.outcome.value]


def _faults(view: View, lang: str) -> list[tuple[str, list[str]]]:
    """(what is wrong, the indicators and sources that it spoils)."""
    figures = view.figures
    found = list(figures.problems)
    found += [(line.indicator.title, fault) for line in figures.lines["month"].values() for fault in line.faults]
    found += [(source.id, fault) for source in view.sources if source.newest for fault in source.newest.faults]
    places: dict[str, list[str]] = {}
    for place, text in dict.fromkeys(found):
        places.setdefault(in_chinese(text) if lang == "zh" else text, []).append(place)
    return list(places.items())
