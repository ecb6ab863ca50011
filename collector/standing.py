"""How each source stands: its newest run, whether an answer still holds, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from collector.city.model import City, Source
from collector.periods import DAY, MILLISECOND, midnight, moment, slot_of
from collector.store.runs import Outcome
from collector.store.status import RunLine, newest_run

if TYPE_CHECKING:
    import sqlalchemy as sa


class Standing(StrEnum):
    """up: the newest run is good and holds. failing: a later run was not, the last good answer still holds. down: none holds.

    never: no run so far. passive: nothing is expected (files, pushes without an interval).
    """

    UP = "up"
    FAILING = "failing"
    DOWN = "down"
    NEVER = "never"
    PASSIVE = "passive"


@dataclass(frozen=True)
class SourceStatus:
    """A source at an instant.

    good: its last good run. holds_until: when that run's answer stops to count. next_slot: when it is polled next.
    """

    settings: Source
    standing: Standing
    newest: RunLine | None
    good: RunLine | None
    holds_until: int | None
    next_slot: int | None

    @property
    def id(self) -> str:
        return self.settings.id

    @property
    def up(self) -> bool | None:
        """None where nothing is expected of the source."""
        return None if self.standing is Standing.PASSIVE else self.standing is Standing.UP

    @property
    def last_success_at(self) -> int | None:
        return self.good.at if self.good else None

    @property
    def poll_seconds(self) -> float | None:
        """How long the newest run took."""
        return self.newest.seconds if self.newest else None

    @property
    def skew_seconds(self) -> float | None:
        """How far the source's clock was ahead of ours at the newest run."""
        return self.newest.skew_seconds if self.newest else None

    def holds(self, now: int) -> bool:
        return self.holds_until is not None and now < self.holds_until


def source_statuses(connection: sa.Connection, city: City, now: int) -> list[SourceStatus]:
    return [_status(connection, source, city, now) for source in city.sources]


def _status(connection: sa.Connection, source: Source, city: City, now: int) -> SourceStatus:
    newest = newest_run(connection, source.id)
    good = newest
    if newest and newest.outcome is not Outcome.OK:
        good = newest_run(connection, source.id, Outcome.OK)
    until = good.at + source.holds_for // MILLISECOND if good and source.every else None
    return SourceStatus(
        source, _standing(source, newest, until, now), newest, good, until, _next_slot(source, city, now)
    )


def _standing(source: Source, newest: RunLine | None, until: int | None, now: int) -> Standing:
    if source.every is None:
        return Standing.PASSIVE
    if newest is None:
        return Standing.NEVER
    if until is None or now >= until:
        return Standing.DOWN
    return Standing.UP if newest.outcome is Outcome.OK else Standing.FAILING


def _next_slot(source: Source, city: City, now: int) -> int | None:
    """The slot after ``now``; counting restarts at the city's midnight."""
    if not source.polled or source.every is None:
        return None
    tomorrow = midnight(moment(now, city.zone).date() + DAY, city.zone)
    return min(slot_of(now, source.every, city.zone) + source.every // MILLISECOND, tomorrow)
