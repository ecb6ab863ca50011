"""Whether the rows of a register contradict one another at any time since the first of them was entered."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Contradiction:
    """What is wrong with a row: ``void``: it takes back what no row before said. ``twice``, ``overlap``: with row ``other``."""

    kind: Literal["void", "twice", "overlap"]
    row: int
    other: int | None = None


def contradiction(
    subject: np.ndarray, joined: np.ndarray, removed: np.ndarray, entered_at: np.ndarray, void: np.ndarray
) -> Contradiction | None:
    """The first one found, None where there is none. The arguments are columns of ``register_file.Entries``."""
    order = np.lexsort((entered_at, joined, subject))
    repeats = (np.diff(subject[order]) == 0) & (np.diff(joined[order]) == 0)
    first = np.append(True, ~repeats)[: len(order)]
    if len(lone := order[first & (removed == joined)[order]]):
        return Contradiction("void", int(lone.min()))
    same = np.flatnonzero(repeats & (np.diff(entered_at[order]) == 0))
    if len(same):
        one, other = sorted((int(order[same[0]]), int(order[same[0] + 1])))
        return Contradiction("twice", other, one)
    starts = np.flatnonzero(first)
    latest = np.maximum.reduceat(removed[order], starts) if len(starts) else removed[:0]
    spans = order[starts]
    may_overlap = (np.diff(subject[spans]) == 0) & (latest[:-1] > joined[spans][1:])
    for doubtful in np.unique(subject[spans][:-1][may_overlap]).tolist():
        rows = np.flatnonzero(subject == doubtful)
        found = _overlap(rows[np.argsort(entered_at[rows], kind="stable")].tolist(), joined, removed, entered_at, void)
        if found is not None:
            return found
    return None


def _overlap(
    rows: list[int], joined: np.ndarray, removed: np.ndarray, entered_at: np.ndarray, void: np.ndarray
) -> Contradiction | None:
    """Enter a subject's rows one instant after the other, as they became known, and look at its spans each time."""
    spans: dict[int, int] = {}
    for i, row in enumerate(rows):
        spans[int(joined[row])] = row
        if i + 1 < len(rows) and entered_at[rows[i + 1]] == entered_at[row]:
            continue
        held = [spans[start] for start in sorted(spans) if not void[spans[start]]]
        for first, second in pairwise(held):
            if removed[first] > joined[second]:
                newer = max(first, second, key=rows.index)
                return Contradiction("overlap", newer, first if newer == second else second)
    return None
