"""Exclusions of a figure: those that were known, the time they take from whom, and how they stand beside the figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collector.city.exclusions import Exclusion
from collector.periods import Span, instant
from collector.timeline import Timeline


@dataclass(frozen=True)
class AppliedExclusion:
    """An exclusion that took owed time from ``subjects`` of a figure's subjects, with who approved it, why, and when it was entered."""

    source: str
    start: int
    end: int
    reason: str
    approved_by: str
    entered_at: int
    subjects: int

    @property
    def after_the_fact(self) -> bool:
        """Whether it was entered when what it excludes had begun already, after the period at the latest."""
        return self.entered_at > self.start


def known_exclusions(exclusions: Sequence[Exclusion], source: str, span: Span, as_of: int) -> list[Exclusion]:
    """Those of ``source`` that touch ``span`` and were entered by ``as_of``."""
    mine = [one for one in exclusions if one.source == source and instant(one.entered_at) <= as_of]
    return [one for one in mine if span_of(one).clip(span).milliseconds]


def span_of(exclusion: Exclusion) -> Span:
    return Span(instant(exclusion.start), instant(exclusion.end))


def excluded_time(exclusions: Sequence[Exclusion], holds: Sequence[np.ndarray]) -> list[tuple[np.ndarray, Timeline]]:
    """Subjects by the exclusions that hold for them (bool[N] each): (mask, excluded time) for every combination there is."""
    if not exclusions:
        return []
    combinations, which = np.unique(np.stack(holds), axis=1, return_inverse=True)
    spans = [span_of(one) for one in exclusions]
    return [
        (which.ravel() == i, Timeline(span for span, on in zip(spans, column, strict=True) if on))
        for i, column in enumerate(combinations.T)
        if column.any()
    ]


def applied(exclusions: Sequence[tuple[Exclusion, np.ndarray]], chosen: np.ndarray) -> tuple[AppliedExclusion, ...]:
    """Of exclusions with the subjects they took time from (bool[N]), those that took some from a chosen one; the earliest first."""
    found = [_applied(one, int(np.count_nonzero(took & chosen))) for one, took in exclusions]
    return tuple(
        sorted((one for one in found if one.subjects), key=lambda one: (one.start, one.end, one.source, one.entered_at))
    )


def _applied(one: Exclusion, subjects: int) -> AppliedExclusion:
    span = span_of(one)
    return AppliedExclusion(
        one.source, span.start, span.end, one.reason, one.approved_by, instant(one.entered_at), subjects
    )
