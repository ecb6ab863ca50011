"""Cases from a database: the same tests over SQLite and PostgreSQL, then what is particular to one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from collector.connector import Part, Poll
from collector.errors import ConfigurationError, SourceChanged, SourceUnavailable
from connectors.cases.sql import SqlCases
from connectors.cases.sql_session import Session
from connectors.cases.update_times import UpdateTimes

ZONE = ZoneInfo("Asia/Shanghai")
NOON = 1_790_827_200_000  # 2026-10-01T12:00:00+08:00
COLUMNS = {"case": "id", "opened_at": "create_time", "closed_at": "archive_time", "status": "status"}
SCHEMA = "id {0} PRIMARY KEY, create_time {1}, archive_time {1}, status VARCHAR(20), update_time {1}"


@dataclass(frozen=True)
class Cases:
    """A case table that a test writes, and the URL under which the connector reads it."""

    url: str
    engine: sa.Engine

    def run(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def put(self, case: str, updated: str, *, closed: str | None = None, status: str = "处置") -> None:
        """Insert or replace; times are of the day, 2026-10-01."""
        self.run("DELETE FROM cases WHERE id = :id", id=case)
        self.run(
            "INSERT INTO cases VALUES (:id, :opened, :closed, :status, :updated)",
            id=case, opened="2026-10-01 08:00:00", closed=closed and f"2026-10-01 {closed}", status=status,
            updated=f"2026-10-01 {updated}",
        )  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgres"))])
def cases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cases]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/cases.db" if sqlite else request.getfixturevalue("postgres_url")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    table = Cases(url, engine)
    table.run(f"CREATE TABLE cases ({SCHEMA.format('TEXT', 'TEXT' if sqlite else 'TIMESTAMP')})")
    yield table
    engine.dispose()


def _connector(url: str, **options: object) -> SqlCases:
    given: dict[str, Any] = {"url": url, "table": "cases", "columns": COLUMNS, "updated_at": "update_time", **options}
    if "query" in given:
        del given["table"]
    return SqlCases(SqlCases.Options.model_validate_json(json.dumps(given)), ZONE)


@pytest.fixture
def at(poll: Poll) -> Callable[..., Poll]:
    return lambda cursor=None, at=NOON: replace(poll, at=at, cursor=cursor)


At = Callable[..., Poll]


def _fetched(
    connector: SqlCases, poll: Poll, between: Callable[[int], None] = lambda _: None
) -> tuple[list[Part], str | None]:
    """between: called with the number of pages so far, before the next one."""
    parts: list[Part] = []
    fetching = connector.fetch(poll)
    while True:
        try:
            parts.append(next(fetching))
        except StopIteration as end:
            return parts, end.value
        between(len(parts))


def _states(connector: SqlCases, parts: list[Part]) -> dict[str, str]:
    return {row["case"]: row["status"] for row in connector.parse(parts).table.to_pylist()}


def _count(parts: list[Part]) -> list[int]:
    return [part.body.count(b"\n") for part in parts]


def test_the_first_poll_reads_everything_and_the_next_what_changed(cases: Cases, at: At) -> None:
    connector = _connector(cases.url, overlap="1m")
    for number in range(5):
        cases.put(str(number), f"09:0{number}:00")
    parts, cursor = _fetched(connector, at())
    assert sorted(_states(connector, parts)) == ["0", "1", "2", "3", "4"]
    cases.put("1", "09:30:00", closed="09:30:00", status="结案")
    parts, cursor = _fetched(connector, at(cursor))
    assert _states(connector, parts) == {"3": "处置", "4": "处置", "1": "结案"}
    parts, _ = _fetched(connector, at(cursor))
    assert _states(connector, parts) == {"1": "结案"}


def test_times_without_an_offset_are_read_in_the_sources_zone(cases: Cases, at: At) -> None:
    connector = _connector(cases.url)
    cases.put("1", "09:00:00", closed="09:00:00")
    (row,) = connector.parse(_fetched(connector, at())[0]).table.to_pylist()
    assert row["opened_at"].isoformat() == "2026-10-01T00:00:00+00:00"
    assert row["closed_at"].isoformat() == "2026-10-01T01:00:00+00:00"
    assert row["due_at"] is None


def test_a_late_commit_within_the_overlap_is_seen(cases: Cases, at: At) -> None:
    connector = _connector(cases.url, overlap="10m")
    cases.put("1", "09:10:00")
    _, cursor = _fetched(connector, at())
    cases.put("late", "09:00:00")
    cases.put("too late", "08:59:59")
    assert sorted(_states(connector, _fetched(connector, at(cursor))[0])) == ["1", "late"]


def test_ties_on_the_update_time_are_paged_by_case(cases: Cases, at: At) -> None:
    connector = _connector(cases.url, page_size=3)
    for number in range(10):
        cases.put(f"{number:02}", "09:00:00")
    parts, _ = _fetched(connector, at())
    assert _count(parts) == [3, 3, 3, 1]
    assert sorted(_states(connector, parts)) == [f"{number:02}" for number in range(10)]


def test_a_last_page_that_is_full_is_followed_by_an_empty_one(cases: Cases, at: At) -> None:
    connector = _connector(cases.url, page_size=2)
    for case in ("a", "b"):
        cases.put(case, "09:00:00")
    assert _count(_fetched(connector, at())[0]) == [2, 0]


def test_rows_that_change_between_pages_are_not_left_out_and_the_later_state_counts(cases: Cases, at: At) -> None:
    connector = _connector(cases.url, page_size=2)
    for number in range(6):
        cases.put(str(number), f"09:0{number}:00")

    def change(pages: int) -> None:
        if pages == 1:
            cases.put("0", "10:00:00", closed="10:00:00", status="结案")  # read already
            cases.put("3", "10:01:00", closed="10:01:00", status="结案")  # not yet read
            cases.put("new", "10:02:00")

    parts, cursor = _fetched(connector, at(), change)
    assert _states(connector, parts) == {
        "0": "结案", "1": "处置", "2": "处置", "3": "结案", "4": "处置", "5": "处置", "new": "处置",
    }  # fmt: skip
    assert "10:02:00" in str(cursor)


def test_an_empty_table_is_an_answer(cases: Cases, at: At) -> None:
    connector = _connector(cases.url)
    parts, cursor = _fetched(connector, at())
    assert (_count(parts), cursor) == ([0], None)
    assert connector.parse(parts).table.num_rows == 0


def test_nothing_new_keeps_the_cursor(cases: Cases, at: At) -> None:
    connector = _connector(cases.url, overlap="0s")
    cases.put("1", "09:00:00")
    _, cursor = _fetched(connector, at())
    cases.run("DELETE FROM cases")
    assert _fetched(connector, at(cursor))[1] == cursor


def test_a_row_dated_in_the_future_does_not_hide_those_that_come_after(cases: Cases, at: At) -> None:
    connector = _connector(cases.url, overlap="10m")
    cases.put("future", "23:00:00")
    _, cursor = _fetched(connector, at())
    cases.put("1", "11:55:00")
    assert sorted(_states(connector, _fetched(connector, at(cursor))[0])) == ["1", "future"]


def test_a_query_takes_the_place_of_the_table(cases: Cases, at: At) -> None:
    query = "SELECT id, create_time, archive_time, status, update_time FROM cases WHERE id <> '2' -- 12:30, %;"
    connector = _connector(cases.url, query=f"{query}\n")
    for case in ("1", "2"):
        cases.put(case, "09:00:00")
    assert list(_states(connector, _fetched(connector, at())[0])) == ["1"]


def test_only_mapped_columns_leave_the_database(cases: Cases, at: At) -> None:
    connector = _connector(cases.url, columns={"case": "id", "opened_at": "create_time"})
    cases.put("1", "09:00:00", status="张三 13800138000")
    ((part,), _) = _fetched(connector, at())
    assert json.loads(part.body).keys() == {"id", "create_time", "update_time"}


@pytest.mark.parametrize("column", ["update_time", "status"])
def test_a_column_that_is_gone_is_named(column: str, cases: Cases, at: At) -> None:
    cases.run(f"ALTER TABLE cases RENAME COLUMN {column} TO moved")
    with pytest.raises(SourceChanged, match=f"column {column}: does not exist, or the account may not read it"):
        _fetched(_connector(cases.url), at())


def test_a_quoted_column_that_is_not_there_is_no_constant_text(cases: Cases, at: At) -> None:
    """SQLite takes an unknown name in double quotes for a text, which would then be every row's status."""
    cases.put("1", "09:00:00")
    with pytest.raises(SourceChanged, match="column 状态: does not exist"):
        _fetched(_connector(cases.url, columns={**COLUMNS, "status": "状态"}), at())


