"""A month of polls of many channels, sealed day by day: generated, stored by the product's functions, and known exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from benchmarks.cities import ZONE
from collector.installation import Installation
from collector.periods import MILLISECOND, Period, Span, moment
from collector.records import INSTANT, STATE_CHANGES, State
from collector.store import schema
from collector.store.batches import pack
from collector.store.runs import Outcome, Run
from collector.store.segments import sealed_segments
from collector.store.vectors import Vector, write_opening, write_subjects, write_vector
from collector.subjects import Dictionary

MONTH = Period.parse("2026-09", ZONE)
MINUTE, MINUTES = 60_000, 1440
LENGTH = MONTH.span.milliseconds // MINUTE
OUTAGES_A_DAY = 1.2
MEAN_OUTAGE = 30
NEVER_ONLINE = 50
"""One channel of so many is never online."""
LOST_STRETCHES = 30
"""Stretches without any poll, of up to 20 minutes."""
DEPARTMENTS = 16
SEALED_AT = MONTH.span.end + 24 * 60 * MINUTE


@dataclass(frozen=True)
class Month:
    """What was generated: ``channel`` got into ``state`` at ``minute`` of the month, sorted by minute.

    opening: state of each channel as the month begins. polled: for each minute, whether a poll answered. holds: milliseconds for
    which a poll counts. department: of each channel, an index into ``departments``.
    """

    keys: tuple[str, ...]
    opening: np.ndarray
    channel: np.ndarray
    minute: np.ndarray
    state: np.ndarray
    polled: np.ndarray
    holds: int

    @property
    def department(self) -> np.ndarray:
        return np.arange(len(self.keys)) % DEPARTMENTS

    @property
    def departments(self) -> list[str]:
        return [f"单位{number:02}" for number in range(DEPARTMENTS)]

    @property
    def size(self) -> str:
        return f"{len(self.keys):,} channels, {LENGTH // MINUTES} days, {len(self.channel) / 1e6:.1f} M changes"

    def truth(self, group: np.ndarray) -> tuple[list[int], list[int]]:
        """(up, down) milliseconds per group; ``group`` has a number for each channel.

        A poll vouches until the next one, at most ``holds``. A change counts from its own poll to the end of the month.
        """
        at = np.flatnonzero(self.polled)
        vouched = np.zeros(LENGTH, np.int64)
        vouched[at] = np.minimum(np.diff(at, append=LENGTH) * MINUTE, self.holds)
        left = np.cumsum(vouched[::-1])[::-1]
        up = np.zeros(group.max() + 1, np.int64)
        np.add.at(up, group, (self.opening == State.UP) * left[0])
        np.add.at(up, group[self.channel], np.where(self.state == State.UP, 1, -1) * left[self.minute])
        return up.tolist(), (np.bincount(group) * left[0] - up).tolist()


def build_month(installation: Installation, source: str, channels: int) -> Month:
    """Generate, store and seal the month."""
    month = _generated(channels, installation.city.source(source).holds_for // MILLISECOND)
    states = month.opening.copy()
    for number, day in enumerate(MONTH.days()):
        with installation.database.write() as connection:
            first = _store_runs(connection, source, month, number)
            if not number:
                _store_subjects(connection, source, month, first)
            write_opening(connection, source, day.span.start, Vector(states=states))
            _store_changes(connection, source, month, number, states)
        assert installation.sealer.seal_day(source, moment(day.span.start, ZONE).date(), SEALED_AT)
    return month


def segment_sizes(installation: Installation, source: str) -> dict[str, int]:
    """Compressed bytes of the source's segments by part."""
    with installation.database.read() as connection:
        sealed = sealed_segments(connection, source)
    sizes: dict[str, int] = {}
    for one in sealed:
        segment = pq.ParquetFile(pa.BufferReader(installation.archive.read(one.path, one.digest)))
        for index in range(segment.num_row_groups):
            group = segment.metadata.row_group(index)
            name = segment.read_row_group(index, columns=["part"])["part"][0].as_py()
            columns = (group.column(i) for i in range(group.num_columns))
            sizes[name] = sizes.get(name, 0) + sum(column.total_compressed_size for column in columns)
    return sizes


def sums_size(installation: Installation, source: str) -> int:
    """Bytes of the source's running sums."""
    names = installation.archive.names(f"sums/{source}/{MONTH.label}")
    return sum(len(installation.archive.derived(name) or b"") for name in names)


