"""Back-filling: poll the slots of a past day one after another, for sources that answer for the past.

One task covers a source and a day, not a slot: a Celery task costs about 3 ms, a poll of a quiet source less.
"""

from __future__ import annotations

from collections.abc import Callable

from collector.periods import Period, Span, slots
from collector.poll import poll
from collector.sources import OpenSource


def backfill_slots(source: OpenSource, span: Span) -> list[int]:
    """The slots of a polled source in ``span``."""
    every = source.settings.every
    assert every is not None
    days = Period("", span, source.zone).days()
    return [slot for day in days for slot in slots(day, every) if span.start <= slot < span.end]


def backfill(source: OpenSource, span: Span, move: Callable[[int], None]) -> None:
    """Poll every slot in ``span`` that has no run yet, with the clock standing at the slot.

    move: called with each slot before it is polled, for whatever else has to be taken there.
    """
    for slot in backfill_slots(source, span):
        move(slot)
        poll(source, slot, clock=lambda at=slot: at)  # type: ignore[misc]
