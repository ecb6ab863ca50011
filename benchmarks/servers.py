"""Redis and PostgreSQL for a benchmark: the machine's own programs, on free loopback ports, in a temporary folder, gone with it."""

from __future__ import annotations

import atexit
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import redis

from collector.processes import die_with_parent, stop_child

START_SECONDS = 30.0
PROGRAMS = ("redis-server", "postgres", "initdb")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server: its process, and where its clients find it."""

    pid: int
    url: str


def program(name: str) -> str | None:
    """Where a program is: on the PATH, or where Debian keeps PostgreSQL's (the newest version)."""
    kept = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(kept, key=lambda path: [int(part) for part in re.findall(r"\d+", str(path))], default=None)
    return shutil.which(name) or (str(newest) if newest else None)


def missing() -> list[str]:
    """The programs that this machine does not have."""
    return [name for name in PROGRAMS if program(name) is None]


@contextmanager
def redis_server() -> Iterator[Server]:
    """Without persistence."""
    with _folder(None) as folder:
        port = _free_port()
        command = [str(program("redis-server")), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
        command += ["--appendonly", "no", "--dir", str(folder)]
        with _running(command, folder, None, lambda: bool(redis.Redis(port=port).ping())) as pid:
            yield Server(pid, f"redis://127.0.0.1:{port}/0")


@cache
def shared_redis() -> Server:
    """One for as long as this process lives: a Celery app keeps its connections to the broker that it was given first."""
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(redis_server())


@contextmanager
def postgres_server() -> Iterator[Server]:
    """With its own settings, a commit waits for the disk. The URL takes the name of a database: ``url.format(name)``."""
    user = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None  # it refuses to run as root
    with _folder(user) as folder:
        data, port = folder / "data", _free_port()
        made = [
            str(program("initdb")),
            "-D",
            str(data),
            "-U",
            "citygauge",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale",
            "C.UTF-8",
        ]
        subprocess.run(made, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        command = [str(program("postgres")), "-D", str(data), "-k", str(folder), "-p", str(port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=512MB"]
        address = f"127.0.0.1:{port}"
        with _running(command, folder, user, lambda: bool(_connect(address).close() or True)) as pid:
            yield Server(pid, f"postgresql+psycopg://citygauge@{address}/{{}}")


def new_database(server: Server, name: str) -> str:
    """The URL of an empty database."""
    with _connect(server.url.rpartition("@")[2].partition("/")[0]) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.url.format(name)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all that came of it: those that live, and those that were waited for. Linux only."""
    children: dict[int, list[int]] = {}
    taken: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (found := _stat(entry)):
            parent, taken[int(entry.name)] = found
            children.setdefault(parent, []).append(int(entry.name))
    family = [pid]
    for one in family:
        family += children.get(one, [])
    return sum(taken.get(one, 0.0) for one in family)


def _stat(entry: Path) -> tuple[int, float] | None:
    """(parent, CPU seconds with those of children that ended); None where the process has just gone."""
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(ticks) for ticks in fields[11:15]) / TICKS


def _connect(address: str) -> psycopg.Connection:
    host, _, port = address.partition(":")
    return psycopg.connect(host=host, port=port, user="citygauge", dbname="postgres", autocommit=True)


@contextmanager
def _running(command: list[str], folder: Path, user: str | None, ready: Callable[[], bool]) -> Iterator[int]:
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, user=user, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(ready):
            assert process.poll() is None, f"{command[0]} ended: {log.read_text(errors='replace')}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer: {log.read_text(errors='replace')}"
            time.sleep(0.05)
        yield process.pid
    finally:
        stop_child(process)


def _answers(ready: Callable[[], bool]) -> bool:
    try:
        return ready()
    except (redis.RedisError, psycopg.Error):
        return False


@contextmanager
def _folder(user: str | None) -> Iterator[Path]:
    """With a short path: a Unix socket's must stay under 108 bytes."""
    path = Path(tempfile.mkdtemp(prefix="cg-"))
    if user:
        shutil.chown(path, user)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
