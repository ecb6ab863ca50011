"""pue over random loads and random losses.

Truth: energy of the facility over energy of IT, of the slots of the period. Both meters are read at the slots or not at
all, so that the straight line between two neighbouring readings adds no error; between slots a PUE is a sampled one, as
an availability is. More evidence: more polls that reached a meter. Splitting: energies and metered time add up where no
polling gap is cut or left out; PUE do not add up, they are ratios of those sums.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measurement import Measurement
from collector.measures.metering import latest
from collector.measures.pue import pue
from collector.periods import Period
from tests.properties.world import (
    ENDS,
    PERIOD,
    SLOT,
    SLOTS,
    Site,
    answers,
    in_another_way,
    in_order,
    no_wider,
    part_of_period,
    replaced,
    sites,
)  # fmt: skip

ALL = (True,) * len(SLOTS)
Losses = dict[str, tuple[bool, ...]]
losses = st.fixed_dictionaries({"facility": answers | st.just(ALL), "it": answers | st.just(ALL)})
common = st.builds(lambda good: {"facility": good, "it": good}, answers)


def measure(table: pa.Table, period: Period = PERIOD, cutoff: int | None = None) -> Measurement:
    return pue(table, period, cutoff or period.span.end, holds=SLOT)[0]


def truth(site: Site, period: Period = PERIOD) -> Fraction:
    facility, it = (site.energy(role, period.span.start, period.span.end) for role in ("facility", "it"))
    return Fraction(facility, it)


def close(first: float, second: float) -> bool:
    return abs(first - second) <= 1e-9 * abs(second)


@settings(max_examples=80)
@given(sites, losses, replaced)
def test_the_true_pue_lies_within_the_bounds(site: Site, good: Losses, new_meter: int | None) -> None:
    site = replace(site, replaced=new_meter)
    measured, true = measure(site.readings(good)), float(truth(site))
    assert measured.lower is None or measured.lower <= true * (1 + 1e-9)
    assert measured.upper is None or measured.upper >= true * (1 - 1e-9)
    assert in_order(measured)
    assert (measured.lower is None) == (measured.coverage != 1.0)


@settings(max_examples=20)
@given(sites)
def test_with_nothing_lost_a_pue_is_the_true_one(site: Site) -> None:
    measured = measure(site.readings({"facility": ALL, "it": ALL}))
    assert measured.value == pytest.approx(float(truth(site)), rel=1e-12)
    assert measured.lower == measured.upper == measured.value


@settings(max_examples=40)
@given(sites, common, answers)
def test_more_readings_never_widen_a_pue(site: Site, good: Losses, found: tuple[bool, ...]) -> None:
    """Of meters that are read together; a finer look at one alone may show which of the other's gaps it cuts."""
    better = {role: tuple(a or b for a, b in zip(one, found, strict=True)) for role, one in good.items()}
    less, more = measure(site.readings(good)), measure(site.readings(better))
    slack = Measurement(None, more.lower and more.lower * (1 + 1e-9), more.upper and more.upper * (1 - 1e-9), None, 0)
    assert no_wider(slack, less)


@settings(max_examples=20)
@given(sites, losses, st.randoms(use_true_random=False))
def test_order_repetition_and_chunks_of_readings_change_nothing(site: Site, good: Losses, random: Random) -> None:
    table = site.readings(good)
    again = latest(in_another_way(table, random), ENDS)
    assert pue(again, PERIOD, PERIOD.span.end, holds=SLOT) == pue(table, PERIOD, PERIOD.span.end, holds=SLOT)


@settings(max_examples=20)
@given(sites, st.integers(1, 3))
def test_energies_of_two_parts_add_up(site: Site, day: int) -> None:
    table = site.readings({"facility": ALL, "it": ALL})
    total, *each = (measure(table, part).parts for part in (PERIOD, part_of_period(0, day), part_of_period(day, 4)))
    for name in ("facility_kwh", "it_kwh", "metered_seconds"):
        assert close(total[name], each[0][name] + each[1][name])
