"""The same month of 40 sources on 1, 2 and 4 worker processes, over Redis and PostgreSQL; and what a task costs by itself.

Each source is a video platform of 1,000 channels. Of its month 90 slots are polled (three a day), one task a slot, the next one sent
when it is done; then every (source, day) is sealed by the product's ``citygauge.seal_day``, and its online rate measured, one task
each. Redis and PostgreSQL are the machine's own programs with their own settings (a commit waits for the disk), started for this
and stopped by their process ids.

Timed: from the first task sent to the last one seen done in the store, workers being up already. CPU seconds are those of workers,
Redis, PostgreSQL and the sender. On a machine of 2 cores no speed-up can exceed 2, and the two servers share them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks import scaling_tasks as tasks
from benchmarks.cities import ZONE, new_city
from benchmarks.servers import Server, cpu_seconds, missing, new_database, postgres_server, shared_redis
from benchmarks.table import Line, shown
from benchmarks.timing import timed
from collector.broker import client
from collector.cli.processes import start_worker
from collector.installation import Installation
from collector.periods import Period
from collector.processes import stop_child
from collector.store import schema
from collector.tasks import seal_day, use_broker

SOURCES = 40
POLLS_A_DAY = 3
WORKERS = (1, 2, 4)
EMPTY_TASKS = 2_000
EMPTY_TASK = "task, empty, Celery and Redis"
MONTH = Period.parse("2026-09", ZONE)
MINUTE, DAY = 60_000, 86_400_000
SEALED_AT = MONTH.span.end + DAY
LONGEST_SECONDS = 900.0
LOOK_SECONDS = 0.25
"""How often is looked whether all is done; looking takes CPU time too."""


@dataclass(frozen=True)
class Cost:
    """Of so many tasks; CPU seconds by who took them."""

    wall_seconds: float
    cpu_seconds: Mapping[str, float]
    count: int


def task_price(quick: bool) -> Iterator[Line]:
    """A task that does nothing, the same call without Celery, and a small poll without it."""
    yield in_process_call()
    if not quick:
        yield in_process_poll()
    if lacking := missing():
        yield Line(EMPTY_TASK, "", None, "ms", note=f"needs {', '.join(lacking)}, not installed here")
    else:
        yield empty_task()


def lines(quick: bool) -> Iterator[Line]:
    """The month on each number of worker processes; nothing in a quick run."""
    if quick:
        return
    if lacking := missing():
        yield Line("scaling", f"{SOURCES} sources", None, "s", note=f"needs {', '.join(lacking)}, not installed here")
        return
    first: dict[str, Cost] = {}
    redis = shared_redis()
    with postgres_server() as postgres:
        for workers in WORKERS:
            for stage, cost in _month(redis, postgres, workers):
                base = first.setdefault(stage, cost)
                yield _line(stage, workers, cost, base)


def in_process_call() -> Line:
    """The same empty function called in this process."""
    count = 100_000
    timing = timed(lambda: [tasks.nothing.run() for _ in range(count)])
    return Line(
        "task, an empty call in process", f"{count:,} calls", timing.cpu_seconds / count * 1e3, "ms", runs=timing.runs
    )


def empty_task() -> Line:
    """CPU milliseconds of sending and running a task that does nothing: sender, Redis and two worker processes."""
    redis = shared_redis()
    with tempfile.TemporaryDirectory(prefix="citygauge-benchmark-") as folder:
        path = _city(Path(folder), "sqlite:///citygauge.db", redis.url)
        with _workers(path, redis.url, 2) as worker:
            _send_empty(redis, 200)
            parts = {"workers": worker, "Redis": redis.pid, "sender": os.getpid()}
            before = _cpu(parts)
            _send_empty(redis, EMPTY_TASKS)
            taken = {name: (seconds - before[name]) / EMPTY_TASKS * 1e3 for name, seconds in _cpu(parts).items()}
    size = f"{EMPTY_TASKS:,} tasks"
    return Line(
        EMPTY_TASK,
        size,
        sum(taken.values()),
        "ms",
        note=", ".join(f"{name} {shown(one)}" for name, one in taken.items()),
    )


def in_process_poll() -> Line:
    """The poll that a task of the scaling benchmark makes, called in this process over SQLite."""
    installation = new_city()
    source, slot = installation.source("video"), [MONTH.span.start]

    def once() -> None:
        slot[0] += MINUTE
        tasks.poll_from_memory(source, slot[0])

    timing = timed(once, repeats=40, warm_ups=2 * tasks.ANSWERS)
    installation.close()
    note = f"{tasks.CHANGED:.1%} changed, SQLite"
    return Line(
        "poll, in process", f"{tasks.CHANNELS:,} channels", timing.cpu_seconds * 1e3, "ms", runs=timing.runs, note=note
    )


def _month(redis: Server, postgres: Server, workers: int) -> Iterator[tuple[str, Cost]]:
    """(stage, cost) of polling, sealing and measuring the month on so many worker processes, in a store of its own."""
    with tempfile.TemporaryDirectory(prefix="citygauge-benchmark-") as folder:
        url = new_database(postgres, f"month_{workers}")
        path = _city(Path(folder), url, redis.url)
        installation = Installation(path)
        installation.database  # noqa: B018 (made before the workers open it)
        with _workers(path, redis.url, workers) as worker:
            parts = {"workers": worker, "PostgreSQL": postgres.pid, "Redis": redis.pid, "sender": os.getpid()}
            for stage, count, send, done in _stages(installation, redis):
                before, started = _cpu(parts), time.perf_counter()
                send()
                _wait(lambda done=done, count=count: done() >= count, stage)
                wall = time.perf_counter() - started
                taken = {name: seconds - before[name] for name, seconds in _cpu(parts).items()}
                yield stage, Cost(wall, taken, count)
        installation.close()


def _stages(
    installation: Installation, redis: Server
) -> Iterator[tuple[str, int, Callable[[], None], Callable[[], int]]]:
    """(name, tasks, what sends them, what counts those done), one stage after another."""
    sources = [source.id for source in installation.city.sources]
    days = [day.label for day in MONTH.days()]
    counter = client(redis.url)

    def polls() -> None:
        slots = [day.span.start + n * DAY // POLLS_A_DAY for day in MONTH.days() for n in range(POLLS_A_DAY)]
        for source in sources:
            tasks.poll_and_go_on.apply_async((source, [slot + number * MINUTE for number, slot in enumerate(slots)]))

    def seals() -> None:
        for day in days:
            for source in sources:
                seal_day.apply_async((source, day, SEALED_AT))

    def measures() -> None:
        counter.delete(tasks.DONE)
        for day in days:
            for source in sources:
                tasks.measure_day.apply_async((source, day, SEALED_AT))

    polled = sa.select(sa.func.count()).select_from(schema.runs).where(schema.runs.c.outcome == "ok")
    sealed = sa.select(sa.func.count()).select_from(schema.segments)
    yield "polls", len(sources) * len(days) * POLLS_A_DAY, polls, lambda: _count(installation, polled)
    yield "sealing", len(sources) * len(days), seals, lambda: _count(installation, sealed)
    yield "measuring", len(sources) * len(days), measures, lambda: int(counter.get(tasks.DONE) or 0)


def _line(stage: str, workers: int, cost: Cost, base: Cost) -> Line:
    each = ", ".join(f"{name} {seconds / cost.count * 1e3:.1f}" for name, seconds in cost.cpu_seconds.items())
    note = (
        f"{base.wall_seconds / cost.wall_seconds:.2f} x the speed of 1 process; {cost.count:,} tasks, "
        f"{cost.count / cost.wall_seconds:,.0f} a second; CPU-ms a task: {each}"
    )
    size = f"{SOURCES} sources, {workers} worker process{'es' if workers > 1 else ''}"
    return Line(f"scaling, {stage}", size, cost.wall_seconds, "s", wall_seconds=cost.wall_seconds, note=note)


def _city(folder: Path, store: str, broker: str) -> Path:
    names = [f"video{number:02}" for number in range(SOURCES)]
    sources = [f'  - {{id: {one}, connector: wvp, url: "http://video.invalid", every: 8h}}' for one in names]
    indicators = [f"  - {{id: {one}, measure: availability, source: {one}}}" for one in names]
    head = ["city: benchmark", "timezone: Asia/Shanghai", f"store: {store}", f"broker: {broker}"]
    path = folder / "city.yaml"
    path.write_text("\n".join([*head, "sources:", *sources, "indicators:", *indicators]) + "\n", encoding="utf-8")
    return path


@contextmanager
def _workers(path: Path, broker: str, concurrency: int) -> Iterator[int]:
    """A worker with so many processes that has done its first task; its process id."""
    os.environ[tasks.CONCURRENCY_VARIABLE] = str(concurrency)
    use_broker(broker)
    process = start_worker(path, broker, ("benchmarks.scaling_worker",))
    try:
        tasks.nothing.apply_async()
        _wait(lambda: not _waiting(broker), "the worker's start", process)
        time.sleep(0.5)
        yield process.pid
    finally:
        stop_child(process)


def _cpu(parts: Mapping[str, int]) -> dict[str, float]:
    """CPU seconds of each part's processes; of this one without its children, which are the other parts."""
    taken = {name: cpu_seconds(pid) for name, pid in parts.items()}
    own = time.process_time()
    return taken | {name: own for name, pid in parts.items() if pid == os.getpid()}


def _send_empty(redis: Server, count: int) -> None:
    for _ in range(count):
        tasks.nothing.apply_async()
    _wait(lambda: not _waiting(redis.url), "empty tasks")


def _waiting(broker: str) -> int:
    """Tasks that no worker has finished: in the queue, or taken and not acknowledged."""
    with client(broker) as connection:
        return int(connection.llen("celery")) + int(connection.hlen("unacked"))


def _count(installation: Installation, query: sa.Select[tuple[int]]) -> int:
    with installation.database.read() as connection:
        return int(connection.execute(query).scalar_one())


def _wait(done: Callable[[], bool], what: str, worker: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not done():
        assert worker is None or worker.poll() is None, f"{what}: the worker ended with exit code {worker.returncode}"
        assert time.monotonic() < deadline, f"{what}: not done in {LONGEST_SECONDS:.0f} s"
        time.sleep(LOOK_SECONDS)
