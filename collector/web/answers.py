"""What the API answers, as documents. Instants are ISO 8601 in UTC. Nothing from a source's own options is ever in them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from collector.periods import iso
from collector.standing import SourceStatus
from collector.store.status import RunLine, SnapshotLine


class Run(BaseModel):
    """One attempt to poll a source, or one body that came by itself."""

    id: int
    source: str
    slot: str
    at: str
    outcome: str = Field(description="ok, partial, unavailable, changed or missed")
    rows: int
    seconds: float
    vouches: tuple[str, str] | None = Field(description="start and end of the time that the answer vouches for")
    evidence: str | None = Field(description="SHA-256 of the manifest of the answer")
    skew_seconds: float | None = Field(description="how far the source's clock was ahead of ours")
    error_kind: str | None
    error: str | None
    faults: tuple[str, ...]

    @classmethod
    def of(cls, line: RunLine) -> Run:
        span = None
        if line.vouch_start is not None and line.vouch_end is not None:
            span = iso(line.vouch_start), iso(line.vouch_end)
        return cls(
            id=line.id, source=line.source, slot=iso(line.slot), at=iso(line.at), outcome=line.outcome.value,
            rows=line.rows, seconds=line.seconds, vouches=span, evidence=line.evidence, skew_seconds=line.skew_seconds,
            error_kind=line.error_kind, error=line.error, faults=line.faults,
        )  # fmt: skip


class Source(BaseModel):
    """A configured source and how it stands."""

    id: str
    connector: str
    kind: str
    department: str | None
    district: str | None
    every_seconds: float | None
    holds_seconds: float | None
    standing: str = Field(description="up, failing (an older answer still holds), down, never or passive")
    last_success_at: str | None
    next_slot: str | None
    last_run: Run | None

    @classmethod
    def of(cls, status: SourceStatus) -> Source:
        settings, newest = status.settings, status.newest
        return cls(
            id=status.id, connector=settings.connector, kind=settings.kind.value,
            department=settings.department, district=settings.district,
            every_seconds=settings.every.total_seconds() if settings.every else None,
            holds_seconds=settings.holds_for.total_seconds() if settings.every else None,
            standing=status.standing.value, last_success_at=_iso(status.last_success_at),
            next_slot=_iso(status.next_slot), last_run=Run.of(newest) if newest else None,
        )  # fmt: skip


class Snapshot(BaseModel):
    """A frozen period; its document is at /api/v1/snapshots/PERIOD."""

    period: str
    revision: int
    digest: str = Field(description="SHA-256 of the canonical document")
    created_at: str

    @classmethod
    def of(cls, line: SnapshotLine) -> Snapshot:
        return cls(period=line.period, revision=line.revision, digest=line.digest, created_at=iso(line.created_at))


class Stored(BaseModel):
    """What became of pushed records. stored: false where the same key or body had come before; then ``run`` is that run."""

    stored: bool
    run: Run


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at)
