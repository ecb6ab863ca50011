"""A camera that changes department later does not change what an earlier instant knew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from collector.connector import Part
from collector.figures import measure
from collector.measurement import Measurement
from collector.periods import Period
from collector.records import Sweep
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, Scripted, make_city

INDICATORS = """indicators:
  - {id: police, measure: availability, source: video, where: {department: 公安局}, min_coverage: 0}
"""


class Told(Scripted):
    """Also says which department the cameras belong to."""

    department = "公安局"

    def parse(self, parts: Iterable[Part]) -> Sweep:
        sweep = super().parse(parts)
        return replace(sweep, attributes={"department": [self.department] * len(sweep.subjects)})


def measured(city: City, as_of: int) -> Measurement:
    indicator = city.installation.city.indicators[0]
    return measure(city.installation.history, indicator, Period.parse("2026-10-01", ZONE), as_of).measurement


def test_attributes_are_those_told_by_the_as_of_instant(tmp_path: Path) -> None:
    city = make_city(tmp_path, INDICATORS)
    told = city.connectors["video"] = Told()
    city.installation.source("video").connector = told
    for hour in range(30):
        city.say("video", OCTOBER + hour * HOUR, {"a": "up"})
    before = measured(city, OCTOBER + DAY)
    told.department = "交通局"
    for hour in range(30, 34):
        city.say("video", OCTOBER + hour * HOUR, {"a": "up", "b": "down"})

    assert before.n == 1
    assert measured(city, OCTOBER + DAY) == before
    assert measured(city, OCTOBER + 2 * DAY).n == 0
