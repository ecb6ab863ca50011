from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

FOLDER = "online-baywheels/2023-01"
pytestmark = pytest.mark.real_data(f"{FOLDER}/state_changes.csv.gz")


def test_the_rate_of_a_month_equals_the_one_counted_from_every_version_of_the_feed(
    example: Callable[[str], Any],
) -> None:
    bay_wheels = example("bay-wheels.yaml")
    month, by_station = bay_wheels.play()
    found = {indicator["id"]: indicator for indicator in month["indicators"]}
    reference = json.loads((bay_wheels.data / FOLDER / "reference.json").read_text())
    assert found["online_rate"]["value"] == pytest.approx(
        reference["online_rate_time_weighted_from_snapshots"], abs=5e-7
    )
    assert found["mean_of_stations"]["value"] == pytest.approx(reference["mean_of_entity_rates"], abs=5e-5)
    assert found["online_rate"]["n"] == reference["entities"]
    assert found["online_rate"]["lower"] < found["online_rate"]["value"] < found["online_rate"]["upper"]
    stations = by_station["indicators"][0]["by"]
    with gzip.open(bay_wheels.data / FOLDER / "station_rates_reference.csv.gz", "rt") as file:
        expected = {row["station_id"]: float(row["online_seconds"]) for row in csv.DictReader(file)}
    assert {station: seen["parts"]["up_seconds"] for station, seen in stations.items()} == pytest.approx(
        expected, abs=1
    )
