"""Web platforms: the portals that are probed from outside, and those whose probes Prometheus keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.simulated_city.histories import Histories, renewal
from collector.simulated_city.places import PLATFORMS, PORTALS

MEAN_UP = 8 * 86_400.0
MEAN_DOWN = 15 * 60.0


@dataclass(frozen=True)
class Platforms:
    """keys: ASCII subjects; names: what people call them; works: when each answers."""

    keys: list[str]
    names: list[str]
    works: Histories


def make_portals(random: np.random.Generator, count: int, start: int, length: int) -> Platforms:
    return _make(random, "portal", PORTALS[:count], start, length)


def make_probes(random: np.random.Generator, count: int, start: int, length: int) -> Platforms:
    return _make(random, "platform", PLATFORMS[:count], start, length)


def _make(random: np.random.Generator, prefix: str, names: tuple[str, ...], start: int, length: int) -> Platforms:
    count = len(names)
    works = renewal(random, start, length, mean_up=np.full(count, MEAN_UP), mean_down=np.full(count, MEAN_DOWN))
    return Platforms([f"{prefix}-{number + 1}" for number in range(count)], list(names), works)
