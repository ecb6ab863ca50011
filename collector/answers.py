"""An answer as a subsystem gave it, found by the digest that stands in its run, in segments and in ``explain``."""

from __future__ import annotations

import json
from dataclasses import dataclass

from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.periods import local_date, midnight
from collector.store.answers import archived_evidence, read_evidence
from collector.store.engine import Connection
from collector.store.status import RunLine, runs_with_evidence

NAMED = 10
"""A mistake names so many of an answer's parts; one of a large platform has a thousand."""


@dataclass(frozen=True)
class KeptPart:
    """A part of an answer with its SHA-256, which its body has."""

    name: str
    digest: str
    body: bytes


@dataclass(frozen=True)
class KeptAnswer:
    """What a run of ``source`` got at ``at`` (the newest of several with the same answer). digest: of the manifest."""

    source: str
    slot: int
    at: int
    digest: str
    parts: tuple[KeptPart, ...]


def kept_answer(installation: Installation, beginning: str, part: str | None = None) -> KeptAnswer:
    """The answer whose digest begins so, whole or one ``part`` of it.

    Raises ConfigurationError where no run has one, several have different ones or it has no such part, CitygaugeError where it is no
    longer kept.
    """
    zone = installation.city.zone
    with installation.database.read() as connection:
        run = _run(connection, beginning)
        day = local_date(run.at, zone)
        archived, kept_on = archived_evidence(installation.archive, run.source, day), midnight(day, zone)

        def read(digest: str) -> bytes:
            return read_evidence(connection, run.source, digest, kept_on, archived)

        listed = json.loads(read(str(run.evidence)))["parts"]
        wanted = [one for one in listed if part in (None, one["part"])]
        if not wanted and part is not None:
            names = ", ".join(one["part"] for one in listed[:NAMED])
            raise ConfigurationError(f"evidence {beginning}: has no part {part!r}; its parts are {names}")
        parts = tuple(KeptPart(one["part"], one["sha256"], read(one["sha256"])) for one in wanted)
    return KeptAnswer(run.source, run.slot, run.at, str(run.evidence), parts)


def _run(connection: Connection, beginning: str) -> RunLine:
    runs = runs_with_evidence(connection, beginning)
    if not runs:
        raise ConfigurationError(f"evidence {beginning}: no run has such a digest")
    if len(runs) > 1:
        found = ", ".join(f"{run.evidence} ({run.source})" for run in runs)
        raise ConfigurationError(f"evidence {beginning}: is the beginning of {found}; write more digits")
    return runs[0]
