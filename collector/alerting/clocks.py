"""The two clocks of an evaluation: the wall clock, which may step, and one that only ever goes on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from collector.installation import now
from collector.store.alerts import Round

STEP_MS = 2_000
"""The clocks may differ by so much over a span without the wall clock having stepped: it is slewed, not set."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)


@dataclass(frozen=True)
class Reading:
    """at: milliseconds since the epoch. steady: milliseconds since something that ``boot`` names; empty where unknown."""

    at: int
    boot: str = ""
    steady: int = 0


def read_clocks() -> Reading:
    """Both clocks now. The steady one is the kernel's time since boot, which all processes of a machine share (Linux)."""
    if _BOOTTIME is None or not _BOOT_ID.exists():
        return Reading(now())
    return Reading(now(), _BOOT_ID.read_text().strip(), time.clock_gettime_ns(_BOOTTIME) // 1_000_000)


def elapsed(before: Round, reading: Reading) -> int:
    """Milliseconds since the round before: by the steady clock where both were read on one machine, else by the wall clock."""
    if before.at is None:
        return 0
    if reading.boot and before.boot == reading.boot and before.steady is not None:
        return max(0, reading.steady - before.steady)
    return max(0, reading.at - before.at)


def stepped(before: Round, reading: Reading) -> bool:
    """Whether the wall clock was set since the round before."""
    return before.at is not None and abs(reading.at - before.at - elapsed(before, reading)) > STEP_MS
