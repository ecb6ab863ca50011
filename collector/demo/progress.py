"""Progress of work that other processes do, seen in the store."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from collector.cli.options import err
from collector.errors import CitygaugeError

LOOK_SECONDS = 0.3
STALLED_SECONDS = 60.0


class Stage:
    """One stage with a bar on a terminal, and one line when it is done anywhere else."""

    def __init__(self, name: str, total: int) -> None:
        columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=err, disable=not err.is_terminal)
        self._task = self._progress.add_task(name, total=total)
        self._name, self._total = name, total

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()
        if kind is None and not err.is_terminal:
            err.print(f"{self._name}: {self._total} in {time.monotonic() - self._started:.1f} s")

    def advance(self) -> None:
        self._progress.advance(self._task)

    def until_done(self, done: Callable[[], int], worker: subprocess.Popen[bytes]) -> None:
        """Wait until ``done`` counts the whole. Raises CitygaugeError where the worker ends before, or nothing moves any more."""
        last, moved = -1, time.monotonic()
        while (count := done()) < self._total:
            self._progress.update(self._task, completed=count)
            if worker.poll() is not None:
                raise CitygaugeError(f"{self._name}: the worker ended with exit code {worker.returncode}")
            if count != last:
                last, moved = count, time.monotonic()
            elif time.monotonic() - moved > STALLED_SECONDS:
                raise CitygaugeError(f"{self._name}: stands still at {count} of {self._total}; a task failed, see above")
            time.sleep(LOOK_SECONDS)
        self._progress.update(self._task, completed=self._total)
