"""How much of a period the good runs of a source vouch for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from collector.periods import Period, Span
from collector.timeline import Timeline

LISTED_FAULTS = 100
"""A measurement lists so many faults in words; ``parts`` counts all of them."""


@dataclass(frozen=True)
class Observed:
    """A period, its cut-off, and the time that the source's runs vouch for.

    cutoff: what lies after it has not happened yet (the period's end, or the as-of instant, or the earlier of the
    two). vouched: may reach beyond the period on both sides.
    """

    period: Period
    cutoff: int
    vouched: Timeline

    @cached_property
    def owed(self) -> Span:
        """The part of the period before the cut-off."""
        span = self.period.span
        return Span(span.start, max(span.start, min(span.end, self.cutoff)))

    @cached_property
    def coverage(self) -> float | None:
        """Vouched over owed time; None where nothing is owed yet."""
        owed = self.owed
        return self.vouched.within(owed.start, owed.end) / owed.milliseconds if owed.milliseconds else None

    @property
    def nothing(self) -> bool:
        return not self.coverage

    @property
    def complete(self) -> bool:
        """Whether every owed millisecond is vouched for."""
        return self.coverage == 1.0

    @cached_property
    def reaches_cutoff(self) -> bool:
        """Whether all time from the period's start to the cut-off is vouched for."""
        start = self.owed.start
        return self.vouched.within(start, self.cutoff) == max(0, self.cutoff - start)

    def unseen_from(self, instants: np.ndarray) -> np.ndarray:
        """The first instant at or after each that nothing vouches for, the cut-off where there is none before it.

        Time before the period's start counts as vouched for. What is known to be so at an instant is so until then.
        """
        at = np.maximum(instants, self.owed.start)
        inside = self.vouched.contains(at)
        if inside.any():
            at[inside] = self.vouched.ends[np.searchsorted(self.vouched.starts, at[inside], side="right") - 1]
        out: np.ndarray = np.minimum(at, self.cutoff)
        return out

    @cached_property
    def days(self) -> list[tuple[str, Span]]:
        """The owed local days with their owed part; none for a period that has not begun."""
        if not self.owed.milliseconds:
            return []
        clipped = [(day.label, day.span.clip(self.owed)) for day in self.period.days()]
        return [(label, span) for label, span in clipped if span.milliseconds]

    def day_of(self, instants: np.ndarray) -> np.ndarray:
        """Index into ``days`` of each instant inside ``owed``."""
        starts = np.array([span.start for _, span in self.days], np.int64)
        return np.searchsorted(starts, instants, side="right") - 1

    @cached_property
    def vouched_by_day(self) -> np.ndarray:
        """Vouched milliseconds of each of ``days`` (int64)."""
        edges = np.array([[span.start, span.end] for _, span in self.days], np.int64).reshape(-1, 2)
        out: np.ndarray = self.vouched.until(edges[:, 1]) - self.vouched.until(edges[:, 0])
        return out

    @cached_property
    def owed_by_day(self) -> np.ndarray:
        """Owed milliseconds of each of ``days`` (int64)."""
        return np.array([span.milliseconds for _, span in self.days], np.int64)
