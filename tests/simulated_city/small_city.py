"""The settings of a city small enough for tests, with every fault in every subsystem once."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from collector.periods import Period
from collector.simulated_city.clock import SUBSYSTEMS
from collector.simulated_city.faults import HOUR, MINUTE, Fault, FaultKind
from collector.simulated_city.magnitudes import Magnitudes, Settings

ZONE = ZoneInfo("Asia/Shanghai")
MONTH = Period.parse("2026-10", ZONE)
SMALL = Magnitudes(
    channels=150, channels_per_device=10, districts=3, channel_cycle_hours=20,
    cases_per_year=6_000, hotline_per_year=9_000, daily_users=60, population=600,
)  # fmt: skip
FAULTY_HOUR = {kind: MONTH.span.start + (48 + number) * HOUR for number, kind in enumerate(FaultKind)}
"""The hour of the month in which every subsystem has this fault."""
FAULTS = tuple(Fault(name, kind, at, at + 5 * MINUTE) for kind, at in FAULTY_HOUR.items() for name in SUBSYSTEMS)
END = MONTH.span.end + 3 * 24 * HOUR
SETTINGS = Settings(MONTH.span.start, END, SMALL, seed=7, faults=FAULTS, password="in-no-file")
FIVE_MINUTES = timedelta(minutes=5)
