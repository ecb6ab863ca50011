"""active_users: exact distinct actors per local day (DAU) and over the period (MAU).

A count over a month is neither the sum nor the mean of its days. An actor is a keyed hash of 16 bytes; actors are
told apart by all of them, so no two are ever taken for one. How they are counted: ``attendance``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from collector.measurement import Measurement, Number
from collector.measures.attendance import distinct
from collector.measures.groups import Groups, Measured
from collector.measures.observed import Observed
from collector.measures.versions import instants

Stat = Literal["mean", "max", "min", "last"]


def active_users(
    activity: pa.Table,
    seen: Observed,
    window: Literal["month", "day"] = "month",
    stat: Stat = "mean",
    groups: Groups | None = None,
) -> Measured:
    """Distinct actors of the period (window month), or ``stat`` of the daily counts (window day).

    activity: rows of actor and at, in any order and with repetitions. A day without any vouched time has no count;
    it is left out of the value and lowers coverage. lower: what was seen, an unseen day counting 0; upper: none
    unless all owed time is vouched for, since nothing bounds who was there unseen.
    """
    groups = groups or Groups.none(activity.num_rows)
    inside = _inside(activity, seen)
    users, daily = counted(inside, seen)
    whole = measurement(users, daily, seen, window, stat)
    if not groups.labels:
        return whole, {}
    if inside is not activity:
        groups = groups.where(np.flatnonzero(_owed(activity, seen)))
    by_group, by_day = distinct(*_cells(inside, seen), groups.codes, groups.size)
    rows = [measurement(int(by_group[i]), by_day[i], seen, window, stat) for i in range(groups.size)]
    return whole, dict(zip(groups.labels, rows, strict=True))


def counted(activity: pa.Table, seen: Observed) -> tuple[int, np.ndarray]:
    """(distinct actors of the period, distinct actors per owed day): what every window and statistic is made from."""
    users, daily = distinct(*_cells(_inside(activity, seen), seen))
    return int(users[0]), daily[0]


def _cells(activity: pa.Table, seen: Observed) -> tuple[pa.Array, np.ndarray, int]:
    """(actors, day of each row, days) of rows inside of what is owed."""
    return activity["actor"].combine_chunks(), seen.day_of(instants(activity, "at")), len(seen.days)


def _inside(activity: pa.Table, seen: Observed) -> pa.Table:
    owed = _owed(activity, seen)
    return activity if owed.all() else activity.filter(pa.array(owed))


def _owed(activity: pa.Table, seen: Observed) -> np.ndarray:
    at = instants(activity, "at")
    return np.asarray((at >= seen.owed.start) & (at < seen.owed.end))


def measurement(users: int, daily: np.ndarray, seen: Observed, window: str, stat: Stat) -> Measurement:
    """users: distinct over the period. daily: distinct per owed day, whether or not anything vouches for the day."""
    counted = seen.vouched_by_day > 0
    if window == "month":
        value: Number | None = users
        lower: Number | None = users
    else:
        value = _stat(daily[counted], stat)
        lower = _stat(np.where(counted, daily, 0), stat)
    if seen.nothing:
        value = None
    return Measurement(
        value=value,
        lower=lower,
        upper=value if seen.complete else None,
        coverage=seen.coverage,
        n=users,
        parts={"days": _days(daily, counted, seen)},
    )


def _stat(daily: np.ndarray, stat: Stat) -> Number | None:
    if not len(daily):
        return None
    if stat == "mean":
        return Fraction(int(daily.sum()), len(daily))
    return int(daily[-1] if stat == "last" else daily.max() if stat == "max" else daily.min())


def _days(daily: np.ndarray, counted: np.ndarray, seen: Observed) -> list[dict[str, Any]]:
    rows = zip(seen.days, daily.tolist(), counted.tolist(), strict=True)
    return [{"day": label, "users": users if known else None} for (label, _), users, known in rows]
