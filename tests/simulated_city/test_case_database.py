from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from collector.periods import instant
from collector.simulated_city.case_database import TABLE, CaseDatabase, case_id
from collector.simulated_city.cases import NEVER
from collector.simulated_city.faults import HOUR, MINUTE, FaultKind
from collector.simulated_city.world import World
from tests.simulated_city.small_city import FAULTY_HOUR, MONTH, SETTINGS, SMALL, ZONE

INSTANTS = ("create_time", "accept_time", "due_time", "dispose_time", "archive_time")
AT = MONTH.span.start + 9 * 24 * HOUR


@pytest.fixture
def database(tmp_path: Path, world: World) -> CaseDatabase:
    return CaseDatabase(tmp_path / "cases.db", world.cases, ZONE, SMALL.districts, world.faults)


def rows(path: Path) -> dict[str, dict]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {row["id"]: dict(row) for row in connection.execute(f"SELECT * FROM {TABLE}")}


def read(text: str | None) -> int:
    return int(NEVER) if text is None else instant(datetime.fromisoformat(text).replace(tzinfo=ZONE))


def test_the_database_shows_what_is_known_at_an_instant(database: CaseDatabase, tmp_path: Path, world: World) -> None:
    for at in (AT, AT + 1, AT + HOUR, AT + 40 * HOUR):
        database.advance(at)
        shown, cases, known = rows(tmp_path / "cases.db"), world.cases, world.cases.facts(at)
        columns = (cases.opened_at, known.accepted_at, cases.due_at, known.disposed_at, known.closed_at)
        assert len(shown) == (cases.opened_at <= at).sum()
        for case in range(len(shown)):
            row = shown[case_id(case)]
            assert [read(row[name]) for name in INSTANTS] == [column[case] for column in columns]
            assert row["rework"] == known.reopened[case]
            assert (row["status"] == "结案") == (row["archive_time"] is not None)


def test_steps_lead_to_the_same_rows_as_one_leap(database: CaseDatabase, tmp_path: Path, world: World) -> None:
    for at in range(AT, AT + 30 * HOUR, 50 * MINUTE):
        database.advance(at)
    leap = CaseDatabase(tmp_path / "leap.db", world.cases, ZONE, SMALL.districts, world.faults)
    leap.advance(at)
    assert rows(tmp_path / "cases.db") == rows(tmp_path / "leap.db")


def test_every_change_moves_update_time_into_the_step(database: CaseDatabase, tmp_path: Path) -> None:
    database.advance(AT)
    before = rows(tmp_path / "cases.db")
    database.advance(AT + 24 * HOUR)
    after = rows(tmp_path / "cases.db")
    changed = [one for one in after if before.get(one) != after[one]]
    assert len(changed) > 10
    assert all(AT < read(after[one]["update_time"]) <= AT + 24 * HOUR for one in changed)
    assert all(read(row["update_time"]) <= AT for row in before.values())


def test_advancing_to_where_it_is_or_back_changes_nothing(database: CaseDatabase, tmp_path: Path) -> None:
    database.advance(AT)
    before = rows(tmp_path / "cases.db")
    database.advance(AT)
    database.advance(AT - 50 * HOUR)
    assert rows(tmp_path / "cases.db") == before


def test_during_a_fault_the_table_is_gone(database: CaseDatabase, tmp_path: Path, world: World) -> None:
    fault = FAULTY_HOUR[FaultKind.ERROR]
    database.advance(fault - HOUR)
    database.advance(fault)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        rows(tmp_path / "cases.db")
    over = fault + 30 * MINUTE
    database.advance(over)
    assert len(rows(tmp_path / "cases.db")) == (world.cases.opened_at <= over).sum()


def test_a_reopened_case_is_not_closed(database: CaseDatabase, tmp_path: Path, world: World) -> None:
    cases = world.cases
    inside = (cases.reopened_at > SETTINGS.start) & (cases.closed_again_at < SETTINGS.end)
    case = int(inside.nonzero()[0][0])
    seen = []
    for at in (cases.close_seen_at[case], cases.reopened_at[case], cases.closed_again_at[case]):
        database.advance(int(at))
        row = rows(tmp_path / "cases.db")[case_id(case)]
        seen.append((read(row["archive_time"]), row["rework"]))
    assert seen == [(cases.closed_at[case], 0), (NEVER, 1), (cases.closed_again_at[case], 1)]
