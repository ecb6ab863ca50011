"""``citygauge demo --no-serve --months 2``: two months of the simulated city polled, sealed, frozen and reported.

Timed: the whole command in a process of its own, start and imports included, once; the target is wall time on two cores. CPU
seconds are those of the command and of every process it started and waited for.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time

from benchmarks.timing import Row, Timing

TARGET = 120.0


def rows(quick: bool) -> list[Row]:
    """None in a quick run: it takes as long as all others together."""
    if quick:
        return []
    with tempfile.TemporaryDirectory(prefix="citygauge-benchmark-") as folder:
        command = [sys.executable, "-m", "collector", "demo", "--no-serve", "--months", "2", "--dir", f"{folder}/demo"]
        before, started = _children_cpu_seconds(), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        timing = Timing(_children_cpu_seconds() - before, time.perf_counter() - started, 1)
    return [Row("demo_two_months", "1,200 channels, 2 months", timing, TARGET, by_wall=True)]


def _children_cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
