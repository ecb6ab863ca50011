"""What runs as processes: every slot once, nothing lost when one is killed, and nobody left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest
import sqlalchemy as sa

from collector.broker import EmbeddedBroker
from collector.installation import Installation, now
from collector.periods import slot_of
from collector.store import schema
from collector.tasks import poll_slot, use_broker

ROOT = Path(__file__).resolve().parents[2]
PROC = Path("/proc")
pytestmark = pytest.mark.skipif(not PROC.is_dir(), reason="looks for processes in /proc")


class Page:
    """A page that answers at once, or waits while it is ``blocked``."""

    def __init__(self) -> None:
        self.asked = 0
        self.free = threading.Event()
        self.free.set()
        page = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                page.asked += 1
                page.free.wait(30)
                with suppress(OSError):
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.free.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page()
    yield made
    made.stop()


def city_file(folder: Path, page: Page, *, every: str = "1s", store: str = "sqlite:///store.db") -> Path:
    path = folder / "city.yaml"
    path.write_text(
        f"city: 试验市\nstore: {store}\nsources:\n"
        f"  - {{id: page, connector: http_probe, every: {every}, targets: [{{subject: a, url: '{page.url}', timeout: 30s}}]}}\n"
        "indicators:\n  - {id: online, measure: availability, source: page}\n",
        encoding="utf-8",
    )
    return path


def start(command: str, config: Path, *more: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "collector", command, "--config", str(config), *more],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, cwd=config.parent,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@contextmanager
def running(command: str, config: Path, *more: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = start(command, config, *more, **environment)
    try:
        yield process
    finally:
        family = descendants(process.pid)
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if process.stderr:
            process.stderr.close()


def eventually(condition: Callable[[], object], what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


def parent_of(pid: int) -> tuple[int, str] | None:
    """(parent, state letter) of a process; None where there is none."""
    try:
        state, parent = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(parent), state


def descendants(pid: int) -> list[int]:
    parents = {int(path.name): known[0] for path in PROC.glob("[0-9]*") if (known := parent_of(int(path.name)))}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def command_line(pid: int) -> str:
    with suppress(OSError):
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def alive(pids: list[int]) -> list[int]:
    """Those that still run; one that ended and that nobody has asked about yet does not."""
    return [pid for pid in pids if (known := parent_of(pid)) and known[1] != "Z"]


class Store:
    """The runs in a city's store, seen from outside."""

    def __init__(self, config: Path) -> None:
        self.installation = Installation(config)

    def slots(self) -> list[int]:
        with self.installation.database.read() as connection:
            return list(connection.execute(sa.select(schema.runs.c.slot).order_by(schema.runs.c.slot)).scalars())

    def outcomes(self) -> Counter[str]:
        with self.installation.database.read() as connection:
            return Counter(connection.execute(sa.select(schema.runs.c.outcome)).scalars())


@pytest.fixture
def config(tmp_path: Path, page: Page) -> Path:
    return city_file(tmp_path, page)


@pytest.fixture
def store(config: Path) -> Iterator[Store]:
    made = Store(config)
    made.installation.database  # noqa: B018 - made before the processes open it
    yield made
    made.installation.close()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read(url: str) -> str:
    with suppress(OSError), urlopen(url, timeout=2) as answer:
        return str(answer.read().decode())
    return ""


def test_up_polls_and_answers_and_leaves_nothing_behind_on_sigterm(config: Path, store: Store) -> None:
    port = free_port()
    with running("up", config, "--port", str(port)) as process:
        eventually(lambda: len(store.slots()) >= 2, "two runs in the store")
        eventually(lambda: "citygauge_build_info" in read(f"http://127.0.0.1:{port}/metrics"), "metrics")
        family = descendants(process.pid)
        lines = [command_line(pid) for pid in family]
        assert any("collector worker" in line for line in lines)
        assert any(re.search(r"valkey|redis", line) for line in lines)

        process.terminate()

        assert process.wait(15) == 0
        eventually(lambda: not alive(family), "the end of every child", 10)
    assert store.outcomes().keys() == {"ok"}
    assert len(store.slots()) == len(set(store.slots()))


