"""An open source: its connector, session and keys, and what this process remembers of its last answer."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from collector.city.model import City, Source
from collector.city.paths import absolute
from collector.city.secrets import resolve
from collector.connector import Connector
from collector.http import MEGABYTE, Http
from collector.periods import midnight, moment
from collector.records import Sweep
from collector.store.engine import Database
from collector.store.evidence import Kept
from collector.subjects import Dictionary


@dataclass(frozen=True)
class Numbered:
    """A sweep, and the numbers of its subjects in the dictionary."""

    sweep: Sweep
    numbers: np.ndarray

    def lists_the_same(self, other: Sweep) -> bool:
        """Whether ``other`` lists the same subjects with the same attributes, so that the numbers are also its own."""
        mine = self.sweep
        return other is mine or (mine.subjects == other.subjects and mine.attributes == other.attributes)


@dataclass
class Memory:
    """What saves work when the next answer is much like the last; losing it costs time, never a record.

    parts: of the last answer, what the next one's deltas stand on. sweep: what was read from the answer with this digest.
    dictionary_version: the run that changed the dictionary last (``vectors.dictionary_version``).
    """

    parts: dict[str, Kept] = field(default_factory=dict)
    dictionary: Dictionary = field(default_factory=Dictionary)
    dictionary_version: int = 0
    numbered: Numbered | None = None
    digest: str | None = None
    sweep: Sweep | None = None


@dataclass
class OpenSource:
    """A source ready to be polled. ``zone`` is the city's: days and slots follow it."""

    settings: Source
    connector: Connector
    http: Http
    database: Database
    zone: ZoneInfo
    actor_key: bytes
    memory: Memory = field(default_factory=Memory)

    @property
    def id(self) -> str:
        return self.settings.id

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """What was remembered meanwhile is forgotten on an error: the next answer's deltas must not stand on what was rolled back."""
        try:
            yield
        except BaseException:
            self.memory = Memory()
            raise

    def midnight(self, at: int) -> int:
        """The instant at which the city's calendar day of ``at`` began."""
        return midnight(moment(at, self.zone).date(), self.zone)

    def pseudonym(self, actor: str) -> str:
        """Keyed hash (BLAKE2b-128) of an account id as 32 hex digits; without the key it cannot be searched for."""
        return hashlib.blake2b(actor.encode(), key=self.actor_key, digest_size=16).hexdigest()


def open_source(city: City, database: Database, name: str) -> OpenSource:
    settings = city.source(name)
    return OpenSource(
        settings=settings,
        connector=settings.build(city.folder, city.zone),
        http=Http(settings.timeout, settings.max_answer * MEGABYTE, _trusted(settings.tls_verify, city.folder)),
        database=database,
        zone=city.zone,
        actor_key=actor_key(city),
    )


def _trusted(verify: bool | str, folder: Path) -> bool | str:
    return absolute(verify, folder) if isinstance(verify, str) else verify


def actor_key(city: City) -> bytes:
    """The key of the account pseudonyms: as configured, else made once and kept in ``actor.key`` beside the city file."""
    if city.actor_key:
        text = str(resolve(city.actor_key, city.folder, "actor_key"))
        return hashlib.sha256(text.encode()).digest()
    return _own_key(city.folder / "actor.key")


def _own_key(path: Path) -> bytes:
    try:
        # Made complete under another name first: two workers that start together must end with the same key.
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(draft, path)
        finally:
            draft.unlink()
    except FileExistsError:
        pass
    return bytes.fromhex(path.read_text())
