"""Cases that were closed in the period and later found open again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.measures.versions import NEVER, instants
from collector.periods import Span
from collector.plausibility.cases import GRAVE
from collector.plausibility.doubt import Doubt, listed
from collector.plausibility.shares import Share, doubtful, worst
from collector.plausibility.thresholds import Thresholds

DAY = 86_400_000


@dataclass(frozen=True)
class _Reopened:
    """One row per case that was closed in the span.

    again: found open again, by a later version without closing instant or by the source's own count. soon: so within
    the threshold. open_now: not closed again as far as is known.
    """

    rows: pa.Table
    again: np.ndarray
    soon: np.ndarray
    open_now: np.ndarray


def closed_and_reopened(cases: pa.Table, span: Span, source: str, limits: Thresholds) -> list[Doubt]:
    """``cases``: all versions known, in any order."""
    seen = _reopened(cases, span, limits.reopened_days * DAY)
    everyone = np.ones(seen.rows.num_rows, bool)
    found = doubtful(seen.again, everyone, seen.rows["department"], limits.reopened_share, limits.reopened_cases)
    return [_doubt(one, seen, source, limits) for one in found]


def _reopened(cases: pa.Table, span: Span, soon: float) -> _Reopened:
    case = cases["case"].combine_chunks().dictionary_encode().indices.to_numpy()
    recorded = instants(cases, "recorded_at")
    order = np.lexsort((recorded, case))  # stable: of two versions learned at once the later row comes later
    case, recorded, closed = case[order], recorded[order], instants(cases, "closed_at")[order]
    times = np.asarray(pc.fill_null(cases["reopened"].combine_chunks(), 0))[order]
    suspended = np.asarray(pc.fill_null(cases["suspended"].combine_chunks(), fill_value=False))[order]
    inside = (closed >= span.start) & (closed < span.end) & ~suspended
    # row i tells of a closing in the span, row i + 1 of the same case says that it did not last
    taken_back = (case[1:] == case[:-1]) & inside[:-1] & ~suspended[1:]
    taken_back &= (closed[1:] == NEVER) | (times[1:] > times[:-1])
    size = int(case.max()) + 1 if len(case) else 0
    soonest = np.full(size, NEVER)
    np.minimum.at(soonest, case[1:][taken_back], (recorded[1:] - closed[:-1])[taken_back])
    first = np.append(True, case[1:] != case[:-1])[: len(case)]
    told = np.bincount(case[first & inside & (times > 0)], minlength=size) > 0
    chosen = np.full(size, -1)
    chosen[case[inside]] = np.flatnonzero(inside)  # of repeated indices the last one stays
    last_closed = np.full(size, NEVER)
    last_closed[case] = closed
    members = np.flatnonzero(chosen >= 0)
    rows = cases.take(pa.array(order[chosen[members]])).combine_chunks()
    again = (told | (soonest != NEVER))[members]
    return _Reopened(rows, again, (soonest <= soon)[members], (last_closed == NEVER)[members])


def _doubt(share: Share, seen: _Reopened, source: str, limits: Thresholds) -> Doubt:
    soon, still = int((share.rows & seen.soon).sum()), int((share.rows & seen.open_now).sum())
    days, most = f"{limits.reopened_days:g}", worst(share, np.ones(len(seen.again), bool), seen.rows["department"])
    return Doubt(
        check="closed_and_reopened",
        source=source,
        severity="high" if share.value >= GRAVE * limits.reopened_share else "medium",
        where=f"department {share.label}" if share.label else "",
        count=share.count,
        share=share.value,
        examples=listed(seen.rows["case"].filter(pa.array(share.rows)).to_pylist()),
        text_zh=f"本期结案的 {share.total} 件中有 {share.count} 件后来重新打开，其中 {soon} 件在 {days} 天内，{still} 件至今未再结案"
        + (f"；占比最高的部门：{most}" if most else ""),
        text_en=f"{share.count} of {share.total} cases closed in the period were found open again later, {soon} of them "
        f"within {days} d; {still} are not closed again"
        + (f"; departments with the greatest share: {most}" if most else ""),
    )