def test_nothing_outlives_an_up_that_is_killed(config: Path, store: Store) -> None:
    with running("up", config, "--port", str(free_port())) as process:
        eventually(store.slots, "a run in the store")
        family = descendants(process.pid)
        assert len(family) >= 3

        process.kill()
        process.wait()

        eventually(lambda: not alive(family), "the end of broker, worker and pool processes", 10)


def test_up_removes_answers_that_are_kept_no_longer(config: Path, store: Store) -> None:
    old, held = (config.parent / f"archive/evidence/page/{month}-31-0123abcd.parquet" for month in ("2020-01", "2020-03"))
    old.parent.mkdir(parents=True)
    for file in (old, held):
        file.write_bytes(b"")
    with config.open("a", encoding="utf-8") as text:
        text.write("evidence: {holds: [{period: 2020-03, reason: 审计调取, ordered_by: 李工}]}\n")
    with running("up", config, "--port", str(free_port())):
        eventually(lambda: not old.exists(), "the removal")
        eventually(store.slots, "a run in the store")
    assert held.exists()


def test_t21_a_poll_whose_process_is_killed_comes_back_and_counts_once(tmp_path: Path, page: Page) -> None:
    config = city_file(tmp_path, page, every="1h")
    store = Store(config)
    slot = slot_of(now(), store.installation.city.sources[0].every, store.installation.city.zone)  # type: ignore[arg-type]
    page.free.clear()
    with EmbeddedBroker() as url:
        store.installation.database  # noqa: B018
        use_broker(url)
        with running("worker", config, "--concurrency", "1", CITYGAUGE_BROKER_URL=url) as process:
            poll_slot.apply_async(("page", slot), task_id=f"page:{slot}")
            eventually(lambda: page.asked == 1, "the poll")
            (pool,) = descendants(process.pid)

            os.kill(pool, signal.SIGKILL)
            page.free.set()

            eventually(store.slots, "the run of the redelivered task", 30)
            poll_slot.apply_async(("page", slot), task_id=f"page:{slot}:again")
            poll_slot.apply_async(("page", slot + 1), task_id="page:after")
            eventually(lambda: len(store.slots()) >= 2, "what was sent after")
        assert store.slots() == [slot, slot + 1]
        assert store.outcomes() == {"ok": 2}
    store.installation.close()


@pytest.mark.needs("redis-server", "postgres")
def test_parts_apart_on_redis_and_postgresql_poll_every_slot_once_and_a_second_scheduler_takes_over(
    tmp_path: Path, page: Page, redis_url: str, postgres_url: str
) -> None:
    config = city_file(tmp_path, page, store=f"'{postgres_url}'")
    store = Store(config)
    store.installation.database  # noqa: B018
    environment = {"CITYGAUGE_BROKER_URL": redis_url}
    with (
        running("worker", config, "--concurrency", "2", **environment),
        running("scheduler", config, "--lease", "2", **environment) as leader,
    ):
        eventually(lambda: len(store.slots()) >= 2, "runs under the first scheduler")
        with running("scheduler", config, "--lease", "2", **environment) as heir:
            eventually(lambda: len(store.slots()) >= 5, "runs with two schedulers")
            leader.kill()
            leader.wait()
            killed_at = now()
            eventually(lambda: any(slot > killed_at for slot in store.slots()), "runs under the second scheduler", 10)
            heir.terminate()
            assert heir.wait(10) == 0
    slots = store.slots()
    store.installation.close()
    assert len(slots) == len(set(slots))
    assert len(slots) <= page.asked <= len(slots) + 2  # the workers were killed, with at most one poll each under way
    assert all(slot % 1000 == 0 for slot in slots)
