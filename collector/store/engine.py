"""Open the hot store: SQLite (WAL) by default, PostgreSQL by URL; bring its tables to the current shape."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, ProgrammingError

from collector.errors import CitygaugeError, ConfigurationError, SourceUnavailable

Connection = sa.Connection
"""For those who hold a connection without making statements of their own."""

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_SECONDS = 60.0
BUSY_SECONDS = 0.0002
SHAPE = "0004"
"""The newest migration; looking it up here keeps Alembic out of every start."""


class Database:
    """Connections to one store: ``read()`` for looking, ``write()`` for a transaction that commits as a whole or not at all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _engine(url)
        self._writer = self._engine.execution_options(citygauge_writes=True)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        with self._writer.begin() as connection:
            yield connection

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def damage(self) -> str | None:
        """What SQLite finds wrong with its file; None where that is nothing, and of a server, which looks after its own."""
        if not self.is_sqlite:
            return None
        try:
            with self.read() as connection:
                said = connection.execute(sa.text("PRAGMA quick_check(1)")).scalar()
        except DatabaseError as error:
            return str(error.orig)
        return None if said == "ok" else str(said)

    def close(self) -> None:
        self._engine.dispose()


def open_database(url: str) -> Database:
    """The store behind ``url``, its tables made or migrated.

    Raises ConfigurationError for a URL that is none, SourceUnavailable where the server does not answer, CitygaugeError for a file
    that is no store.
    """
    try:
        database = Database(url)
        _migrate(database)
    except ArgumentError:
        raise ConfigurationError("store: write sqlite:///citygauge.db or postgresql+psycopg://user:password@host/name") from None
    except OperationalError as error:
        raise SourceUnavailable(f"store: the database does not answer ({type(error.orig).__name__})") from None
    except DatabaseError as error:
        raise CitygaugeError(f"store: cannot be read ({error.orig}); restore it from the backup") from None
    return database


def _engine(url: str) -> sa.Engine:
    if sa.make_url(url).get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = sa.create_engine(url, connect_args={"timeout": LOCK_SECONDS}, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A deferred transaction that reads before it writes fails at once when another process writes meanwhile.
        raw = connection.connection.driver_connection
        assert raw is not None
        if connection.get_execution_options().get("citygauge_writes"):
            _begin_writing(raw)
        else:
            raw.execute("BEGIN")

    return engine


def _begin_writing(connection: Any) -> None:
    """Take the write lock, looking again every BUSY_SECONDS while another process has it.

    SQLite's own waiting sleeps for 1, 2, 5, 10 … ms, and a poll's transaction takes less than one.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(BUSY_SECONDS)
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(LOCK_SECONDS * 1000)}")


def _migrate(database: Database) -> None:
    """Upgrade to the newest shape; two processes that open a new store together are serialised by the write lock."""
    if _version(database) == SHAPE:
        return
    from alembic import command  # only a new or old store pays for loading it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('citygauge migration'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(database: Database) -> str | None:
    try:
        with database.read() as connection:
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except (OperationalError, ProgrammingError):
        if not database.is_sqlite:
            with database.read() as connection:  # a server that is not there raises here, a missing table does not
                connection.execute(sa.text("SELECT 1"))
        return None
