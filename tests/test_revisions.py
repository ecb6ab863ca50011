"""What is learned late never edits a sealed file or a snapshot: it gives a supplement and, once somebody says why, a revision."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from typer.testing import CliRunner

from collector.bundling import make_bundle
from collector.cli import results
from collector.cli.app import app
from collector.errors import CitygaugeError, ConfigurationError
from collector.figures import measure_all
from collector.freeze import Correction, due_months, freeze_period, would_change
from collector.frozen.verification import verify
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period, iso
from collector.snapshot import measurement_document
from collector.store.snapshots import Snapshot, all_snapshots, snapshot_revision
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

NOVEMBER = OCTOBER + 31 * DAY
DECEMBER = NOVEMBER + 30 * DAY
FROZEN = NOVEMBER + 6 * HOUR
LATE = NOVEMBER + 9 * DAY
REVISED = NOVEMBER + 10 * DAY
WHY = Correction("late records of October", "李工")
OCTOBER_2026 = "2026-10"

SOURCES = f"""  - {{id: cases, connector: file, kind: cases, observed: ["{iso(OCTOBER)}", "{iso(DECEMBER)}"]}}
  - {{id: sites, connector: file, kind: states, observed: ["{iso(OCTOBER)}", "{iso(DECEMBER)}"]}}
  - {{id: meters, connector: file, kind: readings, observed: ["{iso(OCTOBER)}", "{iso(DECEMBER)}"]}}
"""
INDICATORS = """indicators:
  - {id: online, measure: availability, source: video, target: ">= 95", min_coverage: 0}
  - {id: sites_up, measure: availability, source: sites, target: ">= 95", unit: "%"}
  - {id: closure, measure: case_closure, source: cases, base: accepted_in_period, target: ">= 50"}
  - {id: pue, measure: pue, source: meters, target: "<= 1.5"}
"""
FIRST_FILES = {
    "cases": "case,opened_at,closed_at\n"
    "c1,2026-10-02T08:00:00+08:00,2026-10-02T20:00:00+08:00\n"
    "c2,2026-10-05T09:00:00+08:00,\n"
    "c3,2026-10-20T09:00:00+08:00,2026-10-21T09:00:00+08:00\n",
    "sites": "subject,at,state\nportal,2026-10-01T00:00:00+08:00,up\n",
    "meters": "meter,at,kwh,role\n"
    + "".join(
        f"{meter},{iso(OCTOBER + (day * 24 - 1) * HOUR)},{rate * day + 1000},{role}\n"
        for meter, role, rate in (("in", "facility", 140), ("racks", "it", 100))
        for day in range(32)
        if (meter, day) != ("in", 9)
    ),
}


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a city with October frozen as revision 1, to be copied."""
    folder = tmp_path_factory.mktemp("october")
    _freeze_october(folder, "sqlite:///store.db").installation.close()
    return folder


@pytest.fixture
def frozen(october: Path, tmp_path: Path) -> Iterator[City]:
    copytree(october, tmp_path, dirs_exist_ok=True)
    city = City(Installation(tmp_path / "city.yaml"))
    yield city
    city.installation.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def on_each_store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[City]:
    if request.param == "sqlite":
        yield request.getfixturevalue("frozen")
        return
    city = _freeze_october(tmp_path, request.getfixturevalue("postgres_url"))
    yield city
    city.installation.close()


