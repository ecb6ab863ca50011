"""What is known and where it lies: the side of the store that measuring needs, so that files alone can take its place.

``SqlLedger`` (collector.store.ledger) is a living store; ``FrozenLedger`` (collector.frozen) is what one snapshot was computed from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from collector.periods import Span
from collector.records import Kind
from collector.subjects import Dictionary
from collector.timeline import Vouching


@dataclass(frozen=True)
class Sealed:
    """A file in the archive: the segment of ``day`` (number 0) or one of its supplements."""

    source: str
    day: int
    number: int
    path: str
    digest: str
    rows: int
    sealed_at: int


class Day(Protocol):
    """Of a sealed file, what decides whether another one knew of it."""

    @property
    def day(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def sealed_at(self) -> int: ...


AnyDay = TypeVar("AnyDay", bound=Day)


def newest_segment(files: Iterable[AnyDay], day: int, as_of: int) -> AnyDay | None:
    """The segment (no supplement) of the newest day up to ``day`` that was sealed by ``as_of``."""
    known = (one for one in files if one.number == 0 and one.day <= day and one.sealed_at <= as_of)
    return max(known, key=lambda one: one.day, default=None)


def sealed_late(files: Iterable[Day], base: Day) -> int | None:
    """The earliest day before ``base`` that was sealed, or got a supplement, after ``base`` was sealed."""
    earlier = (one for one in files if one.day < base.day)
    late = (one.day for one in earlier if one.sealed_at > base.sealed_at or (one.number and one.sealed_at == base.sealed_at))
    return min(late, default=None)


def complete_base(
    first: int, until: Callable[[int], AnyDay | None], late: Callable[[AnyDay], int | None]
) -> AnyDay | None:
    """The newest segment up to the day ``first`` whose account of what was before it is the one known.

    What is learned late about a sealed day makes all later segments' accounts incomplete; then an older one is the base.
    until: the newest segment up to a day. late: the earliest day before a segment of which something was learned after it.
    """
    day = first
    while base := until(day):
        learned = late(base)
        if learned is None:
            return base
        day = learned
    return None


class View(Protocol):
    """What is known of the sources at one moment; days are midnights of the city's calendar."""

    def sealed(self, source: str, first: int | None = None, after: int | None = None) -> list[Sealed]:
        """Segments of the days in [first, after), by day and number."""

    def segment_until(self, source: str, day: int, as_of: int) -> Sealed | None:
        """The segment (no supplement) of the newest day up to ``day`` that was sealed by ``as_of``."""

    def first_late_day(self, source: str, base: Sealed) -> int | None:
        """The earliest day before ``base`` of which something was learned after ``base`` was sealed."""

    def unsealed(self, source: str, kind: Kind, first: int | None, after: int | None, as_of: int) -> pa.Table:
        """Records of the days in [first, after) that are in no segment, known at ``as_of``, in the order they were learned."""

    def runs(self, source: str, span: Span, as_of: int) -> pa.Table: ...

    def vouching(self, source: str, span: Span, as_of: int) -> Vouching: ...

    def dictionary(self, source: str, as_of: int) -> Dictionary:
        """All subjects, with their attributes as they were told by ``as_of``."""

    def opening(self, source: str, day: int) -> np.ndarray:
        """States as a day that is not sealed begins, of a source whose states are swept."""

    def is_swept(self, source: str) -> bool: ...

    def attendance(self, source: str, month: int) -> tuple[str, str] | None:
        """(path, digest) of the roll-up of a source's actors over the month that begins at ``month``, where there is one."""


class Ledger(Protocol):
    def look(self) -> AbstractContextManager[View]:
        """A view that does not change while it is open."""


class Files(Protocol):
    def read(self, name: str, digest: str) -> bytes:
        """The file's bytes. Raises CitygaugeError where it is missing or its SHA-256 is another one."""

    def derived(self, name: str) -> bytes | None:
        """A file that can be made again from others, and is worth having only for its speed; None where there is none."""


class MeasuredSource(Protocol):
    """Of a source's settings, what its figures depend on."""

    @property
    def id(self) -> str: ...
    @property
    def connector(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def every(self) -> timedelta | None: ...
    @property
    def holds_for(self) -> timedelta: ...
    @property
    def register_(self) -> Any: ...


class MeasuredCity(Protocol):
    """Of a city file, what figures depend on: the one on disk, or what a snapshot says it was."""

    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def indicators(self) -> Sequence[Any]: ...
    @property
    def exclusions(self) -> Sequence[Any]: ...
    def source(self, name: str) -> Any: ...
    def indicator(self, name: str) -> Any: ...
