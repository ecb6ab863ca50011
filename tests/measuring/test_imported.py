"""From rows in files to what ``measure --json`` prints: the cases in which other systems print a wrong figure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from collector.documents import figures_document
from collector.figures import measure_all
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period, iso
from collector.store import schema
from collector.store.runs import Run
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, make_city

NOVEMBER = OCTOBER + 31 * DAY
OBSERVED = f'observed: [["{iso(OCTOBER - 10 * DAY)}", "{iso(NOVEMBER + 10 * DAY)}"]]'
CITY = f"""  - {{id: cases, connector: file, kind: cases, {OBSERVED}}}
  - {{id: meters, connector: file, kind: readings}}
  - {{id: portal, connector: file, kind: figures, {OBSERVED}}}
  - {{id: abroad, connector: file, kind: figures, timezone: UTC, {OBSERVED}}}
indicators:
  - {{id: closure, measure: case_closure, source: cases, base: accepted_in_period, target: ">= 95"}}
  - {{id: on_time, measure: case_on_time, source: cases, cohort: accepted, decided_by: closing}}
  - {{id: duration, measure: case_duration, source: cases, unit: h}}
  - {{id: whole, measure: figure, source: portal, figure: catalogue_total}}
  - {{id: part, measure: figure, source: portal, figure: catalogue_open}}
  - {{id: share, measure: ratio, numerator: part, denominator: whole, target: ">= 50"}}
  - {{id: closing_share, measure: ratio, numerator: closure, denominator: on_time}}
  - {{id: rate, measure: figure, source: portal, figure: rate, plausible: [0, 1]}}
  - {{id: pue, measure: pue, source: meters}}
  - {{id: turning, measure: pue, source: meters, rollover_kwh: 10000}}
  - {{id: visits, measure: figure, source: abroad, figure: visits, stat: sum}}
"""
Import = Callable[..., Run]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = make_city(tmp_path, CITY).installation
    yield made
    made.close()


@pytest.fixture
def bring(installation: Installation, tmp_path: Path) -> Import:
    """Import rows, the first of which names the columns, at ``now``."""

    def bring(source: str, *rows: str, now: int = NOVEMBER + DAY) -> Run:
        path = tmp_path / f"{source}-{now}.csv"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        run = import_file(installation.source(source), path, now).run
        assert run is not None
        return run

    return bring


def printed(installation: Installation, period: str = "2026-10") -> dict[str, dict[str, Any]]:
    """Read back from JSON as strictly as others read it."""
    wanted = Period.parse(period, ZONE)
    document = figures_document(
        measure_all(installation.history, wanted, NOVEMBER + 9 * DAY), wanted, NOVEMBER + 9 * DAY
    )
    again = json.loads(json.dumps(document, allow_nan=False))
    return {one["id"]: one for one in again["indicators"]}


FIGURES = "name,at,value"


def test_t6_a_ratio_of_which_one_input_was_not_published_has_no_value(
    installation: Installation, bring: Import
) -> None:
    bring("portal", FIGURES, "catalogue_open,2026-10-20T08:00:00,124")

    share = printed(installation)["share"]

    assert (share["value"], share["numerator"], share["denominator"]) == (None, 124, None)
    assert (share["lower"], share["upper"], share["verdict"]) == (0, 100, "indeterminate")


def test_t7_a_month_without_a_case_has_no_rate_and_nothing_made_of_it_breaks(
    installation: Installation, bring: Import
) -> None:
    bring("cases", "case,opened_at,closed_at", "A,2026-09-25T08:00:00,2026-09-26T08:00:00")

    found = printed(installation)

    closure = found["closure"]
    assert (closure["value"], closure["coverage"], closure["verdict"]) == (None, 1, "indeterminate")
    assert closure["parts"]["accepted"] == 0
    assert (found["duration"]["value"], found["closing_share"]["value"]) == (None, None)


def test_t9_an_old_range_that_is_filled_in_leaves_the_latest_as_it_is(
    installation: Installation, bring: Import
) -> None:
    bring("portal", FIGURES, "catalogue_total,2026-10-20T08:00:00,125")
    bring("portal", FIGURES, "catalogue_total,2026-10-03T08:00:00,90", now=NOVEMBER + 2 * DAY)

    assert printed(installation)["whole"]["value"] == 125
    assert printed(installation, "2026-10-03")["whole"]["value"] == 90


def test_t12_both_sides_of_a_ratio_are_read_at_the_same_cut_off(installation: Installation, bring: Import) -> None:
    """The part was read once more in November, when it was larger than the whole of October: 126 of 125 is 1.008."""
    rows = (
        "catalogue_total,2026-10-31T08:00:00,125",
        "catalogue_open,2026-10-31T08:00:00,124",
        "catalogue_open,2026-11-01T01:00:00,126",
    )
    bring("portal", FIGURES, *rows)

    share = printed(installation)["share"]

    assert (share["numerator"], share["denominator"], share["value"]) == (124, 125, 99.2)


def test_t17_what_cannot_be_is_a_fault_whose_evidence_is_kept_and_which_is_not_counted(
    installation: Installation, bring: Import
) -> None:
    rows = ("catalogue_total,2026-10-31T08:00:00,100", "catalogue_open,2026-10-31T08:00:00,108", "rate,2026-10-10T00:00:00,0.97",
            "rate,2026-10-20T00:00:00,1.03")  # fmt: skip
    run = bring("portal", FIGURES, *rows)

    found = printed(installation)

    assert (found["share"]["value"], found["share"]["faults"]) == (None, ["ratio of 108 to 100 is outside of 0 to 1"])
    assert found["share"]["verdict"] == "indeterminate"
    assert (found["rate"]["value"], found["rate"]["parts"]["readings"]) == (0.97, 1)
    assert found["rate"]["faults"] == ["figure rate at 2026-10-20T00:00:00+08:00: 1.03 is not plausible"]
    assert run.evidence in digests(installation)


def digests(installation: Installation) -> set[str]:
    with installation.database.read() as connection:
        return set(connection.execute(sa.select(schema.evidence.c.digest)).scalars())


def counter(
    meter: str, role: str, rate: int, hours: Iterable[int], start: int = 1000, turn: int | None = None
) -> list[str]:
    """A reading an hour of October's first days."""
    kwh = (start + rate * hour for hour in hours)
    return [
        f"{meter},{iso(OCTOBER + hour * HOUR)},{one % turn if turn else one},{role}"
        for hour, one in zip(hours, kwh, strict=True)
    ]


