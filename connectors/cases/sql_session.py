"""A read-only session with somebody else's database: one connection for each poll, no pool, nothing but SELECT.

SQLite files are opened with ``mode=ro``; on PostgreSQL the transaction is set READ ONLY with a statement time-out. Of
other databases nothing is assumed: give the account the right to read and no other.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from collector.errors import ConfigurationError, SourceChanged, SourceUnavailable

Row = dict[str, Any]


class Session:
    """Reads one relation in pages, by keyset: rows that move while it is read come again, they are never left out."""

    def __init__(
        self, url: str, table: str | None, query: str | None, columns: Sequence[str], timeout: timedelta
    ) -> None:
        """table: with its schema, ``schema.table``; or query: a SELECT of the operator's. SQLAlchemy does all quoting."""
        self._url = _read_only(url)
        self._rows = _relation(table, query, columns)
        self._name = "query" if table is None else f"table {table}"
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout.total_seconds()
        self.place = f"{self._url.host or self._url.database}"

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        """Raises SourceUnavailable where there is no connection, ConfigurationError where there is no driver."""
        seconds = self._timeout.total_seconds()
        limits: dict[str, Any] = {
            "sqlite": {"timeout": seconds},
            "postgresql": {"connect_timeout": max(2, int(seconds))},
        }
        dialect = self._url.get_backend_name()
        try:
            engine = sa.create_engine(self._url, poolclass=sa.NullPool, connect_args=limits.get(dialect, {}))
        except (sa.exc.NoSuchModuleError, ModuleNotFoundError):
            raise ConfigurationError(f"url: no driver for {self._url.drivername} is installed") from None
        try:
            connection = engine.connect()
        except sa.exc.DBAPIError:
            raise SourceUnavailable(f"{self.place}: no connection to the database, or the login was refused") from None
        with connection:
            if dialect == "postgresql":
                connection.execute(sa.text("SET TRANSACTION READ ONLY"))
                settings = {"statement_timeout": f"{int(seconds * 1000)}", "timezone": "UTC"}
                for name, value in settings.items():
                    connection.execute(sa.select(sa.func.set_config(name, value, True)))
            yield connection

    def key_without(self, connection: sa.Connection, key: str, column: str) -> str | None:
        """The key of some row that has nothing in ``column``, None where there is none."""
        rows = self._read(connection, sa.select(self._rows.c[key]).where(self._rows.c[column].is_(None)).limit(1))
        return str(rows[0][key]) if rows else None

    def pages(
        self, connection: sa.Connection, updated: str, key: str, since: Any, size: int
    ) -> Generator[list[Row], None, None]:
        """Rows updated at or after ``since`` (all where None), in the order of update time and key; at least one page."""
        by_time, by_key = self._rows.c[updated], self._rows.c[key]
        wanted = sa.select(*self._rows.c).order_by(by_time, by_key).limit(size)
        page = self._read(connection, wanted if since is None else wanted.where(by_time >= since))
        yield page
        while len(page) == size:
            last = page[-1]
            after = sa.or_(by_time > last[updated], sa.and_(by_time == last[updated], by_key > last[key]))
            page = self._read(connection, wanted.where(after))
            yield page

    def _read(self, connection: sa.Connection, query: sa.Select[Any]) -> list[Row]:
        if time.monotonic() > self._deadline:
            raise SourceUnavailable(f"{self.place}: not read within {self._timeout.total_seconds():g} s (timeout)")
        try:
            return [dict(row._mapping) for row in connection.execute(query)]
        except sa.exc.DBAPIError as error:
            if not _is_about_the_query(error):
                raise SourceUnavailable(f"{self.place}: the query was broken off ({_said(error)})") from None
            raise self._what_is_missing(connection, _said(error)) from None

    def _what_is_missing(self, connection: sa.Connection, said: str) -> SourceChanged:
        """Asks for nothing from the relation, then from each column: the first refusal tells."""
        trials = [(self._name, sa.select(sa.literal(1)).select_from(self._rows))]
        trials += [(f"column {column.name}", sa.select(column)) for column in self._rows.c]
        for what, trial in trials:
            connection.rollback()
            try:
                connection.execute(trial.limit(0))
            except sa.exc.DBAPIError:
                reason = "is refused" if what == "query" else "does not exist"
                return SourceChanged(what, f"{reason}, or the account may not read it")
        return SourceChanged(self._name, f"the database refuses to page through it ({said}); see updated_at and times")


def _relation(table: str | None, query: str | None, columns: Sequence[str]) -> sa.FromClause:
    selected: list[sa.ColumnClause[Any]] = [sa.column(name) for name in columns]
    if query is not None:
        # the line end closes a comment that stands last
        return sa.text(query.strip().rstrip(";") + "\n").columns(*selected).subquery("given")
    schema, _, name = str(table).rpartition(".")
    return sa.table(name, *selected, schema=schema or None)


def _read_only(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise ConfigurationError(
            "url: is not a database URL such as postgresql+psycopg://user:password@host/name"
        ) from None
    if url.get_backend_name() != "sqlite":
        return url
    if not url.database:
        raise ConfigurationError("url: names no SQLite file")
    file = url.database if url.database.startswith("file:") else f"file:{quote(url.database)}"
    return url.set(database=file).update_query_dict({"mode": "ro", "uri": "true"})


def _is_about_the_query(error: sa.exc.DBAPIError) -> bool:
    """Whether the database understood the connection and refused the query (not locked, timed out or lost)."""
    if error.connection_invalidated:
        return False
    return isinstance(error, sa.exc.ProgrammingError) or getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"


def _said(error: sa.exc.DBAPIError) -> str:
    return type(error.orig).__name__
