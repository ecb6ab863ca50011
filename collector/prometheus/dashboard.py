"""A Grafana dashboard of a city, as the JSON that Grafana 9 and 10 import; titles in Chinese or English.

Panels ask for metrics of ``collector.exporter`` only. The data source is a variable, and so are indicator and source.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from collector.alerts.rules import budget_of
from collector.city.model import City
from collector.prometheus.conditions import falls
from collector.prometheus.dashboard_words import WORDS, Language
from collector.prometheus.promql import number, selector

SCHEMA_VERSION = 36
"""Of Grafana 9.0; later ones bring it up by themselves."""
DATA_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
FULL, HALF, THIRD = 24, 12, 8


@dataclass(frozen=True)
class Target:
    """One query of a panel."""

    query: str
    legend: str = ""
    instant: bool = False


class Dashboard:
    """The panels of one city in one language, from the top down."""

    def __init__(self, city: City, language: Language, job: str) -> None:
        self._city, self._language, self._job = city, language, job
        self._ids, self._y = count(1), 0
        self._panels: list[dict[str, Any]] = []

    def document(self) -> dict[str, Any]:
        self._indicators()
        self._subjects()
        self._counts()
        self._sources()
        self._snapshots()
        return {
            "uid": "citygauge", "title": f"{self._city.city} · Citygauge", "tags": ["citygauge"], "schemaVersion": SCHEMA_VERSION,
            "version": 1, "editable": True, "graphTooltip": 1, "timezone": self._city.timezone, "refresh": "1m",
            "time": {"from": "now-7d", "to": "now"}, "templating": {"list": self._variables()},
            "annotations": {"list": self._annotations()}, "panels": self._panels,
        }  # fmt: skip

    def _indicators(self) -> None:
        self._row("indicators")
        for period in ("month", "now"):
            self._panel("timeseries", (period,), self._sides(period, "and"), HALF, 9, unit="percentunit", band=True)
        self._panel("timeseries", ("others",), self._sides("month", "unless"), FULL, 7, unit="short", band=True)
        coverage = Target(self._series("coverage_ratio", period="month", indicator="~$indicator"), "{{indicator}}")
        self._panel("timeseries", ("coverage",), [coverage], THIRD, 7, unit="percentunit")
        self._panel("timeseries", ("budget",), list(self._budgets()), THIRD, 7, unit="percentunit")
        met = Target(self._series("met", period="month", indicator="~$indicator"), "{{indicator}}", instant=True)
        self._panel(
            "stat",
            ("met",),
            [met],
            THIRD,
            7,
            mappings={"0": ("未达标", "missed", "red"), "1": ("达标", "met", "green")},
        )

    def _sides(self, period: str, shares: str) -> list[Target]:
        """Value, bounds and target. shares: ``and`` for the indicators in %, ``unless`` for the others."""
        kind = f"{shares} on (indicator) {self._metric('indicator_info', unit='%')}"
        return [
            Target(
                f"{self._series(side, period=period, indicator='~$indicator')} {kind}",
                f"{{{{indicator}}}} {self._word(side)}",
            )
            for side in ("value", "lower", "upper", "target")
        ]

    def _subjects(self) -> None:
        up, maybe, every = (
            f"sum by (department) ({self._metric('subjects', source='~$source', **state)})"
            for state in ({"state": "up"}, {"state": "~up|unknown"}, {})
        )
        sides = [
            Target(f"{share} / {every}", f"{{{{department}}}} {self._word(side)}")
            for share, side in ((up, "lower"), (maybe, "upper"))
        ]
        self._panel("timeseries", ("by_department",), sides, FULL, 9, unit="percentunit", band=True)

    def _counts(self) -> None:
        cases = Target(
            f"sum by (state) ({self._metric('cases', state='~open|overdue', source='~$source')})", "{{state}}"
        )
        self._panel("timeseries", ("cases",), [cases], THIRD, 8, unit="short")
        users = Target(self._latest("active_users", "source, window"), "{{source}} {{window}}")
        self._panel("timeseries", ("users",), [users], THIRD, 8, unit="short")
        self._panel(
            "timeseries",
            ("pue",),
            [Target(self._latest("pue", "site, window"), "{{site}} {{window}}")],
            THIRD,
            8,
            unit="none",
        )

    def _sources(self) -> None:
        self._row("sources")
        up = Target(f"min by (source) ({self._metric('source_up', source='~$source')})", "{{source}}", instant=True)
        self._panel(
            "stat", ("up",), [up], HALF, 8, mappings={"0": ("中断", "down", "red"), "1": ("正常", "up", "green")}
        )
        last = self._latest("source_last_success_timestamp_seconds", "source", source="~$source")
        self._panel("bargauge", ("last",), [Target(f"time() - {last}", "{{source}}", instant=True)], HALF, 8, unit="s")
        runs = f"sum by (source, outcome) (increase({self._metric('runs_total', source='~$source')}[1h]))"
        self._panel("timeseries", ("runs",), [Target(runs, "{{source}} {{outcome}}")], HALF, 8, unit="short")
        alerts = Target('sum by (alertname, severity) (ALERTS{alertstate="firing"})', "{{alertname}} {{severity}}")
        self._panel("timeseries", ("alerts",), [alerts], HALF, 8, unit="short")

    def _snapshots(self) -> None:
        self._row("snapshots")
        frozen = Target(f"{self._latest('snapshot_timestamp_seconds', 'period')} * 1000", "{{period}}", instant=True)
        self._panel("bargauge", ("snapshots", "frozen"), [frozen], FULL, 8, unit="dateTimeAsIso")

    def _budgets(self) -> Iterable[Target]:
        """1 - bad so far / bad that the target allows in the whole month, by the value so far and the time gone by."""
        start, end = (
            f"max({self._metric(f'period_{edge}_timestamp_seconds', period='month')})" for edge in ("start", "end")
        )
        gone = f"scalar((time() - {start}) / ({end} - {start}))"
        for one in self._city.indicators:
            budget = budget_of(one)
            if budget is not None and one.measure == "availability":
                value = f"max by (indicator) ({self._metric('indicator_value', indicator=one.id, period='month')})"
                bad = value if falls(one) else f"(1 - {value})"
                yield Target(f"1 - {bad} * {gone} / {number(budget)}", one.title)

    def _variables(self) -> list[dict[str, Any]]:
        data_source = {
            "name": "datasource",
            "type": "datasource",
            "query": "prometheus",
            "label": "Prometheus",
            "hide": 0,
            "current": {},
        }
        return [data_source, self._variable("indicator", "indicator_info"), self._variable("source", "runs_total")]

    def _variable(self, label: str, metric: str) -> dict[str, Any]:
        query = f"label_values({self._metric(metric)}, {label})"
        return {
            "name": label, "label": self._word(label), "type": "query", "datasource": DATA_SOURCE, "refresh": 2,
            "query": {"query": query, "refId": "variable"}, "definition": query, "includeAll": True, "multi": True,
            "allValue": ".*", "current": {"selected": True, "text": ["All"], "value": ["$__all"]}, "sort": 1, "hide": 0,
        }  # fmt: skip

    def _annotations(self) -> list[dict[str, Any]]:
        excluded = f"max by (source, scope) ({self._metric('source_excluded', source='~$source')}) == 1"
        frozen = f"{self._latest('snapshot_timestamp_seconds', 'period')} * 1000"
        return [
            self._annotation("maintenance", excluded, "orange", "{{source}} {{scope}}"),
            self._annotation("snapshot", frozen, "blue", "{{period}}", useValueForTime=True),
        ]

    def _annotation(self, word: str, query: str, colour: str, text: str, **more: Any) -> dict[str, Any]:
        return {
            "name": self._word(word), "datasource": DATA_SOURCE, "enable": True, "hide": False, "iconColor": colour, "expr": query,
            "step": "60s", "titleFormat": self._word(word), "textFormat": text, **more,
        }  # fmt: skip

    def _row(self, word: str) -> None:
        place = self._place(FULL, 1)
        row = {"type": "row", "title": self._word(word), "collapsed": False, "panels": [], "gridPos": place}
        self._panels.append({"id": next(self._ids), **row})

    def _panel(
        self, kind: str, words: tuple[str, ...], targets: list[Target], width: int, height: int, *,
        unit: str = "", band: bool = False, mappings: dict[str, tuple[str, str, str]] | None = None,
    ) -> None:  # fmt: skip
        defaults: dict[str, Any] = {"unit": unit or "none"}
        if kind == "timeseries":
            defaults["custom"] = {
                "drawStyle": "line",
                "lineInterpolation": "stepAfter",
                "showPoints": "never",
                "spanNulls": False,
            }
        if mappings:
            place = 0 if self._language == "zh" else 1
            options = {key: {"text": words_[place], "color": words_[2]} for key, words_ in mappings.items()}
            defaults["mappings"] = [{"type": "value", "options": options}]
        shown: dict[str, Any] = {"reduceOptions": {"calcs": ["lastNotNull"]}}
        if kind == "timeseries":
            shown = {"legend": {"displayMode": "list", "placement": "bottom"}}
        self._panels.append({
            "id": next(self._ids), "type": kind, "title": " ".join(map(self._word, words)), "datasource": DATA_SOURCE,
            "gridPos": self._place(width, height), "options": shown,
            "fieldConfig": {"defaults": defaults, "overrides": self._band() if band else []},
            "targets": [self._target(one, f"Q{place}") for place, one in enumerate(targets, 1)],
        })  # fmt: skip

    def _target(self, one: Target, name: str) -> dict[str, Any]:
        return {
            "refId": name, "datasource": DATA_SOURCE, "expr": one.query, "legendFormat": one.legend,
            "instant": one.instant, "range": not one.instant, "editorMode": "code",
        }  # fmt: skip

    def _band(self) -> list[dict[str, Any]]:
        """The bounds as a shaded band, the target as a dashed line."""
        lower, upper, target = (f"/ {self._word(side)}$/" for side in ("lower", "upper", "target"))
        matched = {name: {"id": "byRegexp", "options": name} for name in (lower, upper, target)}
        thin = {"id": "custom.lineWidth", "value": 0}
        return [
            {"matcher": matched[lower], "properties": [thin]},
            {"matcher": matched[upper], "properties": [thin, {"id": "custom.fillOpacity", "value": 12}]},
            {
                "matcher": matched[target],
                "properties": [{"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [10, 10]}}],
            },
        ]

    def _place(self, width: int, height: int) -> dict[str, int]:
        """The next free place, from left to right."""
        before = self._panels[-1]["gridPos"] if self._panels else None
        x = before["x"] + before["w"] if before and before["x"] + before["w"] + width <= FULL else 0
        if before and x == 0:
            self._y = before["y"] + before["h"]
        return {"x": x, "y": self._y, "w": width, "h": height}

    def _series(self, side: str, **labels: str) -> str:
        return self._latest(f"indicator_{side}", "indicator", **labels)

    def _latest(self, name: str, by: str, **labels: str) -> str:
        return f"max by ({by}) ({self._metric(name, **labels)})"

    def _metric(self, name: str, **labels: str) -> str:
        return selector(f"citygauge_{name}", job=self._job, **labels)

    def _word(self, word: str) -> str:
        return WORDS[word][0 if self._language == "zh" else 1]


def dashboard(city: City, language: Language = "zh", job: str = "citygauge") -> str:
    """JSON to import, or to provision from a file."""
    return json.dumps(Dashboard(city, language, job).document(), ensure_ascii=False, indent=2) + "\n"
