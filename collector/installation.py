"""An opened city: its file, store, archive and sources. What every command and every worker process starts from."""

from __future__ import annotations

import os
import time
from functools import cached_property
from pathlib import Path

from collector.archive import Archive
from collector.city.load import load_city
from collector.city.model import City
from collector.city.paths import absolute
from collector.city.secrets import resolve
from collector.history import History
from collector.register_file import register_body
from collector.seal import Sealer
from collector.sources import OpenSource, open_source
from collector.store.engine import Database, open_database
from collector.store.ledger import SqlLedger

CONFIG_VARIABLE = "CITYGAUGE_CONFIG"


def city_path(given: Path | None = None) -> Path:
    """The city file: as given, else what CITYGAUGE_CONFIG names, else ``city.yaml`` here."""
    return given or Path(os.environ.get(CONFIG_VARIABLE, "city.yaml"))


def now() -> int:
    """The present as milliseconds since the epoch; the one clock of the processes, an argument everywhere else."""
    return time.time_ns() // 1_000_000


class Installation:
    """One city as configured in one file. Connections are opened at first use, by the process that uses them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.city: City = load_city(path)
        self._sources: dict[str, OpenSource] = {}

    @cached_property
    def database(self) -> Database:
        url = str(resolve(self.city.store, self.city.folder, "store"))
        return open_database(absolute(url, self.city.folder))

    @cached_property
    def archive(self) -> Archive:
        url = str(resolve(self.city.archive, self.city.folder, "archive"))
        return Archive(absolute(url, self.city.folder))

    @cached_property
    def history(self) -> History:
        return History(self.city, SqlLedger(self.database), self.archive, self.register)

    @cached_property
    def sealer(self) -> Sealer:
        return Sealer(self.city, self.database, self.archive, self.history)

    def register(self, source: str) -> bytes:
        """The register file of a source of policy ``fixed``, as it is now."""
        return register_body(self.city.folder / str(self.city.source(source).register_.file))

    def source(self, name: str) -> OpenSource:
        """The source, opened once a process so that its session and last answer are kept between polls."""
        if name not in self._sources:
            self._sources[name] = open_source(self.city, self.database, name)
        return self._sources[name]

    def close(self) -> None:
        if "database" in self.__dict__:
            self.database.close()