def _generated(channels: int, holds: int) -> Month:
    random = np.random.default_rng(20260901)
    polled = np.ones(LENGTH, bool)
    for start in random.integers(10, LENGTH - 30, LOST_STRETCHES).tolist():
        polled[start : start + int(random.integers(1, 20))] = False
    opening = np.full(channels, State.UP, np.uint8)
    opening[::NEVER_ONLINE] = State.DOWN
    count = round(OUTAGES_A_DAY * LENGTH / MINUTES * channels)
    channel = random.integers(0, channels, count)
    start = random.integers(1, LENGTH, count)
    end = start + 1 + random.geometric(1 / MEAN_OUTAGE, count)
    turned = _seen_turns(np.tile(channel, 2), np.concatenate([start, end]), polled)
    channel, minute = turned // LENGTH, turned % LENGTH
    first = np.searchsorted(channel, channel)
    state = np.where((np.arange(len(turned)) - first) % 2, State.UP, State.DOWN).astype(np.uint8)
    order = np.argsort(minute, kind="stable")
    keys = tuple(f"3415240000132{number:07}" for number in range(channels))
    return Month(keys, opening, channel[order], minute[order], state[order], polled, holds)


def _seen_turns(channel: np.ndarray, minute: np.ndarray, polled: np.ndarray) -> np.ndarray:
    """Turns between up and down as the polls see them, as sorted numbers channel * LENGTH + minute; two in one
    minute are none.
    """
    at = np.flatnonzero(polled)
    index = np.searchsorted(at, minute)
    seen = (index < len(at)) & (channel % NEVER_ONLINE != 0)
    turns, times = np.unique(channel[seen] * LENGTH + at[index[seen]], return_counts=True)
    odd: np.ndarray = turns[times % 2 == 1]
    return odd


def _minutes_of_day(month: Month, number: int) -> list[int]:
    day = slice(number * MINUTES, (number + 1) * MINUTES)
    return (np.flatnonzero(month.polled[day]) + day.start).tolist()


def _store_runs(connection: sa.Connection, source: str, month: Month, number: int) -> int:
    """The good runs of a day, their ids those of the minutes; returns the first."""
    minutes = _minutes_of_day(month, number)
    instants = [MONTH.span.start + minute * MINUTE for minute in minutes]
    runs = [Run(source, at, at, Outcome.OK, (Span(at, at + month.holds),), rows=len(month.keys)) for at in instants]
    ids = [_run_id(minute) for minute in minutes]
    rows = [run.values() | {"id": identity} for run, identity in zip(runs, ids, strict=True)]
    connection.execute(sa.insert(schema.runs), rows)
    return ids[0]


def _run_id(minute: int) -> int:
    """Apart from the ids that the store gives to the runs that are entered as missed while sealing."""
    return 2 * LENGTH * (minute // MINUTES + 1) + minute


def _store_subjects(connection: sa.Connection, source: str, month: Month, run_id: int) -> None:
    departments = [month.departments[n] for n in month.department.tolist()]
    names = [f"江淮路口{number}号" for number in range(len(month.keys))]
    _, rows, _ = Dictionary().merge(month.keys, {"name": names, "department": departments})
    write_subjects(connection, source, run_id, rows)
    write_vector(connection, source, Vector(), Vector(run_id, MONTH.span.start, month.opening), changed=True)


def _store_changes(connection: sa.Connection, source: str, month: Month, number: int, states: np.ndarray) -> None:
    """The day's changes, one batch a run, as polls leave them; ``states`` is brought to the end of the day."""
    edges = np.searchsorted(month.minute, np.arange(number * MINUTES, (number + 1) * MINUTES + 1))
    day = MONTH.days()[number].span.start
    rows = []
    for minute, start, stop in zip(range(number * MINUTES, (number + 1) * MINUTES), edges[:-1], edges[1:], strict=True):
        if start < stop:
            at = pa.repeat(MONTH.span.start + minute * MINUTE, stop - start).cast(INSTANT)
            columns = [pa.array(month.channel[start:stop], pa.int32()), at, pa.array(month.state[start:stop])]
            rows.append(
                {
                    "run_id": _run_id(minute), "day": day, "source": source,
                    "rows": int(stop - start), "body": pack(pa.Table.from_arrays(columns, schema=STATE_CHANGES)),
                }
            )  # fmt: skip
    connection.execute(sa.insert(schema.batches), rows)
    states[month.channel[edges[0] : edges[-1]]] = month.state[edges[0] : edges[-1]]
