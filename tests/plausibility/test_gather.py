"""From a stored city to its doubts: by source and kind, as known at an instant, and on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.cli.app import app
from collector.errors import ConfigurationError
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period, iso
from collector.plausibility.gather import doubts
from collector.poll import poll
from collector.simulated_city.city import SimulatedCity
from collector.simulated_city.city_file import city_file
from tests.scripted import DAY, HOUR, MINUTE, OCTOBER, ZONE, City, make_city
from tests.simulated_city.small_city import SETTINGS, SMALL

FILES = """
  - {id: cases, connector: file, kind: cases}
  - {id: meters, connector: file, kind: readings}
"""
MONTH = Period.parse("2026-10", ZONE)
LATER = OCTOBER + 60 * DAY


def case_rows(quick: int, slow: int) -> str:
    """A CSV of cases opened in the course of October; slow ones are closed after half a day."""
    rows = ["case,opened_at,closed_at,category"]
    for i in range(quick + slow):
        opened = OCTOBER + i * 2 * HOUR + i * 1_000
        rows.append(f"c{i},{iso(opened)},{iso(opened + (MINUTE if i < quick else 12 * HOUR))},暴露垃圾")
    return "\n".join(rows) + "\n"


def meter_rows() -> str:
    rows = ["meter,at,kwh,role"]
    for i in range(48):
        at = iso(OCTOBER + i * HOUR)
        rows += [f"总进线,{at},{1000 + 5 * i},facility", f"列头柜A,{at},{500 + 3 * min(i, 12)},it"]
    return "\n".join(rows) + "\n"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = make_city(tmp_path, FILES)
    yield made
    made.installation.close()


def bring(city: City, source: str, text: str, at: int = OCTOBER + 31 * DAY) -> None:
    path = city.installation.city.folder / f"{source}.csv"
    path.write_text(text, encoding="utf-8")
    import_file(city.installation.source(source), path, at)


def checks(city: City, as_of: int = LATER, source: str | None = None) -> list[tuple[str, str]]:
    return [(one.source, one.check) for one in doubts(city.installation.history, MONTH, as_of, source)]


def test_every_source_gets_the_checks_of_its_kind_and_the_gravest_doubt_comes_first(city: City) -> None:
    bring(city, "cases", case_rows(quick=60, slow=100))
    bring(city, "meters", meter_rows())
    many = {f"channel {i}": "up" for i in range(60)}
    for hour in range(10 * 24):
        city.say("video", OCTOBER + hour * HOUR, many)

    found = checks(city)

    assert found == [
        ("cases", "closed_within_minutes_of_opening"),
        ("video", "frozen_platform"),
        ("meters", "stuck_counter"),
        ("video", "always_up"),
    ]
    assert checks(city, source="meters") == [("meters", "stuck_counter")]


def test_doubts_are_those_of_what_was_known_at_the_instant(city: City) -> None:
    bring(city, "cases", case_rows(quick=60, slow=100), at=OCTOBER + 31 * DAY)

    assert checks(city, as_of=OCTOBER + 31 * DAY - 1) == []
    assert checks(city, as_of=OCTOBER + 31 * DAY) == [("cases", "closed_within_minutes_of_opening")]
    assert checks(city, as_of=OCTOBER - 1) == []


def test_sealed_days_raise_the_doubts_that_open_days_did(city: City) -> None:
    bring(city, "meters", meter_rows())
    for hour in range(5 * 24):
        city.say("video", OCTOBER + hour * HOUR, {f"channel {i}": "up" for i in range(60)})
    before = doubts(city.installation.history, MONTH, LATER)

    for one in city.installation.sealer.due(LATER):
        city.installation.sealer.seal_day(one.source, one.day, LATER)

    assert len(before) == 2
    assert doubts(city.installation.history, MONTH, LATER) == before


def test_a_city_of_which_nothing_is_known_raises_no_doubt(city: City) -> None:
    assert checks(city) == []


def test_a_source_that_there_is_not_is_named(city: City) -> None:
    with pytest.raises(ConfigurationError, match="there is no source 'video2'"):
        doubts(city.installation.history, MONTH, LATER, "video2")


def test_thresholds_of_the_city_file_replace_the_defaults(tmp_path: Path) -> None:
    city = make_city(tmp_path, FILES + "plausibility: {quick_cases: 61}\n")
    bring(city, "cases", case_rows(quick=60, slow=100))

    assert checks(city) == []
    city.installation.close()


def test_a_threshold_misspelt_is_told_with_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"plausibility\.quick_minute: .*did you mean quick_minutes"):
        make_city(tmp_path, FILES + "plausibility: {quick_minute: 5}\n")


def test_the_command_ends_with_1_where_there_are_doubts_and_prints_all_of_their_fields(city: City) -> None:
    bring(city, "cases", case_rows(quick=60, slow=100))
    config = ["--config", str(city.installation.path), "--period", "2026-10", "--as-of", "2026-12-01T00:00:00+08:00"]

    table = CliRunner().invoke(app, ["plausibility", *config])
    document = CliRunner().invoke(app, ["plausibility", *config, "--json"])
    other = CliRunner().invoke(app, ["plausibility", *config, "--source", "meters"])
    none = CliRunner().invoke(app, ["plausibility", *config, "--source", "meters", "--json"])

    assert (table.exit_code, document.exit_code, other.exit_code, none.exit_code) == (1, 1, 0, 0)
    assert "1 个疑点" in table.stdout
    assert other.stdout == "试验市 2026-10: 没有疑点\n"
    assert json.loads(none.stdout)["doubts"] == []
    (doubt,) = json.loads(document.stdout)["doubts"]
    assert list(doubt) == ["check", "source", "severity", "where", "count", "share", "examples", "text_zh", "text_en"]
    assert (doubt["count"], doubt["share"], doubt["severity"]) == (60, 60 / 160, "high")
    assert json.loads(document.stdout)["as_of"] == "2026-11-30T16:00:00Z"


def test_the_simulated_citys_platforms_are_not_called_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight days of its video platform, portals and probes, one poll in two hours, with default thresholds."""
    settings = replace(SETTINGS, faults=(), magnitudes=replace(SMALL, portals=2, probes=4))
    with SimulatedCity(tmp_path, settings) as simulated:
        for name, value in simulated.environment.items():
            monkeypatch.setenv(name, value)
        text = city_file(
            simulated.addresses, simulated.world, store="sqlite:///store.db", broker="embedded", archive="archive/"
        )
        (tmp_path / "city.yaml").write_text(text.replace("every: 5m", "every: 2h").replace("every: 15m", "every: 2h"))
        installation = Installation(tmp_path / "city.yaml")
        for source in ("video", "portal", "platforms"):
            for slot in range(OCTOBER, OCTOBER + 8 * DAY, 2 * HOUR):
                simulated.clock.set_all(slot)
                poll(installation.source(source), slot, clock=lambda at=slot: at)  # type: ignore[misc]
        found = doubts(installation.history, MONTH, OCTOBER + 8 * DAY)
        states = installation.history.states("video", MONTH.span, OCTOBER + 8 * DAY).states
        installation.close()

    assert len(states.at) > 100
    assert found == []