def test_a_name_that_is_no_name_is_quoted_not_run(cases: Cases, at: At) -> None:
    cases.put("1", "09:00:00")
    name = "id); DROP TABLE cases; --"
    with pytest.raises(SourceChanged, match="does not exist"):
        _fetched(_connector(cases.url, columns={**COLUMNS, "category": name}), at())
    assert _fetched(_connector(cases.url), at())[0]


def test_a_query_that_the_database_refuses_is_named(cases: Cases, at: At) -> None:
    with pytest.raises(SourceChanged, match="query: is refused"):
        _fetched(_connector(cases.url, query="SELECT id FROM"), at())


def test_a_table_that_is_gone_is_named(cases: Cases, at: At) -> None:
    with pytest.raises(SourceChanged, match="table to_stat_info: does not exist"):
        _fetched(_connector(cases.url, table="to_stat_info"), at())


def test_a_row_without_update_time_is_named(cases: Cases, at: At) -> None:
    cases.put("17", "09:00:00")
    cases.run("UPDATE cases SET update_time = NULL")
    with pytest.raises(SourceChanged, match="column update_time: case 17 has no update time"):
        _fetched(_connector(cases.url), at())


def test_the_session_cannot_write(cases: Cases) -> None:
    session = Session(cases.url, "cases", None, ["id", "update_time"], timedelta(seconds=5))
    with session.connected() as connection, pytest.raises(sa.exc.DBAPIError, match=r"read.?only"):
        connection.execute(sa.text("DELETE FROM cases"))


