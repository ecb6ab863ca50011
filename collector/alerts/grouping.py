"""When a group of alerts is told, and what: level-triggered, from what was told last and how the alerts stand now.

The words are Alertmanager's: a group waits, then is told; changes are told an interval later at the earliest; what has
not changed is repeated. Muted alerts (silenced, or under approved maintenance) are as if they were not there: neither
told as firing nor as resolved until the muting ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from collector.alerts.notification import Cause


@dataclass(frozen=True)
class Pace:
    """Milliseconds. repost: None for receivers of people. resolved: whether ends are told."""

    wait: int
    interval: int
    repeat: int
    repost: int | None = None
    resolved: bool = True


@dataclass(frozen=True)
class Member:
    """An alert of the group. fired_at: of its present or last firing, None where it never fired."""

    fingerprint: str
    firing: bool
    fired_at: int | None
    muted: bool = False
    acknowledged: bool = False


@dataclass(frozen=True)
class Group:
    """What is remembered of a group. told: fingerprint -> ``fired_at`` of what the receiver believes to fire.

    waiting_since: when something was first seen that it has not been told of. number: of its last notification.
    """

    waiting_since: int | None = None
    told_at: int | None = None
    told: Mapping[str, int] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True)
class Decision:
    """What to tell now, by fingerprint."""

    cause: Cause
    firing: tuple[str, ...]
    resolved: tuple[str, ...]


def decide(group: Group, members: Sequence[Member], pace: Pace, now: int) -> tuple[Group, Decision | None]:
    """The group as it is to be remembered, and what it is told now, if anything.

    A wall clock that went back counts from where it is now: what is due is late by what had passed, and never lost.
    """
    group = _never_ahead(group, now)
    live = {one.fingerprint: one for one in members if not one.muted}
    firing = {name: one.fired_at or 0 for name, one in live.items() if one.firing}
    ended = tuple(name for name in group.told if name in live and not live[name].firing)
    if not pace.resolved and ended:  # nobody is told, so there is nothing to remember
        group = replace(group, told={name: at for name, at in group.told.items() if name not in ended})
        ended = ()
    if any(group.told.get(name) != at for name, at in firing.items()) or ended:
        return _changed(group, firing, ended, pace, now)
    group = replace(group, waiting_since=None)
    if not firing or group.told_at is None:
        return group, None
    if pace.repost is not None:
        return _tell(group, Cause.REPOST, firing, (), now) if now - group.told_at >= pace.repost else (group, None)
    if now - group.told_at >= pace.repeat and not all(live[name].acknowledged for name in firing):
        return _tell(group, Cause.REPEAT, firing, (), now)
    return group, None


def due_at(group: Group, firing: bool, pace: Pace) -> int | None:
    """When ``decide`` may next have something to say though no alert changes."""
    if group.waiting_since is not None:
        return _due(group, group.waiting_since, pace)
    if firing and group.told_at is not None:
        return group.told_at + (pace.repeat if pace.repost is None else pace.repost)
    return None


def _changed(
    group: Group, firing: Mapping[str, int], ended: tuple[str, ...], pace: Pace, now: int
) -> tuple[Group, Decision | None]:
    since = now if group.waiting_since is None else group.waiting_since
    group = replace(group, waiting_since=since)
    if now < _due(group, since, pace):
        return group, None
    return _tell(group, Cause.CHANGED if group.told else Cause.NEW, firing, ended, now)


def _due(group: Group, since: int, pace: Pace) -> int:
    """A group that nothing is told of waits for company; one that was told of keeps to its interval."""
    if pace.repost is not None:
        return since
    return max(since, group.told_at + pace.interval) if group.told and group.told_at is not None else since + pace.wait


def _tell(
    group: Group, cause: Cause, firing: Mapping[str, int], ended: tuple[str, ...], now: int
) -> tuple[Group, Decision | None]:
    muted = {name: at for name, at in group.told.items() if name not in firing and name not in ended}
    after = Group(None, now, {**muted, **firing}, group.number + 1)
    return after, Decision(cause, tuple(firing), ended)


def _never_ahead(group: Group, now: int) -> Group:
    told, waiting = (None if at is None else min(at, now) for at in (group.told_at, group.waiting_since))
    return replace(group, told_at=told, waiting_since=waiting)
