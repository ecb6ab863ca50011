"""Each published evaluation as a simulated city: the file that measures it, what its departments hand in, and its exact counts."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.city.load import load_city
from collector.demo.run import Plan
from collector.demo.scenario import load_scenario, scenario_names
from collector.demo.scenario_city import handed_in, scenario_city_file
from collector.errors import ConfigurationError
from collector.periods import Period, instant
from collector.profile_files import load_evaluation
from collector.scoring.fill import FilledByMeasurement
from collector.simulated_city.city import PASSWORD_VARIABLE, Addresses
from collector.simulated_city.magnitudes import Magnitudes, Settings
from collector.simulated_city.truth import case_counts
from collector.simulated_city.world import make_world

ZONE = ZoneInfo("Asia/Shanghai")
NOW = instant(datetime(2026, 11, 21, 9, tzinfo=ZONE))
ADDRESSES = Addresses("http://127.0.0.1:8000", "127.0.0.1", 5020, "cases.db")
SMALL = Magnitudes(
    channels=20, cases_per_year=500, hotline_per_year=500, daily_users=5, population=20, portals=1, probes=1
)


def test_there_is_one_for_each_published_evaluation() -> None:
    assert scenario_names() == ["gangu", "jinzhai", "junan", "yaohai", "yiyang"]


def test_a_city_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError, match="--city 'atlantis': there is none; the cities are gangu, jinzhai"):
        load_scenario("atlantis")


@pytest.mark.parametrize("name", scenario_names())
def test_its_city_file_measures_every_line_that_the_profile_says_can_be(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "simulated")
    scenario = load_scenario(name)
    plan = Plan.before(NOW, scenario.months)
    world = make_world(Settings(plan.periods[-1].span.start, plan.periods[-1].span.start + 86_400_000, SMALL))
    path = tmp_path / "city.yaml"
    places = {"store": "sqlite:///store.db", "broker": "embedded", "archive": "archive/"}
    path.write_text(scenario_city_file(scenario, ADDRESSES, world, plan.periods, **places), encoding="utf-8")
    city = load_city(path)
    lines = [
        line for line in load_evaluation(scenario.profile).profile.lines if isinstance(line.fill, FilledByMeasurement)
    ]
    targets = {one.id: one.target for one in city.indicators}
    assert {line.fill.indicator.id: line.target for line in lines}.items() <= targets.items()
    assert city.city == scenario.city


@pytest.mark.parametrize("name", [name for name in scenario_names() if load_scenario(name).figures])
def test_what_the_departments_publish_ends_at_the_published_number(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(name)
    files = handed_in(scenario, tmp_path, Plan.before(NOW, scenario.months).periods)
    last = {row["指标"]: float(row["数值"]) for _, path in files if path.stem != "centre" for row in _rows(path)}
    assert last == {one.name: one.last for source in scenario.figures for one in source.published}


def test_the_centre_is_used_on_as_many_days_of_a_month_as_was_published(tmp_path: Path) -> None:
    periods = Plan.before(NOW, 2).periods
    files = dict(handed_in(load_scenario("yiyang"), tmp_path, periods))
    days = {row["时间"][:10] for row in _rows(files["centre"])}
    assert [sum(day.startswith(period.label) for day in days) for period in periods] == [15, 15]


def test_the_year_of_junan_has_exactly_the_published_cases() -> None:
    scenario, year = load_scenario("junan"), Period.parse("2025", ZONE)
    plan = Plan.before(NOW, scenario.months)
    assert plan.periods == [year]
    world = make_world(plan.settings(scenario.sizes(year.span)))
    cases = case_counts(world.cases, year.span, year.span.end, "accepted_at")
    hotline = case_counts(world.hotline, year.span, year.span.end)
    assert (cases.reported, cases.closed, hotline.reported, hotline.closed) == (51_945, 50_013, 2_990, 2_951)


def test_the_video_of_jinzhai_is_both_its_platforms() -> None:
    assert load_scenario("jinzhai").magnitudes.channels == 7_196 + 1_200


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
