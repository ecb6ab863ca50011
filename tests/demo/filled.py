"""The form of a published evaluation, filled from figures as its scenario makes them, without polling anything."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from collector.city.indicators import Indicator
from collector.demo.scenario import Scenario
from collector.figures import Figure, scale_of
from collector.measurement import Measurement
from collector.periods import Period
from collector.scoring.profile import Line, Profile
from collector.verdict import Verdict

Reached = Mapping[str, str]
"""Values by line, in the line's unit."""


def figures_of(profile: Profile, scenario: Scenario, period: Period, reached: Reached) -> list[Figure]:
    """A figure for each line that the city can measure: the last published number, what is given, else just the target."""
    published = {one.name: one.last for source in scenario.figures for one in source.published}
    found = []
    for line in profile.lines:
        if line.indicator is not None and line.fill.by == "measurement":
            value = reached.get(line.id) or _published(line.indicator, published) or _target(line)
            found.append(_figure(line.indicator, period, Fraction(value)))
    return found


def _published(indicator: Indicator, published: Mapping[str, float]) -> str | None:
    name = getattr(indicator, "figure", None) if indicator.measure == "figure" else None
    return repr(published[name]) if name in published else None


def _target(line: Line) -> str:
    return str(line.parsed_target.threshold) if line.parsed_target else "100"


def _figure(indicator: Indicator, period: Period, value: Fraction) -> Figure:
    exact = value / scale_of(indicator)
    basis = "imported" if indicator.measure in {"figure", "usage_days", "timeliness"} else "measured"
    measured = Measurement(exact, exact, exact, 1.0, 1)
    return Figure(indicator, period, period.span.end, measured, Verdict.INDETERMINATE, basis)
