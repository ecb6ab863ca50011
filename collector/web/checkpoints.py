"""The checkpoint beside each snapshot of the status page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collector.covering import Covering, covering_checkpoint
from collector.errors import CitygaugeError
from collector.installation import Installation
from collector.prover import key_ring
from collector.store.status import SnapshotLine


@dataclass(frozen=True)
class Printed:
    """A snapshot with the short form of the checkpoint that covers it. problem: why there is none, where the keys cannot be read."""

    line: SnapshotLine
    checkpoint: str | None
    problem: str | None = None


class Checkpoints:
    """Looks for a snapshot's checkpoint until there is one, and keeps it: it never becomes another."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._found: dict[tuple[str, int], Covering] = {}

    def beside(self, lines: Sequence[SnapshotLine]) -> list[Printed]:
        missing = [line for line in lines if (line.period, line.revision) not in self._found]
        problem = None
        if missing:
            try:
                self._look(missing)
            except CitygaugeError as error:
                problem = str(error)  # the page stays up where keys are missing or a checkpoint is false, and says so
        return [self._printed(line, problem) for line in lines]

    def _look(self, lines: Sequence[SnapshotLine]) -> None:
        keys = key_ring(self._installation).public_keys()
        with self._installation.database.read() as connection:
            for line in lines:
                if found := covering_checkpoint(connection, line.period, line.revision, keys):
                    self._found[line.period, line.revision] = found

    def _printed(self, line: SnapshotLine, problem: str | None) -> Printed:
        found = self._found.get((line.period, line.revision))
        return Printed(line, str(found.short)) if found else Printed(line, None, problem)
