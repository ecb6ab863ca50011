from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest

FOLDER = "cases-boston311-2011"
NOVEMBER = "49.3882"
"""Median hours of cases opened in the month of the clock change; the reference subtracts wall clocks and has 48.9414."""

pytestmark = pytest.mark.real_data(f"{FOLDER}/boston311_2011H2.csv.gz")


def test_cases_agree_with_the_citys_own_flag_and_with_every_month(example: Callable[[str], Any]) -> None:
    boston = example("boston-311.yaml")
    july, half_year = ({one["id"]: one for one in document["indicators"]} for document in boston.play())
    assert july["closed_in_month"]["value"] == pytest.approx(70.1441, abs=5e-5)
    on_time = half_year["on_time"]
    assert (on_time["numerator"], on_time["denominator"]) == (35_591, 43_664)
    assert half_year["closed_by_now"]["numerator"] == 54_570
    assert half_year["median_hours"]["value"] == pytest.approx(22.18, abs=5e-3)
    for row in csv.DictReader((boston.data / FOLDER / "reference_by_open_month.csv").read_text().splitlines()):
        month = boston.measure(row["open_month"])
        closed, now = month["closed_in_month"], month["closed_by_now"]
        assert (closed["denominator"], closed["numerator"]) == (int(row["cases"]), int(row["closed_before_month_end"]))
        assert now["numerator"] == int(row["flag_status_closed"])
        parts = now["parts"]
        assert (parts["on_time"], parts["closed_late"]) == (
            int(row["closed_by_target"]),
            int(row["closed_after_target"]),
        )
        median = NOVEMBER if row["open_month"] == "2011-11" else row["median_hours_to_close"]
        assert month["median_hours"]["value"] == pytest.approx(float(median), abs=5e-5)
