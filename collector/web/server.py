"""The web process: routes together, and uvicorn around them until a signal ends it."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

import collector
from collector.errors import ConfigurationError
from collector.exporter import exposition
from collector.installation import Installation, now
from collector.live import Clock, Live
from collector.store.status import marker
from collector.web import problems
from collector.web.alerts import alert_routes
from collector.web.api import reading_routes
from collector.web.pages import page_routes
from collector.web.proof import proof_routes
from collector.web.push import push_routes

API = "/api/v1"
SHUTDOWN_SECONDS = 5
_READ = ["GET", "HEAD"]


def create_app(installation: Installation, clock: Clock = now) -> FastAPI:
    """The application of one installation. Figures are refreshed in a thread while it runs; without start-up, when asked for."""
    live = Live(installation, clock)
    app = FastAPI(
        title="Citygauge", version=collector.__version__, description=f"{installation.city.city}: figures and their evidence.",
        openapi_url=f"{API}/openapi.json", docs_url=None, redoc_url=None, lifespan=_refreshing(live),
    )  # fmt: skip
    problems.install(app)
    _add_process_routes(app, live)
    app.include_router(page_routes(live))
    app.include_router(push_routes(live), prefix=API)
    app.include_router(reading_routes(live), prefix=API)
    app.include_router(proof_routes(live), prefix=API)
    app.include_router(alert_routes(live), prefix=API)
    app.mount("/static", StaticFiles(packages=[("collector.web", "static")]))
    return app


def serve(installation: Installation, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then return. Port 0 takes a free one and says which on stderr.

    Raises ConfigurationError where the address cannot be listened on.
    """
    listening = _listen(host, port)
    if port == 0:
        shown = f"[{host}]" if ":" in host else host
        print(f"citygauge: http://{shown}:{listening.getsockname()[1]}/", file=sys.stderr, flush=True)  # noqa: T201
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(installation), log_level="warning", access_log=False, server_header=False, proxy_headers=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )  # fmt: skip
    with listening, _stopped_by_signals(server):
        server.run(sockets=[listening])


def _add_process_routes(app: FastAPI, live: Live) -> None:
    @app.api_route("/metrics", methods=_READ, include_in_schema=False)
    def metrics(request: Request) -> Response:
        asked = request.headers
        body, headers = exposition(live, asked.get("accept", ""), asked.get("accept-encoding", ""))
        return Response(body, headers=headers)

    @app.api_route("/healthz", methods=_READ, include_in_schema=False)
    async def healthz() -> dict[str, str]:
        """Whether the process is alive."""
        return {"status": "ok"}

    @app.api_route("/readyz", methods=_READ, include_in_schema=False)
    async def readyz() -> dict[str, str]:
        """Whether the store answers; 503 where it does not."""
        await run_in_threadpool(_ask_store, live.installation)
        return {"status": "ok"}


def _ask_store(installation: Installation) -> None:
    with installation.database.read() as connection:
        marker(connection)


def _refreshing(live: Live) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        live.start()
        try:
            yield
        finally:
            await run_in_threadpool(live.stop)

    return lifespan


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(f"--host {host} --port {port}: {reason}; port 0 takes a free one") from None


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Handlers for the time before uvicorn's own; and for after, when it raises once more the signal that stopped it.

    With Python's own handlers that would end the caller before it has stopped its children.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        server.should_exit = True

    before = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
