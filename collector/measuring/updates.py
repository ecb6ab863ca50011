"""When updates of a figure are expected."""

from __future__ import annotations

from datetime import timedelta

from collector.periods import MILLISECOND, Period, Span, slots


def expected_updates(period: Period, every: timedelta, within: timedelta) -> list[Span]:
    """From when on each update may come and by when it must: one every so often from midnight, ``within`` so long of its turn.

    An update belongs to the period of its turn alone, also where it must come by an instant after the period's end.
    """
    longest = within // MILLISECOND
    starts = [slot for day in period.days() for slot in slots(day, every)]
    return [Span(start, start + longest) for start in starts if period.span.start <= start < period.span.end]
