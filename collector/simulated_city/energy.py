"""The data centre's meters: energy as their registers show it, in whole counts.

IT load swings a little over the day; the rest (cooling, losses, light) follows the outdoor temperature of the hour.
Energy is laid down per minute in counts of the meter's resolution; inside a minute the counter does not move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from collector.simulated_city.histories import Array
from collector.simulated_city.magnitudes import Magnitudes

MINUTE = 60_000
MINUTES_OF_DAY = 1_440
WRAPS_AT = 1 << 32
CURRENT_RATIO = 40
"""Of the facility meter's current transformers (200 A : 5 A)."""


class Model(StrEnum):
    """ACREL_DTSD1352 counts 0.01 kWh in 32 bits, times its transformer ratio; SCHNEIDER_IEM3000 counts Wh in 64
    bits.
    """

    ACREL_DTSD1352 = "acrel-dtsd1352"
    SCHNEIDER_IEM3000 = "schneider-iem3000"


@dataclass(frozen=True)
class Meter:
    """One meter. counts: energy since second 0 of the world at each full minute, in units of ``unit_wh``, never
    wrapping.

    base: the register at the start. replaced_minute: the minute at which a new meter, at 0, takes its place.
    """

    key: str
    name: str
    role: str
    model: Model
    unit: int
    unit_wh: int
    current_ratio: int
    start: int
    counts: Array
    base: int
    replaced_minute: int | None = None

    def energy_wh(self, at: int) -> int:
        """Watt-hours since the world's start, exact, whatever the register did meanwhile."""
        return int(self.counts[self._minute(at)]) * self.unit_wh

    def register(self, at: int) -> int:
        """The counter as the meter shows it, in its own counts (before the transformer ratio)."""
        minute = self._minute(at)
        count = int(self.counts[minute])
        if self.replaced_minute is not None and minute >= self.replaced_minute:
            return count - int(self.counts[self.replaced_minute])
        return (self.base + count) % (WRAPS_AT if self.model is Model.ACREL_DTSD1352 else 1 << 63)

    def power_w(self, at: int) -> int:
        """Mean power over the minute of ``at``."""
        minute = min(self._minute(at), len(self.counts) - 2)
        return int(self.counts[minute + 1] - self.counts[minute]) * self.unit_wh * 60

    def _minute(self, at: int) -> int:
        return min(max(0, (at - self.start) // MINUTE), len(self.counts) - 1)


@dataclass(frozen=True)
class Energy:
    """The facility's meters and the IT meters; a site's PUE is the ratio of their sums."""

    meters: list[Meter]

    def energy_wh(self, role: str, at: int) -> int:
        return sum(meter.energy_wh(at) for meter in self.meters if meter.role == role)


def make_energy(random: np.random.Generator, sizes: Magnitudes, start: int, length: int) -> Energy:
    """One facility meter and two IT meters over ``length`` seconds from ``start`` (ms)."""
    minutes = length // 60
    phase = 2 * np.pi * np.arange(minutes) / MINUTES_OF_DAY
    weather = _slow_noise(random, minutes, 0.15)
    swing = 1 + 0.05 * np.sin(phase - 2.2)
    it = [share * sizes.it_kw * (swing + _slow_noise(random, minutes, 0.03)) for share in (0.6, 0.4)]
    overhead = (sizes.pue - 1) * sizes.it_kw * (1 + 0.2 * np.sin(phase - 2.0) + weather)
    half = minutes // 2
    facility = _meter(start, 1, "facility", "总进线", Model.ACREL_DTSD1352, kilowatts=it[0] + it[1] + overhead)
    first = _meter(start, 2, "it-a", "列头柜A", Model.SCHNEIDER_IEM3000, kilowatts=it[0])
    second = _meter(start, 3, "it-b", "列头柜B", Model.SCHNEIDER_IEM3000, kilowatts=it[1])
    if sizes.meter_wraps:
        facility = replace(facility, base=WRAPS_AT - int(facility.counts[half]))
    if sizes.meter_replaced:
        second = replace(second, replaced_minute=half)
    return Energy([facility, first, second])


def _meter(start: int, unit: int, key: str, name: str, model: Model, *, kilowatts: Array) -> Meter:
    ratio = CURRENT_RATIO if model is Model.ACREL_DTSD1352 else 1
    unit_wh = 10 * ratio if model is Model.ACREL_DTSD1352 else 1
    watt_hours = np.concatenate([[0], np.cumsum(np.maximum(kilowatts, 0.1) * 1000 / 60)])
    counts = np.floor(watt_hours / unit_wh).astype(np.int64)
    role = "facility" if key == "facility" else "it"
    return Meter(key, name, role, model, unit, unit_wh, ratio, start, counts, base=1_000_000 * unit)


def _slow_noise(random: np.random.Generator, minutes: int, size: float) -> Array:
    """Noise that changes over hours, as weather and load do; standard deviation ``size``."""
    knots = size * random.standard_normal(minutes // 180 + 2)
    return np.interp(np.arange(minutes) / 180, np.arange(len(knots)), knots)
