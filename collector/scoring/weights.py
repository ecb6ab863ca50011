"""Whether the weights of a profile add up: to each head, and all of them to what the form is out of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from collector.scoring.numbers import plain

if TYPE_CHECKING:
    from collector.scoring.profile import Profile


@dataclass(frozen=True)
class WeightFault:
    """Weights that do not add up, with both sums in words. at: the keys of the profile where the printed sum stands."""

    at: tuple[str | int, ...]
    zh: str
    en: str


def total_weight(profile: Profile) -> Decimal:
    """All lines and the funds row, whatever the form prints."""
    of_funds = profile.funds.weight if profile.funds and profile.funds.weight else Decimal(0)
    return of_funds + sum((line.weight for line in profile.lines), Decimal(0))


def faults_of(profile: Profile) -> list[WeightFault]:
    """Heads first, then the sum of the lines, then the sum of the heads as printed."""
    return [*_of_levels(profile), *_of_total(profile)]


def _of_levels(profile: Profile) -> Iterator[WeightFault]:
    for number, first in enumerate(profile.levels):
        lines = [line for line in profile.lines if line.level[0] == first.name.zh]
        yield from _differing(
            first.name.zh, first.weight, sum((one.weight for one in lines), Decimal(0)), ("levels", number, "weight")
        )
        for inner, second in enumerate(first.second):
            if second.weight is not None:
                weights = sum((one.weight for one in lines if one.level[1] == second.name.zh), Decimal(0))
                at = ("levels", number, "second", inner, "weight")
                yield from _differing(f"{first.name.zh} / {second.name.zh}", second.weight, weights, at)


def _differing(name: str, printed: Decimal, added: Decimal, at: tuple[str | int, ...]) -> Iterator[WeightFault]:
    if printed != added:
        yield WeightFault(
            at,
            f"{name}标明{plain(printed)}分，其下各项合计{plain(added)}分",
            f"{name} is given {plain(printed)} points, its lines add up to {plain(added)}",
        )


def _of_total(profile: Profile) -> Iterator[WeightFault]:
    added, out_of = total_weight(profile), profile.out_of
    if added != out_of:
        yield WeightFault(
            ("out_of",),
            f"各项分值合计{plain(added)}分，应为{plain(out_of)}分",
            f"all weights add up to {plain(added)} points, not to {plain(out_of)}",
        )
    of_funds = profile.funds.weight if profile.funds and profile.funds.weight else Decimal(0)
    heads = of_funds + sum((first.weight for first in profile.levels), Decimal(0))
    if heads != out_of:
        yield WeightFault(
            ("levels",),
            f"一级指标与预算执行率的分值合计{plain(heads)}分，应为{plain(out_of)}分",
            f"the heads with the funds row add up to {plain(heads)} points, not to {plain(out_of)}",
        )
