"""The folder's channels as a sealed month of the project: four video platforms, polled each minute, a poll vouching for that minute.

Stored as polls leave it (runs, one batch of changes a run, vectors; tests/benchmarks compares with polls that were committed one by
one), sealed day by day with ``Sealer.seal_day``, measured from the archive's files.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from benchmarks.peers.channels import MINUTES, Channels, Rates
from benchmarks.timing import once
from collector.figures import measure
from collector.history import History
from collector.installation import Installation
from collector.periods import Period, Span, moment
from collector.records import INSTANT, STATE_CHANGES, State
from collector.store import schema
from collector.store.batches import pack
from collector.store.ledger import SqlLedger
from collector.store.runs import Outcome, Run
from collector.store.vectors import Vector, write_opening, write_subjects, write_vector
from collector.subjects import Dictionary

ZONE = ZoneInfo("UTC")
MONTH = Period.parse("2026-09", ZONE)
MINUTE, A_DAY = 60_000, 1440
SEALED_AT = MONTH.span.end + A_DAY * MINUTE
PLATFORMS = ("p0", "p1", "p2", "p3")
_SOURCE = '  - {{id: {0}, connector: wvp, url: "http://{0}.invalid", every: 60s, holds: 60s}}\n'
CITY = (
    "city: benchmark\ntimezone: UTC\nsources:\n"
    + "".join(_SOURCE.format(name) for name in PLATFORMS)
    + "indicators:\n  - {id: online, measure: availability, sources: [p0, p1, p2, p3]}\n"
)


def new_city(text: str = CITY) -> Installation:
    """An empty city in a temporary folder that goes when the process ends."""
    folder = tempfile.mkdtemp(prefix="citygauge-benchmark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "city.yaml"
    path.write_text(text, encoding="utf-8")
    return Installation(path)


@dataclass(frozen=True)
class Platform:
    """One source of the folder's channels: ``members`` are its channels, numbered here in their order.

    Changes are (minute, number, online), by minute and number; polled: for each minute whether a poll answered.
    """

    source: str
    members: np.ndarray
    keys: list[str]
    departments: list[str]
    minute: np.ndarray
    number: np.ndarray
    online: np.ndarray
    polled: np.ndarray


def platforms(channels: Channels) -> list[Platform]:
    keys = np.array(channels.keys())
    channel, minute, online = channels.transitions()
    of_change = channels.platform[channel]
    number = np.zeros(channels.count, np.int32)
    found = []
    for index, source in enumerate(PLATFORMS):
        members = np.flatnonzero(channels.platform == index)
        number[members] = np.arange(len(members))
        mine = np.flatnonzero(of_change == index)
        mine = mine[np.argsort(minute[mine], kind="stable")]
        found.append(
            Platform(
                source, members, keys[members].tolist(), [f"d{one:03}" for one in channels.department[members].tolist()],
                minute[mine], number[channel[mine]], online[mine], channels.polled[index],
            )
        )  # fmt: skip
    return found


def build(channels: Channels, days: int = 30, costs: list[tuple[float, float]] | None = None) -> Installation:
    """A new city whose month, or its first days, are these channels', stored and sealed.

    costs: gets (CPU seconds, wall seconds) of sealing each day of each platform.
    """
    installation = new_city()
    costs = [] if costs is None else costs
    for platform in platforms(channels):
        states = np.zeros(0, np.uint8)
        for number, day in enumerate(MONTH.days()[:days]):
            with installation.database.write() as connection:
                states = _store_day(connection, platform, number, states)
            costs.append(once(lambda source=platform.source, day=day: _seal(installation, source, day)))
    return installation


def _seal(installation: Installation, source: str, day: Period) -> None:
    assert installation.sealer.seal_day(source, moment(day.span.start, ZONE).date(), SEALED_AT)


def _store_day(connection: sa.Connection, platform: Platform, day: int, states: np.ndarray) -> np.ndarray:
    """A day's runs and changes as its polls leave them; the states when it is over. ``states``: those when it begins."""
    first, after = day * A_DAY, (day + 1) * A_DAY
    ids = _store_runs(connection, platform, np.flatnonzero(platform.polled[first:after]) + first)
    if not len(states):
        _, rows, _ = Dictionary().merge(platform.keys, {"department": platform.departments})
        write_subjects(connection, platform.source, min(ids.values()), rows)
    write_opening(connection, platform.source, _at(first), Vector(states=states))
    before = Vector(1 if len(states) else 0, 0, states)
    edges = np.searchsorted(platform.minute, np.arange(first, after + 1))
    _store_changes(connection, platform, edges, ids)
    states = states.copy() if len(states) else np.full(len(platform.members), State.GONE, np.uint8)
    mine = slice(edges[0], edges[-1])
    states[platform.number[mine]] = _states(platform.online[mine])  # of several changes the last one stays
    last = max(ids)
    write_vector(connection, platform.source, before, Vector(ids[last], _at(last), states), changed=True)
    return states


