"""What goes wrong in the city, when, and in which subsystem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from collector.periods import Period

MINUTE = 60_000
HOUR = 60 * MINUTE
SKEW = 7 * MINUTE
DELAY_SECONDS = 0.5


class FaultKind(StrEnum):
    """How a subsystem fails. Over Modbus, ERROR is exception 11 (the gateway gets no answer); in the case database,
    no table.
    """

    CLOSED = "closed"
    """The connection is closed without an answer."""
    ERROR = "error"
    """HTTP 500."""
    UNAVAILABLE = "unavailable"
    """HTTP 503."""
    SLOW = "slow"
    """The answer comes DELAY_SECONDS late."""
    SILENT = "silent"
    """There is no answer, and the connection stays open."""
    LOGIN_PAGE = "login_page"
    """An HTML page with HTTP 200."""
    TRUNCATED = "truncated"
    """The connection ends in the middle of the body."""
    HALF_PAGE = "half_page"
    """A list page holds half of its items and announces all of them."""
    CHANGING = "changing"
    """An item vanishes between the first page and the second, and so does one from the total."""
    SKEWED = "skewed"
    """The server's clock is SKEW fast, as its Date header tells."""


@dataclass(frozen=True)
class Fault:
    """``subsystem`` (a name of ``clock.SUBSYSTEMS``) fails in this way over [start, end), by its own clock."""

    subsystem: str
    kind: FaultKind
    start: int
    end: int


class Faults:
    """The faults of a city, by subsystem; where two overlap the one given first counts."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._by_subsystem: dict[str, list[Fault]] = {}
        for fault in faults:
            self._by_subsystem.setdefault(fault.subsystem, []).append(fault)

    def at(self, subsystem: str, at: int) -> FaultKind | None:
        """How ``subsystem`` fails at an instant, None where it works."""
        for fault in self._by_subsystem.get(subsystem, ()):
            if fault.start <= at < fault.end:
                return fault.kind
        return None


def default_faults(month: Period) -> tuple[Fault, ...]:
    """The faults of the demonstration's second month: lost windows of hours and single lost slots, never at the
    month's edges.
    """
    windows = [
        ("video", FaultKind.ERROR, 3, 2.0, 5.0),
        ("video", FaultKind.LOGIN_PAGE, 11, 14.0, 2.5),
        ("prometheus", FaultKind.ERROR, 6, 1.0, 3.0),
        ("meters", FaultKind.ERROR, 9, 3.0, 4.0),
        ("cases", FaultKind.ERROR, 13, 22.0, 5.0),
        ("hotline", FaultKind.ERROR, 14, 8.0, 3.0),
        ("logs", FaultKind.ERROR, 16, 5.0, 4.0),
        ("portal", FaultKind.CLOSED, 25, 11.0, 1.5),
        ("video", FaultKind.SKEWED, 21, 0.0, 24.0),
    ]
    single_slots = [
        ("video", FaultKind.CLOSED, 18, 9.0),
        ("video", FaultKind.TRUNCATED, 18, 10.0),
        ("video", FaultKind.CHANGING, 18, 11.0),
        ("video", FaultKind.HALF_PAGE, 18, 12.0),
        ("video", FaultKind.UNAVAILABLE, 18, 13.0),
        ("video", FaultKind.SLOW, 23, 9.0),
        ("prometheus", FaultKind.TRUNCATED, 20, 15.0),
        ("meters", FaultKind.CLOSED, 20, 16.0),
        ("hotline", FaultKind.LOGIN_PAGE, 22, 10.0),
    ]
    start = month.span.start
    return tuple(
        Fault(subsystem, kind, begin := start + round((24 * (day - 1) + hour) * HOUR), begin + round(hours * HOUR))
        for subsystem, kind, day, hour, hours in [*windows, *((*slot, 5 / 60) for slot in single_slots)]
    )
