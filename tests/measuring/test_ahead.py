"""From polls to what a target still takes: what is owed ahead, and how the document and the table say it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.cli.app import app
from collector.documents import figure_document
from collector.feasibility import SECOND, Feasibility, Requirement, Status
from collector.figures import measure
from collector.periods import Period, iso
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

TEXT = """indicators:
  - {id: online, measure: availability, source: video, target: ">= 90"}
  - {id: office, measure: availability, source: video, target: ">= 90", schedule: {hours: [["08:00", "18:00"]]}}
  - {id: mean, measure: availability, source: video, method: subject_mean, target: ">= 90"}
  - {id: aimless, measure: availability, source: video}
"""
TEN_DAYS = f"{iso(OCTOBER)}/{iso(OCTOBER + 10 * DAY)}"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = make_city(tmp_path, TEXT)
    for hour in range(8 * 24 + 1):
        states = {"a": "up", "b": "down" if hour < 24 else "up"}
        made.say("video", OCTOBER + hour * HOUR, states | ({"c": "up"} if hour < 8 * 24 else {}))
    yield made
    made.installation.close()


def figure(city: City, indicator: str, as_of: int) -> Feasibility | None:
    period = Period.parse(TEN_DAYS, ZONE)
    return measure(city.installation.history, city.installation.city.indicator(indicator), period, as_of).feasibility


def test_after_8_of_10_days_it_is_known_how_much_more_may_be_offline(city: City) -> None:
    """c is gone since the end of day 8, so a and b owe 2 days each; b was down for one of 3 x 8 + 2 x 2 days in all."""
    found = figure(city, "online", OCTOBER + 8 * DAY)
    assert found is not None
    left = (Fraction(28 * DAY) / 10 - DAY) * SECOND
    assert (found.status, found.left) == (Status.REACHABLE, 2 * DAY)
    assert found.requirement == Requirement("down_seconds", True, left, over=2)


def test_only_scheduled_time_is_owed(city: City) -> None:
    found = figure(city, "office", OCTOBER + 8 * DAY)
    assert found is not None
    assert found.requirement == Requirement("down_seconds", True, (Fraction(28, 10) - 1) * 10 * 3600, over=2)


@pytest.mark.parametrize(
    ("indicator", "as_of"),
    [("mean", OCTOBER + 8 * DAY), ("aimless", OCTOBER + 8 * DAY), ("online", OCTOBER + 10 * DAY)],
)
def test_a_mean_of_rates_a_missing_target_and_a_period_that_is_over_have_none(
    city: City, indicator: str, as_of: int
) -> None:
    assert figure(city, indicator, as_of) is None


def test_the_document_and_the_table_say_it(city: City) -> None:
    period = Period.parse(TEN_DAYS, ZONE)
    online = city.installation.city.indicator("online")
    document = figure_document(measure(city.installation.history, online, period, OCTOBER + 8 * DAY))["feasibility"]
    assert json.loads(json.dumps(document)) == document
    assert {key: document[key] for key in ("status", "requirement", "assumptions", "left_seconds")} == {
        "status": "reachable",
        "requirement": {
            "quantity": "down_seconds", "limit": "at_most", "amount": 155520, "exclusive": False, "of_value": None,
            "late": 0, "over": 2,
        },
        "assumptions": ["subjects_stay"],
        "left_seconds": 172800,
    }  # fmt: skip
    closed = figure_document(measure(city.installation.history, online, period, OCTOBER + 11 * DAY))
    assert closed["feasibility"] is None
    arguments = [
        "measure",
        "--period",
        TEN_DAYS,
        "--config",
        str(city.installation.path),
        "--indicator",
        "online",
        "--as-of",
    ]
    opened = CliRunner().invoke(app, [*arguments, iso(OCTOBER + 8 * DAY)], env={"COLUMNS": "200"}).stdout
    assert "展望" in opened
    assert "展望" not in CliRunner().invoke(app, [*arguments, iso(OCTOBER + 11 * DAY)], env={"COLUMNS": "200"}).stdout


def test_a_register_and_exclusions_ahead_decide_what_is_still_owed(tmp_path: Path) -> None:
    (tmp_path / "channels.csv").write_text(
        "subject,joined,removed,approved_by\na,,,\nb,2026-10-10,,\nd,,2026-10-09,王工\n"
    )
    fixed = make_city(
        tmp_path,
        "indicators:\n  - {id: online, measure: availability, source: video, target: '>= 90'}\n"
        "exclusions:\n  - {source: video, subjects: [a], start: 2026-10-10T00:00:00+08:00, end: 2026-10-10T12:00:00+08:00, "
        "reason: 检修, approved_by: 王工, entered_at: 2026-10-01T00:00:00+08:00}\n",
    )
    path = fixed.installation.path
    text = path.read_text().replace("every: 1h,", "every: 1h, register: {policy: fixed, file: channels.csv},")
    path.write_text(text)
    fixed.installation.close()
    fixed = City(type(fixed.installation)(path))
    for hour in range(8 * 24 + 1):
        fixed.say("video", OCTOBER + hour * HOUR, {"a": "up", "b": "up", "d": "up"})
    found = figure(fixed, "online", OCTOBER + 8 * DAY)
    assert found is not None
    # seen so far: a and d for 8 days; ahead: a 1.5 days, b 1 day
    assert found.requirement is not None
    assert found.requirement.over == 2
    assert found.requirement.amount == Fraction(185, 10) * 86400 / 10
    fixed.installation.close()
