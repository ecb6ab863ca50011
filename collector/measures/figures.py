"""figure, usage_days, timeliness: numbers that a system publishes itself, and how regularly it does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa

from collector.faults import IMPLAUSIBLE, SEVERAL_SERIES
from collector.measurement import Measurement, ratio
from collector.measures import versions
from collector.measures.groups import Groups, Measured
from collector.measures.observed import LISTED_FAULTS, Observed
from collector.measures.versions import instants
from collector.periods import Span, iso

Stat = Literal["last", "sum", "mean", "max", "min", "delta"]


def latest(table: pa.Table, as_of: int) -> pa.Table:
    """One row per name, own time and dimensions: the version learned last at or before ``as_of``."""
    return versions.latest(table, ["name", "at", "dimensions"], as_of)


def figure(
    figures: pa.Table,
    seen: Observed,
    stat: Stat = "last",
    plausible: tuple[float, float] | None = None,
    groups: Groups | None = None,
) -> Measured:
    """``stat`` of one published figure over the period, in the figure's own unit.

    figures: rows of one name (``latest``), in any order. last: the value of the latest own time in the period,
    however late or early it was learned. delta: last less first, from two readings on. plausible: values outside of
    [min, max] are data faults, left out and listed. Several series (dimensions) may be added up, and nothing else:
    any other stat of them has no value. Bounds: the value where vouching leaves no gap in which another reading may
    lie; else only what max and min bound by themselves.
    """
    groups = groups or Groups.none(figures.num_rows)
    at = instants(figures, "at")
    inside = (at >= seen.owed.start) & (at < seen.owed.end)
    value = figures["value"].combine_chunks().to_numpy(zero_copy_only=False)
    implausible = np.isnan(value) if plausible is None else ~((value >= plausible[0]) & (value <= plausible[1]))
    series = figures["dimensions"].combine_chunks().dictionary_encode(null_encoding="encode").indices.to_numpy()

    def measured(rows: np.ndarray) -> Measurement:
        good, bad = np.flatnonzero(rows & ~implausible), np.flatnonzero(rows & implausible)
        good = good[np.argsort(at[good], kind="stable")]
        bad = bad[np.lexsort((value[bad], at[bad]))][:LISTED_FAULTS]
        faults = [_implausible(figures, at, value, row, seen) for row in bad.tolist()]
        several = len(np.unique(series[good]))
        if several > 1 and stat != "sum":
            faults.append(SEVERAL_SERIES(count=several))
            good = good[:0]
        return _figure(at[good], value[good], seen, stat, tuple(faults))

    by = {label: measured(inside & (groups.codes == code)) for code, label in enumerate(groups.labels)}
    return measured(inside), by


def _figure(at: np.ndarray, value: np.ndarray, seen: Observed, stat: Stat, faults: tuple[str, ...]) -> Measurement:
    """at: ascending."""
    number = _stat(value, stat)
    certain = seen.complete or (stat == "last" and len(at) > 0 and _vouched_since(seen, int(at[-1])))
    return Measurement(
        value=None if seen.nothing else number,
        lower=number if certain or stat == "max" else None,
        upper=number if certain or stat == "min" else None,
        coverage=seen.coverage,
        n=len(value),
        parts={"readings": len(value)},
        faults=faults,
    )


def _stat(value: np.ndarray, stat: Stat) -> float | None:
    if not len(value) or (stat == "delta" and len(value) < 2):
        return None
    numbers = value.tolist()
    if stat in {"sum", "mean"}:
        return math.fsum(numbers) / (len(numbers) if stat == "mean" else 1)
    if stat == "delta":
        return float(numbers[-1] - numbers[0])
    return float(numbers[-1] if stat == "last" else max(numbers) if stat == "max" else min(numbers))


def _vouched_since(seen: Observed, at: int) -> bool:
    return seen.vouched.within(at, seen.owed.end) == seen.owed.end - at


def _implausible(figures: pa.Table, at: np.ndarray, value: np.ndarray, row: int, seen: Observed) -> str:
    name = figures["name"][row].as_py()
    return IMPLAUSIBLE(name=name, at=iso(int(at[row]), seen.period.zone), value=value[row])


def usage_days(records: pa.Table, seen: Observed, as_share: bool = False, groups: Groups | None = None) -> Measured:
    """Days of the period with at least one record; with ``as_share`` over the days owed.

    records: anything with ``at``. A day without a record counts as unused only if all of it is vouched for; else it is
    in the upper bound, and of a share's value in neither numerator nor denominator.
    """
    groups = groups or Groups.none(records.num_rows)
    at = instants(records, "at")
    inside = (at >= seen.owed.start) & (at < seen.owed.end)
    day, days = seen.day_of(at[inside]), len(seen.days)
    known = seen.vouched_by_day == seen.owed_by_day
    cells = np.bincount(groups.codes[inside] * days + day, minlength=groups.size * days).reshape(groups.size, days)
    used = groups.with_whole(cells) > 0
    rows = [_days_of_use(int(one.sum()), int((~one & ~known).sum()), days, seen, as_share) for one in used]
    return rows[0], dict(zip(groups.labels, rows[1:], strict=True))


def _days_of_use(used: int, unknown: int, days: int, seen: Observed, as_share: bool) -> Measurement:
    whole = days if as_share else 1
    known = days - unknown
    value = ratio(used, known) if as_share else used
    return Measurement(
        value=None if seen.nothing else value,
        lower=ratio(used, whole),
        upper=ratio(used + unknown, whole),
        coverage=seen.coverage,
        n=days,
        numerator=used,
        denominator=known if as_share else days,
        parts={"days_used": used, "days_unknown": unknown, "days": days},
    )


def timeliness(updates: pa.Table, expected: Sequence[Span], seen: Observed) -> Measurement:
    """Share of expected updates that came by their time.

    expected: from when on an update may come, which decides on its period, and by when it must (both included), which may be
    after the period's end; it came if a record's own time lies there. One whose turn has not come at the cut-off is not
    owed yet. A span without an update is late only if all of it is vouched for; else nobody knows (yet).
    updates, and what ``seen`` vouches for, reach up to the last of these instants, as far as that is known.
    """
    owed = [span for span in expected if span.start < seen.cutoff]
    opens, due = (np.array([getattr(span, edge) for span in owed], np.int64) for edge in ("start", "end"))
    at = np.sort(instants(updates, "at"))
    came = np.searchsorted(at, due, side="right") > np.searchsorted(at, opens)
    known = seen.vouched.until(due) - seen.vouched.until(opens) == due - opens
    timely, late = int(came.sum()), int((~came & known).sum())
    return Measurement(
        value=ratio(timely, timely + late),
        lower=ratio(timely, len(owed)),
        upper=ratio(len(owed) - late, len(owed)),
        coverage=(timely + late) / len(owed) if owed else None,
        n=len(owed),
        numerator=timely,
        denominator=timely + late,
        parts={"expected": len(owed), "timely": timely, "late": late, "unknown": len(owed) - timely - late},
    )
