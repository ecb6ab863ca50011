"""An answer as a subsystem gave it, found by the digest that stands in its run, in segments and in ``explain``."""

from __future__ import annotations

import json
from dataclasses import dataclass

from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.periods import local_date, midnight
from collector.store.answers import archived_evidence, read_evidence
from collector.store.status import runs_with_evidence


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

    def body(self, part: str) -> bytes:
        """Raises ConfigurationError for a part that the answer does not have."""
        for one in self.parts:
            if one.name == part:
                return one.body
        raise ConfigurationError(f"evidence has no part {part!r}; its parts are {', '.join(one.name for one in self.parts)}")


def kept_answer(installation: Installation, beginning: str) -> KeptAnswer:
    """The answer whose digest begins so.

    Raises ConfigurationError where no run has one or several have different ones, CitygaugeError where it is no longer kept.
    """
    zone = installation.city.zone
    with installation.database.read() as connection:
        runs = runs_with_evidence(connection, beginning)
        if not runs:
            raise ConfigurationError(f"evidence {beginning}: no run has such a digest")
        if len(runs) > 1:
            found = ", ".join(f"{run.evidence} ({run.source})" for run in runs)
            raise ConfigurationError(f"evidence {beginning}: is the beginning of {found}; write more digits")
        run = runs[0]
        day = local_date(run.at, zone)
        archived, kept_on = archived_evidence(installation.archive, run.source, day), midnight(day, zone)

        def read(digest: str) -> bytes:
            return read_evidence(connection, run.source, digest, kept_on, archived)

        listed = json.loads(read(str(run.evidence)))["parts"]
        parts = tuple(KeptPart(one["part"], one["sha256"], read(one["sha256"])) for one in listed)
    return KeptAnswer(run.source, run.slot, run.at, str(run.evidence), parts)
