"""The exposition: promtool and a parser of OpenMetrics take it, and no label comes from what a source says without a bound."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from prometheus_client.openmetrics import parser
from prometheus_client.parser import text_string_to_metric_families as plain

from collector.current import MOST_DEPARTMENTS
from collector.exporter import exposition
from collector.live import Live
from tests.scripted import DAY, HOUR, OCTOBER, make_city
from tests.web.small_city import Clock, SmallCity

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
OPEN_LABELS = {"department", "group", "period", "version"}
"""Labels that are no closed list and no ids of the city file; each is bounded where it is counted."""
RULES = """
alerts: {defaults: false}
indicators:
  - id: online
    measure: availability
    source: video
    target: ">= 75"
    alerts:
      - {id: dark, when: threshold, by: subject, below: 50}
      - {id: dept, when: threshold, by: department, below: 50}
      - {when: burn, long: 1h, short: 5m, factor: 2}
"""


@pytest.mark.needs("promtool")
def test_promtool_finds_no_fault_in_the_metrics(small: SmallCity) -> None:
    body, _ = exposition(Live(small.city.installation, small.clock), "", "")
    checked = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr.decode()) == (0, "")


def test_it_is_openmetrics_with_the_same_samples(small: SmallCity) -> None:
    live = Live(small.city.installation, small.clock)
    body, headers = exposition(live, OPENMETRICS, "")
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    both = [
        {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}
        for families in (
            parser.text_string_to_metric_families(body.decode()),  # type: ignore[no-untyped-call]
            plain(exposition(live, "", "")[0].decode()),
        )
    ]
    assert both[0] == both[1]
    assert len(both[0]) > 50


def test_every_label_is_of_the_city_file_of_a_closed_list_or_bounded(small: SmallCity) -> None:
    city = small.city.installation.city
    ids = {one.id for one in (*city.sources, *city.indicators)}
    told = {"name", "measure", "unit", "target"}
    families = plain(exposition(Live(small.city.installation, small.clock), "", "")[0].decode())
    labels = {(name, value) for family in families for one in family.samples for name, value in one.labels.items()}
    closed = {
        *("month", "day", "now", "last_month", "all", "some", "up", "down", "unknown", "6h", "1h", "5m", "30m"),
        *("ok", "partial", "unavailable", "changed", "missed"),
    }
    assert {name for name, value in labels if value not in ids | closed and name not in OPEN_LABELS | told} == set()


def test_the_number_of_series_does_not_follow_the_number_of_subjects(tmp_path: Path) -> None:
    counts = []
    for number in (300, 3000):
        folder = tmp_path / str(number)
        folder.mkdir()
        city = make_city(folder, RULES)
        at = OCTOBER + DAY + HOUR
        city.say("video", at, {f"camera {n}": "up" for n in range(number)})
        body, _ = exposition(Live(city.installation, Clock(at + 1)), "", "")
        counts.append(sum(not line.startswith(b"#") for line in body.splitlines()))
        city.installation.close()
    assert counts[0] == counts[1] < MOST_DEPARTMENTS
