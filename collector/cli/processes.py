"""Commands that run: ``up`` everything at once on the embedded default; web, worker, scheduler one part each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from collector.city.secrets import resolve
from collector.cli.options import Config, app, err, opened
from collector.errors import ConfigurationError
from collector.installation import CONFIG_VARIABLE, Installation
from collector.processes import start_child, stop_child

EMBEDDED = "embedded"
BROKER_VARIABLE = "CITYGAUGE_BROKER_URL"

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", help="Port to listen on; 0 takes a free one.")]


@app.command()
def up(host: Host = "127.0.0.1", port: Port = 8642, config: Config = None) -> None:
    """Run everything in one command: broker, worker, scheduler and web, until it is stopped.

    Example: citygauge up --config city.yaml
    """
    run_all(opened(config), host, port)


@app.command()
def web(host: Host = "127.0.0.1", port: Port = 8642, config: Config = None) -> None:
    """Serve /metrics, the status page and the API.

    Example: citygauge web --host 0.0.0.0
    """
    from collector.web.server import serve

    serve(opened(config), host, port)


@app.command()
def worker(
    concurrency: Annotated[int, typer.Option("--concurrency", help="Processes that work at once.")] = os.cpu_count() or 1,
    config: Config = None,
) -> None:
    """Run a Celery worker that polls, seals and freezes.

    Example: citygauge worker --concurrency 4
    """
    run_worker(opened(config), concurrency)


@app.command()
def scheduler(
    lease: Annotated[float, typer.Option("--lease", min=1, help="Seconds after which another one takes over.")] = 15,
    config: Config = None,
) -> None:
    """Run the scheduler; of several, one leads.

    Example: citygauge scheduler
    """
    from collector.scheduler import Scheduler
    from collector.tasks import use_broker

    installation = opened(config)
    url = broker_url(installation)
    use_broker(url)
    scheduling = Scheduler(installation, url, timedelta(seconds=lease))
    scheduling.start()
    wait_for_signal()
    scheduling.stop()


def run_worker(installation: Installation, concurrency: int) -> None:
    """Take tasks until a signal ends it; what it was doing is finished or goes back to the broker."""
    from collector.tasks import make_worker

    os.environ[CONFIG_VARIABLE] = str(installation.path.resolve())
    make_worker(broker_url(installation), concurrency).start()


def broker_url(installation: Installation) -> str:
    """The broker of a part that runs by itself: CITYGAUGE_BROKER_URL, else the city file's."""
    url = os.environ.get(BROKER_VARIABLE) or str(resolve(installation.city.broker, installation.city.folder, "broker"))
    if url == EMBEDDED:
        raise ConfigurationError("broker: embedded works with `citygauge up`; parts that run apart need `broker: redis://…`")
    return url


def run_all(installation: Installation, host: str, port: int, announce: str | None = None) -> None:
    """Broker, worker and scheduler, then the web server in this process until a signal ends it; children end with it."""
    from collector.broker import EmbeddedBroker  # the clients of broker and queue are loaded only by what runs
    from collector.scheduler import Scheduler
    from collector.tasks import use_broker
    from collector.web.server import serve

    with ExitStack() as running:
        url = os.environ.get(BROKER_VARIABLE) or str(resolve(installation.city.broker, installation.city.folder, "broker"))
        if url == EMBEDDED:
            url = running.enter_context(EmbeddedBroker())
        installation.database  # noqa: B018 (made or migrated before several processes open it)
        child = start_worker(installation.path, url)
        running.callback(stop_child, child)
        use_broker(url)
        scheduling = Scheduler(installation, url)
        scheduling.start()
        running.callback(scheduling.stop)
        err.print(announce or f"citygauge: http://{host}:{port}/ , metrics at /metrics, stop with Ctrl-C", soft_wrap=True)
        serve(installation, host, port)


def start_worker(path: Path, broker: str, module: tuple[str, ...] = ("collector", "worker")) -> subprocess.Popen[bytes]:
    """A worker process for the city file at ``path``."""
    environment = {BROKER_VARIABLE: broker, CONFIG_VARIABLE: str(path.resolve())}
    return start_child([sys.executable, "-m", *module], environment)


def wait_for_signal() -> None:
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    stop.wait()
