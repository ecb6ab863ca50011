"""How large the city is, and the settings from which one is made again, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from collector.simulated_city.faults import Fault


@dataclass(frozen=True)
class CaseCount:
    """Exactly ``opened`` cases are opened in [start, end) (ms), and exactly ``closed`` of them are closed before its end."""

    start: int
    end: int
    opened: int
    closed: int


@dataclass(frozen=True)
class Magnitudes:
    """Sizes of a city; the defaults are those of a county's demonstration.

    channels, channels_per_device: video channels and how many hang under one recorder. online_ratio: aimed at, over
    all channels. channel_cycle_hours: mean time from one failure of a channel to its next. cases_per_year,
    hotline_per_year: cases of the case-handling system and of the hotline; cases_exactly, hotline_exactly: their number
    in one span, where it is known. closed_share: of the cases, those that are ever closed. history_days: how far before
    the start the first cases were opened. daily_users: mean of accounts that log in on a day; population: accounts
    there are. portals, probes: web platforms probed over HTTP, and those that Prometheus probes (at most as many as
    ``platforms.NAMES``). it_kw, pue: load of the data centre and the energy ratio aimed at. meter_wraps,
    meter_replaced: whether, half-way through the world, the facility's counter passes its largest value and an IT meter
    is replaced by a new one that starts at 0.
    """

    channels: int = 1_200
    channels_per_device: int = 16
    districts: int = 6
    online_ratio: float = 0.96
    channel_cycle_hours: float = 96.0
    cases_per_year: int = 50_000
    hotline_per_year: int = 3_000
    closed_share: float = 0.975
    cases_exactly: CaseCount | None = None
    hotline_exactly: CaseCount | None = None
    history_days: int = 60
    daily_users: int = 5_000
    population: int = 80_000
    portals: int = 2
    probes: int = 4
    it_kw: float = 120.0
    pue: float = 1.42
    meter_wraps: bool = False
    meter_replaced: bool = False


@dataclass(frozen=True)
class Settings:
    """Everything a city is made from. start, end: first and last instant (ms since the epoch) at which its servers
    can answer.

    password: of the video platform's one user.
    """

    start: int
    end: int
    magnitudes: Magnitudes = field(default_factory=Magnitudes)
    timezone: str = "Asia/Shanghai"
    seed: int = 1
    faults: tuple[Fault, ...] = ()
    password: str = "simulated"  # noqa: S105

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def save(self, path: Path) -> None:
        path.write_bytes(msgspec.json.encode(self))

    @classmethod
    def load(cls, path: Path) -> Settings:
        return msgspec.json.decode(path.read_bytes(), type=cls)
