"""Who logs in to the city's app, and when: the truth behind its access log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from collector.periods import midnight, moment
from collector.simulated_city.histories import Array
from collector.simulated_city.magnitudes import Magnitudes

SECOND = 1_000
WEEKEND = 0.7
LOGINS_PER_USER = 1.6
REFUSED = 0.05
"""Logins refused (wrong password), as a share of those that succeed; who is only refused was not active."""
ZIPF, ZIPF_SHIFT = 0.9, 200.0
HOURLY = np.array([1, 1, 0.5, 0.5, 0.5, 1, 3, 7, 10, 9, 8, 7, 7, 6, 6, 7, 7, 7, 8, 9, 9, 7, 4, 2])


@dataclass(frozen=True)
class DayOfLogins:
    """Lines of one local day in order of time: account number, instant (ms, whole seconds), whether it was let in."""

    account: Array
    at: Array
    succeeded: Array


@dataclass(frozen=True)
class Logins:
    """Every login, by local day."""

    zone: ZoneInfo
    days: dict[date, DayOfLogins]

    def active(self, start: int, end: int) -> Array:
        """The distinct accounts that were let in within [start, end), ms."""
        seen = [day.account[day.succeeded & (day.at >= start) & (day.at < end)] for day in self.days.values()]
        return np.unique(np.concatenate(seen)) if seen else np.zeros(0, np.int32)


def account_id(account: int) -> str:
    """Looks like a telephone number and is none: no Chinese mobile number begins with 10."""
    return f"100{account:08d}"


def make_logins(random: np.random.Generator, sizes: Magnitudes, start: int, end: int, zone: ZoneInfo) -> Logins:
    """The logins of every local day that [start, end) touches, and of the day before, whole days.

    A log is read some time after it is written, so who begins at midnight still reads the file of the day before.
    """
    first, last = moment(start, zone).date() - timedelta(days=1), moment(end - 1, zone).date()
    habit = -ZIPF * np.log(np.arange(sizes.population) + ZIPF_SHIFT)
    dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return Logins(zone, {day: _make_day(random, sizes, habit, day, zone) for day in dates})


def _make_day(random: np.random.Generator, sizes: Magnitudes, habit: Array, day: date, zone: ZoneInfo) -> DayOfLogins:
    users = _users_of_day(random, sizes, habit, day)
    times = 1 + random.poisson(LOGINS_PER_USER - 1, len(users))
    refused = random.integers(0, sizes.population, round(REFUSED * times.sum())).astype(np.int32)
    account = np.concatenate([np.repeat(users, times), refused])
    succeeded = np.arange(len(account)) < times.sum()
    begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    hour = random.choice(24, len(account), p=HOURLY / HOURLY.sum())
    at = begins + (hour * 3600 + random.integers(0, 3600, len(account))) * SECOND
    order = np.argsort(at := np.minimum(at, ends - SECOND), kind="stable")
    return DayOfLogins(account[order], at[order], succeeded[order])


def _users_of_day(random: np.random.Generator, sizes: Magnitudes, habit: Array, day: date) -> Array:
    """Accounts active on a day, drawn without replacement by their habit (the largest Gumbel-perturbed weights win)."""
    level = sizes.daily_users * 7 / (5 + 2 * WEEKEND) * (WEEKEND if day.weekday() >= 5 else 1.0)
    count = min(sizes.population, max(1, round(level * random.normal(1.0, 0.03))))
    score = habit + random.gumbel(size=sizes.population)
    return np.sort(np.argpartition(-score, count - 1)[:count]).astype(np.int32)
