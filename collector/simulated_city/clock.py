"""What time it is in each subsystem, in memory shared between the city and whoever moves its time."""

from __future__ import annotations

import mmap
import struct
import time
from pathlib import Path

SUBSYSTEMS = ("video", "portal", "prometheus", "hotline", "logs", "meters", "cases")


class CityClock:
    """One instant (ms since the epoch) per subsystem; 0 stands for the real time, so a city with all at 0 is live.

    Subsystems have clocks of their own so that each can be polled through its past at its own pace. An aligned 8-byte
    write is seen whole by a reader in another process.
    """

    def __init__(self, path: Path) -> None:
        """Open the clock's file; one that does not exist is made, with every subsystem live."""
        if not path.exists():
            path.write_bytes(bytes(8 * len(SUBSYSTEMS)))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 8 * len(SUBSYSTEMS))
        self._offset = {name: 8 * index for index, name in enumerate(SUBSYSTEMS)}

    def set(self, subsystem: str, at: int) -> None:
        """Move a subsystem to an instant; 0 lets it go on live. Raises KeyError for a subsystem there is not."""
        struct.pack_into("=q", self._memory, self._offset[subsystem], at)

    def set_all(self, at: int) -> None:
        for subsystem in SUBSYSTEMS:
            self.set(subsystem, at)

    def is_live(self, subsystem: str) -> bool:
        return self._value(subsystem) == 0

    def get(self, subsystem: str) -> int:
        """The present instant of a subsystem."""
        return self._value(subsystem) or time.time_ns() // 1_000_000

    def _value(self, subsystem: str) -> int:
        value: int = struct.unpack_from("=q", self._memory, self._offset[subsystem])[0]
        return value