def test_a_poll_that_takes_too_long_is_broken_off(cases: Cases, at: At) -> None:
    fetching = _connector(cases.url, page_size=1).fetch(replace(at(), timeout=timedelta(0)))
    with pytest.raises(SourceUnavailable, match=r"not read within 0 s \(timeout\)"):
        list(fetching)


@pytest.mark.needs("postgres")
def test_a_statement_that_takes_too_long_is_broken_off(postgres_url: str, at: At) -> None:
    query = "SELECT pg_sleep(9)::text AS id, now() AS create_time, now() AS update_time"
    connector = _connector(postgres_url, query=query, columns={"case": "id", "opened_at": "create_time"})
    with pytest.raises(SourceUnavailable, match=r"the query was broken off \(QueryCanceled\)"):
        list(connector.fetch(replace(at(), timeout=timedelta(milliseconds=50))))


@pytest.mark.needs("postgres")
def test_timestamps_with_zone_numbers_and_schemas_are_understood(postgres_url: str, at: At) -> None:
    engine = sa.create_engine(postgres_url, poolclass=sa.NullPool)
    made = "(id numeric PRIMARY KEY, create_time timestamptz, status smallint, update_time timestamptz)"
    rows = "SELECT n, '2026-10-01 00:00Z', 101, '2026-10-01 01:00Z' FROM generate_series(1, 5) n"
    with engine.begin() as connection:
        for statement in ("CREATE SCHEMA stat", f'CREATE TABLE stat."案卷" {made}', f'INSERT INTO stat."案卷" {rows}'):
            connection.execute(sa.text(statement))
        connection.execute(sa.text(f"ALTER DATABASE {engine.url.database} SET timezone = 'America/New_York'"))
    columns = {"case": "id", "opened_at": "create_time", "status": "status"}
    connector = _connector(postgres_url, table="stat.案卷", columns=columns, page_size=2)
    parts, cursor = _fetched(connector, at())
    assert parts[0].body.splitlines()[0] == (
        b'{"id":1,"create_time":"2026-10-01T00:00:00+00:00","status":101,"update_time":"2026-10-01T01:00:00+00:00"}'
    )
    assert _states(connector, parts) == {str(number): "101" for number in range(1, 6)}
    assert sorted(_states(connector, _fetched(connector, at(cursor))[0])) == ["1", "2", "3", "4", "5"]


