"""A list of things as JSON texts that follows time forward by patching what changed, so that a page is one join."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from collector.simulated_city.histories import Histories, by_time

Write = Callable[[int, bool], bytes]
"""(thing, whether it is up) -> its JSON text."""


class Listing:
    """Things in order of when they were first listed. Going back in time is possible; then everything is written
    anew.
    """

    def __init__(self, write: Write, up: Histories, listed: Histories | None = None) -> None:
        self._write = write
        self._up, self._listed = up, listed
        self._changes = by_time(up)
        self._entries = by_time(listed) if listed is not None else None
        self._next = self._next_entry = 0
        self._second = -1
        self._texts: list[bytes] = []
        self._position = np.full(len(up), -1, np.int64)
        self._is_up = np.zeros(len(up), bool)
        self.up_count = 0
        """How many listed things are up."""

    def __len__(self) -> int:
        return len(self._texts)

    def move_to(self, at: int) -> None:
        """Bring the list to an instant."""
        second = (at - self._up.start) // 1000
        if second < self._second or self._second < 0:
            self._rebuild(at)
        else:
            self._patch(second)
        self._second = second

    def slice(self, start: int, stop: int) -> list[bytes]:
        return self._texts[start:stop]

    def _rebuild(self, at: int) -> None:
        self._is_up = self._up.state_at(at)
        shown = np.arange(len(self._up)) if self._listed is None else self._listed_in_order(at)
        self._texts = [self._write(int(thing), bool(self._is_up[thing])) for thing in shown]
        self._position[:] = -1
        self._position[shown] = np.arange(len(shown))
        self.up_count = int(self._is_up[shown].sum())
        second = (at - self._up.start) // 1000
        self._next = int(np.searchsorted(self._changes[0], second, side="right"))
        if self._entries is not None:
            self._next_entry = int(np.searchsorted(self._entries[0], second, side="right"))

    def _listed_in_order(self, at: int) -> np.ndarray:
        assert self._listed is not None
        shown = np.flatnonzero(self._listed.state_at(at))
        has_entry = ~self._listed.initial[shown]
        entered = np.zeros(len(shown), np.int64)
        entered[has_entry] = self._listed.seconds[self._listed.offsets[shown[has_entry]]]
        return shown[np.argsort(entered, kind="stable")]

    def _patch(self, second: int) -> None:
        seconds, things, becomes_up = self._changes
        until = int(np.searchsorted(seconds, second, side="right"))
        for change in range(self._next, until):
            self._turn(int(things[change]), bool(becomes_up[change]))
        self._next = until
        if self._entries is not None:
            self._patch_entries(second)

    def _turn(self, thing: int, is_up: bool) -> None:
        self._is_up[thing] = is_up
        if (position := int(self._position[thing])) >= 0:
            self._texts[position] = self._write(thing, is_up)
            self.up_count += 1 if is_up else -1

    def _patch_entries(self, second: int) -> None:
        assert self._entries is not None
        seconds, things, enters = self._entries
        until = int(np.searchsorted(seconds, second, side="right"))
        for entry in range(self._next_entry, until):
            thing = int(things[entry])
            if enters[entry]:
                self._append(thing)
            else:
                self._remove(thing)
        self._next_entry = until

    def _append(self, thing: int) -> None:
        self._position[thing] = len(self._texts)
        self._texts.append(self._write(thing, bool(self._is_up[thing])))
        self.up_count += int(self._is_up[thing])

    def _remove(self, thing: int) -> None:
        position = int(self._position[thing])
        del self._texts[position]
        self._position[self._position > position] -= 1
        self._position[thing] = -1
        self.up_count -= int(self._is_up[thing])
