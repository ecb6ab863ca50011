"""Thirty DAU and one MAU from a month of logins, exact.

``from events``: ``collector.measures.active_users`` on the rows in memory, as they are read from a segment. ``sealed``: the month is
stored as polls bring it, each hour, and sealed by ``Sealer.seal_day``; timed is ``collector.figures.measure`` with all
that it reads from store and archive: from the events of the segments (``no roll-up``, as the verifier does), and from the roll-up
of the month's actors with nothing open yet (``cold``) and with the file open (``warm``).

Not timed: start and imports, making the rows, storing and sealing. Every count is checked against one made another way.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from benchmarks.sealed_events import DAY, MONTH, SOURCE, new_city, seal, store
from benchmarks.timing import REPEATS, Row, timed
from collector.figures import measure
from collector.history import History
from collector.installation import Installation
from collector.measurement import Measurement
from collector.measures.active_users import active_users
from collector.measures.observed import Observed
from collector.records import INSTANT, Kind
from collector.store.ledger import SqlLedger
from collector.timeline import Timeline

LOGINS, LOGINS_QUICK = 10_000_000, 1_000_000
LOGINS_PER_USER = 10
TARGET_EVENTS, TARGET_SEALED = 2.0, 0.005
INDICATORS = f"indicators: [{{id: mau, measure: active_users, source: {SOURCE}}}]\n"
SEALED_AT = MONTH.span.end + DAY


def rows(quick: bool) -> list[Row]:
    count = LOGINS_QUICK if quick else LOGINS
    random = np.random.default_rng(20260907)
    users = count // LOGINS_PER_USER
    user = random.integers(0, users, count)
    at = MONTH.span.start + np.sort(random.integers(0, 30 * DAY, count))
    activity = _activity(user, at, random.bytes(16 * users))
    return measured(activity, user, (at - MONTH.span.start) // DAY, f"{count:,} logins, {users:,} users")


def measured(activity: pa.Table, user: np.ndarray, day: np.ndarray, size: str) -> list[Row]:
    """activity: actor and at, by ascending at. user: of each row, a number; day: of the month, from 0."""
    seen = Observed(MONTH, MONTH.span.end, Timeline.everything(MONTH.span))
    check(active_users(activity, seen)[0], user, day)
    name = "logins, 30 DAU and MAU"
    timing = timed(lambda: active_users(activity, seen), repeats=REPEATS)
    found = [Row(f"{name}, from events", size, timing, TARGET_EVENTS)]
    installation = new_city(Kind.ACTIVITY, INDICATORS)
    store(installation, Kind.ACTIVITY, activity, activity["at"].cast(pa.int64()).to_numpy())
    seal(installation, SEALED_AT)
    warm = _history(installation)
    for history in (warm, _history(installation, roll_ups=False)):
        check(_measure(history), user, day)
    plain = timed(_measure, lambda: _history(installation, roll_ups=False))
    cold, warmed = timed(_measure, lambda: _history(installation)), timed(lambda: _measure(warm), warm_ups=3)
    installation.close()
    return [
        *found,
        Row(f"{name}, sealed, no roll-up", size, plain, TARGET_EVENTS),
        Row(f"{name}, sealed, cold", size, cold, TARGET_SEALED),
        Row(f"{name}, sealed, warm", size, warmed, TARGET_SEALED),
    ]


def check(measured: Measurement, user: np.ndarray, day: np.ndarray) -> None:
    assert measured.value == np.count_nonzero(np.bincount(user))
    daily = [np.count_nonzero(np.bincount(user[day == number])) for number in range(30)]
    assert [one["users"] for one in measured.parts["days"]] == daily


def _history(installation: Installation, *, roll_ups: bool = True) -> History:
    return History(
        installation.city, SqlLedger(installation.database), installation.archive, installation.register, roll_ups
    )


def _measure(history: History) -> Measurement:
    return measure(history, history.city.indicator("mau"), MONTH, SEALED_AT).measurement


def _activity(user: np.ndarray, at: np.ndarray, keys: bytes) -> pa.Table:
    """Rows of actor and at; the actor is the user's 16 bytes in ``keys``."""
    actors = np.frombuffer(keys, np.dtype((np.void, 16)))[user]
    actor = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(user), [None, pa.py_buffer(actors.tobytes())])
    return pa.table({"actor": actor, "at": pa.array(at).cast(INSTANT)})
