"""Errors as problem documents (RFC 9457), and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collector.errors import CitygaugeError, ConfigurationError, SourceChanged, SourceUnavailable
from collector.store.status import StoreDown

POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; object-src 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STATUS = ((ConfigurationError, 400), (SourceChanged, 422), (SourceUnavailable, 503))


class Problem(BaseModel):
    """What went wrong, for people (detail) and programs (status, field)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    field: str | None = Field(default=None, description="the place in the request that does not fit")


def problem(
    status: int, detail: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    document = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, field=field)
    return JSONResponse(
        document.model_dump(exclude_none=True), status,
        headers={**HEADERS, **(headers or {})}, media_type="application/problem+json",
    )  # fmt: skip


def install(app: FastAPI) -> None:
    """Every error of ``app`` becomes a problem document, every answer carries the headers."""
    app.add_middleware(WithHeaders)
    app.add_exception_handler(CitygaugeError, _on_purpose)
    app.add_exception_handler(StoreDown, _store_down)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unforeseen)


class WithHeaders:
    """Adds HEADERS to every answer that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _on_purpose(_: Request, error: Exception) -> JSONResponse:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return problem(status, str(error), field=error.field if isinstance(error, SourceChanged) else None)


def _store_down(_: Request, __: Exception) -> JSONResponse:
    return problem(503, "the store does not answer; `citygauge doctor` says more")


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, error.detail, headers=error.headers)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first: dict[str, Any] = error.errors()[0]
    field = ".".join(str(step) for step in first["loc"][1:])
    return problem(422, f"{field}: {first['msg']}", field=field)


def _unforeseen(_: Request, __: Exception) -> JSONResponse:
    """The text of an error that nobody foresaw may hold anything, so it stands in the log only."""
    return problem(500, "this should not have happened; the log of the web process says what did")
