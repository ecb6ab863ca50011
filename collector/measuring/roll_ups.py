"""What the sealed segments of whole days say without their changes being walked through: sums, and who left the list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.measures.availability import Seen
from collector.measures.states import States, Times
from collector.records import State
from collector.segment import ROLL_UP, Segment


def rolled_up(segments: Sequence[Segment], size: int) -> Seen:
    """The sum of the days' roll-ups over ``size`` subjects."""
    sums = {name: np.zeros(size, np.int64) for name in ROLL_UP}
    for segment in segments:
        rows = segment.part("subject", list(sums))
        for name, total in sums.items():
            total[: rows.num_rows] += rows[name].to_numpy()
    times = Times(sums["up_ms"], sums["owed_ms"] - sums["up_ms"] - sums["unknown_ms"], sums["unknown_ms"])
    return Seen(times, sums["sampling_ms"], np.zeros(size, np.int64))


def seen_gone(segments: Sequence[Segment]) -> tuple[np.ndarray, States]:
    """(numbers, states): the subjects that any day's records say are gone, and all their changes; mostly there are none.

    The roll-ups cannot tell who left: a subject that was never listed owes nothing either. The changes of these few can, exactly.
    """
    with_gone = (_gone(one) for one in segments if one.departures)
    numbers = np.unique(np.concatenate([np.empty(0, np.int32), *with_gone]))
    changes = [one.part("record", ["n", "at", "state"]) for one in segments] if len(numbers) else []
    theirs = [rows.filter(pc.is_in(rows["n"], pa.array(numbers))) for rows in changes]
    subject, at, state = (
        np.concatenate([np.empty(0, np.int64), *(rows[name].cast(pa.int64()).to_numpy() for rows in theirs)])
        for name in ("n", "at", "state")
    )
    return numbers, States(
        _opening(segments[0], numbers), np.searchsorted(numbers, subject), at, state.astype(np.uint8)
    )


def _gone(segment: Segment) -> np.ndarray:
    rows = segment.part("record", ["n", "state"])
    return np.asarray(rows.filter(pc.equal(rows["state"], State.GONE))["n"].to_numpy())


def _opening(segment: Segment, numbers: np.ndarray) -> np.ndarray:
    """States as the segment's day begins; a subject that it does not know was not listed yet."""
    opening = np.full(int(numbers.max(initial=-1)) + 1, State.GONE, np.uint8)
    rows = segment.part("subject", ["n", "opening"])
    rows = rows.filter(pc.less(rows["n"], len(opening)))
    opening[rows["n"].to_numpy()] = rows["opening"].to_numpy()
    return np.asarray(opening[numbers])
