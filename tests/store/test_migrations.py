"""A store of an older shape is brought to the newest one, keeps what is in it, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from collector.store.engine import MIGRATIONS, SHAPE, Database, open_database
from collector.store.log import append_log, leaves
from collector.store.schema import metadata, snapshots
from collector.store.snapshots import latest_snapshot

FIRST = {
    "runs": {
        "source": "video",
        "slot": 60,
        "at": 61,
        "outcome": "ok",
        "pseudonymised": False,
        "rows": 1,
        "seconds": 0.5,
    },
    "segments": {
        "source": "video",
        "day": 0,
        "number": 0,
        "path": "segments/a",
        "digest": "ab" * 32,
        "rows": 1,
        "sealed_at": 90,
    },
    "log": {"kind": "segment", "name": "video/0/0", "digest": "ab" * 32, "chain": "cd" * 32, "at": 90},
    "snapshots": {"period": "2026-10", "revision": 1, "digest": "ef" * 32, "created_at": 99, "body": b'{"format":1}'},
}
"""A row of some tables, as the first shape has them."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return (
        str(request.getfixturevalue("postgres_url"))
        if request.param == "postgres"
        else f"sqlite:///{tmp_path}/store.db"
    )


@pytest.fixture
def old(url: str) -> Iterator[Database]:
    """A store of the first shape with a row in some tables."""
    database = Database(url)
    migrated(database, lambda config: command.upgrade(config, "0001"))
    with database.write() as connection:
        for table, row in FIRST.items():
            connection.execute(reflected(connection, table).insert(), row)
    yield database
    database.close()


def migrated(database: Database, step: Callable[[Config], Any]) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        step(config)


def reflected(connection: sa.Connection, table: str) -> sa.Table:
    return sa.Table(table, sa.MetaData(), autoload_with=connection)


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.read() as connection:
        found = connection.execute(sa.select(reflected(connection, table))).mappings()
        return [{name: row[name] for name in FIRST[table] if name in row} for row in found]


def test_the_shape_that_a_start_looks_for_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == SHAPE


def test_an_older_store_is_migrated_when_it_is_opened_and_keeps_its_rows(url: str, old: Database) -> None:
    database = open_database(url)

    for table, row in FIRST.items():
        assert rows(database, table) == [{name: value for name, value in row.items() if name != "chain"}]
    with database.read() as connection:
        snapshot = latest_snapshot(connection, "2026-10")
        assert [leaf.name for leaf in leaves(connection)] == ["video/0/0"]
    assert snapshot is not None
    assert (snapshot.body, snapshot.envelope) == (b'{"format":1}', None)
    database.close()


def test_a_migrated_store_has_the_tables_of_a_new_one(url: str, old: Database) -> None:
    database = open_database(url)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    with pytest.raises(sa.exc.IntegrityError), database.write() as connection:
        append_log(connection, "segment", "video/0/0", "01" * 32, 100)
    with database.write() as connection:
        append_log(connection, "snapshot", "2026-10/2", "01" * 32, 100)
    with database.read() as connection:
        assert [leaf.name for leaf in leaves(connection)] == ["video/0/0", "2026-10/2"]
    database.close()


def test_a_migration_can_be_taken_back(url: str, old: Database) -> None:
    database = open_database(url)
    with database.write() as connection:
        connection.execute(sa.update(snapshots).values(envelope=b"signed"))

    migrated(database, lambda config: command.downgrade(config, "0001"))

    with database.read() as connection:
        tables = sa.inspect(connection).get_table_names()
        columns = {one["name"] for name in ("log", "snapshots") for one in sa.inspect(connection).get_columns(name)}
    assert "checkpoints" not in tables
    assert "envelope" not in columns
    for table, row in FIRST.items():
        assert rows(database, table) == [row | ({"chain": ""} if table == "log" else {})]
    database.close()
    again = open_database(url)
    assert rows(again, "runs") == [FIRST["runs"]]
    again.close()
