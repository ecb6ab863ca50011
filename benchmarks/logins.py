"""Thirty DAU and one MAU from a month of logins, exact.

Timed: ``collector.measures.active_users`` over the month; its parts hold the count of every day. The rows are in memory as they
are read from the store. Not timed: start and imports, making the rows, reading them. Every count is checked against one made
another way.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from benchmarks.cities import ZONE
from benchmarks.timing import REPEATS, Row, timed
from collector.measurement import Measurement
from collector.measures.active_users import active_users
from collector.measures.observed import Observed
from collector.periods import Period
from collector.records import INSTANT
from collector.timeline import Timeline

LOGINS, LOGINS_QUICK = 10_000_000, 1_000_000
LOGINS_PER_USER = 10
DAY = 24 * 3_600_000
MONTH = Period.parse("2026-09", ZONE)


def rows(quick: bool) -> list[Row]:
    count = LOGINS_QUICK if quick else LOGINS
    random = np.random.default_rng(20260907)
    users = count // LOGINS_PER_USER
    user = random.integers(0, users, count)
    day = np.sort(random.integers(0, 30, count))
    activity = _activity(user, MONTH.span.start + day * DAY + random.integers(0, DAY, count), random.bytes(16 * users))
    seen = Observed(MONTH, MONTH.span.end, Timeline.everything(MONTH.span))
    check(active_users(activity, seen)[0], user, day)
    timing = timed(lambda: active_users(activity, seen), repeats=REPEATS)
    return [Row("logins, 30 DAU and MAU", f"{count:,} logins, {users:,} users", timing)]


def check(measured: Measurement, user: np.ndarray, day: np.ndarray) -> None:
    assert measured.value == np.count_nonzero(np.bincount(user))
    daily = [np.count_nonzero(np.bincount(user[day == number])) for number in range(30)]
    assert [one["users"] for one in measured.parts["days"]] == daily


def _activity(user: np.ndarray, at: np.ndarray, keys: bytes) -> pa.Table:
    """Rows of actor and at; the actor is the user's 16 bytes in ``keys``."""
    actors = np.frombuffer(keys, np.dtype((np.void, 16)))[user]
    actor = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(user), [None, pa.py_buffer(actors.tobytes())])
    return pa.table({"actor": actor, "at": pa.array(at).cast(INSTANT)})
