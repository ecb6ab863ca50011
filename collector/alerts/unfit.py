"""What cannot stand in a city file's conditions and receivers, with the place and what would be right."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from collector.alerts.rules import SILENT_POLLS, addresses_of, budget_of, is_passive, limit_of, sources_of
from collector.city.alerts import (
    Blind,
    Burn,
    CertificateExpiry,
    ClockSkew,
    Condition,
    SilentSource,
    StuckSource,
    Threshold,
    Unreachable,
)
from collector.city.types import misplaced

if TYPE_CHECKING:
    from collector.city.indicators import Indicator
    from collector.city.model import City, Source


def unfit_alerts(city: City) -> Iterator[PydanticCustomError]:
    """Conditions that cannot be asked of what they stand beside, names that there are not, and rules given twice."""
    receivers = [one.id for one in city.receivers]
    for number, receiver in enumerate(city.receivers):
        if receiver.id in receivers[:number]:
            yield misplaced(f"the id {receiver.id!r} is given twice", "receivers", number, "id")
    places = [("indicators", number, one) for number, one in enumerate(city.indicators)]
    beside: list[tuple[str, int, Indicator | Source]] = [
        *places,
        *(("sources", n, one) for n, one in enumerate(city.sources)),
    ]
    for where, number, one in beside:
        seen: set[tuple[str, str]] = set()
        for place, condition in enumerate(one.alerts or ()):
            at = (where, number, "alerts", place)
            for name in condition.receivers:
                if name not in receivers:
                    known = ", ".join(receivers) or "none"
                    yield misplaced(f"there is no receiver {name!r}; the receivers are {known}", *at, "receivers")
            if (condition.name, condition.severity) in seen:
                yield misplaced(f"{condition.name!r} is there already; give one of them an id of its own", *at)
            seen.add((condition.name, condition.severity))
            if isinstance(condition, Blind) and is_passive(city, sources_of(city, one)):  # type: ignore[arg-type]
                yield misplaced("blind needs sources with every: nothing is expected of the others", *at)
            if mistake := _unfit(condition, one):
                yield misplaced(mistake, *at)


def _unfit(condition: Condition, one: Indicator | Source) -> str | None:
    """Why a condition can never be judged where it stands."""
    measure = getattr(one, "measure", None)
    match condition:
        case Threshold(over="now") if measure != "availability":
            return "over: now is known of availability only; write over: day or over: month"
        case Threshold() if limit_of(condition, one) is None:  # type: ignore[arg-type]
            return "give below or above, or give the indicator a target with >=, >, <= or <"
        case Burn():
            budget = budget_of(one)  # type: ignore[arg-type]
            if budget is None:
                return "burn needs a target in % or ‰ that leaves a budget, such as '>= 95'"
            if Fraction(condition.factor) * budget >= 1:
                return f"even if all were bad the budget would burn only {float(1 / budget):.3g} times as fast; lower factor"
        case Unreachable() if one.target is None:  # type: ignore[union-attr]
            return "unreachable needs a target"
        case SilentSource() | StuckSource() | ClockSkew() if one.every is None:  # type: ignore[union-attr]
            return f"{condition.when} needs every: nothing is expected of this source"
        case SilentSource(after=after) if after is not None and after < one.every * SILENT_POLLS:  # type: ignore[union-attr, operator]
            return f"after must be at least {SILENT_POLLS} polling intervals"
        case CertificateExpiry() if not addresses_of(one.options):  # type: ignore[union-attr]
            return "this source has no https address"
    return None