def _store_runs(connection: sa.Connection, platform: Platform, minutes: np.ndarray) -> dict[int, int]:
    """The good runs of these minutes; their numbers in the store, by minute."""
    at = [_at(minute) for minute in minutes.tolist()]
    runs = [
        Run(platform.source, one, one, Outcome.OK, (Span(one, one + MINUTE),), rows=len(platform.keys)) for one in at
    ]
    connection.execute(sa.insert(schema.runs), [run.values() for run in runs])
    stored = sa.select(schema.runs.c.slot, schema.runs.c.id)
    mine = sa.and_(schema.runs.c.source == platform.source, schema.runs.c.slot >= at[0], schema.runs.c.slot <= at[-1])
    return {(slot - MONTH.span.start) // MINUTE: number for slot, number in connection.execute(stored.where(mine))}


def _store_changes(connection: sa.Connection, platform: Platform, edges: np.ndarray, ids: dict[int, int]) -> None:
    """One batch a run; ``edges``: where each minute's changes begin."""
    rows = []
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if start == stop:
            continue
        minute = int(platform.minute[start])
        columns = [
            pa.array(platform.number[start:stop], pa.int32()),
            pa.repeat(_at(minute), stop - start).cast(INSTANT),
            pa.array(_states(platform.online[start:stop])),
        ]
        body = pack(pa.Table.from_arrays(columns, schema=STATE_CHANGES))
        day = _at(minute - minute % A_DAY)
        rows.append({"run_id": ids[minute], "day": day, "source": platform.source, "rows": stop - start, "body": body})
    if rows:
        connection.execute(sa.insert(schema.batches), rows)


def _states(online: np.ndarray) -> np.ndarray:
    return np.where(online, State.UP, State.DOWN).astype(np.uint8)


def _at(minute: int) -> int:
    assert 0 <= minute < MINUTES
    return MONTH.span.start + minute * MINUTE


def fresh_history(installation: Installation) -> History:
    """Nothing read or opened yet: every segment will be read from the archive and checked against its SHA-256."""
    return History(installation.city, SqlLedger(installation.database), installation.archive, installation.register)


def archived_bytes(installation: Installation) -> int:
    """Bytes of all files in the archive."""
    folder = installation.city.folder / installation.city.archive
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def rates(history: History, order: np.ndarray) -> Rates:
    """Overall, by department and by channel, from one figure. order: ``channel_order``."""
    figure = measure(history, history.city.indicator("online"), MONTH, SEALED_AT, "department")
    assert figure.subjects is not None
    departments = np.array([float(figure.by[name].value or 0) for name in sorted(figure.by)])
    return Rates(float(figure.measurement.value or 0), departments, figure.subjects.value[order])


def channel_order(channels: Channels) -> np.ndarray:
    """Where each channel stands in a list of one platform after another."""
    place = np.empty(channels.count, np.int64)
    place[np.argsort(channels.platform, kind="stable")] = np.arange(channels.count)
    return place
