"""The definitions that fill a profile, and whether a city's indicator is the one that a line asks for: same measure, same rules."""

from __future__ import annotations

from typing import Any

from collector.city.indicators import Indicator, IndicatorBase
from collector.scoring.fill import FilledByMeasurement
from collector.scoring.profile import Profile

_NOT_OF_THE_RULES = {
    *(set(IndicatorBase.model_fields) - {"unit", "where"}),  # the city's own, or the line's
    *(
        "figure",
        "numerator",
        "denominator",
        "of",
        "executed",
        "budget",
        "answers",
        "satisfied",
        "asked",
        "found_by",
    ),  # names
    *("plausible", "rollover_kwh", "baseline"),  # of the meters, feeds and years at hand
}
_WHERE_GIVEN = ("where", "category")
"""Left to the city where the line says nothing."""


def differing_keys(asked: Indicator, found: Indicator) -> tuple[str, ...]:
    """The keys of the definition that mean something else in the city file; ``measure`` alone where even that differs."""
    if asked.measure != found.measure:
        return ("measure",)
    keys = [key for key in type(asked).model_fields if key not in _NOT_OF_THE_RULES and _is_asked(asked, key)]
    return tuple(key for key in keys if getattr(asked, key) != getattr(found, key))


def _is_asked(asked: Indicator, key: str) -> bool:
    return key not in _WHERE_GIVEN or bool(getattr(asked, key))


def definitions(profile: Profile) -> list[dict[str, Any]]:
    """Every definition that the lines and what they refer to need, once, as a city file has it; name and target are the line's."""
    found: dict[str, dict[str, Any]] = {}
    for line in profile.lines:
        if line.indicator is None:
            continue
        for needed in line.fill.needs if isinstance(line.fill, FilledByMeasurement) else ():
            found.setdefault(needed.id, _written(needed))
        of_line = {"name": line.name.zh} | ({"target": line.target} if line.target else {})
        found[line.indicator.id] = of_line | _written(line.indicator)
    return [{"id": id_} | one for id_, one in found.items()]


def _written(indicator: Indicator) -> dict[str, Any]:
    return indicator.model_dump(mode="json", by_alias=True, exclude_defaults=True)
