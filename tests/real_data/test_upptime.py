from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest

FOLDERS = {
    "datalab": "concat-lab-datalab-status",
    "cloudesire": "ClouDesire-status",
    "joanmarcriera": "joanmarcriera-upptime",
}
pytestmark = pytest.mark.real_data(*(f"uptime-upptime/{folder}/events.csv.gz" for folder in FOLDERS.values()))


def test_every_site_and_month_agrees_with_the_minutes_that_upptime_counted(example: Callable[[str], Any]) -> None:
    """Within half a minute for each outage and day, as Upptime rounds each of them."""
    upptime = example("upptime.yaml")
    (march,) = upptime.play()
    assert {indicator["id"]: round(indicator["value"], 3) for indicator in march["indicators"]} == {
        "datalab": 99.993,
        "cloudesire": 99.953,
        "joanmarcriera": 99.270,
    }
    agreeing = dict.fromkeys(FOLDERS, 0)
    months: dict[str, dict[str, Any]] = {}
    for source, folder in FOLDERS.items():
        path = upptime.data / "uptime-upptime" / folder / "reference_calendar_month.csv"
        for row in csv.DictReader(path.read_text().splitlines()):
            month = row["month_utc"]
            months[month] = months.get(month) or upptime.measure(month, "--by", "subject")
            down = months[month][source]["by"][row["site"]]["parts"]["down_seconds"] / 60
            days = int(row["minutes_in_month"]) / 1440
            slack = 0.5 * (int(row["check_outages"]) + min(down / 1440 + 1, days)) if down else 0
            assert abs(down - float(row["ref_minutes_down"])) <= slack, f"{source} {row['site']} {month}"
            agreeing[source] += 1
    assert agreeing == {"datalab": 44, "cloudesire": 72, "joanmarcriera": 75}
