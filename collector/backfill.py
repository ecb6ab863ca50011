"""Back-filling: poll the slots of a past day one after another, for sources that answer for the past.

One task covers a source and a day, not a slot: a Celery task costs about 3 ms, a poll of a quiet source less.
"""

from __future__ import annotations

from collections.abc import Callable

from collector.periods import Period, slots
from collector.poll import poll
from collector.sources import OpenSource


def backfill_day(source: OpenSource, day: Period, move: Callable[[int], None]) -> int:
    """Poll every slot of ``day`` that has no run yet, with the clock standing at the slot; returns how many slots there are.

    move: called with each slot before it is polled, for whatever else has to be taken there.
    """
    every = source.settings.every
    assert every is not None
    instants = slots(day, every)
    for slot in instants:
        move(slot)
        poll(source, slot, clock=lambda at=slot: at)  # type: ignore[misc]
    return len(instants)