def _freeze_october(folder: Path, store: str) -> City:
    """All of October in files and sealed; the channels a and b polled twice a day, a down from noon to noon on the 3rd."""
    (folder / "channels.csv").write_text(
        "subject,joined,removed,entered_at,approved_by\na,2026-10-01,,,\nb,2026-10-01,,,\n"
    )
    path = make_city(folder, SOURCES + INDICATORS, every="12h", store=store).installation.path
    path.write_text(path.read_text().replace("every: 12h", "every: 12h, register: {policy: fixed, file: channels.csv}"))
    city = City(Installation(path))
    for slot in range(2 * 31):
        city.say("video", OCTOBER + slot * DAY // 2, {"a": "down" if slot in (5, 6) else "up", "b": "up"})
    for source, rows in FIRST_FILES.items():
        bring(city, source, rows, NOVEMBER + HOUR)
    seal(city, NOVEMBER + 2 * HOUR)
    freeze_period(city.installation, OCTOBER_2026, FROZEN)
    return city


def reopened(city: City, text: str = "") -> City:
    """The city after an operator has added ``text`` at the end of its file."""
    city.installation.close()
    path = city.installation.path
    path.write_text(path.read_text() + text)
    return City(Installation(path))


def bring(city: City, source: str, rows: str, at: int) -> None:
    path = city.installation.city.folder / f"{source}-{at}.csv"
    path.write_text(rows)
    import_file(city.installation.source(source), path, at)


def seal(city: City, at: int, until: date = date(2026, 11, 1)) -> list[str]:
    """Seal the days before ``until`` that are due, and say which these were."""
    due = [one for one in city.installation.sealer.due(at) if one.day < until]
    for one in due:
        city.installation.sealer.seal_day(one.source, one.day, at)
    return [f"{one.source} {one.day}" for one in due]


def files(city: City) -> dict[str, str]:
    """SHA-256 of every file of the archive, by path."""
    folder = city.installation.city.folder / "archive"
    return {
        str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


def measured(city: City, as_of: int, period: str = OCTOBER_2026) -> dict[str, dict[str, Any]]:
    found = measure_all(city.installation.history, Period.parse(period, ZONE), as_of)
    return {one.indicator.id: measurement_document(one.measurement) for one in found}


def said(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    return {one["id"]: one["measurement"] for one in snapshot.document["indicators"]}


def revision(city: City, number: int) -> Snapshot:
    with city.installation.database.read() as connection:
        found = snapshot_revision(connection, OCTOBER_2026, number)
    assert found is not None
    return found


def revised(city: City) -> dict[str, Any]:
    """Revise October, check that nothing that was frozen has changed, and return what revision 2 says of itself."""
    before, kept = revision(city, 1), files(city)

    second = freeze_period(city.installation, OCTOBER_2026, REVISED, WHY)

    assert (second.revision, second.document["previous"]) == (2, before.digest)
    assert revision(city, 1) == before
    assert files(city).items() >= kept.items()
    assert said(second) == measured(city, REVISED)
    assert said(before) == measured(city, FROZEN)
    says: dict[str, Any] = second.document["revises"]
    assert (says["reason"], says["author"]) == (WHY.reason, WHY.author)
    return says


def values(effects: list[dict[str, Any]]) -> dict[str, tuple[str | None, str | None]]:
    return {one["id"]: (one["before"]["value"], one["after"]["value"]) for one in effects}


FLOW = "  - {id: flow, measure: case_closure, source: cases, base: closed_vs_accepted}\n"
LATE_CASE = "case,opened_at,closed_at\nc4,2026-10-05T10:00:00+08:00,\n"


def test_a_late_case_record_gives_a_supplement_and_a_revision_that_says_why(on_each_store: City) -> None:
    sealed = files(on_each_store)
    bring(on_each_store, "cases", LATE_CASE, LATE)

    assert seal(on_each_store, LATE + HOUR) == ["cases 2026-10-05"]

    assert files(on_each_store).items() > sealed.items()
    assert revised(on_each_store) == {
        "reason": WHY.reason,
        "author": WHY.author,
        "because": {"supplements": ["cases 2026-10-05/1"]},
        "effects": [
            {
                "id": "closure",
                "before": {"value": "2/3", "lower": "2/3", "upper": "2/3", "coverage": "1.0", "verdict": "met"},
                "after": {"value": "1/2", "lower": "1/2", "upper": "1/2", "coverage": "1.0", "verdict": "met"},
            }
        ],
    }


def test_a_corrected_case_record_counts_in_place_of_the_one_before(frozen: City) -> None:
    """c3 was closed in November, and not on 21 October."""
    bring(frozen, "cases", "case,opened_at,closed_at\nc3,2026-10-20T09:00:00+08:00,2026-11-02T09:00:00+08:00\n", LATE)

    assert seal(frozen, LATE + HOUR) == []  # it belongs to 2 November, which is not needed to measure October anew

    assert values(revised(frozen)["effects"]) == {"closure": ("2/3", "1/3")}


def test_t8_a_late_state_of_an_early_day_holds_through_the_sealed_days_that_follow_it(on_each_store: City) -> None:
    """The portal went down on the 3rd and came back on the 18th: each day between begins down, though it was sealed as up."""
    bring(
        on_each_store,
        "sites",
        "subject,at,state\nportal,2026-10-03T00:00:00+08:00,down\nportal,2026-10-18T00:00:00+08:00,up\n",
        LATE,
    )
    assert seal(on_each_store, LATE + HOUR) == ["sites 2026-10-03", "sites 2026-10-18"]

    says = revised(on_each_store)

    assert values(says["effects"]) == {"sites_up": ("1", "16/31")}
    assert says["because"] == {"supplements": ["sites 2026-10-03/1", "sites 2026-10-18/1"]}
    assert [one["after"]["verdict"] for one in says["effects"]] == ["missed"]
    assert measured(on_each_store, REVISED, "2026-10-10")["sites_up"]["value"] == "0"
    assert measured(on_each_store, FROZEN, "2026-10-10")["sites_up"]["value"] == "1"
    for number in (1, 2):
        document = verify(make_bundle(on_each_store.installation, OCTOBER_2026, number, REVISED)).document
        assert document["revision"] == number
        assert document["indicators"][1]["measurement"]["value"] == ("1", "16/31")[number - 1]


def test_a_late_meter_reading_is_metered(frozen: City) -> None:
    """The counter of the 9th shows that 40 kWh more than were known went through on the day before it, as many fewer after it."""
    before = revision(frozen, 1).document["indicators"][3]["measurement"]
    reading = f"in,{iso(OCTOBER + (9 * 24 - 1) * HOUR)},{140 * 9 + 1040},facility\n"
    bring(frozen, "meters", "meter,at,kwh,role\n" + reading, LATE)
    assert seal(frozen, LATE + HOUR) == ["meters 2026-10-09"]

    assert would_change(frozen.installation, OCTOBER_2026, REVISED) == []
    assert freeze_period(frozen.installation, OCTOBER_2026, REVISED).revision == 1
    assert measured(frozen, REVISED)["pue"] == before  # the month's sum is that of its ends
    assert measured(frozen, FROZEN, "2026-10-09")["pue"] != measured(frozen, REVISED, "2026-10-09")["pue"]


def test_a_late_last_meter_reading_revises_the_month(frozen: City) -> None:
    rows = "".join(f"{meter},2026-11-01T01:00:00+08:00,{kwh},{role}\n" for meter, kwh, role in
                   (("in", 5352, "facility"), ("racks", 4108, "it")))  # fmt: skip
    before = measured(frozen, FROZEN)["pue"]
    bring(frozen, "meters", "meter,at,kwh,role\n" + rows, LATE)
    seal(frozen, LATE + HOUR)

    effects = revised(frozen)["effects"]

    assert [one["id"] for one in effects] == ["pue"]
    assert float(effects[0]["before"]["coverage"]) < float(effects[0]["after"]["coverage"]) == 1
    assert effects[0]["before"]["value"] == before["value"]


def test_t10_an_exclusion_entered_after_the_month_closed_gives_a_revision_with_its_effect(frozen: City) -> None:
    entered = iso(LATE)
    exclusion = (
        "exclusions:\n  - {source: video, start: 2026-10-03T00:00:00+08:00, end: 2026-10-04T00:00:00+08:00, reason: 机房搬迁, "
        f'approved_by: 王局, entered_at: "{entered}"}}\n'
    )
    city = reopened(frozen, exclusion)

    says = revised(city)

    assert values(says["effects"]) == {"online": ("61/62", "119/120")}
    assert says["because"] == {
        "exclusions": ["added video 2026-10-03T00:00:00+08:00 to 2026-10-04T00:00:00+08:00: 机房搬迁 (王局)"]
    }
    figure = revision(city, 2).document["indicators"][0]
    assert [one["after_the_fact"] for one in figure["excluded"]] == [True]
    assert figure["without_exclusions"] == revision(city, 1).document["indicators"][0]["measurement"]
    city.installation.close()


def test_a_register_correction_entered_later_gives_a_revision(frozen: City) -> None:
    """a was taken down on the 3rd, as is approved in November: it owes nothing from then on."""
    with (frozen.installation.city.folder / "channels.csv").open("a") as register:
        register.write("a,2026-10-01,2026-10-03,2026-11-09,王局\n")

    says = revised(frozen)

    assert says["because"] == {"registers": ["video"]}
    assert values(says["effects"]) == {"online": ("61/62", "1")}


def test_a_change_that_no_figure_shows_needs_no_revision(frozen: City) -> None:
    """Who enters a subject that joins in December says nothing about October."""
    with (frozen.installation.city.folder / "channels.csv").open("a") as register:
        register.write("c,2026-12-01,,2026-11-09,王局\n")

    assert freeze_period(frozen.installation, OCTOBER_2026, REVISED, WHY) == revision(frozen, 1)


def test_a_frozen_month_whose_late_records_are_not_sealed_yet_waits(frozen: City) -> None:
    bring(frozen, "cases", LATE_CASE, LATE)

    with pytest.raises(
        CitygaugeError, match=r"1 days are not sealed yet \(first: cases 2026-10-05\); run `citygauge seal`"
    ):
        freeze_period(frozen.installation, OCTOBER_2026, REVISED, WHY)


def test_a_revision_without_a_reason_is_refused_with_the_remedy(frozen: City) -> None:
    bring(frozen, "cases", LATE_CASE, LATE)
    seal(frozen, LATE + HOUR)
    kept = files(frozen)

    with pytest.raises(ConfigurationError) as refused:
        freeze_period(frozen.installation, OCTOBER_2026, REVISED)

    assert str(refused.value) == (
        "2026-10 is frozen as revision 1, and what is known now differs (closure); "
        "a revision needs --reason and --author, or see it first with --dry-run"
    )
    assert stored(frozen) == [1]
    assert files(frozen) == kept


def test_a_dry_run_shows_the_effects_and_freezes_nothing(frozen: City) -> None:
    bring(frozen, "cases", LATE_CASE, LATE)
    seal(frozen, LATE + HOUR)
    kept = files(frozen)

    shown = would_change(frozen.installation, OCTOBER_2026, REVISED)

    assert values(shown) == {"closure": ("2/3", "1/2")}
    assert stored(frozen) == [1]
    assert files(frozen) == kept
    assert revised(frozen)["effects"] == shown


def test_freezing_again_without_a_change_gives_the_same_revision(frozen: City) -> None:
    first = revision(frozen, 1)

    assert freeze_period(frozen.installation, OCTOBER_2026, REVISED) == first
    assert freeze_period(frozen.installation, OCTOBER_2026, REVISED, WHY) == first

    bring(frozen, "cases", LATE_CASE, LATE)
    seal(frozen, LATE + HOUR)
    second = freeze_period(frozen.installation, OCTOBER_2026, REVISED, WHY)
    assert freeze_period(frozen.installation, OCTOBER_2026, REVISED + HOUR) == second
    assert stored(frozen) == [1, 2]


def test_as_of_gives_each_revisions_figures_to_the_last_digit(frozen: City) -> None:
    bring(frozen, "cases", LATE_CASE, LATE)
    bring(frozen, "sites", "subject,at,state\nportal,2026-10-03T00:00:00+08:00,down\n", LATE)
    seal(frozen, LATE + HOUR)
    second = freeze_period(frozen.installation, OCTOBER_2026, REVISED, WHY)

    assert said(revision(frozen, 1)) == measured(frozen, LATE - 1) == measured(frozen, FROZEN)
    assert said(second) == measured(frozen, LATE) == measured(frozen, REVISED)
    assert said(second) != said(revision(frozen, 1))


def test_a_closing_learned_late_changes_the_month_that_carried_the_case_too(frozen: City) -> None:
    """c2 stood open as November began. That it was closed on 30 October becomes known when November is frozen already."""
    city = reopened(frozen, FLOW)
    bring(city, "cases", "case,opened_at,closed_at\nc9,2026-11-03T08:00:00+08:00,2026-11-04T08:00:00+08:00\n", DECEMBER)
    seal(city, DECEMBER + HOUR, date(2026, 12, 1))
    freeze_period(city.installation, "2026-11", DECEMBER + 2 * HOUR)
    as_it_was = measured(city, DECEMBER + 2 * HOUR, "2026-11")["flow"]["parts"]
    bring(
        city,
        "cases",
        "case,opened_at,closed_at\nc2,2026-10-05T09:00:00+08:00,2026-10-30T09:00:00+08:00\n",
        DECEMBER + DAY,
    )
    assert seal(city, DECEMBER + DAY + HOUR, date(2026, 12, 1)) == ["cases 2026-10-30"]

    november = freeze_period(city.installation, "2026-11", DECEMBER + 2 * DAY, WHY)
    october = freeze_period(city.installation, OCTOBER_2026, DECEMBER + 2 * DAY, WHY)

    assert (november.revision, october.revision) == (2, 2)
    assert (as_it_was["open_start"], said(november)["flow"]["parts"]["open_start"]) == ("1", "0")
    assert values(october.document["revises"]["effects"][:1]) == {"closure": ("2/3", "1")}
    city.installation.close()


def test_a_correction_that_moves_a_closing_into_the_month_before_takes_it_out_of_its_own(frozen: City) -> None:
    """c2 was said to be closed on 3 November; the correction says 28 October. November must not count the first account."""
    city = reopened(frozen, FLOW)
    bring(city, "cases", "case,opened_at,closed_at\nc2,2026-10-05T09:00:00+08:00,2026-11-03T09:00:00+08:00\n", LATE)
    bring(
        city, "cases", "case,opened_at,closed_at\nc2,2026-10-05T09:00:00+08:00,2026-10-28T09:00:00+08:00\n", LATE + HOUR
    )
    assert measured(city, LATE, "2026-11")["flow"]["parts"]["closed"] == "1"

    before = measured(city, DECEMBER, "2026-11")["flow"]
    seal(city, DECEMBER + HOUR, date(2026, 11, 6))

    assert (before["parts"]["open_start"], before["parts"]["closed"]) == ("0", "0")
    assert measured(city, DECEMBER, "2026-11")["flow"] == before
    city.installation.close()


def test_the_scheduler_never_revises_a_month(frozen: City) -> None:
    bring(frozen, "cases", LATE_CASE, LATE)
    seal(frozen, LATE + HOUR)
    assert would_change(frozen.installation, OCTOBER_2026, REVISED) != []

    assert due_months(frozen.installation, REVISED) == []


def stored(city: City) -> list[int]:
    with city.installation.database.read() as connection:
        return [one.revision for one in all_snapshots(connection)]


# --- the command


@pytest.fixture
def command(frozen: City, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    bring(frozen, "cases", LATE_CASE, LATE)
    seal(frozen, LATE + HOUR)
    monkeypatch.setattr(results, "now", lambda: REVISED)
    path = str(frozen.installation.path)
    return lambda *arguments: CliRunner().invoke(app, ["snapshot", OCTOBER_2026, "--config", path, *arguments])


def test_the_command_refuses_shows_and_revises(command: Callable[..., Any]) -> None:
    refused, half = command(), command("--reason", "late")
    dry = command("--dry-run")
    done = command("--reason", WHY.reason, "--author", WHY.author)

    assert isinstance(refused.exception, ConfigurationError)
    assert "a revision needs --reason and --author" in str(refused.exception)
    assert str(half.exception) == "snapshot: --reason and --author go together"
    assert "closure" in dry.stdout
    assert "0.666667 [0.666667, 0.666667]" in dry.stdout
    assert "met → met" in dry.stdout
    assert done.stdout.startswith("2026-10 revision 2, SHA-256 ")
    assert "0.5 [0.5, 0.5]" in done.stdout
