"""How a benchmark is timed, and the row it gives."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

REPEATS = 5


@dataclass(frozen=True)
class Timing:
    """Medians over ``runs`` runs. cpu_seconds: user and system time of this process, all of its threads."""

    cpu_seconds: float
    wall_seconds: float
    runs: int


@dataclass(frozen=True)
class Row:
    """A line of the table.

    target: CPU seconds that must not be exceeded (wall seconds where ``by_wall``), None where nothing is promised.
    """

    name: str
    size: str
    timing: Timing
    target: float | None = None
    by_wall: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """What it took over what it may take."""
        taken = self.timing.wall_seconds if self.by_wall else self.timing.cpu_seconds
        return taken / self.target if self.target else None

    @property
    def is_over(self) -> bool:
        return self.ratio is not None and self.ratio > 1


def timed(
    operation: Callable[..., object],
    prepare: Callable[[], Any] | None = None,
    repeats: int = REPEATS,
    warm_ups: int = 1,
) -> Timing:
    """The median cost of ``operation``, after so many runs that do not count.

    prepare: called before each run, outside of what is timed; what it returns is the operation's one argument. The runs follow one
    another, as those of the peers' scripts do: a collection of garbage between them would empty the processor's caches.
    """
    gc.collect()
    costs = [_cost(operation, [prepare()] if prepare else []) for _ in range(warm_ups + repeats)]
    return median(costs[warm_ups:])


def median(costs: Sequence[tuple[float, float]]) -> Timing:
    """Of (CPU seconds, wall seconds)."""
    cpu, wall = (statistics.median(column) for column in zip(*costs, strict=True))
    return Timing(cpu, wall, len(costs))


def once(operation: Callable[..., object], given: Sequence[object] = ()) -> tuple[float, float]:
    """(CPU seconds, wall seconds) of ``operation(*given)`` alone, whatever came before it."""
    gc.collect()
    return _cost(operation, given)


def _cost(operation: Callable[..., object], given: Sequence[object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    kept = operation(*given)
    cost = time.process_time() - cpu, time.perf_counter() - wall
    del kept  # taking the result down is not part of making it
    return cost
