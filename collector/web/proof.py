"""The API for those who check: snapshots, their bundles, and the newest checkpoint."""

from __future__ import annotations

import hashlib
import re
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Response

from collector.bundling import make_bundle
from collector.installation import Installation
from collector.live import Live
from collector.store.log import newest_checkpoint
from collector.store.snapshots import Snapshot as Stored
from collector.store.status import snapshot_lines, snapshot_of
from collector.web.answers import Snapshot

ZIP = "application/zip"
Tag = Annotated[str | None, Header(alias="If-None-Match")]
Revision = Annotated[int | None, Query(description="the newest one where none is given")]


def proof_routes(live: Live) -> APIRouter:
    """Routes below /api/v1. A bundle is packed in memory, so one at a time is."""
    routes = APIRouter()
    installation, packing = live.installation, Lock()

    @routes.get("/snapshots")
    def snapshots() -> list[Snapshot]:
        """Every revision of every frozen period, latest first."""
        with installation.database.read() as connection:
            return [Snapshot.of(line) for line in snapshot_lines(connection)]

    @routes.get("/snapshots/{period:path}/bundle", response_class=Response, responses=_binary(ZIP, "the bundle"))
    def bundle(period: str, revision: Revision = None, tag: Tag = None) -> Response:
        """All that it takes to verify a snapshot offline: `citygauge verify FILE`. The ETag is the SHA-256 of the answer."""
        found = _stored(installation, period, revision)
        with packing:
            body = make_bundle(installation, period, found.revision, live.clock())
        name = re.sub(r"[^0-9A-Za-z+-]", "_", period)
        attached = {"Content-Disposition": f'attachment; filename="{name}-r{found.revision}.bundle"'}
        return _tagged(body, hashlib.sha256(body).hexdigest(), ZIP, tag, attached)

    @routes.get("/snapshots/{period:path}")
    def snapshot_by_period(period: str, revision: Revision = None, tag: Tag = None) -> Response:
        """A frozen period's canonical JSON, byte for byte; its ETag is the SHA-256 of the answer."""
        found = _stored(installation, period, revision)
        return _tagged(found.body, found.digest, "application/json", tag)

    @routes.get("/checkpoint", response_class=Response, responses=_binary("text/plain", "the checkpoint"))
    def checkpoint() -> Response:
        """The newest signed checkpoint of the log. Whoever keeps it can show later whether history was rebuilt."""
        with installation.database.read() as connection:
            text = newest_checkpoint(connection)
        if text is None:
            raise HTTPException(
                404, "there is no checkpoint yet; the first snapshot makes one, as does `citygauge checkpoint`"
            )
        return Response(text.encode(), media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})

    return routes


def _stored(installation: Installation, period: str, revision: int | None) -> Stored:
    """Answers 404 for a snapshot that there is not."""
    with installation.database.read() as connection:
        found = snapshot_of(connection, period, revision)
    if found is None:
        which = period if revision is None else f"{period} revision {revision}"
        raise HTTPException(404, f"there is no snapshot of {which}; /api/v1/snapshots lists what there is")
    return found


def _tagged(
    body: bytes, digest: str, media_type: str, asked: str | None, headers: dict[str, str] | None = None
) -> Response:
    """``body``, or 304 where the asker has it already."""
    tag = f'"{digest}"'
    if asked and tag in [one.strip() for one in asked.split(",")]:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type=media_type, headers={"ETag": tag, **(headers or {})})


def _binary(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document says of an answer that is no JSON."""
    kind = {"type": "string"} | ({"format": "binary"} if media_type == ZIP else {})
    return {200: {"description": description, "content": {media_type: {"schema": kind}}}}