@pytest.mark.needs("postgres")
def test_a_login_that_is_refused_does_not_tell_the_password(postgres_url: str, at: At) -> None:
    url = sa.make_url(postgres_url).set(password="hunter2", database="no_such_database")
    with pytest.raises(SourceUnavailable, match="no connection to the database, or the login was refused") as refused:
        _fetched(_connector(url.render_as_string(hide_password=False)), at())
    assert "hunter2" not in str(refused.value)


def test_a_server_that_is_not_there_does_not_tell_the_password(at: At) -> None:
    with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1: no connection") as refused:
        _fetched(_connector("postgresql+psycopg://ops:hunter2@127.0.0.1:1/cases"), at())
    assert "hunter2" not in str(refused.value)


def test_an_sqlite_file_that_is_not_there_is_unavailable_and_is_not_made(tmp_path: Path, at: At) -> None:
    with pytest.raises(SourceUnavailable, match="no connection"):
        _fetched(_connector(f"sqlite:///{tmp_path}/none.db"), at())
    assert list(tmp_path.iterdir()) == []


def test_a_locked_database_is_unavailable_and_no_change(tmp_path: Path, at: At) -> None:
    path = tmp_path / "cases.db"
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute(f"CREATE TABLE cases ({SCHEMA.format('TEXT', 'TEXT')})")
    writing.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SourceUnavailable, match=r"the query was broken off \(OperationalError\)"):
        _fetched(_connector(f"sqlite:///{path}"), replace(at(), timeout=timedelta(milliseconds=50)))
    writing.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("cases.db", "url: is not a database URL"),
        ("sqlite://", "url: names no SQLite file"),
        ("nosuchdb://ops:hunter2@host/cases", "url: no driver for nosuchdb is installed"),
    ],
)
def test_a_url_that_cannot_be_used_is_a_mistake_in_the_city_file(url: str, message: str, at: At) -> None:
    with pytest.raises(ConfigurationError, match=message) as refused:
        _fetched(_connector(url), at())
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query": "SELECT 1", "table": "cases"}, "give either table or query"),
        ({"columns": {"case": "id"}}, "opened_at"),
        ({"columns": {"case": "id", "opened_at": "o"}, "void_statuses": ["作废"]}, "need columns.status"),
        ({"columns": {**COLUMNS, "closed": "x"}}, "Extra inputs are not permitted"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(change: dict[str, object], message: str) -> None:
    given = {"url": "sqlite:///c.db", "table": "cases", "columns": COLUMNS, "updated_at": "update_time", **change}
    with pytest.raises(ValidationError, match=message):
        SqlCases.Options.model_validate_json(json.dumps(given))


def _parsed(rows: list[dict[str, object]], **options: object) -> Any:
    body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    return _connector("sqlite:///c.db", **options).parse([Part("rows 1", body)])


ROW: dict[str, object] = {
    "id": "17", "create_time": "2026-10-01 08:00:00", "archive_time": None, "status": "处置", "update_time": "x",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"create_time": None}, "case 17 column create_time: has no time"),
        ({"create_time": "0000-00-00 00:00:00"}, "case 17 column create_time: is not a time as times: iso says"),
        ({"create_time": "2026-10-01"}, "case 17 column create_time: is not a time as times: iso says"),
        ({"create_time": 1790812800}, "case 17 column create_time: is not a time as times: iso says"),
        ({"archive_time": ""}, "case 17 column archive_time: is not a time"),
        ({"status": 1.5}, "case 17 column status: is neither text nor whole number"),
        ({"id": ""}, "rows 1 line 1 column id: is empty"),
        ({"id": None}, "rows 1 line 1 column id: is empty"),
    ],
)
def test_a_value_that_does_not_fit_names_the_case_and_the_column(change: dict[str, object], message: str) -> None:
    with pytest.raises(SourceChanged, match=message):
        _parsed([{**ROW, **change}])


