"""Records that a subsystem sends by itself, because it cannot be polled.

Source:
    ``POST /api/v1/sources/{id}/records`` of this program, with the source's token as ``Authorization: Bearer``. The web
    endpoint checks the token, takes the idempotency key, replaces account ids (``redact``) and only then keeps the body
    as evidence and has it parsed here.
Cadence:
    The sender's. Coverage comes from ``vouches``: a body says for which span it is complete ("every login of this hour
    is in here"); without one its records count and no time is vouched for.
Sample:
    {"records":[{"case":"17","opened_at":"2026-10-01T08:00:00+08:00","closed_at":null,"status":"处置"}],
     "vouches":{"start":"2026-10-01T00:00:00+08:00","end":"2026-10-01T12:00:00+08:00"}}
    Keys of a record are the columns of its kind; instants are ISO 8601 with an offset; a column left out or null says
    nothing. cases need case and opened_at; activity actor and at; readings meter, at, role and one of kwh and kw;
    figures name, at and value, and ``dimensions`` is an object of texts.
Not used:
    Nothing: an unknown column is refused, because a misspelt one would be lost in silence. Kind ``states`` is not taken
    yet: a pushed change does not say how long the subject then holds.
Doubts:
    ``vouches`` is the sender's word; nothing here can check it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct
from msgspec.json import Decoder
from pydantic import Field, SecretStr

from collector import connector
from collector.connector import Connector, Part, Poll
from collector.errors import ConfigurationError, SourceChanged, SourceUnavailable
from collector.periods import Span, instant
from collector.records import Events, Kind
from collector.strict import read_json
from connectors.cases.order import closed_too_early

SHORTEST_TOKEN = 16
Instant = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0, lt=1 << 31)]
Record = TypeVar("Record")
Actor = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class PushOptions(connector.Options):
    kind: Literal["cases", "activity", "readings", "figures"]
    token: SecretStr = Field(description="what the sender shows as Authorization: Bearer; at least 16 characters")
    max_rows: int = Field(default=100_000, ge=1, description="records in one body")


class _Case(Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    case: Text
    opened_at: Instant
    accepted_at: Instant | None = None
    due_at: Instant | None = None
    disposed_at: Instant | None = None
    closed_at: Instant | None = None
    status: str | None = None
    category: str | None = None
    department: str | None = None
    district: str | None = None
    found_by: str | None = None
    reopened: Count | None = None
    returned: Count | None = None
    suspended: bool | None = None


class _Activity(Struct, forbid_unknown_fields=True, gc=False):
    """As it is kept: the account's keyed hash in place of its id."""

    actor: Actor
    at: Instant


class _RawActivity(Struct, forbid_unknown_fields=True, gc=False):
    actor: Text
    at: Instant


class _Reading(Struct, forbid_unknown_fields=True, gc=False):
    meter: Text
    at: Instant
    role: Literal["facility", "it", "other"]
    kwh: float | None = None
    kw: float | None = None


class _Figure(Struct, forbid_unknown_fields=True):
    name: Text
    at: Instant
    value: float
    unit: str | None = None
    dimensions: dict[str, str] | None = None


class _Vouches(Struct, forbid_unknown_fields=True):
    start: Instant
    end: Instant


class _Body(Struct, Generic[Record], forbid_unknown_fields=True):
    records: list[Record]
    vouches: _Vouches | None = None


RECORDS: Mapping[Kind, type[Struct]] = MappingProxyType(
    {Kind.CASES: _Case, Kind.ACTIVITY: _Activity, Kind.READINGS: _Reading, Kind.FIGURES: _Figure}
)
_bodies: Mapping[Kind, Decoder[Any]] = {kind: Decoder(_Body[record]) for kind, record in RECORDS.items()}  # type: ignore[valid-type]
_raw_activity: Decoder[Any] = Decoder(_Body[_RawActivity])


class Push(Connector):
    Options = PushOptions

    def __init__(self, options: PushOptions, zone: ZoneInfo) -> None:  # noqa: ARG002  every time has an offset
        # not a rule of the options: those are also checked while the token is still a reference such as ${env:TOKEN}
        if len(options.token.get_secret_value()) < SHORTEST_TOKEN:
            raise ConfigurationError(f"token: is shorter than {SHORTEST_TOKEN} characters")
        self.kind = Kind(options.kind)
        self.token = options.token
        self._max_rows = options.max_rows

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:  # noqa: ARG002
        yield from ()
        raise SourceUnavailable("push sources are not polled; their subsystem sends its records")

    def redact(self, body: bytes, pseudonym: Callable[[str], str]) -> bytes:
        """``body`` as it may be kept: account ids replaced by their keyed hash; of other kinds the body itself.

        pseudonym: keyed hash of an account id as 32 hex digits. Raises SourceChanged for a body that ``parse`` would
        refuse, so that an id in a column where none belongs is not kept either.
        """
        if self.kind is not Kind.ACTIVITY:
            return body
        pushed = self._read(_raw_activity, body, "body")
        for record in pushed.records:
            record.actor = pseudonym(record.actor)
        return msgspec.json.encode(pushed)

    def vouches(self, body: bytes) -> Span | None:
        """The span that a body (redacted or of another kind) says it is complete for. Raises SourceChanged."""
        stated = self._read(_bodies[self.kind], body, "body").vouches
        if stated is None:
            return None
        if stated.end <= stated.start:
            raise SourceChanged("body $.vouches.end", "must lie after start")
        return Span(instant(stated.start), instant(stated.end))

    def parse(self, parts: Iterable[Part]) -> Events:
        bodies = [(part.name, self._read(_bodies[self.kind], part.body, part.name)) for part in parts]
        for name, body in bodies:
            _check_readings(name, body.records)
        records = [record for _, body in bodies for record in body.records]
        columns = {name: [_value(getattr(r, name)) for r in records] for name in RECORDS[self.kind].__struct_fields__}
        faults: list[str] = []
        if self.kind is Kind.CASES:
            faults = closed_too_early(columns["case"], columns["opened_at"], columns["closed_at"])
        if self.kind is Kind.ACTIVITY:
            columns["actor"] = [bytes.fromhex(actor) for actor in columns["actor"]]
        return Events.of(self.kind, columns, faults)

    def _read(self, decoder: Decoder[Any], body: bytes, name: str) -> Any:
        pushed = read_json(decoder, body, name)
        if len(pushed.records) > self._max_rows:
            raise SourceChanged(
                f"{name} $.records", f"{len(pushed.records)} records are more than max_rows ({self._max_rows})"
            )
        return pushed


def _check_readings(name: str, records: list[Any]) -> None:
    for number, record in enumerate(records):
        if isinstance(record, _Reading) and (record.kwh is None) == (record.kw is None):
            raise SourceChanged(f"{name} $.records[{number}]", "a reading has one of kwh and kw")


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return msgspec.json.encode(value, order="deterministic").decode() if isinstance(value, dict) else value
