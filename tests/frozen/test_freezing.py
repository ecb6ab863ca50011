"""What is sealed while a month is being measured: the snapshot that would seem to leave it out is not stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import collector.freeze
from collector.bundling import make_bundle
from collector.errors import CitygaugeError
from collector.freeze import Correction, freeze_period
from collector.frozen.verification import verify
from collector.installation import Installation
from tests.frozen.small_city import CHANNELS, CITY, SEPTEMBER_FROZEN, bring_in, freeze_september, seal
from tests.scripted import HOUR, City

EVENING = "name,at,value,unit\ncatalogue_total,2026-09-30T18:00:00+08:00,95,项\n"


def test_a_supplement_sealed_while_the_month_is_measured_asks_for_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "channels.csv").write_text(CHANNELS)
    (tmp_path / "city.yaml").write_text(CITY)
    city, now = City(Installation(tmp_path / "city.yaml")), SEPTEMBER_FROZEN + HOUR
    freeze_september(city)
    bring_in(city, "portal", EVENING, now)
    seal(city, now)
    measure, correction = collector.freeze.measured_content, Correction("补录", "王局")

    def measured_while_sealing(*arguments: Any) -> Any:
        found = measure(*arguments)
        bring_in(city, "portal", EVENING.replace("T18", "T20"), now + 1)
        seal(city, now + 1)
        return found

    with monkeypatch.context() as patch:
        patch.setattr("collector.freeze.measured_content", measured_while_sealing)
        with pytest.raises(
            CitygaugeError, match="2026-09: a day was sealed while it was being measured; freeze it again"
        ):
            freeze_period(city.installation, "2026-09", now, correction)

    assert freeze_period(city.installation, "2026-09", now + 2, correction).revision == 2
    assert verify(make_bundle(city.installation, "2026-09", 2, now + 2)).document["revision"] == 2
    city.installation.close()
