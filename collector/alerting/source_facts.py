"""What rules ask of sources: their runs, answers and certificates, as known at one instant."""

from __future__ import annotations

from collections.abc import Sequence

from collector.alerts.notification import Text
from collector.alerts.rules import overdue_after
from collector.installation import Installation
from collector.records import Kind
from collector.store.alerts import read_certificates
from collector.store.runs import Outcome, first_run_at
from collector.store.status import RunLine, answers_since, asked_after, run_until, subjects_listed

AHEAD_MS = 5_000
"""A run may be dated so much later than now: clocks of two machines are never quite the same."""
FEWEST_ANSWERS = 10
"""Fewer answers may be the same by chance."""


class SourceFacts:
    """Sources of one installation as known at ``at``; ``now`` is later where rounds that were missed are made up for."""

    def __init__(self, installation: Installation, at: int, now: int) -> None:
        self._installation, self._at, self._now = installation, at, now
        self._runs: dict[tuple[str, Outcome | None], RunLine | None] = {}

    def good(self, source: str) -> RunLine | None:
        """The last good run by then."""
        return self._run(source, Outcome.OK)

    def newest(self, source: str) -> RunLine | None:
        return self._run(source, None)

    def overdue(self, source: str) -> bool:
        """Whether a good run should have come by now; also where the clock went back and none can come."""
        every, good = self._installation.city.source(source).every, self.good(source)
        if every is None:
            return False
        return good is None or self._at - good.at > overdue_after(every) or self.clock_went_back((source,))

    def holds_until(self, source: str) -> int | None:
        """When the last good answer stops to count."""
        settings, good = self._installation.city.source(source), self.good(source)
        return None if good is None or good.vouch_end is None or settings.kind is not Kind.STATES else good.vouch_end

    def overdue_at(self, source: str) -> int | None:
        """When a good run will be overdue."""
        every, good = self._installation.city.source(source).every, self.good(source)
        return None if every is None or good is None else good.at + overdue_after(every) + 1

    def clock_went_back(self, sources: Sequence[str]) -> bool:
        """Whether a source has runs that are dated later than now: what is known by now is then not what was known last."""
        with self._installation.database.read() as connection:
            return any(asked_after(connection, source, self._now + AHEAD_MS) for source in sources)

    def asked_since_before(self, sources: Sequence[str], at: int) -> bool:
        """Whether every source was asked by ``at`` already, so that since then nothing but its silence makes us blind."""
        with self._installation.database.read() as connection:
            firsts = [first_run_at(connection, source) for source in sources]
        return all(first is not None and first <= at for first in firsts)

    def unchanged(self, source: str, over: int) -> tuple[int, bool | None]:
        """(good runs, whether all their answers were the same) over the last ``over`` milliseconds; None where too few came.

        Of lists of states only long ones are judged: a few sites may well be up for days on end.
        """
        settings = self._installation.city.source(source)
        with self._installation.database.read() as connection:
            runs, answers, first = answers_since(connection, source, self._at - over, self._at)
            long_enough = settings.kind is not Kind.STATES or (
                subjects_listed(connection, source) >= self._installation.city.plausibility.frozen_subjects
            )
        every = overdue_after(settings.every) if settings.every else 0
        if not long_enough or runs < FEWEST_ANSWERS or first is None or first > self._at - over + every:
            return runs, None if answers < 2 else False
        return runs, answers == 1

    def certificates(self, source: str) -> dict[str, int]:
        """By address, when its certificate ends."""
        with self._installation.database.read() as connection:
            known = read_certificates(connection, source)
        return {address: ends_at for address, (ends_at, _, _) in known.items() if ends_at is not None}

    def troubles(self, sources: Sequence[str]) -> list[Text]:
        """What the newest runs of the sources say where they are not good."""
        runs = [(name, self.newest(name)) for name in sources]
        return [
            Text(
                f"{name}：{run.outcome.value} {run.error or ''}".strip(),
                f"{name}: {run.outcome.value} {run.error or ''}".strip(),
            )
            for name, run in runs
            if run is not None and run.outcome is not Outcome.OK
        ]

    def _run(self, source: str, outcome: Outcome | None) -> RunLine | None:
        if (source, outcome) not in self._runs:
            with self._installation.database.read() as connection:
                self._runs[source, outcome] = run_until(connection, source, self._at, outcome)
        return self._runs[source, outcome]
