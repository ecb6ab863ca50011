"""WVP-GB28181-pro: which video channels are online.

Source:
    REST interface of https://github.com/648540858/wvp-GB28181-pro, read in its source (v2.7.x): ``/api/user/login``,
    ``/api/device/query/devices`` (bean Device), ``/api/common/channel/list`` (bean CommonGBChannel, query in
    ChannelProvider). It shows states that devices report by GB/T 28181 (``Status`` of a catalogue item, ON or OFF). A
    channel is up only if its own status is ON and its device or lower platform is online: WVP sets the channels of a
    lost device to OFF, but those of a lost lower platform keep their last ON. Three values: an offline parent is
    enough for down, an OFF too; a null status under an online parent is unknown.
Cadence:
    60 s suits: a device sends a heartbeat every 60 s by default and is offline after three are missed.
Sample:
    GET /api/common/channel/list?page=1&count=1000
    {"code":0,"msg":"成功","data":{"total":1,"list":[{"gbId":7,"gbDeviceId":"34152400001320000007","gbName":"江淮路口",
    "gbCivilCode":"341524","gbParental":0,"gbStatus":"ON","dataType":1,"dataDeviceId":3,"gbPtzType":1,…}],"pageNum":1,…}}
    GET /api/device/query/devices?page=1&count=1000
    {"code":0,"msg":"成功","data":{"total":1,"list":[{"id":3,"deviceId":"34152400001180000003","onLine":true,…}]}}
    A channel's ``dataDeviceId`` is the device's ``id`` where ``dataType`` is 1 (GB/T 28181).
Left out on purpose:
    directories (``gbParental`` 1, type codes 200 and above in digits 11 to 13 of the code) and peripherals that show
    no picture (monitors, alarm inputs and outputs, sound, gates), by the type codes that WVP lists in DeviceTypeEnum.
    Streams pushed to or pulled by WVP (``dataType`` 2, 3) count where ``channel_types`` names them; they have no
    device, so their own status decides. Vehicle terminals (``dataType`` 200, JT/T 1078) are not read.
Not used:
    ``online`` as a filter: online and offline together leave out the channels whose status is null. The totals of
    ``/api/server/resource/info``: they count ON under an offline platform. ``keepaliveTimeStamp``: WVP already judges
    it. Addresses, positions, makers: not needed for the figure.
Doubts:
    ``gbStatus`` is coalesce(gb_status, status): an operator can set it by hand, and it then hides what the device
    reports. The lists are sorted by create_time alone, so channels created in the same second may change pages
    between two requests; duplicates of ``gbId`` show it and the list is read again. WVP leaves rows with
    ``dataDeviceId`` 0 behind (reported there as 2103): such a row is dropped where another row has its code, and
    without a twin it is unknown unless it is OFF. The same channel code under two devices happens (1118 there):
    refused until ``key`` is set to device_channel, or one of them gets its own code in WVP. Never run against a real
    WVP in our tests, only against a server written from its source.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Meta, Struct, field
from msgspec.json import Decoder
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from collector import connector
from collector.connector import Connector, Part, Poll
from collector.errors import PartialAnswer, SourceChanged, SourceUnavailable
from collector.http import Reply
from collector.records import Kind, State, Sweep
from collector.strict import read_json

PATHS = {"devices": "/api/device/query/devices", "channels": "/api/common/channel/list"}
READINGS = 3
"""How often a list is read from its first page before it counts as never settling."""
LOGINS = 2
"""Logins in one poll: the first, and one more where the token expires half-way."""

GB28181 = 1
DATA_TYPES = {"gb28181": GB28181, "push": 2, "proxy": 3}
NO_PICTURE = frozenset(str(code) for code in (*range(133, 138), *range(140, 144), *range(200, 600)))

UP, DOWN, UNKNOWN = int(State.UP), int(State.DOWN), int(State.UNKNOWN)
OWN_STATUS = {"ON": UP, "OFF": DOWN, None: UNKNOWN}
UNDER_OFFLINE = {"ON": DOWN, "OFF": DOWN, None: DOWN}
UNDER_NOTHING = {"ON": UNKNOWN, "OFF": DOWN, None: UNKNOWN}


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    username: str
    password: SecretStr


class WvpOptions(connector.Options):
    url: str = Field(pattern=r"^https?://[^@?#]+$", description="where WVP answers, without /api")
    credentials: Credentials | None = None
    api_key: SecretStr | None = None
    page_size: int = Field(default=1000, ge=1, le=10000)
    channel_types: tuple[Literal["gb28181", "push", "proxy"], ...] = Field(default=("gb28181",), min_length=1)
    key: Literal["channel", "device_channel"] = Field(
        default="channel", description="device_channel (DEVICE/CHANNEL) where two devices use the same channel code"
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> WvpOptions:
        if self.credentials and self.api_key:
            raise ValueError("give credentials or api_key, not both")
        return self


class _Device(Struct, gc=False):
    id: int
    code: Annotated[str, Meta(min_length=1)] = field(name="deviceId")
    online: bool = field(name="onLine")


class _Channel(Struct, gc=False):
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


Item = TypeVar("Item", _Device, _Channel, _DeviceKey, _ChannelKey)


class _Page(Struct, Generic[Item], gc=False):
    total: int
    items: list[Item] = field(name="list")


class _Good(Struct, Generic[Item], gc=False):
    code: Literal[0]
    data: _Page[Item]


class _Any(Struct, Generic[Item], gc=False):
    """What ``fetch`` reads of a page: enough to log in again, to find the end of the list and to see an entry twice."""

    code: int
    data: _Page[Item] | None = None


class _Login(Struct):
    code: int


LOGIN = Decoder(_Login)
KEYS: dict[str, Decoder[Any]] = {"devices": Decoder(_Any[_DeviceKey]), "channels": Decoder(_Any[_ChannelKey])}
PAGES: dict[str, Decoder[Any]] = {"devices": Decoder(_Good[_Device]), "channels": Decoder(_Good[_Channel])}


class Wvp(Connector):
    Options = WvpOptions
    kind = Kind.STATES

    def __init__(self, options: WvpOptions, zone: ZoneInfo) -> None:  # noqa: ARG002 no times are read
        self._options = options
        self._url = options.url.rstrip("/")
        self._token: str | None = None
        self._logins = 0

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        self._logins = 0
        for name in PATHS:
            for number, body in enumerate(self._settled(poll, name), start=1):
                yield Part(f"{name} {number}", body)
        return None

    def parse(self, parts: Iterable[Part]) -> Sweep:
        listed: dict[str, list[Part]] = {name: [] for name in PATHS}
        for part in parts:
            name = part.name.partition(" ")[0]
            if name not in listed:
                raise SourceChanged(part.name, "is a page neither of devices nor of channels")
            listed[name].append(part)
        table = _Table([device for part, page in _whole(listed, "devices") for device in page.items], self._options)
        for part, page in _whole(listed, "channels"):
            table.add(part.name, page.items)
        return table.sweep()

    def _settled(self, poll: Poll, name: str) -> list[bytes]:
        """The pages of a list that fit together; read again while they do not."""
        fault: str | None = None
        for _ in range(READINGS):
            bodies, fault = self._read_through(poll, name)
            if fault is None:
                return bodies
        raise PartialAnswer(f"{PATHS[name]} $.data", f"{fault}; read {READINGS} times without settling")

    def _read_through(self, poll: Poll, name: str) -> tuple[list[bytes], str | None]:
        """All pages once, and what does not fit. Ends also where a page brings nothing new, whatever the total says."""
        bodies: list[bytes] = []
        tally = _Tally()
        while True:
            body, page = self._page(poll, name, len(bodies) + 1)
            bodies.append(body)
            is_new = tally.add(page)
            if tally.received >= page.total or not is_new:
                return bodies, tally.misfit()

    def _page(self, poll: Poll, name: str, number: int) -> tuple[bytes, _Page[Any]]:
        place = f"{PATHS[name]} page {number}"
        while True:
            params = {"page": number, "count": self._options.page_size}
            reply = poll.http.get(self._url + PATHS[name], (200, 400, 401), params=params, headers=self._pass(poll))
            if reply.status == 200:
                answer = read_json(KEYS[name], reply.body, place)
                if answer.code == 0 and answer.data is not None:
                    return reply.body, answer.data
                if answer.code == 0:
                    raise SourceChanged(f"{place} $.data", "is missing although code is 0")
                if answer.code != 401:
                    raise SourceUnavailable(f"{place}: WVP answered code {answer.code}")
            self._token = None
            self._may_log_in_again(place)

    def _may_log_in_again(self, place: str) -> None:
        if self._options.credentials is None:
            remedy = (
                "make a new api_key" if self._options.api_key else "WVP asks for a login: set credentials or api_key"
            )
            raise SourceUnavailable(f"{place}: not let in; {remedy}")
        if self._logins >= LOGINS:
            raise SourceUnavailable(f"{place}: not let in although the login was accepted")

    def _pass(self, poll: Poll) -> dict[str, str]:
        """The header that lets a request in; the token is kept between polls (WVP's default life is 60 minutes)."""
        if self._options.api_key:
            return {"api-key": self._options.api_key.get_secret_value()}
        if self._options.credentials and self._token is None:
            self._token = self._log_in(poll, self._options.credentials)
        return {"access-token": self._token} if self._token else {}

    def _log_in(self, poll: Poll, credentials: Credentials) -> str:
        self._logins += 1
        digest = hashlib.md5(credentials.password.get_secret_value().encode(), usedforsecurity=False).hexdigest()
        params = {"username": credentials.username, "password": digest}
        reply: Reply = poll.http.get(f"{self._url}/api/user/login", params=params)
        code = read_json(LOGIN, reply.body, "/api/user/login").code
        if code != 0:
            raise SourceUnavailable(
                f"/api/user/login: refused with code {code}; check credentials.username and password"
            )
        if not (token := reply.headers.get("access-token")):
            raise SourceChanged("/api/user/login header access-token", "is missing although the login was accepted")
        return token


class _Tally:
    """Whether the pages of a list are one reading of it: the totals announced, the entries that came, and their ids."""

    def __init__(self) -> None:
        self.totals: set[int] = set()
        self.received = 0
        self._ids: set[int] = set()

    def add(self, page: _Page[Any]) -> bool:
        """Count a page; whether it brought anything new."""
        known = len(self._ids)
        self.totals.add(page.total)
        self.received += len(page.items)
        self._ids.update([item.id for item in page.items])
        return len(self._ids) > known

    def misfit(self) -> str | None:
        """Why the pages do not fit together: the list changed while it was read, or the source miscounts."""
        if not self.totals:
            return "no page of this list came"
        if len(self.totals) > 1:
            return f"the total changed between pages ({min(self.totals)} to {max(self.totals)})"
        if len(self._ids) < self.received:
            return f"{self.received - len(self._ids)} entries came twice"
        total = next(iter(self.totals))
        return None if total == self.received else f"{self.received} entries came of {total} announced"


class _Table:
    """The columns of the sweep, filled page by page, so that the decoded items of only one page are in memory."""

    def __init__(self, devices: Sequence[_Device], options: WvpOptions) -> None:
        self._under = {device.id: OWN_STATUS if device.online else UNDER_OFFLINE for device in devices}
        self._prefix = {device.id: f"{device.code}/" for device in devices} if options.key == "device_channel" else {}
        self._types = {DATA_TYPES[name] for name in options.channel_types}
        self._subjects: list[str] = []
        self._states: list[int] = []
        self._codes: list[str] = []
        self._names: list[str | None] = []
        self._districts: list[str | None] = []
        self._left_behind: list[_Channel] = []

    def add(self, page: str, channels: Sequence[_Channel]) -> None:
        """The channels of a page that count: of the wanted types and with a picture."""
        types = self._types
        cameras = [c for c in channels if c.data_type in types and c.parental != 1 and c.code[10:13] not in NO_PICTURE]
        if any(c.device == 0 for c in cameras):
            self._left_behind += [c for c in cameras if c.device == 0]
            cameras = [c for c in cameras if c.device != 0]
        try:
            under = self._under
            states = [(under[c.device] if c.data_type == GB28181 else OWN_STATUS)[c.status] for c in cameras]
        except KeyError as device:
            # most likely it registered between the two lists, and the next poll has it
            place = f"{page} $.data.list[...].dataDeviceId"
            raise PartialAnswer(place, f"device {device} is not in the device list") from None
        self._extend(cameras, states)

    def sweep(self) -> Sweep:
        owned = set(self._codes) if self._left_behind else set()
        alone = [c for c in self._left_behind if c.code not in owned]
        self._extend(alone, [UNDER_NOTHING[c.status] for c in alone])
        _refuse_twins(self._subjects)
        kinds = [code[10:13] if len(code) == 20 else None for code in self._codes]
        attributes = {"name": self._names, "district": self._districts, "kind": kinds}
        return Sweep(self._subjects, np.array(self._states, np.uint8), attributes)

    def _extend(self, cameras: Sequence[_Channel], states: Sequence[int]) -> None:
        codes = [c.code for c in cameras]
        self._codes += codes
        self._states += states
        self._names += [c.name for c in cameras]
        self._districts += [c.civil_code for c in cameras]
        if prefix := self._prefix:
            codes = [prefix.get(c.device, "") + c.code if c.data_type == GB28181 else c.code for c in cameras]
        self._subjects += codes


def _whole(listed: Mapping[str, Sequence[Part]], name: str) -> Iterator[tuple[Part, _Page[Any]]]:
    """The pages of a list in order. Raises PartialAnswer after the last where they do not fit together."""
    tally = _Tally()
    for part in listed[name]:
        page = read_json(PAGES[name], part.body, part.name).data
        tally.add(page)
        yield part, page
    if fault := tally.misfit():
        raise PartialAnswer(f"{name} $.data", fault)


def _refuse_twins(subjects: Sequence[str]) -> None:
    if len(set(subjects)) < len(subjects):
        twice = Counter(subjects).most_common(1)[0][0]
        raise SourceChanged(
            "channels $.data.list[...].gbDeviceId",
            f"{twice!r} stands for two channels; give one another code in WVP, or set key: device_channel",
        )
