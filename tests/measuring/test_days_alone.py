"""A day taken out of a longer time is the day measured alone: users counted once for all days, meters read around each day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.figures import measure
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period, iso
from tests.scripted import DAY, HOUR, OCTOBER, ZONE

CITY = """city: 试验市
store: sqlite:///store.db
settle: 0s
sources:
  - {id: meters, connector: file, kind: readings, observed: [2026-10-01T00:00:00+08:00, 2026-10-06T00:00:00+08:00]}
  - {id: app, connector: file, kind: activity, observed: [2026-10-01T00:00:00+08:00, 2026-10-04T00:00:00+08:00]}
indicators:
  - {id: pue, measure: pue, source: meters, min_coverage: 0}
  - {id: mau, measure: active_users, source: app, window: month, min_coverage: 0}
  - {id: dau, measure: active_users, source: app, window: day, min_coverage: 0}
"""
METERS = (("main", "facility", 90), ("rack", "it", 60))
"""Read every seven hours, so that each midnight lies in a gap; the rack is left out for most of a day."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("days")
    (folder / "city.yaml").write_text(CITY, encoding="utf-8")
    readings = [
        f"{meter},{iso(OCTOBER + hour * HOUR, ZONE)},{kw * hour},{role}"
        for meter, role, kw in METERS
        for hour in range(3, 120, 7)
        if not (meter == "rack" and 50 < hour < 62)
    ]
    (folder / "meters.csv").write_text("\n".join(["meter,at,kwh,role", *readings]), encoding="utf-8")
    logins = [f"u{hour % (3 + hour // 24)},{iso(OCTOBER + hour * HOUR, ZONE)}" for hour in range(0, 72, 3)]
    (folder / "app.csv").write_text("\n".join(["actor,at", *logins]), encoding="utf-8")
    installation = Installation(folder / "city.yaml")
    for source in ("meters", "app"):
        import_file(installation.source(source), folder / f"{source}.csv", OCTOBER + 6 * DAY)
    yield installation
    installation.close()


@pytest.mark.parametrize("name", ["pue", "mau", "dau"])
def test_a_day_of_five_is_the_day_alone(city: Installation, name: str) -> None:
    indicator, now = city.city.indicator(name), OCTOBER + 6 * DAY
    five = Period.parse("2026-10-01/2026-10-06", ZONE)
    by_day = measure(city.history, indicator, five, now, by="day").by
    alone = {day.label: measure(city.history, indicator, day, now).measurement for day in five.days()}
    assert dict(by_day) == alone
    assert len({one.numerator if name == "pue" else one.value for one in alone.values()}) > 2


def test_of_a_time_that_is_not_of_whole_days_each_day_is_whole(city: Installation) -> None:
    indicator, now = city.city.indicator("dau"), OCTOBER + 6 * DAY
    part = Period.parse("2026-10-01T06:00:00/2026-10-02T18:00:00", ZONE)
    first = measure(city.history, indicator, Period.parse("2026-10-01", ZONE), now).measurement
    assert measure(city.history, indicator, part, now, by="day").by["2026-10-01"] == first
