"""The whole city, made from its settings; the same settings give the same city, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from collector.periods import midnight, moment
from collector.simulated_city.cases import DAY, Cases, make_cases
from collector.simulated_city.energy import Energy, make_energy
from collector.simulated_city.faults import Faults
from collector.simulated_city.logins import Logins, make_logins
from collector.simulated_city.magnitudes import Settings
from collector.simulated_city.platforms import Platforms, make_portals, make_probes
from collector.simulated_city.video import Video, make_video

BACKDATED = 0.0005
"""Of the cases, those whose closing was written down as before their opening."""


@dataclass(frozen=True)
class World:
    """What is so in the city from ``settings.start`` to ``settings.end``, and which subsystems fail to tell it."""

    settings: Settings
    video: Video
    portals: Platforms
    probes: Platforms
    cases: Cases
    hotline: Cases
    logins: Logins
    energy: Energy
    faults: Faults


def make_world(settings: Settings) -> World:
    """Make the city. Each subsystem draws from a stream of its own, so that the size of one does not change another."""
    sizes, start, zone = settings.magnitudes, settings.start, settings.zone
    if start % 1000 or settings.end <= start:
        raise ValueError("the city starts on a whole second, before its end")
    length = (settings.end - start) // 1000
    streams = [np.random.default_rng(seed) for seed in np.random.SeedSequence(settings.seed).spawn(7)]
    span = {"first": start - sizes.history_days * DAY, "end": settings.end, "monday": _monday_before(settings)}
    return World(
        settings,
        make_video(streams[0], sizes, start, length),
        make_portals(streams[1], sizes.portals, start, length),
        make_probes(streams[2], sizes.probes, start, length),
        make_cases(streams[3], sizes.cases_per_year, sizes, **span, backdated_share=BACKDATED, exactly=sizes.cases_exactly),
        make_cases(streams[4], sizes.hotline_per_year, sizes, **span, exactly=sizes.hotline_exactly),
        make_logins(streams[5], sizes, start, settings.end, zone),
        make_energy(streams[6], sizes, start, length),
        Faults(settings.faults),
    )


def _monday_before(settings: Settings) -> int:
    """The beginning of a local Monday before the first case."""
    first = moment(settings.start - settings.magnitudes.history_days * DAY, settings.zone).date()
    return midnight(first - timedelta(days=first.weekday() + 7), settings.zone)
