"""A published evaluation as a city to simulate: its own sizes, what its departments publish, and the profile it is evaluated by.

Where the published report states no measured value, the size is an assumption of the scenario's and says so in the file.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import msgspec

from collector.errors import ConfigurationError
from collector.periods import Span
from collector.simulated_city.magnitudes import CaseCount, Magnitudes

FOLDER = Path(__file__).parent / "scenarios"


class Published(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A number that a department publishes every morning, growing evenly from ``first`` to ``last`` over the time simulated.

    late_every: every how many days it comes in the afternoon only; 0 for never.
    """

    name: str
    unit: str
    first: float
    last: float
    late_every: int = 0


class FigureSource(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Files of published numbers, imported as source ``id``."""

    id: str
    department: str
    published: list[Published]


class Centre(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The operation centre's log-in file, imported as source ``centre``: somebody works there on so many days of each month."""

    department: str
    days_a_month: int


class YearOfCases(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    opened: int
    closed: int


class Scenario(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """city: name in the city file. months: how many of the last finished ones, or 0 for the last finished year.

    every: the polled sources that there are, and how often each is polled. cases, hotline: exactly so many in the year.
    """

    city: str
    profile: str
    every: dict[str, str]
    months: int = 1
    magnitudes: Magnitudes = Magnitudes()
    figures: list[FigureSource] = []
    centre: Centre | None = None
    cases: YearOfCases | None = None
    hotline: YearOfCases | None = None

    def sizes(self, evaluated: Span) -> Magnitudes:
        """The magnitudes of the city, its cases counted over ``evaluated``."""

        def counted(given: YearOfCases | None) -> CaseCount | None:
            return CaseCount(evaluated.start, evaluated.end, given.opened, given.closed) if given else None

        return replace(self.magnitudes, cases_exactly=counted(self.cases), hotline_exactly=counted(self.hotline))


def scenario_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(name: str) -> Scenario:
    """Raises ConfigurationError for a name that there is not."""
    if name not in scenario_names():
        raise ConfigurationError(f"--city {name!r}: there is none; the cities are {', '.join(scenario_names())}")
    return msgspec.convert(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")), Scenario)
