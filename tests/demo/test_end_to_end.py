"""One day of a published evaluation's city, polled through the connectors, sealed, frozen, and its form filled."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from collector.demo.run import SETTLING, ZONE, Plan, back_fill, demonstration, fill_forms, freeze_periods, hand_in
from collector.demo.scenario import load_scenario
from collector.periods import Period
from collector.tasks import app

DAY = Period.parse("2026-10-05", ZONE)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the demonstration tells its processes is gone when it is over; nor does it send where another test sent its tasks."""
    before = dict(os.environ)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.usefixtures("environment")
def test_a_day_of_gangu_becomes_its_form(tmp_path: Path) -> None:
    scenario = msgspec.structs.replace(load_scenario("gangu"), every={"video": "1h", "platforms": "1h", "cases": "6h"})
    plan = Plan([DAY], DAY.span.end + SETTLING)
    with demonstration(tmp_path / "demo", plan, scenario.sizes(DAY.span), scenario) as (running, broker):
        hand_in(running)
        back_fill(running, broker, plan.span, "polling")
        freeze_periods(running)
        fill_forms(running)
        running.installation.close()
    form = json.loads((tmp_path / "demo" / "form-2026-10-05.json").read_text(encoding="utf-8"))
    lines = {one["id"]: one for one in form["lines"]}
    assert (lines["cameras"]["actual"], lines["cameras"]["basis"]) == ("50个", "imported")
    assert (lines["video_online_rate"]["basis"], lines["video_online_rate"]["coverage"]) == ("measured", 1)
    assert lines["found_actively"]["declared"]["actual"] == "有显著提升"
    assert form["proof"]["period"] == "2026-10-05"
    assert sorted(path.suffix for path in (tmp_path / "demo").glob("form-*")) == [
        ".docx",
        ".html",
        ".json",
        ".pdf",
        ".xlsx",
    ]
