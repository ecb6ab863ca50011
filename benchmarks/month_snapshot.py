"""Freezing a month of a large city: 30 indicators over 1,000,000 channels, 1,000,000 cases and 10,000,000 logins.

Built first, by the product's own functions: a month of polls of a video platform (``sealed_month``), and day by day what a case
system and an app told (``store_events``: each case as it was opened and as it was closed, each login); every day is sealed.

Timed: ``collector.freeze.freeze_period`` in an installation that was just opened, whole: gathering the files, measuring from them,
the signature, the log, the commit; the target is wall time on two cores. Each run freezes the same store, put back as it was.

    python -m benchmarks.month_snapshot --keep DIR --profile        where the time goes; DIR keeps what was built
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.cities import SOURCE, ZONE
from benchmarks.sealed_month import DEPARTMENTS, MONTH, build_month
from benchmarks.timing import Row, median, once
from collector.connector import Part
from collector.freeze import freeze_period
from collector.importing import store_events
from collector.installation import Installation
from collector.periods import moment
from collector.records import INSTANT, Events, Kind
from collector.store.snapshots import Snapshot

CHANNELS, CASES, LOGINS = 1_000_000, 1_000_000, 10_000_000
TARGET = 10.0
QUICK_PART = 50
REPEATS, REPEATS_QUICK = 3, 1
HOUR = 3_600_000
DAY = 24 * HOUR
FROZEN_AT = MONTH.span.end + 3 * DAY
CATEGORIES = tuple(f"类别{number:02}" for number in range(16))
LOGINS_PER_USER = 10
_DEPARTMENTS = tuple(f"单位{number:02}" for number in range(DEPARTMENTS))
_SOURCES = """
city: benchmark
timezone: Asia/Shanghai
sources:
  - {id: video, connector: wvp, url: "http://video.invalid", every: 60s, department: 公安局}
  - id: cases
    connector: file
    kind: cases
    columns: {case: case, opened_at: opened_at, closed_at: closed_at}
  - {id: app, connector: file, kind: activity, columns: {actor: actor, at: at}}
