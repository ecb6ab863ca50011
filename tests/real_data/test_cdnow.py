from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest

FOLDER = "users-cdnow"
pytestmark = pytest.mark.real_data(f"{FOLDER}/CDNOW_master.txt.gz")


def test_active_users_of_all_eighteen_months_equal_the_published_ones(example: Callable[[str], Any]) -> None:
    cdnow = example("cdnow.yaml")
    (january,) = cdnow.play()
    assert january["indicators"][0]["value"] == 7846
    daily = dict(csv.reader((cdnow.data / FOLDER / "reference_day.csv").read_text().splitlines()[1:]))
    rows = list(csv.DictReader((cdnow.data / FOLDER / "reference_month.csv").read_text().splitlines()))
    assert len(rows) == 18
    for row in rows:
        month = cdnow.measure(row["month"])
        assert month["mau"]["value"] == int(row["published_active_users"])
        assert month["dau"]["value"] == pytest.approx(float(row["mean_dau_over_calendar_days"]), abs=5e-5)
        assert month["mau"]["coverage"] == 1
        for day in month["dau"]["parts"]["days"]:
            assert day["users"] == int(daily[day["day"]])
