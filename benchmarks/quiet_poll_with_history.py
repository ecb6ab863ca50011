"""What the years behind a source add to a poll in which nothing changed.

The same platform of 10,000 channels is polled into two stores, turn by turn, so that a busy machine slows both: one is new, the
other holds the runs of the 36 months before, one each minute (1.6 million rows).

Timed: ``collector.poll.poll``, whole, as in ``poll_unchanged``. The note gives the second over the first; 1 means that history
is free. The target of the second is 1.05 x what the first took.
"""

from __future__ import annotations

import sqlalchemy as sa

from benchmarks.cities import SOURCE
from benchmarks.poll_unchanged import MINUTE, MORNING, Polls
from benchmarks.timing import Row, median, once
from benchmarks.wvp_pages import Platform
from collector.installation import Installation

CHANNELS = 10_000
RUNS = 36 * 30 * 1440
REPEATS, REPEATS_QUICK = 100, 30
AT_MOST = 1.05
_RUNS = sa.text(
    "WITH RECURSIVE minute(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM minute WHERE n < :runs) "
    "INSERT INTO runs (source, slot, at, outcome, vouch_start, vouch_end, evidence, pseudonymised, rows, seconds) "
    "SELECT :source, :now - n * :minute, :now - n * :minute, 'ok', :now - n * :minute, :now - n * :minute + 150000, "
    "lower(hex(randomblob(32))), 0, 10000, 0.1 FROM minute"
)


def rows(quick: bool) -> list[Row]:
    young, old = Polls(Platform(CHANNELS)), Polls(Platform(CHANNELS))
    enter_runs(old.installation, RUNS)
    costs: dict[Polls, list[tuple[float, float]]] = {young: [], old: []}
    for turn in range((REPEATS_QUICK if quick else REPEATS) + 2):
        for polls, taken in costs.items():
            polls.next_answer()
            cost = once(lambda _, polls=polls: polls.once(), [None])
            if turn >= 2:
                taken.append(cost)
    new, aged = (median(taken) for taken in costs.values())
    for polls in costs:
        polls.installation.close()
    size = f"{CHANNELS:,} channels"
    ratio = aged.cpu_seconds / new.cpu_seconds
    return [
        Row("quiet_poll, new store", size, new),
        Row(
            "quiet_poll, 36 months of runs",
            f"{size}, {RUNS:,} runs",
            aged,
            AT_MOST * new.cpu_seconds,
            note=f"{ratio:.2f} x the new store",
        ),
    ]


def enter_runs(installation: Installation, count: int) -> None:
    """Good runs of the minutes before the first poll."""
    with installation.database.write() as connection:
        connection.execute(_RUNS, {"runs": count, "source": SOURCE, "now": MORNING, "minute": MINUTE})