def test_a_column_that_evidence_lacks_is_named() -> None:
    with pytest.raises(SourceChanged, match=r"rows 1 line 1 column status: is missing"):
        _parsed([{name: value for name, value in ROW.items() if name != "status"}])


def test_a_case_closed_before_it_was_opened_stays_and_is_listed() -> None:
    events = _parsed([{**ROW, "archive_time": "2026-10-01 07:59:59"}])
    assert events.faults == ("case 17: closed before it was opened",)
    assert events.table.num_rows == 1


def test_a_closing_time_counts_only_where_the_status_says_closed() -> None:
    rows = [
        {**ROW, "id": "closed", "status": "结案", "archive_time": "2026-10-01 09:00:00"},
        {**ROW, "id": "reopened", "status": "处置", "archive_time": "2026-10-01 09:00:00"},
        {**ROW, "id": "no time", "status": "结案"},
    ]
    events = _parsed(rows, closed_statuses=["结案"])
    closed = {row["case"]: row["closed_at"] is not None for row in events.table.to_pylist()}
    assert closed == {"closed": True, "reopened": False, "no time": False}
    assert events.faults == ("case no time: closed without a closing time",)


def test_suspended_and_void_cases_leave_the_rates_and_keep_their_status() -> None:
    rows = [{**ROW, "id": status, "status": status} for status in ("处置", "挂账", "作废")]
    events = _parsed(rows, suspended_statuses=["挂账"], void_statuses=["作废"])
    suspended = {row["status"]: row["suspended"] for row in events.table.to_pylist()}
    assert suspended == {"处置": False, "挂账": True, "作废": True}


MINUTE = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("times", "greatest", "bound"),
    [
        ("iso", "2026-10-01 09:00:00", "2026-10-01 08:50:00"),
        ("iso", "2026-10-01T09:00:00.123456", "2026-10-01T08:50:00"),
        ("iso", "2026-10-01T09:00:00+08:00", "2026-10-01T08:50:00"),
        ("iso", "2026-10-02 09:00:00", "2026-10-01 11:50:00"),
        ("epoch_s", NOON // 1000 - 3600, NOON // 1000 - 4200),
        ("epoch_ms", NOON - 3_600_000, NOON - 4_200_000),
        ("epoch_ms", NOON + 3_600_000, NOON - 600_000),
    ],
)
def test_the_next_poll_reads_on_from_the_last_update_less_the_overlap(
    times: Any, greatest: object, bound: object
) -> None:
    updates = UpdateTimes("update_time", times, MINUTE, ZONE)
    assert updates.bound(updates.cursor(greatest, NOON)) == bound


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["2026-10-01 09:00:00", "2026-10-01T08:00:00"], "do not sort by time"),
        (["2026-10-01 09:00:00+08:00", "2026-10-01 09:30:00+09:00"], "do not sort by time"),
        (["2026/10/01 09:00:00"], "neither timestamps nor texts"),
        (["2026-10-01 09:60:00"], "not an ISO 8601 time"),
    ],
)
def test_update_times_that_cannot_be_paged_by_are_refused(values: list[str], message: str) -> None:
    with pytest.raises(SourceChanged, match=f"column update_time: .*{message}"):
        UpdateTimes("update_time", "iso", MINUTE, ZONE).check_order(values)
