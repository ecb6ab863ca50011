"""``POST /api/v1/sources/{id}/records``: records of a subsystem that cannot be polled.

The same body is stored once, whatever its ``Idempotency-Key``; the same key with other records is refused. Account ids
are replaced by their keyed hash before anything is kept.
"""

from __future__ import annotations

import hmac
import time
from collections import defaultdict
from datetime import timedelta
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from collector.connector import Part
from collector.errors import ConfigurationError, SourceChanged
from collector.http import MEGABYTE
from collector.importing import store_events
from collector.installation import Installation
from collector.live import Live
from collector.periods import MILLISECOND
from collector.sources import OpenSource
from collector.store.evidence import EvidenceWriter
from collector.store.status import run_with_cursor, run_with_evidence
from collector.web.answers import Run, Stored
from collector.web.api import known_source
from collector.web.problems import Problem

CONNECTOR = "push"
PART = "body"
KEYS_ARE_KEPT = timedelta(days=30)
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {
    "type": "object",
    "required": ["records"],
    "properties": {
        "records": {"type": "array", "items": {"type": "object"}, "description": "columns of the source's kind"},
        "vouches": {
            "type": "object",
            "description": "the span for which the records are complete",
            "properties": {name: {"type": "string", "format": "date-time"} for name in ("start", "end")},
        },
    },
}}}}}  # fmt: skip
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem}, 404: {"model": Problem}, 413: {"model": Problem}, 422: {"model": Problem},
}  # fmt: skip


class Intake:
    """Takes the bodies of one installation; of one source one after another, so that a repetition finds the first."""

    def __init__(self, live: Live) -> None:
        self._installation: Installation = live.installation
        self._clock = live.clock
        self._opening = Lock()
        self._one_at_a_time: dict[str, Lock] = defaultdict(Lock)

    def open(self, name: str, authorization: str | None) -> OpenSource:
        """The source, for a sender that shows its token. Answers 404, 400 or 401."""
        if known_source(self._installation, name).connector != CONNECTOR:
            raise HTTPException(400, f"source {name} does not take records; its connector is not `push`")
        try:
            with self._opening:
                source = self._installation.source(name)
        except ConfigurationError:  # the text is for whoever keeps the city file, not for a sender without a token
            raise HTTPException(503, f"source {name} is not ready; `citygauge check` says what is missing") from None
        token = source.connector.token.get_secret_value()  # type: ignore[attr-defined]  # of the push connector
        scheme, _, shown = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), token.encode()):
            challenge = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(401, f"source {name}: send its token as Authorization: Bearer …", headers=challenge)
        return source

    def store(self, source: OpenSource, body: bytes, key: str | None) -> Stored:
        """Check and store one body as one run. Raises SourceChanged, naming the field that does not fit."""
        started, now = time.perf_counter(), self._clock()
        push: Any = source.connector
        kept = push.redact(body, source.pseudonym)
        part = Part(PART, kept)
        events = push.parse([part])
        span = push.vouches(kept)
        if span and span.end > now:
            raise SourceChanged(f"{PART} $.vouches.end", "lies in the future; nobody can vouch for what is to come")
        digest = _digest(source, part, now)
        with self._one_at_a_time[source.id]:
            if first := self._earlier(source, digest, key, now):
                return Stored(stored=False, run=first)
            run = store_events(source, part, events, [span] if span else [], now, started, key)
            first = self._earlier(source, digest, None, now)
        assert first is not None
        return Stored(stored=run is not None, run=first)

    def _earlier(self, source: OpenSource, digest: str, key: str | None, now: int) -> Run | None:
        """The run that took this body before. A key that came with other records is refused: these would be lost."""
        since = now - KEYS_ARE_KEPT // MILLISECOND
        with source.database.read() as connection:
            same = run_with_evidence(connection, source.id, digest)
            keyed = run_with_cursor(connection, source.id, key, since) if key and not same else None
        if keyed:
            raise SourceChanged("Idempotency-Key", f"came with other records before (run {keyed.id}); take a new key")
        return Run.of(same) if same else None


def _digest(source: OpenSource, part: Part, now: int) -> str:
    """What the run of this body has as its evidence."""
    writer = EvidenceWriter(source.id, source.midnight(now), {})
    writer.add(part)
    return writer.finish().digest


def push_routes(live: Live) -> APIRouter:
    routes = APIRouter()
    intake = Intake(live)

    @routes.post("/sources/{source}/records", status_code=201, openapi_extra=_BODY, responses=_PROBLEMS)
    async def push(
        source: str,
        request: Request,
        response: Response,
        authorization: Annotated[str | None, Header()] = None,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
    ) -> Stored:
        """Store records: 201 for new ones, 200 with the first run where the same body came before."""
        opened = await run_in_threadpool(intake.open, source, authorization)
        body = await _read(request, opened.settings.max_answer)
        stored = await run_in_threadpool(intake.store, opened, body, idempotency_key)
        response.status_code = 201 if stored.stored else 200
        return stored

    return routes


async def _read(request: Request, megabytes: int) -> bytes:
    """The body, refused as soon as it is known to be larger than the source's ``max_answer``."""
    too_large = HTTPException(413, f"the body is larger than {megabytes} MiB; send fewer records at once")
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > megabytes * MEGABYTE:
        raise too_large
    if request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415, "send the body as it is, without Content-Encoding")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > megabytes * MEGABYTE:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)
