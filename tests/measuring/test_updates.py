"""timeliness from files to figure, where an update may come after the end of its period; open, sealed and frozen."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from collector.figures import measure
from collector.freeze import freeze_period
from collector.importing import import_file
from collector.measurement import Measurement
from collector.periods import Period, midnight, moment
from tests.scripted import DAY, OCTOBER, ZONE, City, make_city

MONTHLY = """  - {id: portal, connector: file, kind: figures, observed: [["2026-09-30T16:00:00Z", "2026-11-10T16:00:00Z"]]}
indicators:
  - {id: fresh, measure: timeliness, source: portal, figure: total, every: 1d, within: 3d, min_coverage: 0}
"""
NOVEMBER = midnight(moment(OCTOBER + 31 * DAY, ZONE).date(), ZONE)
LATE = NOVEMBER + 12 * DAY


@pytest.fixture
def city(tmp_path: Path) -> City:
    """Published on the 1st to the 27th of October, and on the 2nd of November, in time for what is owed from the 31st on."""
    made = make_city(tmp_path, MONTHLY)
    days = [f"2026-10-{day:02}" for day in range(1, 28)] + ["2026-11-02"]
    rows = "".join(f"total,{day}T09:00:00+08:00,{i}\n" for i, day in enumerate(days))
    file = tmp_path / "figures.csv"
    file.write_text("name,at,value\n" + rows)
    import_file(made.installation.source("portal"), file, LATE - DAY)
    return made


def fresh(city: City, label: str, as_of: int = LATE) -> Measurement:
    installation = city.installation
    return measure(
        installation.history, installation.city.indicator("fresh"), Period.parse(label, ZONE), as_of
    ).measurement


def test_every_expected_update_is_owed_in_the_period_of_its_turn(city: City) -> None:
    october, november = fresh(city, "2026-10"), fresh(city, "2026-11")

    assert october.parts == {"expected": 31, "timely": 28, "late": 3, "unknown": 0}
    assert october.value == Fraction(28, 31)
    assert november.parts["timely"] == 2
    days = [fresh(city, f"2026-10-{day:02}").parts for day in range(1, 32)]
    assert {name: sum(one[name] for one in days) for name in october.parts} == october.parts


def test_a_frozen_month_holds_the_updates_that_came_after_its_end(city: City) -> None:
    before = fresh(city, "2026-10")
    for due in city.installation.sealer.due(LATE):
        city.installation.sealer.seal_day(due.source, due.day, LATE)
    assert fresh(city, "2026-10") == before

    document = freeze_period(city.installation, "2026-10", LATE).document

    assert document["indicators"][0]["measurement"]["parts"] == {
        name: str(count) for name, count in before.parts.items()
    }
