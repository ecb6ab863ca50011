"""Current figures, kept: what the exporter, the status page and the API show without measuring anew at every request.

Figures are measured again when a run, segment or snapshot was added, and at least once a minute, since coverage of the running
month changes by itself. A refresh never takes more than a tenth of the time.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from collector.current import Line, Measuring, count_subjects, current_subjects, frozen_lines, has_cases
from collector.errors import CitygaugeError, SourceUnavailable
from collector.installation import Installation
from collector.measurement import Number
from collector.periods import DAY, MILLISECOND, Period, moment
from collector.prometheus.watching import Watch, Watched
from collector.records import Kind, State
from collector.standing import SourceStatus, source_statuses
from collector.store.snapshots import latest_snapshot
from collector.store.status import (
    Marker,
    SnapshotLine,
    StoreDown,
    count_outcomes,
    marker,
    newest_snapshots,
    vector_run,
)
from collector.store.vectors import read_dictionary, read_vector

if TYPE_CHECKING:
    import sqlalchemy as sa

Clock = Callable[[], int]
REFRESH = timedelta(seconds=15)
REMEASURE = timedelta(seconds=60)
SHARE = 10
"""A refresh that took t seconds is followed by a pause of at least so many t."""
BEHIND = 10_000
"""Runs are numbered before they commit, so a lower number may still appear, but none so far behind the newest."""
SHOWN_SNAPSHOTS = 24
LONGEST_WAIT = timedelta(seconds=5)

log = logging.getLogger("citygauge.live")


@dataclass(frozen=True)
class Figures:
    """What is measured. lines: by period (month, day, last_month) and indicator. users, pue: by (source, window)."""

    at: int
    month: Period
    day: Period
    last_month: SnapshotLine | None
    lines: Mapping[str, Mapping[str, Line]]
    cases: Mapping[tuple[str, str], int]
    users: Mapping[tuple[str, str], Number]
    pue: Mapping[tuple[str, str], Number]
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class View:
    """Everything there is to show at the instant ``at``. runs: by (source, outcome). subjects: by (source, department, state)."""

    at: int
    figures: Figures
    sources: list[SourceStatus]
    subjects: Mapping[tuple[str, str, str], int]
    runs: Mapping[tuple[str, str], int]
    snapshots: list[SnapshotLine]
    watched: Watched


class RunCounts:
    """Runs by source and outcome, added up by run id so that no refresh reads the whole table."""

    def __init__(self) -> None:
        self._settled: Counter[tuple[str, str]] = Counter()
        self._up_to = 0

    def read(self, connection: sa.Connection, newest: int) -> Counter[tuple[str, str]]:
        """The counts up to the run ``newest``. What lies far behind it is added once and not looked at again."""
        settled = max(self._up_to, newest - BEHIND)
        self._settled.update(count_outcomes(connection, self._up_to, settled))
        self._up_to = settled
        return self._settled + Counter(count_outcomes(connection, settled, newest))


class Live:
    """The current view of one installation. Safe to ask from several threads; ``measuring`` is held while figures are made."""

    def __init__(self, installation: Installation, clock: Clock, refresh: timedelta = REFRESH) -> None:
        self.installation, self.clock = installation, clock
        self.measuring = Lock()
        self._pause = refresh // MILLISECOND
        self._lock = Lock()
        self._runs = RunCounts()
        self._watch = Watch(installation)
        self._counts: dict[str, tuple[tuple[int, int], Counter[tuple[str, State]]]] = {}
        self._marker: Marker | None = None
        self._view: View | None = None
        self._failure: Exception | None = None
        self._looked_at: int | None = None
        self._cost = 0
        self._thread: Thread | None = None
        self._stop = Event()

    def view(self) -> View:
        """The newest view. Raises SourceUnavailable where the store does not answer, and what else went wrong making it."""
        if self._thread is None or (self._view is None and self._failure is None):
            self._refresh()
        if self._failure is not None:
            raise self._failure
        assert self._view is not None
        return self._view

    def start(self) -> None:
        """Refresh in a thread from now on, so that no request waits for figures."""
        self._thread = Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(LONGEST_WAIT.total_seconds())

    def _run(self) -> None:
        self._refresh()
        while not self._stop.wait(self._pause / 1000):
            self._refresh()

    def _refresh(self) -> None:
        with self._lock:
            now = self.clock()
            pause = max(self._pause, SHARE * self._cost)
            if self._looked_at is not None and self._looked_at <= now < self._looked_at + pause:
                return
            started = time.perf_counter()
            try:
                self._view = self._look(now)
            except Exception as error:  # noqa: BLE001  kept and raised by view(): a dead thread would leave old figures up
                self._failed(error)
            else:
                if self._failure is not None:
                    log.warning("figures are back")
                self._failure = None
            self._looked_at = now
            self._cost = int(1000 * (time.perf_counter() - started))

    def _failed(self, error: Exception) -> None:
        if isinstance(error, StoreDown):
            error = SourceUnavailable(f"store: the database does not answer ({type(error.orig).__name__})")
        if self._failure is None:
            log.warning("figures are gone: %s", error, exc_info=None if isinstance(error, CitygaugeError) else error)
        self._failure = error

    def _look(self, now: int) -> View:
        installation = self.installation
        with installation.database.read() as connection:
            mark = marker(connection)
            sources = source_statuses(connection, installation.city, now)
            subjects = self._subjects(connection, sources, now)
            runs = self._runs.read(connection, mark.run)
            snapshots = newest_snapshots(connection, SHOWN_SNAPSHOTS)
        figures = self._view.figures if self._view else None
        fresh = figures is None or mark != self._marker or not 0 <= now - figures.at < REMEASURE // MILLISECOND
        with self.measuring:
            if figures is None or fresh:
                figures = measured_now(installation, sources, now)
            watched = self._watch.look(now, fresh=fresh)
        self._marker = mark
        return View(now, figures, sources, subjects, runs, snapshots, watched)

    def _subjects(
        self, connection: sa.Connection, sources: list[SourceStatus], now: int
    ) -> dict[tuple[str, str, str], int]:
        out: dict[tuple[str, str, str], int] = {}
        for source in sources:
            if source.settings.kind is Kind.STATES and (depends := vector_run(connection, source.id)):
                if self._counts.get(source.id, ((0, 0),))[0] != depends:
                    states = read_vector(connection, source.id).states
                    counts = count_subjects(read_dictionary(connection, source.id), states)
                    self._counts[source.id] = depends, counts
                out |= current_subjects(self._counts[source.id][1], source, now)
        return out


def measured_now(installation: Installation, sources: list[SourceStatus], now: int) -> Figures:
    """Everything that has to be measured, as known at ``now``."""
    zone = installation.city.zone
    today = moment(now, zone).date()
    month, day = Period.parse(today.strftime("%Y-%m"), zone), Period.of_day(today, zone)
    with installation.database.read() as connection:
        frozen = latest_snapshot(connection, (today.replace(day=1) - DAY).strftime("%Y-%m"))
    measuring = Measuring(installation.history, now)
    lines = {"month": measuring.lines(month), "day": measuring.lines(day)}
    if frozen:
        lines["last_month"] = frozen_lines(frozen)
    windows = {"month": month, "day": day}
    of_kind = {kind: [one.id for one in sources if one.settings.kind is kind] for kind in Kind}
    users = {(s, w): measuring.users(s, period) for s in of_kind[Kind.ACTIVITY] for w, period in windows.items()}
    pue = {(s, w): measuring.pue(s, period) for s in of_kind[Kind.READINGS] for w, period in windows.items()}
    cases = {
        (one.id, state): number
        for one in sources if has_cases(one, now)
        for state, number in measuring.cases(one.id, month).items()
    }  # fmt: skip
    return Figures(
        at=now, month=month, day=day,
        last_month=SnapshotLine(frozen.period, frozen.revision, frozen.digest, frozen.created_at) if frozen else None,
        lines=lines, cases=cases,
        users={key: value for key, value in users.items() if value is not None},
        pue={key: value for key, value in pue.items() if value is not None},
        problems=tuple(measuring.problems),
    )  # fmt: skip
