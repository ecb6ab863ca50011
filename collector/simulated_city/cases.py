"""Streams of cases: when each is opened, accepted, due, dealt with, closed, reopened, and what was known of it at any
instant.

All instants are ms since the epoch on whole seconds and never on a whole hour, so that no poll and no month's edge
coincides with one; ``NEVER`` stands for what does not happen. A case is accepted within the hour in which it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.simulated_city.histories import Array
from collector.simulated_city.magnitudes import CaseCount, Magnitudes
from collector.simulated_city.places import CASE_DEPARTMENTS, FOUND_BY, LIMIT_HOURS

NEVER = np.int64(1) << 60
SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
NO_DUE_DATE, REOPENED = 0.01, 0.015
HOURLY = np.array([1, 1, 1, 1, 1, 2, 4, 8, 14, 16, 15, 13, 9, 9, 13, 14, 13, 11, 8, 6, 5, 4, 3, 2], float)
"""How many cases are opened in each hour of a local day, relative to each other."""


@dataclass(frozen=True)
class Facts:
    """What the case system showed at one instant for some cases; NEVER where a column is empty."""

    accepted_at: Array
    disposed_at: Array
    closed_at: Array
    reopened: Array


@dataclass(frozen=True)
class Cases:
    """Arrays by case, in order of opening.

    closed_at: the closing instant as written down; it was written at close_seen_at, which differs only for the few
    whose closing is dated before their opening by mistake. reopened_at: when a closed case was opened again;
    disposed_again_at and closed_again_at follow it. category, department, district and found_by are indexes into the
    names of ``places``.
    """

    opened_at: Array
    accepted_at: Array
    due_at: Array
    disposed_at: Array
    closed_at: Array
    close_seen_at: Array
    reopened_at: Array
    disposed_again_at: Array
    closed_again_at: Array
    category: Array
    department: Array
    district: Array
    found_by: Array

    def __len__(self) -> int:
        return len(self.opened_at)

    def facts(self, at: int, cases: Array | slice = slice(None)) -> Facts:
        """What was known at an instant (things of that very instant included) of ``cases``, which must be open by
        then.
        """
        is_reopened = self.reopened_at[cases] <= at
        closed_first = np.where(self.close_seen_at[cases] <= at, self.closed_at[cases], NEVER)
        return Facts(
            _known(self.accepted_at[cases], at),
            _known(np.where(is_reopened, self.disposed_again_at[cases], self.disposed_at[cases]), at),
            np.where(is_reopened, _known(self.closed_again_at[cases], at), closed_first),
            is_reopened.astype(np.int64),
        )

    def changes(self) -> tuple[Array, Array]:
        """Every instant at which a row of the case system changes, with its case, in order of time."""
        columns = (
            self.opened_at, self.accepted_at, self.disposed_at, self.close_seen_at,
            self.reopened_at, self.disposed_again_at, self.closed_again_at,
        )  # fmt: skip
        at = np.concatenate(columns)
        case = np.tile(np.arange(len(self)), len(columns))
        order = np.argsort(at, kind="stable")
        happened = np.searchsorted(at[order], NEVER)
        return at[order][:happened], case[order][:happened]


def make_cases(
    random: np.random.Generator,
    per_year: int,
    sizes: Magnitudes,
    *,
    first: int,
    end: int,
    monday: int,
    backdated_share: float = 0.0,
    exactly: CaseCount | None = None,
) -> Cases:
    """Cases opened over [first, end), both ms; monday: when a local Monday begins. backdated_share: closings dated
    too early. exactly: their number in one span inside of it.
    """
    opened = _all_opened(random, per_year, first, end, monday, exactly)
    count = len(opened)
    category = random.integers(0, len(LIMIT_HOURS), count)
    limit = np.array(LIMIT_HOURS, np.int64)[category] * HOUR
    accepted = np.minimum(opened + _lognormal(random, count, 0.1 * HOUR, 0.8), (opened // HOUR + 1) * HOUR - SECOND)
    work = (limit * 0.38 * np.exp(0.62 * random.standard_normal(count))).astype(np.int64)
    disposed = accepted + work
    is_closed = random.random(count) < sizes.closed_share
    closed = disposed + _lognormal(random, count, 0.4 * HOUR, 0.8)
    if exactly:
        is_closed = _closed_exactly(random, is_closed, opened, closed, exactly)
    # of the cases that are never closed a third is at least dealt with
    disposed = np.where(is_closed | (random.random(count) < 0.33), disposed, NEVER)
    closed = np.where(is_closed, closed, NEVER)
    again = is_closed & (random.random(count) < (0 if exactly else REOPENED))  # one reopened would not be counted as closed
    reopened = closed + _lognormal(random, count, 20 * HOUR, 0.8)
    disposed_again = reopened + work // 2
    closed_again = disposed_again + _lognormal(random, count, 0.4 * HOUR, 0.8)
    due = np.where(random.random(count) < NO_DUE_DATE, NEVER, accepted + limit)
    # only what was dealt with in time, so that the wrong date decides nothing but the fault
    backdated = is_closed & ~again & (disposed <= due) & (random.random(count) < backdated_share)
    return Cases(
        opened_at=_tidy(opened),
        accepted_at=_tidy(accepted),
        due_at=_tidy(due),
        disposed_at=_tidy(disposed),
        closed_at=_tidy(np.where(backdated, opened - 2 * HOUR, closed)),
        close_seen_at=_tidy(closed),
        reopened_at=_tidy(np.where(again, reopened, NEVER)),
        disposed_again_at=_tidy(np.where(again, disposed_again, NEVER)),
        closed_again_at=_tidy(np.where(again, closed_again, NEVER)),
        category=category,
        department=random.integers(0, len(CASE_DEPARTMENTS), count),
        district=random.integers(0, sizes.districts, count),
        found_by=random.choice(len(FOUND_BY), count, p=[0.25, 0.45, 0.30]),
    )


def _all_opened(
    random: np.random.Generator, per_year: int, first: int, end: int, monday: int, exactly: CaseCount | None
) -> Array:
    """Opening instants in order of time."""
    if exactly is None:
        return np.sort(_opened(random, round(per_year * (end - first) / (365 * DAY)), first, end, monday))
    before = _all_opened(random, per_year, first, exactly.start, monday, None)
    after = _all_opened(random, per_year, exactly.end, end, monday, None)
    inside = np.sort(_opened(random, exactly.opened, exactly.start, exactly.end, monday))
    return np.concatenate([before, inside, after])


def _closed_exactly(random: np.random.Generator, is_closed: Array, opened: Array, closed: Array, exactly: CaseCount) -> Array:
    """Which cases are ever closed, so that the number closed within the span comes out."""
    inside = (opened >= exactly.start) & (opened < exactly.end)
    can = np.flatnonzero(inside & (closed + HOUR < exactly.end))
    result: Array = is_closed & ~inside
    result[random.choice(can, exactly.closed, replace=False)] = True
    return result


def _opened(random: np.random.Generator, count: int, first: int, end: int, monday: int) -> Array:
    """Opening instants that follow the hours of a day, and a weekend two thirds as busy as a working day."""
    hours = np.arange((first - monday) // HOUR, -((monday - end) // HOUR))
    weight = HOURLY[hours % 24] * np.where((hours // 24) % 7 >= 5, 0.67, 1.0)
    hour = random.choice(hours, count, p=weight / weight.sum())
    opened: Array = np.clip(monday + hour * HOUR + random.integers(0, HOUR, count), first, end - 1)
    return opened


def _lognormal(random: np.random.Generator, count: int, median: float, sigma: float) -> Array:
    """Durations in ms, at least two seconds."""
    return np.maximum(2 * SECOND, median * np.exp(sigma * random.standard_normal(count))).astype(np.int64)


def _tidy(at: Array) -> Array:
    """Whole seconds, off the whole hour; NEVER stays."""
    whole = at // SECOND * SECOND
    return np.where(at >= NEVER, NEVER, np.where(whole % HOUR == 0, whole + SECOND, whole))


def _known(value: Array, at: int) -> Array:
    return np.where(value <= at, value, NEVER)
