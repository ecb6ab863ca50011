"""The contract of a connector: ``fetch`` does the only I/O and yields bytes, ``parse`` turns bytes into records.

``parse`` is pure and can be run again, years later, on stored evidence. Writing one: docs/connectors.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import dropwhile
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from collector.http import Http
from collector.records import Kind, Records

Told = TypeVar("Told")


class Options(BaseModel):
    """What the city file says about one source; every connector adds its own keys. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    paths: ClassVar[frozenset[str]] = frozenset()
    """Options that hold a path or an SQLite URL; a relative one starts at the city file's folder."""


@dataclass(frozen=True)
class Part:
    """A piece of an answer, usually a page; ``name`` tells pages apart (``channels 2``)."""

    name: str
    body: bytes


def standing(parts: Iterable[Part]) -> list[Part]:
    """The parts that count: one whose name came before takes the place of that one and of all that came after it."""
    found: dict[str, Part] = {}
    for part in parts:
        enter(found, part.name, part)
    return list(found.values())


def enter(found: dict[str, Told], name: str, told: Told) -> None:
    """Enter what is told of a part by the part's name; where the name is there already, start over from there."""
    for later in list(dropwhile(lambda other: other != name, found)) if name in found else ():
        del found[later]
    found[name] = told


@dataclass(frozen=True)
class Poll:
    """What a connector may use while it fetches.

    at: the run's instant, ours, not the source's; slot: the scheduled instant it answers for (both ms since the epoch).
    since: end of the time the source's runs have vouched for, None before the first good run.
    cursor: what the last good fetch returned, None before the first.
    http: session with deadline, size limit and retries; every HTTP request goes through it.
    pseudonym: keyed hash of an account id as 32 hex digits; raw ids must not leave ``fetch``.
    timeout: what is left for the whole fetch, for protocols other than HTTP.
    """

    at: int
    slot: int
    since: int | None
    cursor: str | None
    http: Http
    pseudonym: Callable[[str], str]
    timeout: timedelta = timedelta(seconds=30)


class Connector(ABC):
    """One configured source's way to talk to its subsystem. Construction does no I/O.

    kind: what its records are. lag: how long before ``at`` an answer is complete (log shipping), so what it vouches for
    ends there; only event kinds use it.
    """

    Options: ClassVar[type[Options]]
    kind: Kind
    lag: timedelta = timedelta(0)
    pseudonymised: ClassVar[bool] = False
    """True where ``fetch`` replaces account ids, so that the evidence is the answer after keyed hashing."""

    @abstractmethod
    def __init__(self, options: Any, zone: ZoneInfo) -> None:
        """``options`` is an instance of ``Options``; ``zone`` is that of times without an offset."""

    @abstractmethod
    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        """Yield the answer's parts in order, each as soon as it is there; return the cursor for the next poll (or None).

        A part is kept as evidence before the next one is asked for, so that no answer is held twice. Where it turns out that the
        parts do not fit together, yield them again: one whose name came before starts over from there (``standing``).
        Raises SourceUnavailable, or SourceChanged where the answer must be understood to go on (total, next page).
        """

    @abstractmethod
    def parse(self, parts: Iterable[Part]) -> Records:
        """The records in an answer. Pure: the same parts give equal records. Raises SourceChanged, nothing else."""
