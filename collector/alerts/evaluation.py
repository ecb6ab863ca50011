"""The state of one alert and how it goes on: a pure function of rule, observation and the state before.

Time counts by what passed between evaluations (``elapsed``), not by the wall clock: a clock that steps makes nothing
fire and resolves nothing. What passed belongs to the signal observed before it, as a step function does.

``for``: the time during which the signal was ``breach``, since the last one that said for certain that it was not.
Time in which nothing was known does not count and does not start it anew; neither do evaluations that were missed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Signal(StrEnum):
    """breach: the condition holds for certain. clear: it certainly does not, by the level it resolves at. between: it
    certainly does not, but is not back at that level. unknown: what was observed allows both.
    """

    BREACH = "breach"
    BETWEEN = "between"
    CLEAR = "clear"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"


class Change(StrEnum):
    FIRED = "fired"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Seen:
    """One evaluation. at: wall clock. elapsed: milliseconds since the evaluation before, by a clock that does not step.

    period: label of the period that the value is about, empty where it is about the instant or a trailing window; what
    was pending in one period does not count in the next.
    """

    signal: Signal
    at: int
    elapsed: int = 0
    period: str = ""


@dataclass(frozen=True)
class State:
    """since: when the breach was first seen (wall clock). held, clear: milliseconds counted towards ``for`` and ``resolve_after``.

    fired_at, resolved_at: of the last time it fired.
    """

    phase: Phase = Phase.INACTIVE
    signal: Signal = Signal.UNKNOWN
    period: str = ""
    since: int | None = None
    held: int = 0
    clear: int = 0
    fired_at: int | None = None
    resolved_at: int | None = None


def evaluate(hold: int, clear: int, seen: Seen, before: State | None) -> tuple[State, Change | None]:
    """The state after one more evaluation, and what changed. hold, clear: ``for`` and ``resolve_after`` in milliseconds."""
    before = before or State()
    if before.phase is Phase.FIRING:
        state, change = _firing(clear, seen, before)
    else:
        state, change = _quiet(hold, seen, before)
    return replace(state, signal=seen.signal, period=seen.period), change


def due_in(hold: int, clear: int, state: State) -> int | None:
    """Milliseconds until the state changes if the signal stays; None where it does not."""
    if state.phase is Phase.PENDING and state.signal is Signal.BREACH:
        return max(0, hold - state.held)
    if state.phase is Phase.FIRING and state.signal is Signal.CLEAR:
        return max(0, clear - state.clear)
    return None


def _quiet(hold: int, seen: Seen, before: State) -> tuple[State, Change | None]:
    goes_on = before.phase is Phase.PENDING and before.period == seen.period
    held = before.held + (_passed(seen) if before.signal is Signal.BREACH else 0) if goes_on else 0
    since = before.since if goes_on else seen.at
    if seen.signal is Signal.BREACH and held >= hold:
        return replace(
            before, phase=Phase.FIRING, since=since, held=held, clear=0, fired_at=seen.at, resolved_at=None
        ), Change.FIRED
    if seen.signal is Signal.BREACH or (seen.signal is Signal.UNKNOWN and goes_on):
        return replace(before, phase=Phase.PENDING, since=since, held=held), None
    return replace(before, phase=Phase.INACTIVE, since=None, held=0), None


def _firing(clear: int, seen: Seen, before: State) -> tuple[State, Change | None]:
    if seen.signal in (Signal.BREACH, Signal.BETWEEN):
        return replace(before, clear=0), None
    cleared = before.clear + (_passed(seen) if before.signal is Signal.CLEAR else 0)
    if seen.signal is Signal.CLEAR and cleared >= clear:
        ended = max(seen.at, before.fired_at or 0)  # an end before the beginning would be refused
        return replace(before, phase=Phase.INACTIVE, held=0, clear=0, resolved_at=ended), Change.RESOLVED
    return replace(before, clear=cleared), None


def _passed(seen: Seen) -> int:
    return max(0, seen.elapsed)
