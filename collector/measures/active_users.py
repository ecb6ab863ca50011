"""active_users: exact distinct actors per local day (DAU) and over the period (MAU).

A count over a month is neither the sum nor the mean of its days. An actor is a keyed hash of 16 bytes; actors are
told apart by all of them, so no two are ever taken for one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from collector.measurement import Measurement, Number
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
    at = instants(activity, "at")
    inside = np.flatnonzero((at >= seen.owed.start) & (at < seen.owed.end))
    if len(inside) < len(at):
        activity, at, groups = activity.take(pa.array(inside)), at[inside], groups.where(inside)
    actors = activity["actor"].combine_chunks().dictionary_encode()
    codes, size = actors.indices.to_numpy(), len(actors.dictionary)
    day, days = seen.day_of(at), len(seen.days)
    rows = [_measurement(size, _distinct(codes, day, days), seen, window, stat)]
    if groups.labels:
        users = _distinct(codes, groups.codes, groups.size)
        daily = _distinct(codes, groups.codes * days + day, groups.size * days).reshape(groups.size, days)
        rows += [_measurement(int(users[i]), daily[i], seen, window, stat) for i in range(groups.size)]
    return rows[0], dict(zip(groups.labels, rows[1:], strict=True))


def _distinct(actors: np.ndarray, cells: np.ndarray, size: int) -> np.ndarray:
    """How many different actors each of ``size`` cells holds (int64)."""
    if not len(actors):
        return np.zeros(size, np.int64)
    width = int(actors.max()).bit_length()
    keys = np.sort((cells.astype(np.int64) << width) | actors)
    first = np.append(True, keys[1:] != keys[:-1])
    return np.bincount(keys[first] >> width, minlength=size)


def _measurement(users: int, daily: np.ndarray, seen: Observed, window: str, stat: Stat) -> Measurement:
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
