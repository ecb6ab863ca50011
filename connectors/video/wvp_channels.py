"""From WVP's lists to a sweep, at a price that follows what changed.

All but the states depends on what rarely changes: it is worked out for a page when the page brings something new, and for the whole
list when one of its pages did. The states of a sweep are look-ups over all channels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

import numpy as np

from collector.errors import SourceChanged
from collector.records import State, Sweep
from connectors.video.wvp_cameras import Directory, Entries, Selection
from connectors.video.wvp_options import WvpOptions
from connectors.video.wvp_pages import Channel, Device, Reading, same

UP, DOWN, UNKNOWN = int(State.UP), int(State.DOWN), int(State.UNKNOWN)
STATES = np.array([[UP, DOWN, UNKNOWN], [DOWN, DOWN, DOWN], [UNKNOWN, DOWN, UNKNOWN]], np.uint8)
"""By the parent (online, offline, lost) and the channel's own status (ON, OFF, null)."""
ITSELF, LOST = 0, 2
"""A stream stands for itself, as if its parent were online; the device of a channel left behind is lost."""


Value = TypeVar("Value")


class Joined(Generic[Value]):
    """The pieces of a list joined; the same list as the last time where the pieces are equal."""

    def __init__(self) -> None:
        self._pieces: list[list[Value]] = []
        self._whole: list[Value] = []

    def of(self, pieces: list[list[Value]]) -> list[Value]:
        if pieces != self._pieces:
            self._pieces, self._whole = pieces, list(chain.from_iterable(pieces))
        return self._whole


@dataclass(frozen=True, eq=False)
class Roll:
    """All channels that count, in the order of the sweep.

    order: where a channel's own status stands in those of all ``pages``. parents: the number of its parent.
    """

    pages: list[Entries]
    subjects: list[str]
    attributes: dict[str, list[str | None]]
    order: np.ndarray
    parents: np.ndarray


class Channels:
    """Makes sweeps. What it remembers of the last one saves time only."""

    def __init__(self, options: WvpOptions) -> None:
        self._selection = Selection(options)
        self._devices: Sequence[Sequence[Device]] = []
        self._directory = Directory([], {})
        self._entries: dict[str, Entries] = {}
        self._roll: Roll | None = None
        self._subjects: Joined[str] = Joined()
        self._attributes: dict[str, Joined[str | None]] = {name: Joined() for name in ("name", "district", "kind")}

    def sweep(self, devices: Sequence[Reading[Device]], channels: Iterable[tuple[str, Reading[Channel]]]) -> Sweep:
        """Of all pages of both lists, those of the channels by name. Raises PartialAnswer and SourceChanged."""
        self._list_devices([page.entries for page in devices])
        pages, status = [], []
        for name, page in channels:
            pages.append((name, self._of_page(name, page.entries)))
            status.append(page.states)
        self._entries = dict(pages)
        roll = self._called([entries for _, entries in pages])
        parents = np.frombuffer(b"".join([page.states for page in devices]) + bytes((ITSELF, LOST)), np.uint8)
        own = np.frombuffer(b"".join(status), np.uint8)
        cells = np.take(parents * np.uint8(STATES.shape[1]), roll.parents) + np.take(own, roll.order)
        return Sweep(roll.subjects, np.take(STATES, cells), roll.attributes)

    def _list_devices(self, pages: Sequence[Sequence[Device]]) -> None:
        if not same(pages, self._devices):
            devices = [device for page in pages for device in page]
            ids = [device.id for device in devices]
            self._directory = Directory([device.code for device in devices], {one: n for n, one in enumerate(ids)})
            self._devices = pages

    def _of_page(self, name: str, channels: Sequence[Channel]) -> Entries:
        known = self._entries.get(name)
        if known and known.channels is channels and known.directory is self._directory:
            return known
        return self._selection.of_page(name, channels, self._directory)

    def _called(self, pages: list[Entries]) -> Roll:
        if self._roll is None or not same(pages, self._roll.pages):
            self._roll = self._call(pages)
        return self._roll

    def _call(self, pages: list[Entries]) -> Roll:
        """The cameras of all pages, and after them those of all pages that stand alone."""
        parts = [*(page.cameras for page in pages), *self._selection.alone(pages)]
        subjects = self._subjects.of([part.subjects for part in parts])
        if self._roll is None or subjects is not self._roll.subjects:
            _refuse_twins(subjects)
        attributes = {
            "name": self._attributes["name"].of([part.names for part in parts]),
            "district": self._attributes["district"].of([part.districts for part in parts]),
            "kind": self._attributes["kind"].of([part.kinds for part in parts]),
        }
        offsets = np.cumsum([0, *(len(page.channels) for page in pages)])[:-1]
        order = [part.rows + offset for part, offset in zip(parts, [*offsets, *offsets], strict=True)]
        parents = [part.parents for part in parts]
        return Roll(pages, subjects, attributes, _concatenated(order), _concatenated(parents))


def _concatenated(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.intp), *arrays])


def _refuse_twins(subjects: Sequence[str]) -> None:
    if len(set(subjects)) < len(subjects):
        twice = Counter(subjects).most_common(1)[0][0]
        raise SourceChanged(
            "channels $.data.list[...].gbDeviceId",
            f"{twice!r} stands for two channels; give one another code in WVP, or set key: device_channel",
        )
