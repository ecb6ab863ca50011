"""Keeping running sums: after a day was sealed, the files of its month that its segments make possible and that are not there yet."""

from __future__ import annotations

from datetime import date

import numpy as np

from collector.archive import Archive
from collector.history import History
from collector.measuring.whole_days import SealedMonth, added_up
from collector.periods import DAY, midnight
from collector.running_sums import RunningSums, made_from, write_sums
from collector.segment import ROLL_UP


def update_sums(history: History, archive: Archive, source: str, day: date) -> list[str]:
    """Write what is missing (or damaged) for the month of ``day``, take away what other files were made from. The names written.

    Doing it twice is harmless, and a file that is lost is a matter of speed only.
    """
    first = day.replace(day=1)
    after = (first + 31 * DAY).replace(day=1)
    with history.ledger.look() as view:
        if not view.is_swept(source):
            return []
        zone = history.city.zone
        sealed = view.sealed(source, midnight(first, zone), midnight(after, zone))
    month = SealedMonth([one for one in sealed if not one.number], zone, history.files, history.segment)
    marks = [mark for mark in month.marks if month.is_unbroken(mark)]
    missing = [mark for mark in marks if month.kept(mark) is None]
    for mark in missing:
        archive.write(month.name(mark), write_sums(_sums(month, mark)))
    for name in archive.names(f"sums/{source}/{first:%Y-%m}") - {month.name(mark) for mark in marks}:
        archive.remove(name)
    return [month.name(mark) for mark in missing]


def _sums(month: SealedMonth, mark: int) -> RunningSums:
    """Of the first ``mark`` days, from the newest running sums before them and the days since."""
    addends = month.addends(0, mark)
    seen = added_up(addends, max(len(one.columns[ROLL_UP[0]]) for one in addends))
    columns = (seen.times.owed, seen.times.up, seen.times.unknown, seen.sampling)
    departures = sum(one.sign * one.departures for one in addends)
    digests = [one.digest for one in month.days[:mark]]
    return RunningSums(made_from(digests), departures, dict(zip(ROLL_UP, map(np.asarray, columns), strict=True)))
