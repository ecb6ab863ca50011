"""The case-handling system's database: one row per case, as vendors' statistics tables have it, brought to any instant.

Times are local text without a zone, as in the real ones. A row appears when its case is opened and changes when
something happens.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from collector.periods import moment
from collector.simulated_city.cases import NEVER, Cases
from collector.simulated_city.faults import Faults
from collector.simulated_city.histories import Array
from collector.simulated_city.places import CASE_DEPARTMENTS, CATEGORIES, FOUND_BY, district_names

TABLE = "to_stat_info"
MOVED = "to_stat_info_moved"
COLUMNS = (
    "id", "create_time", "accept_time", "due_time", "dispose_time", "archive_time", "status",
    "sub_type_name", "dispose_unit_name", "district_name", "found_by", "rework", "update_time",
)  # fmt: skip
TYPES = {"id": "TEXT PRIMARY KEY", "rework": "INTEGER"}
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS advanced_to (at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS {TABLE} ({", ".join(f"{name} {TYPES.get(name, 'TEXT')}" for name in COLUMNS)});
CREATE INDEX IF NOT EXISTS by_update_time ON {TABLE} (update_time);
"""
UPSERT = f"INSERT OR REPLACE INTO {TABLE} VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608


class CaseDatabase:
    """An SQLite file that shows the cases as known at the instant it was last advanced to.

    One process advances at a time; others may read. While the ``cases`` subsystem has a fault the table is gone.
    """

    def __init__(self, path: Path, cases: Cases, zone: ZoneInfo, districts: int, faults: Faults) -> None:
        self._path = path
        self._cases = cases
        self._zone = zone
        self._districts = district_names(districts)
        self._faults = faults
        self._change_at, self._change_case = cases.changes()

    def advance(self, at: int) -> None:
        """Bring the file to an instant. Does nothing when it is already there or past it."""
        with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = OFF")
            if self._faults.at("cases", at) is not None:
                _rename(database, TABLE, MOVED)
                return
            _rename(database, MOVED, TABLE)
            database.executescript(SCHEMA)
            self._catch_up(database, at)

    def _catch_up(self, database: sqlite3.Connection, at: int) -> None:
        database.execute("BEGIN IMMEDIATE")
        row = database.execute("SELECT at FROM advanced_to").fetchone()
        if row is None or row[0] < at:
            low, high = np.searchsorted(self._change_at, [row[0] if row else -1, at], side="right")
            changes = zip(self._change_case[low:high].tolist(), self._change_at[low:high].tolist(), strict=True)
            changed_at = dict(changes)  # of several changes of a case the last is kept
            database.executemany(UPSERT, self._rows(at, np.array(sorted(changed_at), np.int64), changed_at))
            database.execute("DELETE FROM advanced_to")
            database.execute("INSERT INTO advanced_to VALUES (?)", (at,))
        database.execute("COMMIT")

    def _rows(self, at: int, cases: Array, changed_at: dict[int, int]) -> list[tuple[str | int | None, ...]]:
        known = self._cases.facts(at, cases)
        opened, due = self._cases.opened_at[cases], self._cases.due_at[cases]
        instants = (opened, known.accepted_at, due, known.disposed_at, known.closed_at)
        texts = [[self._text(one) for one in column.tolist()] for column in instants]
        return [
            (case_id(case), *times, _status(*times), *self._kind(case), reopened, self._text(changed_at[case]))
            for case, times, reopened
            in zip(cases.tolist(), zip(*texts, strict=True), known.reopened.tolist(), strict=True)
        ]  # fmt: skip

    def _kind(self, case: int) -> tuple[str, str, str, str]:
        cases = self._cases
        return (
            CATEGORIES[cases.category[case]], CASE_DEPARTMENTS[cases.department[case]],
            self._districts[cases.district[case]], FOUND_BY[cases.found_by[case]],
        )  # fmt: skip

    def _text(self, at: int) -> str | None:
        return None if at >= NEVER else moment(at, self._zone).strftime("%Y-%m-%d %H:%M:%S")


def case_id(case: int) -> str:
    return f"SZCG{case:08d}"


def _status(
    _opened: str | None, accepted: str | None, _due: str | None, disposed: str | None, closed: str | None
) -> str:
    """The stage that a case is in: 受理, 处置, 核查 or 结案."""
    if closed:
        return "结案"
    if disposed:
        return "核查"
    return "处置" if accepted else "受理"


def _rename(database: sqlite3.Connection, old: str, new: str) -> None:
    """Rename a table if it is there, as while a vendor migrates his database."""
    if database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (old,)).fetchone():
        database.execute(f"ALTER TABLE {old} RENAME TO {new}")
