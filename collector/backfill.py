"""Back-filling: poll the slots of a past day one after another, for sources that answer for the past.

One task covers a source and a day, not a slot (a Celery task costs about 3 ms, a poll of a quiet source less), and the answers
for TOGETHER slots are stored in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from collector.periods import Period, Span, slots
from collector.poll import ask, poll
from collector.sources import OpenSource
from collector.store.commit import AlreadyAnswered, Answered, commit
from collector.store.runs import Outcome, Run, last_good_run, slots_answered

TOGETHER = 24


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
    with source.database.read() as connection:
        answered = slots_answered(connection, source.id, span)
    left = [slot for slot in backfill_slots(source, span) if slot not in answered]
    for first in range(0, len(left), TOGETHER):
        _together(source, left[first : first + TOGETHER], move)


def _together(source: OpenSource, some: Sequence[int], move: Callable[[int], None]) -> None:
    with source.database.read() as connection:
        before = last_good_run(connection, source.id)
    try:
        with source.remembering():
            commit(source, _answers(source, some, before, move))
    except AlreadyAnswered:  # somebody polls the same span: slot by slot, what the other has done stays
        for slot in some:
            move(slot)
            poll(source, slot, clock=lambda at=slot: at)  # type: ignore[misc]


def _answers(
    source: OpenSource, some: Sequence[int], before: Run | None, move: Callable[[int], None]
) -> list[Answered]:
    answers: list[Answered] = []
    for slot in some:
        move(slot)
        answers.append(ask(source, slot, slot, before))
        if answers[-1].run.outcome is Outcome.OK:
            before = answers[-1].run
    return answers
