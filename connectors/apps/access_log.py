"""Access logs of an app, one JSON object a line: who was active when, with every account id hashed as it is read.

Source:
    Web servers that log JSON lines, such as nginx (``log_format … escape=json``,
    https://nginx.org/en/docs/http/ngx_http_log_module.html), one file a day. Read from a folder, or over HTTP by byte
    ranges (RFC 9110, section 14): the bytes after those of the last good poll. A server that ignores ``Range`` and sends
    the whole file is understood, at its price.
Cadence:
    1 min to 1 h; the file is the queue, nothing is lost in between. ``lag`` is how late a line may reach the file: a
    poll vouches for time up to ``lag`` before it, and a day's file counts as finished ``lag`` after midnight.
Sample:
    {"time":"2026-10-01T08:00:00+08:00","event":"login","account":"430902…","status":200}
    What leaves ``fetch``, and is kept: {"actor":"00112233445566778899aabbccddeeff","at":1790812800000}
Days:
    The first poll starts at the beginning of its own day's file. At the change of day the old file is read to its end,
    then the next is begun. Today's file may be missing for ``may_be_missing_for`` after midnight, as nobody may have
    logged in yet; later, and for a day that is over, a missing file is no answer: an empty one says "nobody". A file
    that is shorter than what was read of it, or whose read part no longer ends a line, was replaced and is not read on.
Not used:
    Addresses, agents, paths: a person is counted by account, not by address. Lines that ``where`` does not choose, and
    those whose account is null or one of ``nobody``, are passed over.
Doubts:
    A line is dated by its own time, whichever file it stands in. A time without an offset in the hour that a clock
    change repeats is taken as the first of the two. A log rotated and then grown past the old length within one
    interval shows only if the byte before the read position ends no line.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Generator, Iterable
from datetime import date, timedelta
from typing import Annotated, BinaryIO, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct
from msgspec.json import Decoder
from pydantic import Field, model_validator

from collector import connector
from collector.city.types import Duration
from collector.connector import Connector, Part, Poll
from collector.errors import SourceChanged, SourceUnavailable
from collector.periods import DAY, MILLISECOND, midnight, moment
from collector.records import Events, Kind
from connectors.apps.log_files import Credentials, in_folder, over_http
from connectors.apps.log_lines import AFTER, Columns, LogLines

LINES_A_PART = 100_000


Scalar = str | int | bool


class AccessLogOptions(connector.Options):
    paths = frozenset({"path"})

    path: str | None = Field(default=None, description="file of a day, with {day} (YYYY-MM-DD) in it")
    url: str | None = Field(
        default=None, pattern=r"^https?://[^@#]+$", description="the same over HTTP, with {day} in it"
    )
    credentials: Credentials | None = None
    columns: Columns
    times: Literal["iso", "epoch_s", "epoch_ms"] = "iso"
    where: dict[str, tuple[Scalar, ...]] = Field(
        default_factory=dict, description='field: only lines with one of these values count; 200 is not "200"'
    )
    nobody: tuple[str, ...] = Field(default=("", "-"), description="account ids that stand for no account")
    lag: Duration = timedelta(minutes=1)
    may_be_missing_for: Duration = Field(
        default=timedelta(hours=12), description="how long after midnight there may be no file of the day yet"
    )

    @model_validator(mode="after")
    def _one_place_for_each_day(self) -> AccessLogOptions:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path or url")
        if "{day}" not in self.template:
            raise ValueError("path or url needs {day}, such as access-{day}.json")
        if self.credentials and self.path:
            raise ValueError("credentials go with url")
        return self

    @property
    def template(self) -> str:
        return self.path or self.url or ""


class _Active(Struct, gc=False):
    actor: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    at: Annotated[int, Meta(ge=0, lt=AFTER)]


class _Cursor(Struct, frozen=True):
    """How far has been read: so many bytes and lines of a day's file."""

    day: date
    offset: int = 0
    line: int = 0


_active = Decoder(_Active)


class AccessLog(Connector):
    Options = AccessLogOptions
    kind = Kind.ACTIVITY
    pseudonymised = True

    def __init__(self, options: AccessLogOptions, zone: ZoneInfo) -> None:
        self._options = options
        self._zone = zone
        self._lines = LogLines(options.columns, options.times, options.where, options.nobody, zone)
        self.lag = options.lag

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        today = moment(poll.at - self.lag // MILLISECOND, self._zone).date()
        place = msgspec.json.decode(poll.cursor, type=_Cursor) if poll.cursor else _Cursor(today)
        while place.day < today:
            yield from self._read(poll, place, over=True)
            place = _Cursor(place.day + DAY)
        place = yield from self._read(poll, place, over=False)
        return msgspec.json.encode(place).decode()

    def _read(self, poll: Poll, place: _Cursor, *, over: bool) -> Generator[Part, None, _Cursor]:
        """Every complete line after ``place``; returns the place after them. over: the last line needs no line end."""
        name = self._name(place.day)
        offset, number, parts = place.offset, place.line, 1
        kept: list[bytes] = []
        actor_of = functools.cache(poll.pseudonym)
        with self._open(poll, place, over=over) as file:
            for line in file:
                if not over and not line.endswith(b"\n"):
                    break
                offset, number = offset + len(line), number + 1
                if (active := self._lines.rewrite(line, f"line {number} of {name}", actor_of)) is not None:
                    kept.append(active)
                if len(kept) == LINES_A_PART:
                    yield Part(f"{name} {parts}", b"".join(kept))
                    kept, parts = [], parts + 1
        yield Part(f"{name} {parts}", b"".join(kept))
        return _Cursor(place.day, offset, number)

    def _open(self, poll: Poll, place: _Cursor, *, over: bool) -> BinaryIO:
        """The file from the byte at ``place`` on. Raises SourceUnavailable, SourceChanged where it is another file."""
        name = self._name(place.day)
        where = self._options.template.replace("{day}", place.day.isoformat())
        before = max(0, place.offset - 1)
        credentials = self._options.credentials
        file = over_http(poll.http, where, before, credentials) if self._options.url else in_folder(where, before)
        if file is None:
            return self._missing(poll, place, over=over)
        if place.offset and file.read(1) != b"\n":
            raise SourceChanged(
                name, f"was replaced or cut: no line ends at byte {place.offset}, up to which it was read"
            )
        return file

    def _missing(self, poll: Poll, place: _Cursor, *, over: bool) -> BinaryIO:
        """An empty file, where there may be none."""
        name = self._name(place.day)
        if place.offset:
            raise SourceChanged(name, f"is gone; {place.offset} bytes of it had been read")
        if over:
            raise SourceUnavailable(
                f"{name}: there is no such file though its day is over; an empty one would say nobody"
            )
        if poll.at > midnight(place.day, self._zone) + self._options.may_be_missing_for // MILLISECOND:
            raise SourceUnavailable(f"{name}: there is no such file yet; see path or url, or may_be_missing_for")
        return io.BytesIO()

    def _name(self, day: date) -> str:
        return self._options.template.partition("?")[0].rpartition("/")[2].replace("{day}", day.isoformat()) or str(day)

    def parse(self, parts: Iterable[Part]) -> Events:
        actors: list[bytes] = []
        instants: list[int] = []
        for part in parts:
            try:
                rows = _active.decode_lines(part.body)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise SourceChanged(part.name, f"is not what this connector keeps ({error})") from None
            actors += [bytes.fromhex(row.actor) for row in rows]
            instants += [row.at for row in rows]
        return Events.of(Kind.ACTIVITY, {"actor": actors, "at": instants})
