"""The table of accounting methods from stored records, and the command that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from typer.testing import CliRunner

from collector.errors import ConfigurationError, SourceUnavailable
from collector.figures import measure
from collector.history import History
from collector.importing import import_file
from collector.measures.methods import MethodRow
from collector.measuring.methods import method_table
from collector.periods import Period
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

NOW = OCTOBER + 45 * DAY
WHERE = "source: video, measure: availability"
CITY = f"""
  - {{id: cases, connector: file, kind: cases, observed: [2026-10-01T00:00:00+08:00, 2026-12-01T00:00:00+08:00]}}
  - {{id: sites, connector: file, kind: states, reads: changes, observed: [2026-10-01T00:00:00+08:00, 2026-11-01T00:00:00+08:00]}}
  - {{id: meters, connector: file, kind: readings}}
exclusions:
  - {{source: video, start: 2026-10-02T00:00:00+08:00, end: 2026-10-02T12:00:00+08:00, reason: 机房搬迁, approved_by: 王局,
     entered_at: 2026-09-20T10:00:00+08:00, subjects: [a]}}
indicators:
  - {{id: online, {WHERE}, unit: "%", min_coverage: 0}}
  - {{id: mean, {WHERE}, method: subject_mean, min_coverage: 0}}
  - {{id: sweep, {WHERE}, method: sweep_mean, min_coverage: 0}}
  - {{id: patient, {WHERE}, ignore_shorter_than: 2h, where: {{subject: a}}, min_coverage: 0}}
  - {{id: strict, {WHERE}}}
  - {{id: office, {WHERE}, schedule: {{hours: [["08:00", "18:00"]]}}, min_coverage: 0}}
  - {{id: uptime, measure: availability, source: sites}}
  - {{id: closure, measure: case_closure, source: cases}}
  - {{id: accepted, measure: case_closure, source: cases, base: accepted_in_period, cutoff: as_of}}
  - {{id: flow, measure: case_closure, source: cases, base: closed_vs_accepted}}
  - {{id: of_closed, measure: case_closure, source: cases, cohort: closed}}
  - {{id: on_time, measure: case_on_time, source: cases, cohort: due, decided_by: closing}}
  - {{id: power, measure: pue, source: meters}}
