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

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from collector.connector import Connector, Part, Poll
from collector.errors import PartialAnswer, SourceChanged, SourceUnavailable
from collector.records import Kind, Sweep
from collector.strict import read_json
from connectors.video.wvp_channels import Channels
from connectors.video.wvp_options import WvpOptions
from connectors.video.wvp_pages import (
    KEYS,
    Channel,
    Device,
    Entry,
    Keyed,
    Page,
    Reading,
    Tally,
    channel_page,
    device_page,
)
from connectors.video.wvp_session import Session

PATHS = {"devices": "/api/device/query/devices", "channels": "/api/common/channel/list"}
READINGS = 3
"""How often a list is read from its first page before it counts as never settling."""


class Wvp(Connector):
    """Remembers the pages it read last, so that ``fetch`` decodes only what changed and ``parse`` nothing a second time."""

    Options = WvpOptions
    kind = Kind.STATES

    def __init__(self, options: WvpOptions, zone: ZoneInfo) -> None:  # noqa: ARG002 no times are read
        self._page_size = options.page_size
        self._session = Session(options)
        self._devices: dict[str, Page[Device]] = defaultdict(device_page)
        self._channels: dict[str, Page[Channel]] = defaultdict(channel_page)
        self._tallies = {name: Tally() for name in PATHS}
        self._sweeps = Channels(options)

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        self._session.begin()
        for name in PATHS:
            yield from self._settled(poll, name)
        return None

    def parse(self, parts: Iterable[Part]) -> Sweep:
        listed: dict[str, list[Part]] = {name: [] for name in PATHS}
        for part in parts:
            name = part.name.partition(" ")[0]
            if name not in listed:
                raise SourceChanged(part.name, "is a page neither of devices nor of channels")
            listed[name].append(part)
        devices = [page for _, page in self._whole(self._devices, listed, "devices")]
        sweep = self._sweeps.sweep(devices, self._whole(self._channels, listed, "channels"))
        self._forget_all_but({part.name for pages in listed.values() for part in pages})
        return sweep

    def _settled(self, poll: Poll, name: str) -> Generator[Part, None, None]:
        """The pages of a list as they come; all of them again while they do not fit together."""
        fault: str | None = None
        for _ in range(READINGS):
            fault = yield from self._read_through(poll, name)
            if fault is None:
                return
        raise PartialAnswer(f"{PATHS[name]} $.data", f"{fault}; read {READINGS} times without settling")

    def _read_through(self, poll: Poll, name: str) -> Generator[Part, None, str | None]:
        """All pages once, and what does not fit. Ends also where a page brings nothing new, whatever the total says."""
        tally = self._tallies[name] = Tally(self._tallies[name].pages)
        while True:
            body, total, entries = self._page(poll, name, len(tally.pages) + 1)
            yield Part(f"{name} {len(tally.pages) + 1}", body)
            is_new = tally.add(total, entries)
            if tally.received >= total or not is_new:
                return tally.misfit()

    def _page(self, poll: Poll, name: str, number: int) -> tuple[bytes, int, Keyed]:
        """A page that was let through: its body (the one remembered where it is equal), the total, and its entries."""
        place = f"{PATHS[name]} page {number}"
        while True:
            reply = self._session.get(poll, PATHS[name], {"page": number, "count": self._page_size})
            if reply.status == 200:
                if good := self._good(Part(f"{name} {number}", reply.body)):
                    return good.body, good.total, good.entries
                answer = read_json(KEYS[name], reply.body, place)
                if answer.code == 0 and answer.data is not None:
                    return reply.body, answer.data.total, answer.data.items
                if answer.code == 0:
                    raise SourceChanged(f"{place} $.data", "is missing although code is 0")
                if answer.code != 401:
                    raise SourceUnavailable(f"{place}: WVP answered code {answer.code}")
            self._session.let_in_again(place)

    def _good(self, part: Part) -> Reading[Device] | Reading[Channel] | None:
        """The page, or None where ``parse`` will not accept it; whether it may be kept as evidence is another question."""
        pages = self._devices if part.name.startswith("devices") else self._channels
        try:
            return pages[part.name].read(part.body, part.name)
        except SourceChanged:
            return None

    def _whole(
        self, pages: Mapping[str, Page[Entry]], listed: Mapping[str, list[Part]], name: str
    ) -> Iterator[tuple[str, Reading[Entry]]]:
        """The pages of a list in order. Raises PartialAnswer after the last where they do not fit together."""
        tally = Tally(self._tallies[name].pages)
        for part in listed[name]:
            page = pages[part.name].read(part.body, part.name)
            tally.add(page.total, page.entries)
            yield part.name, page
        if fault := tally.misfit():
            raise PartialAnswer(f"{name} $.data", fault)

    def _forget_all_but(self, names: set[str]) -> None:
        """The list has become shorter: what was remembered of the pages that it had is of no use any more."""
        for pages in (self._devices, self._channels):
            for name in pages.keys() - names:
                del pages[name]
