"""A county's year as it lies sealed: polls of video, platforms and portals, cases, requests, logins, meters and published figures.

Generated and stored by the product's own functions, day by day; nothing is asked over a network.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from benchmarks.cities import ZONE
from collector.connector import Part
from collector.importing import store_events
from collector.installation import Installation
from collector.periods import MILLISECOND, Period, Span, moment
from collector.records import INSTANT, STATE_CHANGES, Events, Kind, State
from collector.store import schema
from collector.store.batches import pack
from collector.store.runs import Outcome, Run
from collector.store.vectors import Vector, write_opening, write_subjects, write_vector
from collector.subjects import Dictionary

MINUTE = 60_000
HOUR = 60 * MINUTE
CATEGORIES = tuple(f"类别{number}" for number in range(6))
DEPARTMENTS = tuple(f"单位{number:02}" for number in range(12))
METERS = (("main", "facility", 96.0), ("aux", "facility", 14.0), ("rack-1", "it", 40.0), ("rack-2", "it", 28.0))


@dataclass(frozen=True)
class Sizes:
    """What a county of half a million has: as the published evaluations say, or a little more."""

    channels: int = 2_000
    platforms: int = 8
    portals: int = 3
    cases_a_day: int = 140
    requests_a_day: int = 30
    users_a_day: int = 2_000


SOURCES = """
city: 试验县
timezone: Asia/Shanghai
sources:
  - {id: video, connector: wvp, url: "http://video.invalid", every: 5m, department: 公安局}
  - {id: platforms, connector: http_probe, every: 5m, targets: [{subject: a, url: "http://platform.invalid"}]}
  - {id: portals, connector: http_probe, every: 5m, targets: [{subject: a, url: "http://portal.invalid"}]}
  - {id: cases, connector: file, kind: cases, columns: {case: case, opened_at: opened_at, closed_at: closed_at}}
  - {id: requests, connector: file, kind: cases, columns: {case: case, opened_at: opened_at, closed_at: closed_at}}
  - {id: app, connector: file, kind: activity, columns: {actor: actor, at: at}}
  - {id: meters, connector: file, kind: readings, columns: {meter: meter, at: at, kwh: kwh, role: role}}
  - {id: published, connector: file, kind: figures, columns: {name: name, at: at, value: value}}
