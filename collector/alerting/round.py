"""One round of evaluation: observe what may have changed, take every alert one step on, keep it and write what is to be told.

Level-triggered: it may run at any time, twice, or not for hours. Rounds follow one another by a lease in the store; the
states and the notifications that tell of them are one transaction.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from collector.alerting.clocks import Reading, elapsed, read_clocks, stepped
from collector.alerting.dispatching import dispatch
from collector.alerting.observing import Observation, Observer, is_cheap
from collector.alerting.stepping import Known, step
from collector.alerts.rules import Rule, rules_of
from collector.installation import Installation
from collector.periods import MILLISECOND
from collector.store.alerts import Round, forget_alerts, read_alerts, read_round, write_alerts, write_round
from collector.store.expiry import expire_alerting
from collector.store.outbox import receivers_due
from collector.store.status import marker, run_instants

if TYPE_CHECKING:
    from collector.store.engine import Connection

LEASE = timedelta(minutes=2)
FRESH = timedelta(seconds=30)
"""What is cheap to know is looked at again after every run, and after so long: schedules and exclusions have edges too."""
SLOW = timedelta(seconds=60)
GAP = timedelta(seconds=20)
"""Rounds further apart were missed; what runs saw meanwhile is made up for."""
MOST_REPLAYED = 50
KEEP = timedelta(days=7)
"""How long a resolved alert is listed."""
KEEP_DONE = timedelta(days=90)
"""How long notifications that are done with, silences that are over, and acknowledgements are kept."""
KEEP_REPOSTS = timedelta(days=1)
"""The same for notifications to receivers that are told every minute and keep their own account."""


@dataclass(frozen=True)
class Begun:
    """A round that is ours. known: newest run and log entry."""

    before: Round
    holder: str
    reading: Reading
    run: int
    entry: int
    rules: str

    @property
    def now(self) -> int:
        return self.reading.at

    def looks(self, due_at: int | None) -> bool:
        """Whether something due at an instant of an earlier round is to be looked at: also after the clock went back."""
        before = self.before
        if before.at is None or due_at is None or before.rules != self.rules or self.now < before.at:
            return True
        return self.now >= due_at

    @property
    def added(self) -> bool:
        return (self.run, self.entry) != (self.before.run, self.before.entry)


def evaluate_alerts(installation: Installation, reading: Reading | None = None) -> list[str]:
    """One round. Returns the receivers for whom something is to be sent; nothing where another round is under way."""
    rules = rules_of(installation.city)
    begun = _begin(installation, reading or read_clocks(), rules)
    if begun is None:
        return []
    observer = Observer(installation, begun.now)
    with installation.database.read() as connection:
        before = read_alerts(connection)
    cheap = begun.added or begun.looks(begun.before.look_at)
    slow = begun.looks(begun.before.slow_at)
    known, passed = dict(before), elapsed(begun.before, begun.reading)
    for at, since in _missed(installation, begun, rules):
        known = step(
            known, _observe(Observer(installation, at, begun.now), rules, cheap=True, slow=False), rules, at, since
        )
        passed -= since
    known = step(known, _observe(observer, rules, cheap=cheap, slow=slow), rules, begun.now, max(0, passed))
    after = replace(
        begun.before, at=begun.now, boot=begun.reading.boot, steady=begun.reading.steady, run=begun.run, entry=begun.entry,
        rules=begun.rules, holder=None, leased_at=None,
    )  # fmt: skip
    if cheap:
        after = replace(after, look_at=_look_at(installation, observer, begun.now))
    if slow:
        after = replace(after, slow_at=begun.now + SLOW // MILLISECOND)
    return _keep(installation, begun, before, known, after)


def _begin(installation: Installation, reading: Reading, rules: list[Rule]) -> Begun | None:
    """Take the lease; None where another process has it."""
    digest = hashlib.sha256(repr(rules).encode()).hexdigest()
    holder = uuid.uuid4().hex
    with installation.database.write() as connection:
        before = read_round(connection, lock=True)
        held = before.leased_at is not None and 0 <= reading.at - before.leased_at < LEASE // MILLISECOND
        if before.holder is not None and held:
            return None
        mark = marker(connection)
        write_round(connection, replace(before, holder=holder, leased_at=reading.at))
    return Begun(before, holder, reading, mark.run, mark.entry, digest)


def _observe(observer: Observer, rules: list[Rule], *, cheap: bool, slow: bool) -> dict[str, list[Observation]]:
    return {rule.key: observer.observe(rule) for rule in rules if (cheap if is_cheap(rule) else slow)}


def _missed(installation: Installation, begun: Begun, rules: list[Rule]) -> list[tuple[int, int]]:
    """(instant, milliseconds since the one before) of what rounds that were missed would have seen, in order.

    Runs were stored meanwhile, or answers stopped to hold. After a step of the clock nobody can tell when that was.
    """
    start, end = begun.before.at, begun.now
    if start is None or end - start <= GAP // MILLISECOND or stepped(begun.before, begun.reading):
        return []
    instants: set[int] = set()
    sources = {name for rule in rules if is_cheap(rule) for name in rule.sources}
    with installation.database.read() as connection:
        for name in sources:
            holds = installation.city.source(name).holds_for // MILLISECOND
            runs = run_instants(connection, name, start - holds, end)
            instants |= {at for run in runs for at in (run, run + holds) if start < at < end}
    ordered = sorted(instants)
    kept = ordered[:: -(-len(ordered) // MOST_REPLAYED)] if ordered else []
    return [(at, at - before) for before, at in zip([start, *kept], kept, strict=False)]


def _look_at(installation: Installation, observer: Observer, now: int) -> int:
    """When the observation may change though no run is added: an answer stops to hold, a run is overdue."""
    sources = [source.id for source in installation.city.sources]
    ends = [at for name in sources for at in (observer.sources.holds_until(name), observer.sources.overdue_at(name))]
    return min([at for at in ends if at is not None and at > now] + [now + FRESH // MILLISECOND])


def _keep(
    installation: Installation, begun: Begun, before: Mapping[str, Known], known: Mapping[str, Known], after: Round
) -> list[str]:
    now = begun.now
    old = [
        name
        for name, one in known.items()
        if not one.firing and now - (one.state.resolved_at or now) > KEEP // MILLISECOND
    ]
    kept = {name: one for name, one in known.items() if name not in old}
    with installation.database.write() as connection:
        if read_round(connection, lock=True).holder != begun.holder:
            return []  # this round took longer than its lease, and another one has been here
        write_alerts(connection, [one for name, one in kept.items() if before.get(name) != one])
        forget_alerts(connection, before.keys() - kept.keys())
        dispatch(connection, installation.city, kept, now)
        write_round(connection, after)
        if after.slow_at != begun.before.slow_at:
            _expire(connection, installation, now)
        due = receivers_due(connection, now)
    return [one.id for one in installation.city.receivers if one.id in due]


def _expire(connection: Connection, installation: Installation, now: int) -> None:
    reposted_to = {one.id for one in installation.city.receivers if one.kind.needs_repost}
    expire_alerting(connection, now - KEEP_DONE // MILLISECOND, reposted_to, now - KEEP_REPOSTS // MILLISECOND)
