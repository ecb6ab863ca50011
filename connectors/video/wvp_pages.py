"""The pages of WVP's two lists: what is read of them, and how they are remembered as columns from poll to poll.

An answer of a million channels differs from the one before in a few hundred places. So a page is followed (``collector.changed``):
its entries are kept as columns, in which only what changed is replaced, and a column without a change stays the same object. What
is remembered saves time only: a page reads the same whatever was read before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter, is_
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

from collector.changed import Following, spliced
from collector.page_edits import Edit, Form

ON, OFF, NO_STATUS = 0, 1, 2
"""A channel's own status as one byte; a device is ON where it is online, else OFF."""
_STATUS: Mapping[str | None, int] = MappingProxyType({"ON": ON, "OFF": OFF, None: NO_STATUS})


class Device(Struct, gc=False):
    id: int
    code: Annotated[str, Meta(min_length=1)] = field(name="deviceId")
    online: bool = field(name="onLine")


class Channel(Struct, gc=False):
    id: int = field(name="gbId")
    code: Annotated[str, Meta(min_length=1)] = field(name="gbDeviceId")
    name: str | None = field(name="gbName")
    civil_code: str | None = field(name="gbCivilCode")
    parental: Literal[0, 1] | None = field(name="gbParental")
    status: Literal["ON", "OFF"] | None = field(name="gbStatus")
    data_type: Literal[1, 2, 3, 200] = field(name="dataType")
    device: int = field(name="dataDeviceId")


class _DeviceKey(Struct, gc=False):
    id: int


class _ChannelKey(Struct, gc=False):
    id: int = field(name="gbId")


Item = TypeVar("Item", Device, Channel, _DeviceKey, _ChannelKey, Raw)


class _Page(Struct, Generic[Item], gc=False):
    total: int
    items: list[Item] = field(name="list")


class _Good(Struct, Generic[Item], gc=False):
    code: Literal[0]
    data: _Page[Item]


class _Any(Struct, Generic[Item], gc=False):
    """What ``fetch`` reads of a page that is not good: enough to log in again, and to see whether it may be kept as it is."""

    code: int
    data: _Page[Item] | None = None


@dataclass(frozen=True, eq=False)
class DeviceColumns:
    """What is said about devices beside whether they are online; the names are those of Device."""

    id: list[int]
    code: list[str]


@dataclass(frozen=True, eq=False)
class ChannelColumns:
    """What is said about channels beside their status; the names are those of Channel."""

    id: list[int]
    code: list[str]
    name: list[str | None]
    civil_code: list[str | None]
    parental: list[int | None]
    data_type: list[int]
    device: list[int]


Columns = TypeVar("Columns", DeviceColumns, ChannelColumns)


@dataclass(frozen=True, eq=False)
class Reading(Generic[Columns]):
    """A page as it was read. columns: one value an entry; the same object as long as none of them changes. status: one byte an entry."""

    body: bytes
    total: int
    columns: Columns
    status: bytes


class Page(Generic[Columns]):
    """One page of a list through successive answers."""

    def __init__(self, form: Form[int, Any], empty: Columns, status: Callable[[Any], int]) -> None:
        self._following = Following(form)
        self._status = status
        self._last: Reading[Columns] = Reading(b"", 0, empty, b"")

    def read(self, body: bytes, part: str) -> Reading[Columns]:
        """Raises SourceChanged naming ``part``. ``body`` of the reading is an equal one read before, where there was one."""
        edits = self._following.read(body, part)
        if self._following.body is not self._last.body:
            columns, status = _edited(self._last.columns, edits), self._last.status
            for edit in reversed(edits):
                status = b"".join((status[: edit.start], bytes(map(self._status, edit.records)), status[edit.stop :]))
            self._last = Reading(self._following.body or body, self._following.head, columns, status)
        return self._last


def device_page() -> Page[DeviceColumns]:
    return Page(_DEVICES, DeviceColumns([], []), lambda device: ON if device.online else OFF)


def channel_page() -> Page[ChannelColumns]:
    return Page(_CHANNELS, ChannelColumns([], [], [], [], [], [], []), lambda channel: _STATUS[channel.status])


KEYS: Mapping[str, Decoder[Any]] = MappingProxyType(
    {"devices": Decoder(_Any[_DeviceKey]), "channels": Decoder(_Any[_ChannelKey])}
)


class Tally:
    """Whether the pages of a list are one reading of it: the totals announced, the entries that came, and their ids.

    ``last`` are the ``pages`` of an earlier tally: as long as the lists of ids are the same objects, they are not counted again.
    """

    def __init__(self, last: Sequence[tuple[list[int], int]] = ()) -> None:
        self.totals: set[int] = set()
        self.received = 0
        self.pages: list[tuple[list[int], int]] = []
        self._last = last
        self._ids: set[int] | None = None

    @property
    def distinct(self) -> int:
        return self.pages[-1][1] if self.pages else 0

    def add(self, total: int, ids: list[int]) -> bool:
        """Count a page; whether it brought anything new."""
        known = self.distinct
        self.totals.add(total)
        self.received += len(ids)
        self.pages.append((ids, self._count(ids)))
        return self.distinct > known

    def _count(self, ids: list[int]) -> int:
        """How many different ids came, with those of this page."""
        index = len(self.pages)
        if self._ids is None:
            if index < len(self._last) and self._last[index][0] is ids:
                return self._last[index][1]
            self._ids = {one for earlier, _ in self.pages for one in earlier}
        self._ids.update(ids)
        return len(self._ids)

    def misfit(self) -> str | None:
        """Why the pages do not fit together: the list changed while it was read, or the source miscounts."""
        if not self.totals:
            return "no page of this list came"
        if len(self.totals) > 1:
            return f"the total changed between pages ({min(self.totals)} to {max(self.totals)})"
        if self.distinct < self.received:
            return f"{self.received - self.distinct} entries came twice"
        total = next(iter(self.totals))
        return None if total == self.received else f"{self.received} entries came of {total} announced"


def same(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether two sequences hold the same objects."""
    return len(some) == len(others) and all(map(is_, some, others))


def _edited(columns: Columns, edits: Sequence[Edit[Any]]) -> Columns:
    lists = [spliced(getattr(columns, field.name), edits, attrgetter(field.name)) for field in fields(columns)]
    before = [getattr(columns, field.name) for field in fields(columns)]
    return columns if same(lists, before) else type(columns)(*lists)


def _form(item: Any) -> Form[int, Any]:
    decoders = Decoder(_Good[item]), Decoder(_Good[Raw]), Decoder(list[item])
    return Form(*decoders, lambda answer: (answer.data.total, answer.data.items))


_DEVICES, _CHANNELS = _form(Device), _form(Channel)
