"""Names in a city file that point at other parts of it: sources of indicators and exclusions, indicators of indicators."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from pydantic_core import PydanticCustomError

from collector.city.indicators import SUBJECT_KEYS, BudgetExecution, Growth, Indicator, Ratio
from collector.city.types import misplaced

FULL_WEIGHT = Decimal(100)


class Named(Protocol):
    @property
    def id(self) -> str: ...


class Excluding(Protocol):
    @property
    def source(self) -> str: ...
    @property
    def where(self) -> Mapping[str, object]: ...


def unfit_names(
    sources: Sequence[Named], indicators: Sequence[Indicator], exclusions: Sequence[Excluding]
) -> Iterator[PydanticCustomError]:
    """Ids given twice, names that there are not (sources, indicators, keys of where), and indicators that rest on themselves."""
    yield from _twice("sources", sources)
    yield from _twice("indicators", indicators)
    known = {source.id for source in sources}
    for number, exclusion in enumerate(exclusions):
        if exclusion.source not in known:
            yield misplaced(_missing("source", exclusion.source, known), "exclusions", number, "source")
        yield from _filters(exclusion.where, SUBJECT_KEYS, "exclusions", number)
    for number, indicator in enumerate(indicators):
        for name in indicator.source_ids:
            if name not in known:
                key = "source" if indicator.source else "sources"
                yield misplaced(_missing("source", name, known), "indicators", number, key)
        if not indicator.source_ids and not parts_of(indicator):
            yield misplaced(f"{indicator.measure} needs source or sources", "indicators", number)
        yield from _filters(indicator.where, indicator.filters, "indicators", number)
    yield from _parts(indicators)
    yield from _weights(indicators)


def parts_of(indicator: Indicator) -> Mapping[str, str]:
    """The indicators that this one is computed from: key -> id."""
    if isinstance(indicator, Ratio):
        return {"numerator": indicator.numerator, "denominator": indicator.denominator}
    if isinstance(indicator, Growth):
        return {"of": indicator.of}
    if isinstance(indicator, BudgetExecution):
        return {"executed": indicator.executed, "budget": indicator.budget}
    return {}


def _filters(where: Mapping[str, object], allowed: Sequence[str], *at: str | int) -> Iterator[PydanticCustomError]:
    """Keys of ``where`` that the records have no column for. A definition frozen long ago is read without this check."""
    for key in where:
        if key not in allowed:
            keys = f"where takes {', '.join(allowed)}" if allowed else "this measure takes no where"
            yield misplaced(f"there is no such key here; {keys}", *at, "where", key)


def _twice(what: str, items: Sequence[Named]) -> Iterator[PydanticCustomError]:
    seen: set[str] = set()
    for number, item in enumerate(items):
        if item.id in seen:
            yield misplaced(f"the id {item.id!r} is given twice", what, number, "id")
        seen.add(item.id)


def _weights(indicators: Sequence[Indicator]) -> Iterator[PydanticCustomError]:
    """Weights must add up to 100, exactly; an indicator without one is informational, and so are all where every weight is 0."""
    given = {indicator.id: indicator.weight for indicator in indicators if indicator.weight is not None}
    total = sum(given.values(), Decimal(0))
    if total not in (0, FULL_WEIGHT):
        each = ", ".join(f"{name} {weight:f}" for name, weight in given.items())
        yield misplaced(f"the weights add up to {total:f}, not to {FULL_WEIGHT} ({each})", "indicators")


def _parts(indicators: Sequence[Indicator]) -> Iterator[PydanticCustomError]:
    known = {indicator.id: indicator for indicator in indicators}
    for number, indicator in enumerate(indicators):
        for key, name in parts_of(indicator).items():
            if name not in known:
                yield misplaced(_missing("indicator", name, known.keys()), "indicators", number, key)
            elif indicator.id in _reached(name, known):
                yield misplaced(f"{indicator.id!r} would be computed from itself", "indicators", number, key)


def _reached(name: str, known: Mapping[str, Indicator]) -> set[str]:
    """``name`` and every indicator that it rests on."""
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        if (one := ahead.pop()) in known and one not in reached:
            reached.add(one)
            ahead += parts_of(known[one]).values()
    return reached


def _missing(what: str, name: str, known: Collection[str]) -> str:
    return f"there is no {what} {name!r}; the {what}s are {', '.join(sorted(known)) or 'none'}"
