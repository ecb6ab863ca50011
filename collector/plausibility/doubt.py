"""A doubt: something in formally faultless records that a person should look at. It is no proof and changes no figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

Severity = Literal["low", "medium", "high"]
"""low: honest causes are common. medium: honest work seldom looks so. high: so much of it that the figure rests on it."""

LISTED = 20
"""A doubt names so many examples; ``count`` counts all of them."""
NAMED = 5
"""A doubt's text names so many departments, categories or instants."""


@dataclass(frozen=True)
class Doubt:
    """What one check turned up at one place of a source.

    check: its name in docs/plausibility.md. where: department, meter, instants …; empty for the source as a whole.
    share: count over what was looked at, 0 to 1; None where there is no such whole. examples: case ids, instants or
    spans, at most LISTED.
    """

    check: str
    source: str
    severity: Severity
    where: str
    count: int
    share: float | None
    examples: tuple[str, ...]
    text_zh: str
    text_en: str


def listed(examples: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(one) for one in islice(examples, LISTED))


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def lasting(milliseconds: float) -> str:
    """A length of time with the unit that fits it: ``4.5 min``, ``7.2 h``, ``3.1 d``."""
    minutes = milliseconds / 60_000
    if minutes < 120:
        return f"{minutes:.1f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} d"
