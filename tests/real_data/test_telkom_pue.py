from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

FOLDER = "pue-telkom-rtu"
pytestmark = pytest.mark.real_data(f"{FOLDER}/rtu_balaikota_2023-03-01_08.csv")


def test_the_means_of_a_dashboard_are_met_to_twelve_digits_and_shown_with_their_coverage(
    example: Callable[[str], Any],
) -> None:
    telkom = example("telkom-pue.yaml")
    documents = telkom.play()
    month, week, day = ({one["id"]: one for one in document["indicators"]} for document in documents)
    published = json.loads((telkom.data / FOLDER / "reference_published.json").read_text())
    for found, name in ((month, "currMonth"), (week, "currWeek"), (day, "currDay")):
        assert found["mean_so_far"]["value"] == pytest.approx(float(published["averages"][name]), rel=1e-12)
    assert month["highest_so_far"]["value"] == float(published["maxValue"]["pue_value"])
    assert (month["mean"]["value"], month["mean"]["coverage"] < 0.22) == (None, True)
