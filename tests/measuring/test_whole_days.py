"""Running sums are written as days are sealed, used in place of the days, and worth nothing more than their speed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collector.figures import Figure, measure
from collector.history import History
from collector.periods import Period
from collector.store.ledger import SqlLedger
from collector.summing import update_sums
from tests.scripted import DAY, OCTOBER, ZONE, City, make_city

ONLINE = "indicators:\n  - {id: online, measure: availability, source: video, min_coverage: 0}\n"
NOW = OCTOBER + 31 * DAY
MARKS = ["05", "10", "15", "20", "25", "31"]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """October polled each half day and sealed; one subject goes down every fourth poll, one comes on the seventh."""
    made = make_city(tmp_path, ONLINE, every="12h")
    for poll in range(62):
        said = {"a": "up" if poll % 4 else "down"} | ({"b": "up"} if poll > 12 else {})
        made.say("video", OCTOBER + poll * DAY // 2, said)
    for due in made.installation.sealer.due(NOW):
        made.installation.sealer.seal_day(due.source, due.day, NOW)
    yield made
    made.installation.close()


def history(city: City, roll_ups: bool = True) -> History:
    """A new one, that has opened nothing yet."""
    one = city.installation
    return History(one.city, SqlLedger(one.database), one.archive, one.register, roll_ups)


def figure(city: City, label: str = "2026-10", roll_ups: bool = True) -> Figure:
    return measure(
        history(city, roll_ups), city.installation.city.indicators[0], Period.parse(label, ZONE), NOW, "subject"
    )


def files(city: City, folder: str) -> list[Path]:
    return sorted((city.installation.city.folder / "archive" / folder).rglob("*.*"))


def test_sealing_leaves_running_sums_after_every_fifth_day_and_the_last(city: City) -> None:
    assert [path.name[8:10] for path in files(city, "sums")] == MARKS


def test_a_month_is_measured_from_one_file(city: City) -> None:
    plain = figure(city, roll_ups=False)
    for path in files(city, "segments"):
        path.unlink()

    assert figure(city) == plain


@pytest.mark.parametrize(
    ("label", "needed"),
    [
        ("2026-10-06/2026-10-11", []),
        ("2026-10-04/2026-10-27", ["04", "05", "26"]),
        ("2026-10-08/2026-10-10", ["08", "09"]),
    ],
)
def test_a_run_of_days_is_the_difference_of_two_files_and_the_days_beside_them(
    city: City, label: str, needed: list[str]
) -> None:
    plain = figure(city, label, roll_ups=False)
    for path in files(city, "segments"):
        if path.name[8:10] not in needed:
            path.unlink()

    assert figure(city, label) == plain


def test_a_window_that_cuts_days_needs_these_days_only(city: City) -> None:
    label = "2026-10-05T05:00:17+08:00/2026-10-26T11:00:00.5+08:00"
    plain = figure(city, label, roll_ups=False)
    for path in files(city, "segments"):
        if path.name[8:10] not in ("05", "26"):
            path.unlink()

    assert figure(city, label) == plain


@pytest.mark.parametrize("harm", ["lost", "cut short", "another's"])
def test_without_sound_sums_the_days_tell_the_same_and_sealing_makes_them_again(city: City, harm: str) -> None:
    plain, sums = figure(city, roll_ups=False), files(city, "sums")
    bodies = [path.read_bytes() for path in sums]
    for path, body in zip(sums, [bodies[-1], *bodies[:-1]], strict=True):
        if harm == "lost":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-9] if harm == "cut short" else body)

    assert figure(city) == plain
    installation = city.installation
    assert len(update_sums(history(city), installation.archive, "video", date(2026, 10, 9))) == len(MARKS)
    assert [path.read_bytes() for path in files(city, "sums")] == bodies
    assert update_sums(history(city), installation.archive, "video", date(2026, 10, 9)) == []


def test_sums_of_other_segments_are_taken_away(city: City) -> None:
    strange = files(city, "sums")[0].with_name("2026-10-05-00000000.parquet")
    strange.write_bytes(b"of a segment that was replaced")

    update_sums(history(city), city.installation.archive, "video", date(2026, 10, 9))

    assert not strange.exists()


def test_nothing_is_summed_over_a_day_that_is_not_sealed(tmp_path: Path) -> None:
    city = make_city(tmp_path, ONLINE, every="12h")
    for poll in range(12):
        city.say("video", OCTOBER + poll * DAY // 2, {"a": "up"})
    due = city.installation.sealer.due(OCTOBER + 6 * DAY)
    for one in due:
        if one.day.day != 3:
            city.installation.sealer.seal_day("video", one.day, NOW)
    assert files(city, "sums") == []

    city.installation.sealer.seal_day("video", date(2026, 10, 3), NOW)

    assert [path.name[8:10] for path in files(city, "sums")] == ["05"]
    city.installation.close()