METERS = "meter,at,kwh,role"


def test_t17_a_day_with_a_pue_below_1_is_not_counted(installation: Installation, bring: Import) -> None:
    bring("meters", METERS, *counter("in", "facility", 150, range(25)), *counter("racks", "it", 240, range(25)))

    pue = printed(installation, "2026-10-01")["pue"]

    assert (pue["value"], pue["coverage"], pue["verdict"]) == (None, 0, "no_target")
    assert pue["faults"] == ["2026-10-01: PUE 0.62 is outside 1 to 5"]


def test_t22_times_without_a_zone_are_those_of_the_sources_zone(installation: Installation, bring: Import) -> None:
    """17:00 of 30 September in UTC is 1 October in the city; 17:00 of 31 October is November."""
    rows = (
        "visits,2026-09-30 15:59:59,1",
        "visits,2026-09-30 16:00:00,10",
        "visits,2026-10-31 15:59:59,100",
        "visits,2026-10-31 16:00:00,1000",
    )
    bring("abroad", FIGURES, *rows)

    assert printed(installation)["visits"]["value"] == 110


def test_t23_cases_that_contradict_themselves_are_listed_and_every_version_is_kept(
    installation: Installation, bring: Import
) -> None:
    """B is closed before it was opened; C closed, reopened and closed again; D has no due date and is open."""
    head = "case,opened_at,due_at,closed_at,reopened"
    once, again = "2026-10-06T08:00:00", "2026-10-12T08:00:00"
    bring(
        "cases", head, f"A,2026-10-05T08:00:00,2026-10-09T08:00:00,{once},0",
        "B,2026-10-05T08:00:00,2026-10-09T08:00:00,2026-10-04T08:00:00,0",
        f"C,2026-10-05T08:00:00,2026-10-09T08:00:00,{once},0", "D,2026-10-05T08:00:00,,,0", now=OCTOBER + 7 * DAY,
    )  # fmt: skip
    bring("cases", head, "C,2026-10-05T08:00:00,2026-10-09T08:00:00,,1", now=OCTOBER + 8 * DAY)
    bring("cases", head, f"C,2026-10-05T08:00:00,2026-10-09T08:00:00,{again},1", now=OCTOBER + 12 * DAY)

    found = printed(installation)
    versions = installation.history.rows(
        "cases", installation.city.source("cases").kind, Period.parse("2026-10", ZONE).span, NOVEMBER
    )

    closure = found["closure"]
    assert closure["faults"] == ["case B: closed before it was opened"]
    assert (closure["value"], closure["parts"]["closed"], closure["parts"]["accepted"]) == (75, 3, 4)
    assert (found["duration"]["n"], found["duration"]["value"]) == (2, (24 + 7 * 24) / 2)
    assert [found["on_time"]["parts"][one] for one in ("on_time", "closed_late", "no_due_date")] == [2, 1, 1]
    assert versions["case"].to_pylist().count("C") == 3


def test_t24_a_counter_that_rolls_over_and_a_meter_that_is_replaced_leave_only_what_was_metered(
    installation: Installation, bring: Import
) -> None:
    """The counter in the cellar starts again at 10,000 kWh; the racks' meter is replaced by a new one after twelve hours."""
    racks = [*counter("racks", "it", 100, range(12)), *counter("racks", "it", 100, range(12, 25), start=-1200)]
    bring("meters", METERS, *counter("in", "facility", 150, range(25), start=9000, turn=10000), *racks)

    day = printed(installation, "2026-10-01")

    assert day["turning"]["value"] == pytest.approx(1.5)
    assert day["turning"]["coverage"] == pytest.approx(23 / 24)
    assert len(day["turning"]["faults"]) == 1
    assert (day["pue"]["value"], day["pue"]["parts"]["metered_seconds"]) == (pytest.approx(1.5), 22 * 3600)


def test_t24_an_hour_that_one_side_was_not_metered_counts_for_neither(
    installation: Installation, bring: Import
) -> None:
    bring("meters", METERS, *counter("in", "facility", 150, range(25)), *counter("racks", "it", 100, range(1, 25)))

    pue = printed(installation, "2026-10-01")["pue"]

    assert (pue["value"], pue["coverage"]) == (pytest.approx(1.5), pytest.approx(23 / 24))
    assert (pue["parts"]["facility_kwh"], pue["parts"]["it_kwh"]) == (23 * 150, 23 * 100)
