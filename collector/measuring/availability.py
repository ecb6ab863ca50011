"""availability as an indicator: the figure, the same without exclusions, and by label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from collector.city.indicators import Availability
from collector.errors import ConfigurationError
from collector.history import History
from collector.measurement import Measurement
from collector.measures.availability import by_group, standing
from collector.measures.groups import Groups
from collector.measuring.exclusions import AppliedExclusion, applied
from collector.measuring.states import ObservedStates, StateMeasure, chosen
from collector.periods import Period
from collector.records import ATTRIBUTES


@dataclass(frozen=True)
class Measured:
    """A measurement, the same with nothing excluded (None where nothing was), what was excluded, and by label."""

    measurement: Measurement
    without_exclusions: Measurement | None = None
    by: Mapping[str, Measurement] = field(default_factory=dict)
    exclusions: tuple[AppliedExclusion, ...] = ()


def availability(history: History, indicator: Availability, period: Period, as_of: int, by: str | None) -> Measured:
    """Over all of the indicator's sources, as known at ``as_of``."""
    measuring = StateMeasure(history, indicator, as_of)
    observed = measuring.over(period.span)
    mask = chosen(observed.dictionary, indicator.where)
    plain = None
    if observed.seen.excluded[mask].any():
        plain = measuring.measure(observed, mask, excluding=False)
    return Measured(
        measuring.measure(observed, mask), plain, _by(measuring, observed, mask, period, by),
        applied(observed.exclusions, mask),
    )  # fmt: skip


def _by(
    measuring: StateMeasure, observed: ObservedStates, mask: np.ndarray, period: Period, by: str | None
) -> dict[str, Measurement]:
    if by is None:
        return {}
    if by == "day":
        days = {day.label: measuring.over(day.span.clip(period.span)) for day in period.days()}
        return {
            label: measuring.measure(one, chosen(one.dictionary, measuring.indicator.where))
            for label, one in days.items()
        }
    if by not in ("subject", *ATTRIBUTES):
        raise ConfigurationError(f"--by {by}: availability cannot be broken down so")
    groups = Groups.of(observed.dictionary.attribute(by))
    if measuring.indicator.method != "sweep_mean":
        return _in_one_pass(measuring, observed, mask, groups)
    present = [code for code in range(groups.size) if (mask & (groups.codes == code)).any()]
    return {groups.labels[code]: measuring.measure(observed, mask & (groups.codes == code)) for code in present}


def _in_one_pass(
    measuring: StateMeasure, observed: ObservedStates, mask: np.ndarray, groups: Groups
) -> dict[str, Measurement]:
    indicator = measuring.indicator
    mean = indicator.method == "subject_mean"
    stayed = by_group(observed.if_stayed.seen, mask, groups, mean) if observed.if_stayed else {}
    disappeared, pending = (_counts(groups, mask, which) for which in (observed.disappeared, observed.pending))
    return {
        label: standing(one, disappeared.get(label), stayed.get(label), pending.get(label), indicator.min_coverage)
        for label, one in by_group(observed.seen, mask, groups, mean).items()
    }


def _counts(groups: Groups, mask: np.ndarray, which: np.ndarray | None) -> dict[str, int]:
    """How many chosen subjects are among ``which`` (bool[N]), by label; empty where nothing is said about it."""
    if which is None:
        return {}
    counts = np.bincount(groups.codes[mask & which], minlength=groups.size).tolist()
    return dict(zip(groups.labels, counts, strict=True))
