"""The flow of cases through a period: open at its start, plus accepted, less closed, is open at its end."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.measures.case_flow import closed_vs_accepted
from collector.measures.cases import Cases, CaseTimes
from collector.measures.observed import Observed
from collector.measures.versions import NEVER
from collector.plausibility.doubt import Doubt, listed


def flow_balance(cases: pa.Table, seen: Observed, source: str) -> list[Doubt]:
    """The four counts of ``case_flow`` and what is missing between them. ``cases``: the latest version of each.

    Only a case closed before it was accepted breaks the balance, and only where the two instants lie on different
    sides of an edge of the period; two such cases can hide one another, so the cases are looked for too.
    """
    total, _ = closed_vs_accepted(Cases(cases), seen)
    counts = {name: int(total.parts[name]) for name in ("open_start", "accepted", "closed", "open_end")}
    difference = counts["open_start"] + counts["accepted"] - counts["closed"] - counts["open_end"]
    rows = _straddling(cases, seen)
    if not difference and not rows.any():
        return []
    flow = "{open_start} + {accepted} - {closed} = {open_end}".format(**counts)
    found = int(rows.sum())
    return [
        Doubt(
            check="flow_balance",
            source=source,
            severity="medium" if difference else "low",
            where="",
            count=found,
            share=None,
            examples=listed(cases["case"].filter(pa.array(rows)).to_pylist()),
            text_zh=f"期初未结 + 受理 - 结案 = 期末未结 不平：{flow}，相差 {difference}；{found} 件的结案早于受理",
            text_en=f"open at start + accepted - closed = open at end does not balance: {flow}, difference {difference}; "
            f"{found} cases were closed before they were accepted",
        )
    ]


def _straddling(cases: pa.Table, seen: Observed) -> np.ndarray:
    """Cases closed before they were accepted, with one of the two instants in the period (bool[N])."""
    times = CaseTimes.of(cases)
    start, end = seen.owed.start, min(seen.period.span.end, seen.cutoff + 1)
    accepted, closed = ((at >= start) & (at < end) for at in (times.accepted, times.closed))
    suspended = np.asarray(pc.fill_null(cases["suspended"].combine_chunks(), fill_value=False))
    out: np.ndarray = ~suspended & (times.opened != NEVER) & (times.closed < times.accepted) & (accepted != closed)
    return out
