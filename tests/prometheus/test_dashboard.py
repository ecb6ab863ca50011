"""The dashboard: its structure, and that a Prometheus that scrapes us answers every query in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from collector.exporter import CityCollector
from collector.live import Live
from collector.prometheus.dashboard import FULL, dashboard
from tests.prometheus.monitoring import exporter, prometheus, scraped, until
from tests.web.small_city import SmallCity


def queries(document: dict[str, Any]) -> Iterator[str]:
    """Every PromQL text, with the variables filled in as Grafana does for All."""
    found = [target["expr"] for panel in document["panels"] for target in panel.get("targets", ())]
    found += [one["expr"] for one in document["annotations"]["list"]]
    definitions = [one["definition"] for one in document["templating"]["list"] if "definition" in one]
    found += [re.sub(r"label_values\((.*), \w+\)", r"\1", one) for one in definitions]
    for query in found:
        yield query.replace("$indicator", ".*").replace("$source", ".*")


def made(small: SmallCity) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(dashboard(small.city.installation.city))
    return document


@pytest.mark.needs("prometheus")
def test_prometheus_answers_every_query_and_those_of_indicators_with_what_is_exported(small: SmallCity) -> None:
    with exporter(small.city.installation, small.clock) as address, prometheus(scraped(address)) as server:
        until(lambda: server.query("citygauge_store_up == 1"))
        answered = {query: server.query(query) for query in queries(made(small))}
    empty = {query for query, found in answered.items() if not found}
    assert len(answered) > 25
    shown = next(
        found for query, found in answered.items() if "citygauge_indicator_lower" in query and '"month"' in query
    )
    assert {one["metric"]["indicator"] for one in shown} == {"online", "closure", "imported"}
    unknown = re.compile(r"cases\{|active_users|pue|excluded|ALERTS|rate_ratio|unless|_value|_met|increase")
    assert [query for query in empty if not unknown.search(query)] == []


def test_every_metric_in_it_is_exported(small: SmallCity) -> None:
    families = {family.name for family in CityCollector(Live(small.city.installation, small.clock)).collect()}
    asked = {name for query in queries(made(small)) for name in re.findall(r"citygauge_\w+", query)}
    assert {name.removesuffix("_total").removesuffix("_info") for name in asked} <= families


def test_panels_lie_side_by_side_and_never_on_one_another(small: SmallCity) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in made(small)["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= FULL
        taken |= cells


def test_every_panel_and_variable_asks_the_data_source_that_is_chosen(small: SmallCity) -> None:
    document = made(small)
    assert document["schemaVersion"] == 36
    assert document["templating"]["list"][0]["type"] == "datasource"
    sources = [panel["datasource"]["uid"] for panel in document["panels"] if panel["type"] != "row"]
    assert set(sources) == {"${datasource}"}
    assert len({panel["id"] for panel in document["panels"]}) == len(document["panels"])
