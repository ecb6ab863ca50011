"""The page on Prometheus names every metric, every key and every rule of our own."""

from __future__ import annotations

import re
from pathlib import Path

from collector.city.remote_write import RemoteWrite
from collector.exporter import CityCollector
from collector.live import Live
from collector.prometheus.rule_file import EXPORTER_DOWN, MAINTENANCE
from tests.web.small_city import SmallCity

PAGE = (Path(__file__).parents[2] / "docs" / "prometheus.md").read_text(encoding="utf-8")


def test_every_metric_stands_on_the_page_with_its_labels(small: SmallCity) -> None:
    families = list(CityCollector(Live(small.city.installation, small.clock)).collect())
    rows = {
        name: row.split("|")[2]
        for row in PAGE.splitlines()
        for name in re.findall(r"`(citygauge_\w+)`", row)
        if row.startswith("|")
    }
    named = {name.removesuffix("_total").removesuffix("_info") for name in rows}
    assert {family.name for family in families} - named == set()
    for family in families:
        for sample in family.samples:
            assert set(sample.labels) <= set(re.findall(r"\w+", rows[sample.name]))


def test_every_key_of_remote_write_and_our_own_rules_stand_on_the_page() -> None:
    code = set(re.findall(r"`([^`\n]+)`", PAGE))
    assert {*RemoteWrite.model_fields, EXPORTER_DOWN, MAINTENANCE} <= code
