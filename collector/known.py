"""Tables of records as they were known at an instant, and what a day needs of them from before it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.records import INSTANT, Kind, own_time

Returning = Callable[[int], pa.ChunkedArray] | None
"""Of cases, the keys of those that later records name which were learned by an instant."""


def carry(kind: Kind, table: pa.Table, day: int, returning: Returning = None) -> pa.Table:
    """Of all that was known before ``day``: cases that may still matter, or each meter's last reading.

    returning: of cases, those that records of ``day`` or later name which were learned by the given instant. A correction that says a case
    was finished before ``day`` has to be carried to where the record stands that it corrects.
    """
    if kind is Kind.READINGS:
        times = table["at"].cast(pa.int64()).to_numpy()
        order = np.argsort(times, kind="stable")
        order = order[times[order] < day]  # a segment's own account also has each meter's first reading after its day
        last = {meter: i for i, meter in zip(order.tolist(), table["meter"].take(pa.array(order)).to_pylist(), strict=True)}
        return table.take(pa.array(sorted(last.values()), pa.int64()))
    table = table.take(pc.sort_indices(table["recorded_at"].combine_chunks().cast(pa.int64())))
    last_rows = {case: i for i, case in enumerate(table["case"].to_pylist())}
    newest = table.take(pa.array(sorted(last_rows.values()), pa.int64()))
    at = pa.scalar(day, pa.int64()).cast(INSTANT)
    unfinished = pc.is_null(newest["closed_at"])
    for name in ("closed_at", "due_at"):
        unfinished = pc.or_(unfinished, pc.fill_null(pc.greater_equal(newest[name], at), False))
    finished = newest.filter(pc.invert(unfinished))
    if returning is not None and finished.num_rows:
        learned = pc.max(finished["recorded_at"].cast(pa.int64())).as_py()
        unfinished = pc.or_(unfinished, pc.is_in(newest["case"], returning(learned - 1).combine_chunks()))
    cases = newest.filter(unfinished)["case"]
    return table.filter(pc.is_in(table["case"], cases.combine_chunks()))


def day_by_day(days: list[int], rows: list[int], unsealed: pa.Table) -> np.ndarray | None:
    """The order of days, of sealed rows (``rows`` of each of ``days``, ascending) followed by unsealed ones; None where they have it.

    Of two accounts of a case that one answer brought, the later day's counts, whether or not one of the days is sealed.
    """
    midnights = np.array(days, np.int64)
    at = np.asarray(own_time(Kind.CASES, unsealed).cast(pa.int64()).to_numpy(zero_copy_only=False))
    following = np.searchsorted(midnights, at, side="right")
    if (following == len(midnights)).all() and (np.diff(midnights) >= 0).all():
        return None
    since = np.where(following > 0, midnights[following - 1], np.iinfo(np.int64).min)
    return np.argsort(np.concatenate([np.repeat(midnights, rows), since]), kind="stable")


def known_rows(table: pa.Table, as_of: int) -> pa.Table:
    """The rows learned by ``as_of``; a state change whose recorded_at is null was learned at its own instant."""
    if "n" in table.column_names:
        learned = pc.coalesce(table["recorded_at"], table["at"])
        table = table.set_column(table.column_names.index("recorded_at"), "recorded_at", learned)
    instant = pa.scalar(as_of, pa.int64()).cast(INSTANT)
    known = pc.less_equal(table["recorded_at"], instant)
    if table["recorded_at"].null_count or not pc.all(known, min_count=0).as_py():
        table = table.filter(known)  # mostly all of it is known, and a copy of it is dear
    return table.combine_chunks()