indicators:
"""


def indicators() -> list[str]:
    """Thirty, as lines of a city file: 10 of availability, 16 of cases, 4 of active users."""
    online = "measure: availability, source: video, target: '>= 95'"
    closure = "measure: case_closure, source: cases, target: '>= 90'"
    on_time = "measure: case_on_time, source: cases, target: '>= 90'"
    duration = "measure: case_duration, source: cases, target: '<= 72'"
    rows = {"online": online, "online_mean": f"{online}, method: subject_mean"}
    rows |= {f"online_{n}": f"{online}, where: {{department: {name}}}" for n, name in enumerate(_DEPARTMENTS[:8])}
    rows |= {
        base: f"{closure}, base: {base}" for base in ("should_archive", "accepted_in_period", "closed_vs_accepted")
    }
    rows |= {f"closure_{n}": f"{closure}, where: {{category: {name}}}" for n, name in enumerate(CATEGORIES[:4])}
    rows |= {f"on_time_{by}": f"{on_time}, decided_by: {by}" for by in ("closing", "disposal")}
    rows |= {f"on_time_{n}": f"{on_time}, where: {{category: {name}}}" for n, name in enumerate(CATEGORIES[:4])}
    rows |= {f"duration_{stat}": f"{duration}, stat: {stat}" for stat in ("p50", "p90", "mean")}
    rows |= {"mau": "measure: active_users, source: app, window: month"}
    rows |= {
        f"dau_{stat}": f"measure: active_users, source: app, window: day, stat: {stat}"
        for stat in ("mean", "max", "last")
    }
    return [f"  - {{id: {name}, {rest}}}" for name, rest in rows.items()]


def rows(quick: bool) -> list[Row]:
    part = QUICK_PART if quick else 1
    with tempfile.TemporaryDirectory(prefix="citygauge-benchmark-") as folder:
        path = build(Path(folder), part)
        costs = []
        for _ in range(REPEATS_QUICK if quick else REPEATS):
            with unfrozen(path) as installation:
                costs.append(once(lambda opened=installation: freeze(opened)))
        timing = median(costs)
    note = "2 cores" if part == 1 else f"1 / {part} of the promised size"
    return [
        Row(
            "month_snapshot, 30 indicators", _size(part), timing, TARGET if part == 1 else None, by_wall=True, note=note
        )
    ]


def freeze(installation: Installation) -> Snapshot:
    """Freeze the month. Fails where an indicator has no value."""
    snapshot = freeze_period(installation, MONTH.label, FROZEN_AT)
    without = [one["id"] for one in snapshot.document["indicators"] if one["measurement"]["value"] is None]
    assert len(snapshot.document["indicators"]) == len(indicators())
    assert not without, without
    return snapshot


def build(folder: Path, part: int) -> Path:
    """The city file of a city with the month stored and sealed; ``folder`` may have it from before. part: of the sizes, one in so many."""
    path = folder / "city.yaml"
    if not (folder / "built").exists():
        path.write_text(_SOURCES + "\n".join(indicators()) + "\n", encoding="utf-8")
        installation = Installation(path)
        build_month(installation, SOURCE, CHANNELS // part)
        _build_events(installation, "cases", _case_days(CASES // part))
        _build_events(installation, "app", _login_days(LOGINS // part))
        installation.close()
        (folder / "built").touch()
    return path


@contextmanager
def unfrozen(path: Path) -> Iterator[Installation]:
    """The city just opened; afterwards its store is what it was before."""
    store, kept = path.parent / "citygauge.db", path.parent / "unfrozen.db"
    if not kept.exists():
        shutil.copy(store, kept)
    installation = Installation(path)
    try:
        yield installation
    finally:
        installation.close()
        for name in ("citygauge.db-wal", "citygauge.db-shm"):
            (path.parent / name).unlink(missing_ok=True)
        shutil.copy(kept, store)


def _build_events(installation: Installation, source: str, days: Iterator[Events]) -> None:
    """Stored as a push or an import at the end of each day, and sealed three hours later."""
    for day, events in zip(MONTH.days(), days, strict=True):
        part = Part(f"{source} {day.label}", f"{source} of {day.label}, generated".encode())
        store_events(installation.source(source), part, events, [day.span], day.span.end, time.perf_counter())
        assert installation.sealer.seal_day(source, moment(day.span.start, ZONE).date(), day.span.end + 3 * HOUR)


def _case_days(count: int) -> Iterator[Events]:
    """Each day's rows: the cases opened on it, and as they were closed those closed on it; 5 % are never closed."""
    random = np.random.default_rng(20260930)
    opened = np.sort(random.integers(MONTH.span.start, MONTH.span.end, count))
    closed = opened + (random.exponential(40, count) * HOUR).astype(np.int64)
    due = opened + random.integers(12, 120, count) * HOUR
    never = random.random(count) < 0.05
    group, category = random.integers(0, DEPARTMENTS, count), random.integers(0, len(CATEGORIES), count)
    for day in MONTH.days():
        new = np.flatnonzero((opened >= day.span.start) & (opened < day.span.end))
        done = np.flatnonzero(~never & (closed >= day.span.start) & (closed < day.span.end))
        told = np.concatenate([new, done])
        is_closed = pa.array(np.concatenate([never[new] | (closed[new] >= day.span.end), np.zeros(len(done), bool)]))
        instants = pa.array(closed[told], mask=is_closed.to_numpy(zero_copy_only=False)).cast(INSTANT)
        yield Events.of(
            Kind.CASES,
            {
                "case": pa.array(told).cast(pa.string()), "opened_at": pa.array(opened[told]).cast(INSTANT),
                "accepted_at": pa.array(opened[told]).cast(INSTANT), "due_at": pa.array(due[told]).cast(INSTANT),
                "disposed_at": instants, "closed_at": instants,
                "category": pa.array(CATEGORIES).take(pa.array(category[told])),
                "department": pa.array(_DEPARTMENTS).take(pa.array(group[told])),
            },
        )  # fmt: skip


def _login_days(count: int) -> Iterator[Events]:
    random = np.random.default_rng(20260907)
    users = count // LOGINS_PER_USER
    keys = np.frombuffer(random.bytes(16 * users), np.dtype((np.void, 16)))
    for number, day in enumerate(MONTH.days()):
        logins = count * (number + 1) // 30 - count * number // 30
        actors = keys[random.integers(0, users, logins)].tobytes()
        actor = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), logins, [None, pa.py_buffer(actors)])
        at = np.sort(random.integers(day.span.start, day.span.end, logins))
        yield Events.of(Kind.ACTIVITY, {"actor": actor, "at": pa.array(at).cast(INSTANT)})


def _size(part: int) -> str:
    return f"{CHANNELS // part:,} channels, {CASES // part:,} cases, {LOGINS // part:,} logins"


def main() -> None:
    """Build (or take what DIR has), freeze once, and tell what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.month_snapshot")
    parser.add_argument("--keep", type=Path, help="folder that keeps what was built for the next time")
    parser.add_argument("--part", type=int, default=1, help="one in so many of the sizes")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citygauge-benchmark-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        path = build(folder, given.part)
        print(f"built in {time.perf_counter() - started:.1f} s")
        with unfrozen(path) as installation:
            profile = cProfile.Profile()
            if given.profile:
                profile.enable()
            cpu, wall = once(lambda: freeze(installation))
            profile.disable()
            print(f"frozen in {wall:.2f} s wall, {cpu:.2f} CPU-s")
            if given.profile:
                pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
