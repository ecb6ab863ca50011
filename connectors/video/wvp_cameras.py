"""Which channels of a page count, whose they are, and what a sweep says about them beside their states."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collector.errors import PartialAnswer
from connectors.video.wvp_options import WvpOptions
from connectors.video.wvp_pages import Channel

GB28181 = 1
DATA_TYPES = {"gb28181": GB28181, "push": 2, "proxy": 3}
NO_PICTURE = frozenset(str(code) for code in (*range(133, 138), *range(140, 144), *range(200, 600)))


@dataclass(frozen=True, eq=False)
class Directory:
    """The devices, numbered in the order of their list, by ``id``; two more numbers stand for parents that are no devices."""

    codes: list[str]
    number: dict[int, int]

    @property
    def itself(self) -> int:
        """The parent of a stream, which has no device."""
        return len(self.codes)

    @property
    def lost(self) -> int:
        """The parent of a channel whose device WVP has lost."""
        return len(self.codes) + 1

    def subject(self, device: int, code: str) -> str:
        """DEVICE/CHANNEL, or the channel's code alone where the device is not listed."""
        number = self.number.get(device)
        return code if number is None else f"{self.codes[number]}/{code}"


@dataclass(frozen=True, eq=False)
class Cameras:
    """Some channels of a page: their ``rows`` in it, the numbers of their ``parents``, and what a sweep says about them."""

    rows: np.ndarray
    parents: np.ndarray
    subjects: list[str]
    names: list[str | None]
    districts: list[str | None]
    kinds: list[str | None]


@dataclass(frozen=True, eq=False)
class Entries:
    """A page's channels that count: the ``cameras``, and the rows of those ``left`` behind without a device."""

    channels: Sequence[Channel]
    directory: Directory
    cameras: Cameras
    left: list[int]


class Selection:
    """What the options say about which channels count and how they are named."""

    def __init__(self, options: WvpOptions) -> None:
        self._types = {DATA_TYPES[name] for name in options.channel_types}
        self._by_device = options.key == "device_channel"

    def of_page(self, name: str, channels: Sequence[Channel], directory: Directory) -> Entries:
        """Raises PartialAnswer naming the page and the device where a channel's device is not listed."""
        rows = self._counting(channels)
        left = [row for row in rows if channels[row].device == 0]
        rows = [row for row in rows if channels[row].device != 0] if left else rows
        chosen = [channels[row] for row in rows]
        try:
            parents = _parents(chosen, directory)
        except KeyError as unknown:
            # most likely it registered between the two lists, and the next poll has it
            place = f"{name} $.data.list[...].dataDeviceId"
            raise PartialAnswer(place, f"device {unknown} is not in the device list") from None
        return Entries(channels, directory, self._cameras(directory, rows, chosen, parents), left)

    def alone(self, pages: Sequence[Entries]) -> list[Cameras]:
        """Of each page the channels left behind whose code no other channel has."""
        is_any = any(page.left for page in pages)
        owned = {page.channels[row].code for page in pages for row in page.cameras.rows.tolist()} if is_any else set()
        return [self._lost(page, [row for row in page.left if page.channels[row].code not in owned]) for page in pages]

    def _lost(self, page: Entries, rows: Sequence[int]) -> Cameras:
        chosen = [page.channels[row] for row in rows]
        return self._cameras(page.directory, rows, chosen, [page.directory.lost] * len(rows))

    def _counting(self, channels: Sequence[Channel]) -> list[int]:
        """The rows of the channels that count: of the wanted types and with a picture."""
        types = self._types
        return [
            row
            for row, channel in enumerate(channels)
            if channel.data_type in types and channel.parental != 1 and channel.code[10:13] not in NO_PICTURE
        ]

    def _cameras(
        self, directory: Directory, rows: Sequence[int], chosen: Sequence[Channel], parents: Sequence[int]
    ) -> Cameras:
        codes = [channel.code for channel in chosen]
        return Cameras(
            rows=np.array(rows, np.int32),
            parents=np.array(parents, np.int32),
            subjects=_named(chosen, directory) if self._by_device else codes,
            names=[channel.name for channel in chosen],
            districts=[channel.civil_code for channel in chosen],
            kinds=[sys.intern(code[10:13]) if len(code) == 20 else None for code in codes],
        )


def _parents(chosen: Sequence[Channel], directory: Directory) -> list[int]:
    """Raises KeyError with the id of a device that is not listed."""
    number, itself = directory.number, directory.itself
    return [number[channel.device] if channel.data_type == GB28181 else itself for channel in chosen]


def _named(chosen: Sequence[Channel], directory: Directory) -> list[str]:
    subject = directory.subject
    return [subject(one.device, one.code) if one.data_type == GB28181 else one.code for one in chosen]