"""
CASES = """case,opened_at,due_at,disposed_at,closed_at
A,2026-10-01 08:00,2026-10-03 08:00,,2026-10-02 09:00
B,2026-10-01 09:00,2026-10-02 09:00,2026-10-02 08:00,2026-10-02 10:00
C,2026-10-03 09:00,2026-10-09 09:00,,2026-11-02 10:00
D,2026-10-30 09:00,2026-11-09 09:00,,
"""
SITES = "subject,at,state\na,2026-10-01T00:00:00+08:00,up\na,2026-10-10T00:00:00+08:00,down\na,2026-10-13T00:00:00+08:00,up\n"
TABLES = (
    "online", "mean", "sweep", "patient", "strict", "office", "uptime", "closure", "accepted", "flow", "of_closed", "on_time",
)  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Two days of polls with an outage, a failed stretch and an exclusion; cases and a log of states from files."""
    folder = tmp_path_factory.mktemp("city")
    made = make_city(folder, CITY)
    for hour in range(48):
        answer = {"a": "down" if hour in {5, 20, 21, 22, 30} else "up"}
        silent = 38 <= hour < 44
        later = {"b": "down"} if hour >= 26 else {}
        made.say("video", OCTOBER + hour * HOUR, SourceUnavailable("refused") if silent else answer | later)
    for name, text in (("cases", CASES), ("sites", SITES)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        import_file(made.installation.source(name), folder / f"{name}.csv", OCTOBER + 44 * DAY)
    yield made
    made.installation.close()


def rows_of(city: City, indicator: str, period: str = "2026-10", as_of: int = NOW) -> list[MethodRow]:
    installation = city.installation
    return method_table(installation.history, installation.city.indicator(indicator), Period.parse(period, ZONE), as_of)


@pytest.mark.parametrize("period", ["2026-10", "2026-10-02", "2026-11"])
@pytest.mark.parametrize("indicator", TABLES)
def test_the_chosen_value_is_exactly_the_figure(city: City, indicator: str, period: str) -> None:
    installation = city.installation
    figure = measure(installation.history, installation.city.indicator(indicator), Period.parse(period, ZONE), NOW)

    (chosen,) = [row for row in rows_of(city, indicator, period) if row.chosen]

    assert chosen.value == figure.measurement.value


def test_the_figure_without_exclusions_and_its_bounds_are_in_the_table(city: City) -> None:
    installation = city.installation
    figure = measure(installation.history, installation.city.indicator("online"), Period.parse("2026-10-02", ZONE), NOW)
    rows = {tuple(row.rules.values()): row.value for row in rows_of(city, "online", "2026-10-02")}

    assert figure.without_exclusions is not None
    assert rows["as_observed", "excluded", "subject_time", "calendar"] == figure.without_exclusions.value
    assert rows["removed", "counted_down", "subject_time", "calendar"] == figure.measurement.lower
    assert rows["removed", "counted_up", "subject_time", "calendar"] == figure.measurement.upper


def test_the_store_is_read_once_for_all_rows(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    for name in ("states", "cases"):
        read = getattr(History, name)
        monkeypatch.setattr(History, name, lambda *given, read=read, name=name: reads.append(name) or read(*given))

    rows_of(city, "online")
    rows_of(city, "closure")

    assert reads == ["states", "cases"]


def test_a_contractual_month_needs_a_month_that_is_over_and_no_schedule(city: City) -> None:
    def months(*given: Any, **named: Any) -> set[str | None]:
        return {row.rules["month"] for row in rows_of(city, *given, **named)}

    assert months("online") == {"calendar", "30_days"}
    assert months("online", "2026-10-02") == {"calendar"}
    assert months("online", as_of=OCTOBER + 20 * DAY) == {"calendar"}
    assert months("office") == {"calendar"}


def test_a_log_that_is_not_polled_has_no_mean_of_polls(city: City) -> None:
    rows = {tuple(row.rules.values()): row.value for row in rows_of(city, "uptime")}

    assert "sweep_mean" not in {method for _, _, method, _ in rows}
    assert rows["removed", "excluded", "subject_time", "calendar"] == Fraction(28, 31)
    assert rows["removed", "excluded", "subject_time", "30_days"] == Fraction(27, 30)


def test_other_measures_are_refused_with_those_that_have_a_table(city: City) -> None:
    with pytest.raises(
        ConfigurationError, match=r"power: pue has no table .* availability, case_closure and case_on_time"
    ):
        rows_of(city, "power")


# --- the command


def run(city: City, *arguments: str) -> str:
    from collector.cli.app import app

    path = str(city.installation.path)
    result = CliRunner().invoke(app, ["methods", *arguments, "--config", path, "--as-of", "2026-11-15T00:00:00+08:00"])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_prints_every_row_in_the_unit_with_the_spread(city: City) -> None:
    document = json.loads(run(city, "uptime", "--period", "2026-10", "--json"))

    assert document["period"]["label"] == "2026-10"
    assert document["indicator"] == "uptime"
    assert document["unit"] == "%"
    assert {
        "exclusions": "removed", "unknown": "excluded", "method": "subject_time", "month": "calendar",
        "value": float(Fraction(2800, 31)), "chosen": True,
    } in document["rows"]  # fmt: skip
    assert sum(row["chosen"] for row in document["rows"]) == 1
    assert (document["least"], document["greatest"]) == (90, pytest.approx(2800 / 31))


def test_the_command_marks_the_chosen_row_for_people_and_ends_with_the_spread(city: City) -> None:
    lines = run(city, "closure", "--period", "2026-10").splitlines()

    (marked,) = [line for line in lines if "← 本指标口径" in line]
    assert marked.split()[:4] == ["应结案", "上报", "期末", "66.6667"]
    assert lines[-1] == "9 种口径：最低 50.0000，最高 100.0000，本指标 66.6667（%）"


def test_rules_that_make_no_difference_are_named_and_not_listed_for_people(city: City) -> None:
    lines = run(city, "uptime", "--period", "2026-10").splitlines()

    assert lines[-2] == "不影响结果、未逐一列出的口径：剔除时段、未知时段、算法"
    assert [line.split()[3:5] for line in lines if "日历" in line or "30 天" in line] == [
        ["日历", "90.3226"],
        ["30", "天"],
    ]
