"""Real servers for tests: found, started on this machine for one test run, and ended with it.

``@pytest.mark.needs("redis-server")`` skips a test where the program is missing, and fails it under CI=true, so that a green
CI cannot hide a test that did not run. The fixtures ``redis_url`` and ``postgres_url`` ask for their programs themselves.
"""

from __future__ import annotations

import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
import redis

from collector.processes import die_with_parent

START_SECONDS = 30.0


def program(name: str) -> Path | None:
    """Where a program is: on the PATH, or where Debian keeps PostgreSQL's (the newest version)."""
    if found := shutil.which(name):
        return Path(found)
    kept = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    return max(kept, key=lambda path: [int(part) for part in re.findall(r"\d+", str(path))], default=None)


def need(*names: str) -> None:
    """Skip the running test where a program is missing; fail it under CI=true."""
    missing = [name for name in names if program(name) is None]
    if missing:
        refuse(f"needs {' and '.join(missing)}, not installed on this machine", fail=in_ci())


def refuse(reason: str, *, fail: bool) -> NoReturn:
    if fail:
        pytest.fail(f"{reason}; under CI=true this is a failure, not a skip", pytrace=False)
    pytest.skip(reason)


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a Redis server on a free loopback port, without persistence."""
    need("redis-server")
    with short_folder() as folder:
        port = free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
        with server([str(program("redis-server")), *options], folder, lambda: ping(port)):
            yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """URL of an empty Redis server."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """The folder of a PostgreSQL server's unix socket; it listens on no port. Durability is off."""
    need("postgres", "initdb")
    user = server_user()
    with short_folder(user) as folder:
        data = folder / "data"
        initdb = [str(program("initdb")), "-D", str(data), "-U", "citygauge", "-A", "trust", "-E", "UTF8", "--no-sync"]
        initdb += ["--locale", "C.UTF-8"]
        made = subprocess.run(initdb, user=user, cwd=folder, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        command = [str(program("postgres")), "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
        for setting in ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50"):
            command += ["-c", setting]
        with server(command, folder, lambda: answers(folder), user):
            yield folder


_numbers = itertools.count(1)


@pytest.fixture
def postgres_url(postgres_server: Path) -> Iterator[str]:
    """SQLAlchemy URL of an empty PostgreSQL database of this test's own."""
    name = f"test_{next(_numbers)}"
    with connect(postgres_server) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"postgresql+psycopg://citygauge@/{name}?host={postgres_server}"
    with connect(postgres_server) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def server(command: list[str], folder: Path, ready: Callable[[], bool], user: str | None = None) -> Iterator[None]:
    """Run a server while the block runs. It ends with this process, however this process ends."""
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, user=user, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            preexec_fn=lambda: die_with_parent(signal.SIGINT),  # noqa: PLW1509 - runs before any thread is started
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            assert process.poll() is None, f"{command[0]} ended: {log.read_text(errors='replace')}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer: {log.read_text(errors='replace')}"
            time.sleep(0.02)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # to PostgreSQL: do not wait for clients
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def short_folder(user: str | None = None) -> Iterator[Path]:
    """A temporary folder with a short path (a unix socket's must stay under 108 bytes), owned by ``user``."""
    folder = Path(tempfile.mkdtemp(prefix="cg-", dir=None if len(tempfile.gettempdir()) < 60 else "/tmp"))
    if user:
        shutil.chown(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_user() -> str | None:
    """PostgreSQL refuses to run as root; its package makes the user ``postgres``. None: the user we are."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        refuse("needs a user `postgres`: PostgreSQL does not run as root", fail=in_ci())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ping(port: int) -> bool:
    try:
        with redis.Redis(port=port) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def answers(folder: Path) -> bool:
    try:
        connect(folder).close()
    except psycopg.OperationalError:
        return False
    return True


def connect(folder: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(folder), user="citygauge", dbname="postgres", autocommit=True)
