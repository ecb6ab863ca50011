from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.real_data("online-austin-cctv/traffic_cameras_austin_2018-05-02.csv")


def test_only_cameras_that_are_turned_on_are_the_base(example: Callable[[str], Any]) -> None:
    (document,) = example("austin-cameras.yaml").play()
    (found,) = document["indicators"]
    assert found["value"] == pytest.approx(100 * 371 / 413)
    assert (found["n"], found["coverage"], found["verdict"]) == (413, 1, "missed")
    areas = {area: (round(one["value"] * one["n"] / 100), one["n"]) for area, one in found["by"].items()}
    assert areas == {
        "CENTRAL": (95, 106),
        "NORTHEAST": (62, 71),
        "NORTHWEST": (87, 98),
        "SOUTHEAST": (31, 36),
        "SOUTHWEST": (96, 102),
    }
