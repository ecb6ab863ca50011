"""availability as an indicator: the figure, the same without exclusions, by label, and every subject's own times in columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from collector.city.indicators import Availability
from collector.errors import ConfigurationError
from collector.history import History
from collector.measurement import Measurement
from collector.measures.breakdown import Base
from collector.measures.subject_list import SubjectList
from collector.measures.tally import Tally
from collector.measuring.exclusions import AppliedExclusion, applied
from collector.measuring.states import ObservedStates, StateMeasure, chosen
from collector.periods import Period
from collector.records import ATTRIBUTES


@dataclass(frozen=True)
class Measured:
    """A measurement, the same with nothing excluded (None where nothing was), what was excluded, by label, and subject by subject.

    subjects: None where a subject has no figure of its own.
    """

    measurement: Measurement
    without_exclusions: Measurement | None = None
    by: Mapping[str, Measurement] = field(default_factory=dict)
    exclusions: tuple[AppliedExclusion, ...] = ()
    subjects: SubjectList | None = None


def availability(history: History, indicator: Availability, period: Period, as_of: int, by: str | None) -> Measured:
    """Over all of the indicator's sources, as known at ``as_of``."""
    measuring = StateMeasure(history, indicator, as_of)
    observed = measuring.over(period.span)
    mask = chosen(observed.dictionary, indicator.where)
    plain = None
    if observed.seen.excluded.any() and observed.seen.excluded[mask].any():
        plain = measuring.measure(observed, mask, excluding=False)
    subjects = _list(measuring, observed, mask)
    return Measured(
        measuring.measure(observed, mask, tally=subjects.tally), plain, _by(measuring, observed, subjects, period, by),
        applied(observed.exclusions, mask), subjects if indicator.method != "sweep_mean" else None,
    )  # fmt: skip


def _list(measuring: StateMeasure, observed: ObservedStates, mask: np.ndarray) -> SubjectList:
    """The chosen subjects (bool[N]), a row each, in the order of sources and numbers."""
    mean = measuring.indicator.method == "subject_mean"
    everybody = mask.all()
    left, pending = (
        which if which is None or everybody else which[mask] for which in (observed.disappeared, observed.pending)
    )
    stayed = Tally.of(observed.if_stayed.seen, mask, mean) if observed.if_stayed else None
    dictionary, numbers = observed.dictionary, np.flatnonzero(mask)
    return SubjectList(
        Tally.of(observed.seen, mask, mean), Base(left, stayed, pending), measuring.indicator.min_coverage, mean, numbers,
        lambda: dictionary.keys,
    )  # fmt: skip


def _by(
    measuring: StateMeasure, observed: ObservedStates, subjects: SubjectList, period: Period, by: str | None
) -> Mapping[str, Measurement]:
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
    if measuring.indicator.method == "sweep_mean":
        return _polls_of_each(measuring, observed, subjects, by)
    if by == "subject":
        return subjects.by_key()
    return subjects.grouped(observed.dictionary.groups(by))


def _polls_of_each(
    measuring: StateMeasure, observed: ObservedStates, subjects: SubjectList, by: str
) -> dict[str, Measurement]:
    """Poll by poll, group after group: what a poll found online is no sum over time."""
    groups = observed.dictionary.groups(by)
    mask = np.zeros(observed.dictionary.size, bool)
    mask[subjects.numbers] = True
    present = [code for code in range(groups.size) if (mask & (groups.codes == code)).any()]
    return {groups.labels[code]: measuring.measure(observed, mask & (groups.codes == code)) for code in present}
