"""availability: channel online rate and platform uptime, over time and not over samples.

value = Σg/(Σg+Σb), lower = Σg/(Σg+Σb+Σu), upper = (Σg+Σu)/(Σg+Σb+Σu), coverage = (Σg+Σb)/(Σg+Σb+Σu), with g, b, u the time a subject
was up, down, unseen inside period, schedule and registration. Methods: ``subject_time`` sums over subjects (default),
``subject_mean`` averages the subjects' own rates, ``sweep_mean`` averages online/total over the polls, as most platforms print it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from collector.measurement import Measurement, ratio
from collector.measures.groups import Groups
from collector.measures.states import Times


@dataclass(frozen=True)
class Seen:
    """All that availability needs of N subjects (int64[N], milliseconds).

    excluded: owed time taken out by exclusions. sampling: see ``states.sampling_time``.
    """

    times: Times
    sampling: np.ndarray
    excluded: np.ndarray


@dataclass(frozen=True)
class Sweeps:
    """online[R] and listed[R] subjects at each good poll, and how many polls were owed."""

    online: np.ndarray
    listed: np.ndarray
    owed: int


@dataclass(frozen=True)
class Sums:
    """Milliseconds and counts over some subjects. rates: sums of the subjects' own value, lower and upper, and how many have each."""

    rates: Sequence[float]
    up: int
    down: int
    unknown: int
    excluded: int
    sampling: int
    owed_subjects: int
    subjects: int
    seen_subjects: int

    @property
    def owed(self) -> int:
        return self.up + self.down + self.unknown


def subject_time(seen: Seen, chosen: np.ndarray) -> Measurement:
    """The sums over the chosen subjects (bool[N]). No value where nothing was seen, not applicable where all was excluded."""
    return _time(_sums(seen, chosen, _whole(chosen))[0])


def subject_mean(seen: Seen, chosen: np.ndarray) -> Measurement:
    """The mean of the subjects' own rates; a subject never seen has a rate between 0 and 1 and no part in the value."""
    return _mean(_sums(seen, chosen, _whole(chosen))[0])


def by_group(seen: Seen, chosen: np.ndarray, groups: Groups, mean: bool = False) -> dict[str, Measurement]:
    """The same for every group that has a chosen subject, in one pass over the subjects."""
    sums = _sums(seen, chosen, groups)
    present = np.unique(groups.codes[chosen]).tolist()
    return {groups.labels[code]: (_mean if mean else _time)(sums[code]) for code in present}


def _whole(chosen: np.ndarray) -> Groups:
    return Groups.none(len(chosen))


def _sums(seen: Seen, chosen: np.ndarray, groups: Groups) -> list[Sums]:
    codes, times = groups.codes[chosen], seen.times
    up, down, unknown = (part[chosen] for part in (times.up, times.down, times.unknown))
    excluded, sampling = seen.excluded[chosen], seen.sampling[chosen]
    known, owed = up + down, up + down + unknown
    whole, sight = np.maximum(owed, 1), np.maximum(known, 1)
    weights = [
        up, down, unknown, excluded, sampling, owed > 0, owed + excluded > 0, known > 0,
        np.where(known > 0, up / sight, 0), up / whole, np.where(owed > 0, (up + unknown) / whole, 0),
    ]  # fmt: skip
    columns = [np.bincount(codes, weight, minlength=groups.size) for weight in weights]
    counts = np.array(columns[:8]).astype(np.int64).T.tolist()
    rates = np.array(columns[8:]).T.tolist()
    return [Sums(rate, *count) for count, rate in zip(counts, rates, strict=True)]


def _time(sums: Sums) -> Measurement:
    up, known, owed = sums.up, sums.up + sums.down, sums.owed
    return Measurement(
        value=ratio(up, known),
        lower=ratio(up, owed) if owed else Fraction(0),
        upper=ratio(up + sums.unknown, owed) if owed else Fraction(1),
        coverage=known / owed if owed else 0.0,
        n=sums.owed_subjects,
        numerator=Fraction(up, 1000),
        denominator=Fraction(known, 1000),
        parts={
            "up_seconds": up / 1000,
            "down_seconds": sums.down / 1000,
            "unknown_seconds": sums.unknown / 1000,
            "excluded_seconds": sums.excluded / 1000,
            "sampling_seconds": sums.sampling / 1000,
            "subjects": sums.subjects,
        },
        applicable=owed > 0 or sums.excluded == 0,
    )


def _mean(sums: Sums) -> Measurement:
    value, lower, upper = sums.rates
    return replace(
        _time(sums),
        value=value / sums.seen_subjects if sums.seen_subjects else None,
        lower=lower / sums.owed_subjects if sums.owed_subjects else Fraction(0),
        upper=upper / sums.owed_subjects if sums.owed_subjects else Fraction(1),
        numerator=None,
        denominator=None,
    )


def sweep_mean(seen: Seen, chosen: np.ndarray, sweeps: Sweeps) -> Measurement:
    """The mean over the polls of online/total; a poll that was owed and did not happen lies between 0 and 1."""
    base = subject_time(seen, chosen)
    counted = sweeps.listed > 0
    rates = sweeps.online[counted] / sweeps.listed[counted]
    owed = max(sweeps.owed, len(rates))
    total = float(rates.sum())
    return Measurement(
        value=total / len(rates) if len(rates) else None,
        lower=total / owed if owed else None,
        upper=(total + owed - len(rates)) / owed if owed else None,
        coverage=len(rates) / owed if owed else None,
        n=base.n,
        parts=dict(base.parts) | {"sweeps": len(rates), "sweeps_owed": owed},
        applicable=base.applicable,
    )
