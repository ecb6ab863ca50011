"""Which days of a source a snapshot's figures need: one rule for who gathers its files and for who checks that none is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from collector.history import History
from collector.periods import MILLISECOND, Period, Span
from collector.records import Kind


def needed_periods(indicators: Iterable[Any], period: Period) -> list[Period]:
    """The period, and those that it is compared with."""
    baselines = dict.fromkeys(one.baseline for one in indicators if one.measure == "growth")
    return [period, *(Period.parse(label, period.zone) for label in baselines if label != period.label)]


def needed_spans(indicators: tuple[Any, ...], source: str, period: Period) -> list[Span]:
    """The spans of a source that the indicators look at.

    An outage that may be ignored is followed beyond the period's edges, an update that is expected until it must have come.
    """
    mine = [one for one in indicators if source in one.source_ids]
    wide = max((one.ignore_shorter_than // MILLISECOND for one in mine if one.measure == "availability"), default=0)
    late = max((one.within // MILLISECOND for one in mine if one.measure == "timeliness"), default=0)
    return [Span(one.span.start - wide, one.span.end + max(wide, late)) for one in needed_periods(indicators, period)]


def needed_days(
    history: History, kind: Kind, spans: Iterable[Span], base: Callable[[int], int | None]
) -> list[tuple[int | None, int]]:
    """Midnights [first, after) of the days whose segments the spans need; None: from the beginning.

    base: the day, up to the one it is given, whose account of the past is complete. Of cases the days between two spans are needed too, for
    what befell a case in them.
    """
    ranges = [_days(history, kind, span, base) for span in spans]
    if kind is not Kind.CASES:
        return ranges
    starts = [first for first, _ in ranges if first is not None]
    return [(min(starts) if len(starts) == len(ranges) else None, max(after for _, after in ranges))]


def _days(history: History, kind: Kind, span: Span, base: Callable[[int], int | None]) -> tuple[int | None, int]:
    first, after = history.days(span)
    if kind is Kind.READINGS:
        after = history.days(Span(after, after + 1))[1]
    return first if kind in (Kind.ACTIVITY, Kind.FIGURES) else base(first), after