"""


def build_year(path: Path, city_file: str, period: Period, sizes: Sizes | None = None) -> None:
    """The city file and everything that it measures, stored and sealed for ``period``."""
    path.write_text(city_file, encoding="utf-8")
    installation, sizes = Installation(path), sizes or Sizes()
    for source, count in (("video", sizes.channels), ("platforms", sizes.platforms), ("portals", sizes.portals)):
        _sweeps(installation, source, count, period)
    makers: dict[str, Callable[[Period, np.random.Generator], Events]] = {
        "cases": lambda day, random: _cases(day, random, sizes.cases_a_day),
        "requests": lambda day, random: _cases(day, random, sizes.requests_a_day),
        "app": lambda day, random: _log_ins(day, random, sizes.users_a_day),
        "meters": lambda day, _: _readings(day, period.span.start),
        "published": lambda day, _: _figures(day, period.span.start),
    }
    for source, make in makers.items():
        _events(installation, source, period, make)
    installation.close()


def _events(
    installation: Installation, source: str, period: Period, make: Callable[[Period, np.random.Generator], Events]
) -> None:
    """Handed in at the end of each day, sealed three hours later."""
    random = np.random.default_rng(20260104)
    for day in period.days():
        part = Part(f"{source} {day.label}", f"{source} of {day.label}, generated".encode())
        store_events(
            installation.source(source), part, make(day, random), [day.span], day.span.end, time.perf_counter()
        )
        assert _seal(installation, source, day, day.span.end + 3 * HOUR)


def _seal(installation: Installation, source: str, day: Period, at: int) -> bool:
    return installation.sealer.seal_day(source, moment(day.span.start, ZONE).date(), at) is not None


def _cases(day: Period, random: np.random.Generator, count: int) -> Events:
    """Each as it ended: one in 25 is never closed, the others after 30 h on average."""
    opened = np.sort(random.integers(day.span.start, day.span.end, count))
    closed = opened + (random.exponential(30, count) * HOUR).astype(np.int64)
    is_open = random.random(count) < 0.04
    instants = pa.array(closed, mask=is_open).cast(INSTANT)
    return Events.of(
        Kind.CASES,
        {
            "case": [f"{day.label}-{number}" for number in range(count)],
            "opened_at": pa.array(opened).cast(INSTANT), "accepted_at": pa.array(opened).cast(INSTANT),
            "due_at": pa.array(opened + random.integers(24, 96, count) * HOUR).cast(INSTANT),
            "disposed_at": instants, "closed_at": instants,
            "category": pa.array(CATEGORIES).take(pa.array(random.integers(0, len(CATEGORIES), count))),
            "department": pa.array(DEPARTMENTS).take(pa.array(random.integers(0, len(DEPARTMENTS), count))),
            "found_by": pa.array(("视频", "巡查", "公众")).take(pa.array(random.integers(0, 3, count))),
            "returned": pa.array((random.random(count) < 0.03).astype(np.int32)),
        },
    )  # fmt: skip


def _log_ins(day: Period, random: np.random.Generator, count: int) -> Events:
    actors = [int(one).to_bytes(16, "big") for one in random.integers(0, 12 * count, 2 * count)]
    at = np.sort(random.integers(day.span.start, day.span.end, 2 * count))
    return Events.of(Kind.ACTIVITY, {"actor": pa.array(actors, pa.binary(16)), "at": pa.array(at).cast(INSTANT)})


def _readings(day: Period, start: int) -> Events:
    rows = [
        (meter, at, kw * ((at - start) / HOUR + 1), role)
        for at in range(day.span.start, day.span.end, HOUR)
        for meter, role, kw in METERS
    ]
    columns = dict(zip(("meter", "at", "kwh", "role"), zip(*rows, strict=True), strict=True))
    return Events.of(Kind.READINGS, columns | {"at": pa.array(columns["at"]).cast(INSTANT)})


def _figures(day: Period, start: int) -> Events:
    at = day.span.start + 8 * HOUR
    days = (at - start) // (24 * HOUR)
    names = ["catalogue", "items", "registered"]
    values = [1_000.0 + days, 600.0 + days // 2, 80_000.0 + 40 * days]
    return Events.of(Kind.FIGURES, {"name": names, "at": pa.array([at] * 3).cast(INSTANT), "value": values})


def _sweeps(installation: Installation, source: str, count: int, period: Period) -> None:
    """Polled in every slot; a subject is down twice in three days for some two hours."""
    city = installation.city.source(source)
    step, holds = city.every // MILLISECOND, city.holds_for // MILLISECOND  # type: ignore[operator]
    random = np.random.default_rng(count)
    states = np.full(count, State.UP, np.uint8)
    for number, day in enumerate(period.days()):
        slots = list(range(day.span.start, day.span.end, step))
        with installation.database.write() as connection:
            ids = _runs(connection, source, slots, holds, count)
            if not number:
                _subjects(connection, source, count, Vector(ids[0], slots[0], states.copy()))
            write_opening(connection, source, day.span.start, Vector(states=states))
            batches = list(_changes(random, states, slots, ids, source, day.span.start))
            if batches:
                connection.execute(sa.insert(schema.batches), batches)
        assert _seal(installation, source, day, period.span.end + 24 * HOUR)


def _runs(connection: sa.Connection, source: str, slots: list[int], holds: int, count: int) -> list[int]:
    rows = [Run(source, at, at, Outcome.OK, (Span(at, at + holds),), rows=count).values() for at in slots]
    connection.execute(sa.insert(schema.runs), rows)
    query = sa.select(schema.runs.c.id).where(schema.runs.c.source == source, schema.runs.c.slot >= slots[0])
    return list(connection.execute(query.order_by(schema.runs.c.slot)).scalars())


def _subjects(connection: sa.Connection, source: str, count: int, first: Vector) -> None:
    keys = tuple(f"{source}-{number:05}" for number in range(count))
    departments = [DEPARTMENTS[number % len(DEPARTMENTS)] for number in range(count)]
    _, rows, _ = Dictionary().merge(keys, {"name": list(keys), "department": departments})
    write_subjects(connection, source, first.run_id, rows)
    write_vector(connection, source, Vector(), first, changed=True)


def _changes(
    random: np.random.Generator, states: np.ndarray, slots: list[int], ids: list[int], source: str, day: int
) -> Iterator[dict[str, object]]:
    """The day's changes, one batch a run; ``states`` is brought to the end of the day."""
    for at, run in zip(slots, ids, strict=True):
        chance = np.where(states == State.UP, 2 / 3 / len(slots), 0.04)
        turned = np.flatnonzero(random.random(len(states)) < chance)
        if len(turned):
            states[turned] = np.where(states[turned] == State.UP, State.DOWN, State.UP)
            columns = [pa.array(turned, pa.int32()), pa.repeat(at, len(turned)).cast(INSTANT), pa.array(states[turned])]
            body = pack(pa.Table.from_arrays(columns, schema=STATE_CHANGES))
            yield {"run_id": run, "day": day, "source": source, "rows": len(turned), "body": body}
