"""case_closure with base closed_vs_accepted: cases closed in a period against cases accepted in it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyarrow.compute as pc

from collector.faults import IMBALANCE
from collector.measurement import Measurement, ratio
from collector.measures.case_facts import fault_texts
from collector.measures.cases import Cases
from collector.measures.groups import Groups, Measured
from collector.measures.observed import Observed
from collector.measures.versions import NEVER


def closed_vs_accepted(cases: Cases, seen: Observed, groups: Groups | None = None) -> Measured:
    """Cases closed in the period over cases accepted in it, whichever period the closed ones came from; may exceed
    1 and then says so.

    The four counts are made independently, and open_start + accepted - closed = open_end is checked: a case closed
    before it was accepted breaks the balance, which is a fault. Those open where
    vouching ends, at a gap or before the period does, may have been closed since.
    """
    groups = groups or Groups.none(cases.count)
    chosen, faulty, placed = _flow(cases, seen)
    counts = {name: groups.count(rows).tolist() for name, rows in chosen.items()}
    faults = fault_texts(cases.table, faulty, placed, groups)
    rows = [_measurement({name: c[i] for name, c in counts.items()}, faults[i], seen) for i in range(len(faults))]
    return rows[0], dict(zip(groups.labels, rows[1:], strict=True))


def _flow(cases: Cases, seen: Observed) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """The cases behind each count (bool[N] by name), the faulty ones, and those of them that lie in the period."""
    times = cases.times
    start, end = seen.owed.start, min(seen.period.span.end, seen.cutoff + 1)  # an event at the cut-off has happened
    suspended = np.asarray(pc.fill_null(cases.table["suspended"].combine_chunks(), fill_value=False))
    flowing = ~suspended & (times.opened != NEVER)
    opened, accepted, closed = ((at >= start) & (at < end) for at in (times.opened, times.accepted, times.closed))
    backwards = flowing & closed & (times.closed < times.opened)
    faulty = backwards | (times.opened == NEVER)
    chosen = {
        "reported": opened,
        "open_start": flowing & (times.accepted < start) & (times.closed >= start),
        "accepted": flowing & accepted,
        "closed": flowing & closed,
        "open_end": flowing & (times.accepted < end) & (times.closed >= end),
        "unseen": flowing
        & (times.accepted < end)
        & (times.closed >= end)
        & (seen.unseen_from(times.last) < seen.owed.end),
        "suspended": suspended & (times.accepted < end) & (times.closed >= start),
        "faults": faulty,
    }
    return chosen, faulty, backwards


def _measurement(sums: dict[str, int], faults: tuple[str, ...], seen: Observed) -> Measurement:
    accepted, closed = sums["accepted"], sums["closed"]
    rate = ratio(closed, accepted)
    upper = ratio(closed + sums.pop("unseen"), accepted)
    return Measurement(
        value=None if seen.nothing else rate,
        lower=Fraction(0) if seen.nothing else rate,
        upper=None if seen.nothing else upper,
        coverage=seen.coverage,
        n=accepted,
        numerator=closed,
        denominator=accepted,
        parts=sums | {"exceeds_one": closed > accepted > 0},
        faults=faults + _imbalance(sums),
    )


def _imbalance(sums: dict[str, int]) -> tuple[str, ...]:
    start, accepted, closed, end = (sums[name] for name in ("open_start", "accepted", "closed", "open_end"))
    if start + accepted - closed == end:
        return ()
    return (IMBALANCE(start=start, accepted=accepted, closed=closed, end=end),)
