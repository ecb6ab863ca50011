"""pue: energy of the facility over energy of the IT equipment, both over the same time (ISO/IEC 30134-2).

A ratio of sums over the time in which every owed meter of both sides was metered, never a mean of ratios. A value
over less than a year is an interim PUE; that the standard calls it so, and its categories PUE1 to PUE3, is an
assumption: its text was not read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.faults import AND_MORE, METER_RESET, NO_METER, POWER_BRIDGED, PUE_OUTSIDE
from collector.measurement import Measurement
from collector.measures.groups import Measured
from collector.measures.metering import POWER_GAP, Metered, meter
from collector.measures.observed import LISTED_FAULTS
from collector.periods import Period, Span, iso, moment
from collector.timeline import Timeline

PLAUSIBLE = (1.0, 5.0)
SIDES = ("facility", "it")
MINUTE = 60_000
NAMED = 10
"""A fault names so many meters."""


@dataclass(frozen=True)
class Site:
    """The meters of both sides, and the time in which all of them were metered."""

    sides: dict[str, list[Metered]]
    joint: Timeline

    def energy(self, time: Timeline) -> tuple[float, float]:
        """Facility and IT energy in kWh over ``time``, which lies inside ``joint``."""
        facility, it = (math.fsum(kwh for one in self.sides[side] for kwh in one.kwh(time)) for side in SIDES)
        return facility, it

    def limits(self, span: Span) -> list[tuple[float, float]]:
        """Least and largest energy in kWh of each side over ``span``, all of which lies inside ``joint``."""
        each = {side: [one.limits(span) for one in self.sides[side]] for side in SIDES}
        return [
            (math.fsum(least for least, _ in each[side]), math.fsum(most for _, most in each[side])) for side in SIDES
        ]


def pue(
    readings: pa.Table,
    period: Period,
    cutoff: int,
    *,
    holds: int,
    meters: Mapping[str, str] | None = None,
    rollover_kwh: float | None = None,
    category: str | None = None,
) -> Measured:
    """PUE of the period up to the cut-off, and of each of its local days.

    readings: one row per meter and instant (``metering.latest``), with each meter's last reading before the period
    and first one after it, so that the edges can be interpolated. meters: role by meter of all that are owed, those
    of the readings by default; roles other than facility and it are left out. holds: see ``metering.meter``. A day
    whose PUE lies outside of 1 to 5 is a data fault: left out of the sums, it lowers coverage. Bounds: at full coverage
    the value, or what lies around it where a counter's polling gap crosses an edge of the period; else none, since
    nothing bounds power that nobody metered.
    """
    owed = Span(period.span.start, max(period.span.start, min(period.span.end, cutoff)))
    roles = meters if meters is not None else _roles(readings)
    by_meter = {key: _metered(readings, key, holds, rollover_kwh) for key, role in roles.items() if role in SIDES}
    site = _site(by_meter, roles, owed)
    days = [(day.label, day.span.clip(owed)) for day in period.days() if day.span.clip(owed).milliseconds]
    by_day = {label: _day(site, label, span, category) for label, span in days}
    quarantined = Timeline(span for label, span in days if by_day[label].faults)
    faults = _lacking(site) + (() if holds else _bridged_by_default(by_meter)) + _resets(by_meter, owed, period)
    faults += tuple(fault for one in by_day.values() for fault in one.faults)
    whole = _measurement(
        site, site.joint - quarantined, owed, category, faults=faults[:LISTED_FAULTS], interim=_is_interim(period)
    )
    return whole, by_day


def _roles(readings: pa.Table) -> dict[str, str]:
    """Role by meter, as the readings say; of two roles the one of the later reading."""
    order = pc.sort_indices(readings, sort_keys=[("at", "ascending"), ("role", "ascending")])
    rows = readings.select(["meter", "role"]).take(order)
    return dict(zip(rows["meter"].to_pylist(), rows["role"].to_pylist(), strict=True))


def _metered(readings: pa.Table, key: str, holds: int, rollover_kwh: float | None) -> Metered:
    return meter(readings.filter(pc.equal(readings["meter"], key)), holds, rollover_kwh)


def _site(by_meter: Mapping[str, Metered], roles: Mapping[str, str], owed: Span) -> Site:
    sides = {side: [one for key, one in by_meter.items() if roles[key] == side] for side in SIDES}
    joint = Timeline([owed] if all(sides.values()) else [])
    for one in by_meter.values():
        joint &= one.metered
    return Site(sides, _whole_gaps(joint, list(by_meter.values()), owed))


def _whole_gaps(joint: Timeline, meters: list[Metered], owed: Span) -> Timeline:
    """``joint`` without polling gaps of which only a part is jointly metered.

    A counter's difference over a gap says how much, not when: it can be used whole or not at all, except at the
    period's edges, where it is interpolated. Taking one gap out can cut another, so this goes on until none is cut.
    """
    gaps = [gap.clip(owed) for one in meters for gap in one.bridged]
    edges = np.array([(gap.start, gap.end) for gap in gaps], np.int64).reshape(-1, 2)
    lengths = edges[:, 1] - edges[:, 0]
    while True:
        inside = joint.until(edges[:, 1]) - joint.until(edges[:, 0])
        cut = np.flatnonzero((inside > 0) & (inside < lengths)).tolist()
        if not cut:
            return joint
        joint -= Timeline(gaps[i] for i in cut)


def _day(site: Site, label: str, span: Span, category: str | None) -> Measurement:
    time = site.joint.clip(span)
    facility, it = site.energy(time)
    if not facility and not it:
        return _measurement(site, time, span, category)
    rate = facility / it if it else math.inf
    if PLAUSIBLE[0] <= rate <= PLAUSIBLE[1]:
        return _measurement(site, time, span, category)
    fault = PUE_OUTSIDE(day=label, value=f"{rate:.2f}", least=f"{PLAUSIBLE[0]:.0f}", most=f"{PLAUSIBLE[1]:.0f}")
    return _measurement(site, Timeline(), span, category, faults=(fault,))


def _measurement(
    site: Site,
    time: Timeline,
    owed: Span,
    category: str | None,
    *,
    faults: tuple[str, ...] = (),
    interim: bool = True,
) -> Measurement:
    facility, it = site.energy(time)
    value = facility / it if it else None
    coverage = time.total / owed.milliseconds if owed.milliseconds else None
    lower, upper = _bounds(value, site.limits(owed)) if coverage == 1.0 else (None, None)
    parts = {"facility_kwh": facility, "it_kwh": it, "metered_seconds": time.total / 1000}
    return Measurement(
        value=value,
        lower=lower,
        upper=upper,
        coverage=coverage,
        n=sum(len(side) for side in site.sides.values()),
        numerator=facility,
        denominator=it,
        parts=parts | {"category": category, "interim": interim},
        faults=faults,
    )


def _bounds(value: float | None, limits: list[tuple[float, float]]) -> tuple[float | None, float | None]:
    """limits: least and largest energy of facility and IT; the same twice where no gap crosses an edge."""
    if value is None or all(least == most for least, most in limits):
        return value, value
    (facility, most_facility), (it, most_it) = limits
    return min(value, facility / most_it), max(value, most_facility / it) if it else None


def _is_interim(period: Period) -> bool:
    """Shorter than a calendar year."""
    start, end = moment(period.span.start, period.zone), moment(period.span.end, period.zone)
    return (end.year - start.year, end.month - start.month, end.day - start.day) < (1, 0, 0)


def _lacking(site: Site) -> tuple[str, ...]:
    return tuple(NO_METER(role=side) for side, meters in site.sides.items() if not meters)


def _bridged_by_default(by_meter: Mapping[str, Metered]) -> tuple[str, ...]:
    names = sorted(key for key, one in by_meter.items() if one.of_power)
    if not names:
        return ()
    told = ", ".join(names[:NAMED])
    told = AND_MORE(names=told, count=len(names) - NAMED) if len(names) > NAMED else told
    return (POWER_BRIDGED(count=len(names), names=told, minutes=POWER_GAP // MINUTE),)


def _resets(by_meter: Mapping[str, Metered], owed: Span, period: Period) -> tuple[str, ...]:
    return tuple(
        METER_RESET(meter=key, at=iso(at, period.zone))
        for key, one in sorted(by_meter.items())
        for at in one.resets
        if owed.start < at <= owed.end
    )
