"""The table of a run: what each work took, the peers' figures beside ours, and whether the targets are met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.timing import Row

OURS = "Citygauge"
HEAD = ("work", "who", "size", "figure", "wall s", "peer / ours", "target", "", "runs", "note")
UNITS = {"CPU-s": "CPU-s", "s": "s wall", "ms": "CPU-ms", "B": "B", "x": "x"}
DIGITS = 3


@dataclass(frozen=True)
class Line:
    """What somebody took for a work.

    amount: in ``unit`` (a key of UNITS: CPU seconds, wall seconds, CPU milliseconds, bytes, a ratio); None where it could not be
    run, and ``note`` says why. at_most: what it may take. times: of a peer, its amount over ours in the same run. at_least: what
    ``times`` is to reach.
    """

    work: str
    size: str
    amount: float | None
    unit: str = "CPU-s"
    who: str = OURS
    wall_seconds: float | None = None
    at_most: float | None = None
    times: float | None = None
    at_least: float | None = None
    runs: int = 1
    note: str = ""

    @classmethod
    def of(cls, row: Row) -> Line:
        """A benchmark's own row."""
        timing = row.timing
        amount, unit = (timing.wall_seconds, "s") if row.by_wall else (timing.cpu_seconds, "CPU-s")
        note = (
            row.note if not row.by_wall else "; ".join(filter(None, [f"{shown(timing.cpu_seconds)} CPU-s", row.note]))
        )
        return cls(
            row.name, row.size, amount, unit, wall_seconds=timing.wall_seconds, at_most=row.target, runs=timing.runs,
            note=note,
        )  # fmt: skip

    def beside(self, ours: Line) -> Line:
        """A peer's line with its ratio to ours."""
        if self.amount is None or not ours.amount:
            return self
        return replace(self, times=self.amount / ours.amount)

    @property
    def judged(self) -> str:
        """ok, over (took more than it may) or under (the peers are not left behind far enough); empty where nothing is promised."""
        if self.amount is not None and self.at_most is not None:
            return "ok" if self.amount <= self.at_most else "over"
        if self.times is not None and self.at_least is not None:
            return "ok" if self.times >= self.at_least else "under"
        return ""

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {shown(self.at_most)} {UNITS[self.unit]}"
        return f">= {shown(self.at_least)} x" if self.at_least is not None else ""

    @property
    def cells(self) -> tuple[str, ...]:
        figure = "not run" if self.amount is None else f"{shown(self.amount)} {UNITS[self.unit]}"
        wall = "" if self.wall_seconds is None else shown(self.wall_seconds)
        times = "" if self.times is None else f"{shown(self.times)} x"
        return (
            self.work, self.who, self.size, figure, wall, times, self.target, self.judged, str(self.runs), self.note,
        )  # fmt: skip


def shown(number: float) -> str:
    """Three significant digits without an exponent; whole numbers from 100 on, in groups of three digits."""
    if not number:
        return "0"
    after = max(0, DIGITS - 1 - math.floor(math.log10(abs(number))))
    text = f"{number:,.{after}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def missed(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.judged in ("over", "under")]


def table(lines: Sequence[Line]) -> str:
    """As a Markdown table."""
    rows = [HEAD, ("---",) * len(HEAD), *(line.cells for line in lines)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
