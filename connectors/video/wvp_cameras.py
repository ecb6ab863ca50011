"""Which channels of a page count, whose they are, and what a sweep says about them beside their states."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from collector.errors import PartialAnswer
from connectors.video.wvp_options import WvpOptions
from connectors.video.wvp_pages import ChannelColumns

GB28181 = 1
DATA_TYPES = {"gb28181": GB28181, "push": 2, "proxy": 3}
NO_PICTURE = frozenset(str(code) for code in (*range(133, 138), *range(140, 144), *range(200, 600)))

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Directory:
    """The devices, numbered in the order of their list; two more numbers stand for parents that are no devices."""

    ids: list[int]
    codes: list[str]
    number: dict[int, int]

    @property
    def itself(self) -> int:
        """The parent of a stream, which has no device."""
        return len(self.ids)

    @property
    def lost(self) -> int:
        """The parent of a channel whose device WVP has lost."""
        return len(self.ids) + 1

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

    columns: ChannelColumns
    directory: Directory
    cameras: Cameras
    left: list[int]


class Selection:
    """What the options say about which channels count and how they are named."""

    def __init__(self, options: WvpOptions) -> None:
        self._types = {DATA_TYPES[name] for name in options.channel_types}
        self._by_device = options.key == "device_channel"

    def of_page(self, name: str, columns: ChannelColumns, directory: Directory) -> Entries:
        """Raises PartialAnswer naming the page and the device where a channel's device is not listed."""
        rows, device = self._counting(columns), columns.device
        left = [row for row in rows if device[row] == 0]
        rows = [row for row in rows if device[row] != 0] if left else rows
        try:
            parents = _parents(columns, rows, directory)
        except KeyError as unknown:
            # most likely it registered between the two lists, and the next poll has it
            place = f"{name} $.data.list[...].dataDeviceId"
            raise PartialAnswer(place, f"device {unknown} is not in the device list") from None
        return Entries(columns, directory, self._cameras(columns, directory, rows, parents), left)

    def alone(self, pages: Sequence[Entries]) -> list[Cameras]:
        """Of each page the channels left behind whose code no other channel has."""
        is_any = any(page.left for page in pages)
        owned = {page.columns.code[row] for page in pages for row in page.cameras.rows.tolist()} if is_any else set()
        return [self._lost(page, [row for row in page.left if page.columns.code[row] not in owned]) for page in pages]

    def _lost(self, page: Entries, rows: Sequence[int]) -> Cameras:
        return self._cameras(page.columns, page.directory, rows, [page.directory.lost] * len(rows))

    def _counting(self, columns: ChannelColumns) -> list[int]:
        """The rows of the channels that count: of the wanted types and with a picture."""
        types = self._types
        facts = zip(columns.data_type, columns.parental, columns.code, strict=True)
        return [
            row
            for row, (data_type, parental, code) in enumerate(facts)
            if data_type in types and parental != 1 and code[10:13] not in NO_PICTURE
        ]

    def _cameras(
        self, columns: ChannelColumns, directory: Directory, rows: Sequence[int], parents: Sequence[int]
    ) -> Cameras:
        codes = _picked(columns.code, rows)
        return Cameras(
            rows=np.array(rows, np.int32),
            parents=np.array(parents, np.int32),
            subjects=_named(columns, rows, directory) if self._by_device else codes,
            names=_picked(columns.name, rows),
            districts=_picked(columns.civil_code, rows),
            kinds=[sys.intern(code[10:13]) if len(code) == 20 else None for code in codes],
        )


def _parents(columns: ChannelColumns, rows: Sequence[int], directory: Directory) -> list[int]:
    """Raises KeyError with the id of a device that is not listed."""
    number, itself, data_type, device = directory.number, directory.itself, columns.data_type, columns.device
    return [number[device[row]] if data_type[row] == GB28181 else itself for row in rows]


def _named(columns: ChannelColumns, rows: Sequence[int], directory: Directory) -> list[str]:
    code, device, data_type, subject = columns.code, columns.device, columns.data_type, directory.subject
    return [subject(device[row], code[row]) if data_type[row] == GB28181 else code[row] for row in rows]


def _picked(column: list[Value], rows: Sequence[int]) -> list[Value]:
    return column if len(rows) == len(column) else [column[row] for row in rows]
