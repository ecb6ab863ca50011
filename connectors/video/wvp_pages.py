"""The pages of WVP's two lists: what is read of them, and how they are remembered from poll to poll.

An answer of a million channels differs from the one before in a few hundred places. So a page is followed (``collector.changed``):
only what changed is replaced, and as long as nothing but states changed, its list of entries stays the same object. What is
remembered saves time only: a page reads the same whatever was read before it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, is_
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

from collector.changed import Following, applied
from collector.page_edits import Edit, Form

ON, OFF, NO_STATUS = 0, 1, 2
"""A channel's own status as one byte; a device is ON where it is online, else OFF."""
_STATUS: Mapping[str | None, int] = MappingProxyType({"ON": ON, "OFF": OFF, None: NO_STATUS})


class Device(Struct, gc=False):
    id: int
    code: Annotated[str, Meta(min_length=1)] = field(name="deviceId")
    online: bool = field(name="onLine")
    OWN: ClassVar[str] = "online"

    def state(self) -> int:
        return ON if self.online else OFF

    def tidy(self) -> None:
        pass


class Channel(Struct, gc=False):
    id: int = field(name="gbId")
    code: Annotated[str, Meta(min_length=1)] = field(name="gbDeviceId")
    name: str | None = field(name="gbName")
    civil_code: str | None = field(name="gbCivilCode")
    parental: Literal[0, 1] | None = field(name="gbParental")
    status: Literal["ON", "OFF"] | None = field(name="gbStatus")
    data_type: Literal[1, 2, 3, 200] = field(name="dataType")
    device: int = field(name="dataDeviceId")
    OWN: ClassVar[str] = "status"

    def state(self) -> int:
        return _STATUS[self.status]

    def tidy(self) -> None:
        """A million channels have a few hundred districts."""
        self.civil_code = sys.intern(self.civil_code) if self.civil_code else self.civil_code


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


Entry = TypeVar("Entry", Device, Channel)
Keyed = Sequence[Device | Channel | _DeviceKey | _ChannelKey]
"""Entries of a page, of which at least the ``id`` was read."""


@dataclass(frozen=True, eq=False)
class Reading(Generic[Entry]):
    """A page as it was read.

    entries: the same list as long as nothing but their states changed. states: one byte an entry, its state when the page was read.
    """

    body: bytes
    total: int
    entries: Sequence[Entry]
    states: bytes


class Page(Generic[Entry]):
    """One page of a list through successive answers; of ``item`` the field OWN is an entry's own state, the others are facts."""

    def __init__(self, item: type[Entry]) -> None:
        self._following: Following[int, Entry] = Following(_FORMS[item])
        self._own = item.OWN
        self._facts = attrgetter(*(name for name in item.__struct_fields__ if name != item.OWN))
        self._last: Reading[Entry] = Reading(b"", 0, [], b"")

    def read(self, body: bytes, part: str) -> Reading[Entry]:
        """Raises SourceChanged naming ``part``. ``body`` of the reading is an equal one read before, where there was one."""
        last = self._last
        edits = self._following.read(body, part, last.entries)
        if (followed := self._following.body) is not last.body:
            entries = last.entries if self._updated(last.entries, edits) else self._replaced(last.entries, edits)
            self._last = Reading(followed or body, self._following.head, entries, self._states(last.states, edits))
        return self._last

    def _updated(self, entries: Sequence[Entry], edits: Sequence[Edit[Entry]]) -> bool:
        """Whether the edits say nothing new but states; then the entries have them, and nothing else of the new ones is kept."""
        pairs = [(entries[edit.start : edit.stop], edit.records) for edit in edits]
        if any(list(map(self._facts, old)) != list(map(self._facts, new)) for old, new in pairs):
            return False
        for old, new in pairs:
            for entry, now in zip(old, new, strict=True):
                setattr(entry, self._own, getattr(now, self._own))
        return True

    def _replaced(self, entries: Sequence[Entry], edits: Sequence[Edit[Entry]]) -> Sequence[Entry]:
        for edit in edits:
            for entry in edit.records:
                entry.tidy()
        return applied(entries, edits)

    def _states(self, states: bytes, edits: Sequence[Edit[Entry]]) -> bytes:
        for edit in reversed(edits):
            read = bytes([entry.state() for entry in edit.records])
            states = b"".join((states[: edit.start], read, states[edit.stop :]))
        return states


def device_page() -> Page[Device]:
    return Page(Device)


def channel_page() -> Page[Channel]:
    return Page(Channel)


KEYS: Mapping[str, Decoder[Any]] = MappingProxyType(
    {"devices": Decoder(_Any[_DeviceKey]), "channels": Decoder(_Any[_ChannelKey])}
)


class Tally:
    """Whether the pages of a list are one reading of it: the totals announced, the entries that came, and their ids.

    ``last`` are the ``pages`` of an earlier tally: as long as the lists of entries are the same objects, their ids are not counted
    again.
    """

    def __init__(self, last: Sequence[tuple[Keyed, int]] = ()) -> None:
        self.totals: set[int] = set()
        self.received = 0
        self.pages: list[tuple[Keyed, int]] = []
        self._last = last
        self._ids: set[int] | None = None

    @property
    def distinct(self) -> int:
        return self.pages[-1][1] if self.pages else 0

    def add(self, total: int, entries: Keyed) -> bool:
        """Count a page; whether it brought anything new."""
        known = self.distinct
        self.totals.add(total)
        self.received += len(entries)
        self.pages.append((entries, self._count(entries)))
        return self.distinct > known

    def _count(self, entries: Keyed) -> int:
        """How many different ids came, with those of this page."""
        index = len(self.pages)
        if self._ids is None:
            if index < len(self._last) and self._last[index][0] is entries:
                return self._last[index][1]
            self._ids = {entry.id for earlier, _ in self.pages for entry in earlier}
        self._ids.update(entry.id for entry in entries)
        return len(self._ids)

    def misfit(self) -> str | None:
        """Why the pages do not fit together: the list changed while it was read, or the source miscounts. Ends the count."""
        self._ids = None
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


def _form(item: Any) -> Form[int, Any]:
    decoders = Decoder(_Good[item]), Decoder(_Good[Raw]), Decoder(list[item])
    return Form(*decoders, lambda answer: (answer.data.total, answer.data.items))


_FORMS: Mapping[Any, Form[int, Any]] = MappingProxyType({Device: _form(Device), Channel: _form(Channel)})
