"""The video platform's devices and channels: where they are, when they are listed, when they work.

A channel works while its own status is ON and its device is online. When a device goes offline its channels keep the
last status they reported (DOMAIN: under a cascaded platform real platforms do so), so that the status alone
overstates the online rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.simulated_city.histories import Array, Histories, all_of, from_to, renewal
from collector.simulated_city.magnitudes import Magnitudes
from collector.simulated_city.places import ROADS, SPOTS, civil_codes, district_names

HOUR = 3600
DAY = 24 * HOUR
NEVER = 1 << 40
RECORDER, PLATFORM = "118", "200"
"""Type codes in digits 11 to 13 of a GB/T 28181 id: network video recorder, lower platform."""
PLATFORM_EVERY = 25
NEVER_ONLINE, JOINS, IS_REMOVED = 0.01, 0.015, 0.008
OWN_PART = 0.6


@dataclass(frozen=True)
class Video:
    """Arrays by device and by channel.

    online: devices. own: the channels' own status, listed: whether the platform lists them. works: own, device and
    listing together.
    """

    district_names: list[str]
    civil_codes: list[str]
    device_district: Array
    device_is_platform: Array
    online: Histories
    channel_device: Array
    own: Histories
    listed: Histories
    works: Histories

    @property
    def channel_district(self) -> Array:
        district: Array = self.device_district[self.channel_device]
        return district

    def device_id(self, device: int) -> str:
        kind = PLATFORM if self.device_is_platform[device] else RECORDER
        return gb_id(self.civil_codes[self.device_district[device]], kind, device)

    def channel_id(self, channel: int) -> str:
        return gb_id(self.civil_codes[self.device_district[self.channel_device[channel]]], "132", channel)

    def channel_ids(self) -> list[str]:
        """The 20-digit id of every channel, in order of channel number."""
        return [self.channel_id(channel) for channel in range(len(self.channel_device))]

    def channel_name(self, channel: int) -> str:
        road, spot = ROADS[channel % len(ROADS)], SPOTS[channel // len(ROADS) % len(SPOTS)]
        return f"{road}{spot}{channel // (len(ROADS) * len(SPOTS)) + 1}号"


def gb_id(civil_code: str, kind: str, number: int) -> str:
    """20 digits: centre (8), trade (2), type (3), network (1), serial (6); a serial past 999,999 goes on in the
    network digit.
    """
    return f"{civil_code}0000{kind}{number:07d}"


def make_video(random: np.random.Generator, sizes: Magnitudes, start: int, length: int) -> Video:
    """The platform over ``length`` seconds from ``start`` (ms)."""
    device_count = max(1, -(-sizes.channels // sizes.channels_per_device))
    device_district = np.sort(random.integers(0, sizes.districts, device_count)).astype(np.int32)
    online = _online(random, sizes.districts, device_district, start, length)
    channel_device = (np.arange(sizes.channels) // sizes.channels_per_device).astype(np.int32)
    own = _own(random, sizes, start, length)
    listed = _listed(random, sizes.channels, start, length)
    return Video(
        district_names(sizes.districts), civil_codes(sizes.districts), device_district,
        np.arange(device_count) % PLATFORM_EVERY == PLATFORM_EVERY - 1,
        online, channel_device, own, listed, all_of(own, online.take(channel_device), listed),
    )  # fmt: skip


def _online(random: np.random.Generator, districts: int, device_district: Array, start: int, length: int) -> Histories:
    """Devices fail one by one, and all of a district's when its line is cut."""
    one, each = np.ones(districts), np.ones(len(device_district))
    lines = renewal(random, start, length, mean_up=40 * DAY * one, mean_down=2 * HOUR * one)
    alone = renewal(random, start, length, mean_up=30 * DAY * each, mean_down=2.5 * HOUR * each)
    return all_of(alone, lines.take(device_district))


def _own(random: np.random.Generator, sizes: Magnitudes, start: int, length: int) -> Histories:
    """Channels differ: their shares of time down have a long tail, and a few never work. OWN_PART of what is down is
    down for this.
    """
    down_share = np.clip(OWN_PART * (1 - sizes.online_ratio) * random.gamma(1.5, 1 / 1.5, sizes.channels), 0.001, 0.6)
    cycle = sizes.channel_cycle_hours * HOUR * random.uniform(0.5, 1.5, sizes.channels)
    never = random.random(sizes.channels) < NEVER_ONLINE
    mean_up = np.where(never, NEVER, cycle * (1 - down_share))
    history = renewal(random, start, length, mean_up=mean_up, mean_down=np.where(never, NEVER, cycle * down_share))
    return _without_changes(history, never)


def _without_changes(history: Histories, dead: Array) -> Histories:
    """``dead`` subjects are down throughout."""
    keep = ~np.repeat(dead, np.diff(history.offsets))
    lengths = np.where(dead, 0, np.diff(history.offsets))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Histories(history.start, history.initial & ~dead, offsets, history.seconds[keep])


def _listed(random: np.random.Generator, channels: int, start: int, length: int) -> Histories:
    """Most channels are listed throughout; some join, some are removed, somewhere in the middle of the world."""
    first = np.zeros(channels, np.int64)
    last = np.full(channels, NEVER)
    joins = random.random(channels) < JOINS
    goes = ~joins & (random.random(channels) < IS_REMOVED)
    first[joins] = random.integers(length // 10, length * 9 // 10, joins.sum())
    last[goes] = random.integers(length // 10, length * 9 // 10, goes.sum())
    return from_to(start, length, first, last)
