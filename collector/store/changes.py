"""Since when a source gives the same answer, found from the digests of its answers without reading its runs anew."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from collector.store.runs import Outcome
from collector.store.schema import runs


@dataclass(frozen=True)
class Unchanged:
    """since: when the newest answer was given first without another one after it. until: of the newest good run."""

    since: int
    until: int


def unchanged(connection: sa.Connection, source: str, known: Unchanged | None = None) -> Unchanged | None:
    """Of a source's newest stretch of equal answers; None without a good run. known: of an earlier look, which saves reading."""
    good = (runs.c.source == source, runs.c.outcome == Outcome.OK.value, runs.c.evidence.is_not(None))
    newest = sa.select(runs.c.at, runs.c.evidence).where(*good).order_by(runs.c.at.desc(), runs.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None:
        return None
    other = sa.select(sa.func.max(runs.c.at)).where(*good, runs.c.evidence != row.evidence)
    if known is not None:
        other = other.where(runs.c.at >= known.until)
    differed_at = connection.execute(other).scalar()
    if differed_at is None and known is not None:
        return Unchanged(known.since, row.at)
    first = sa.select(sa.func.min(runs.c.at)).where(*good)
    if differed_at is not None:
        first = first.where(runs.c.at > differed_at)
    return Unchanged(connection.execute(first).scalar() or row.at, row.at)
