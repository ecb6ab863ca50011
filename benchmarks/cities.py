"""Cities to measure on: a city file and its store in a folder, opened as the commands open it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from collector.installation import Installation
from collector.store import schema
from collector.store.engine import Database

ZONE = ZoneInfo("Asia/Shanghai")
SOURCE = "video"
_CITY = """
city: benchmark
timezone: Asia/Shanghai
sources:
  - {id: video, connector: wvp, url: "http://video.invalid", every: 60s, department: 公安局}
indicators:
  - {id: online, measure: availability, source: video, target: ">= 95"}
"""


def new_city() -> Installation:
    """An empty city with one video platform, in a temporary folder that goes when the process ends."""
    folder = tempfile.mkdtemp(prefix="citygauge-benchmark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "city.yaml"
    path.write_text(_CITY, encoding="utf-8")
    return Installation(path)


def rows_stored(database: Database) -> dict[str, int]:
    """How many rows each table of the hot store has."""
    with database.read() as connection:
        counts = {table.name: sa.select(sa.func.count()).select_from(table) for table in schema.metadata.sorted_tables}
        return {name: connection.execute(query).scalar_one() for name, query in counts.items()}
