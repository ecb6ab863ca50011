"""availability: channel online rate and platform uptime, over time and not over samples.

value = Σg/(Σg+Σb), lower = Σg/(Σg+Σb+Σu), upper = (Σg+Σu)/(Σg+Σb+Σu), coverage = (Σg+Σb)/(Σg+Σb+Σu), with g, b, u the time a subject
was up, down, unseen inside period, schedule and registration. Methods: ``subject_time`` sums over subjects (default),
``subject_mean`` averages the subjects' own rates, ``sweep_mean`` averages online/total over the polls, as most platforms print it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from collector.measurement import Measurement, ratio
from collector.measures.tally import Seen, Sums, Tally

__all__ = ["Seen", "Sweeps", "of_sums", "standing", "subject_mean", "subject_time", "sweep_mean"]


@dataclass(frozen=True)
class Sweeps:
    """online[R] and listed[R] subjects at each good poll, and how many polls were owed that no good one stands for."""

    online: np.ndarray
    listed: np.ndarray
    missed: int


def subject_time(seen: Seen, chosen: np.ndarray) -> Measurement:
    """The sums over the chosen subjects (bool[N]). No value where nothing was seen, not applicable where all was excluded."""
    return of_sums(Tally.of(seen, chosen).whole())


def subject_mean(seen: Seen, chosen: np.ndarray) -> Measurement:
    """The mean of the subjects' own rates; a subject never seen has a rate between 0 and 1 and no part in the value."""
    return of_sums(Tally.of(seen, chosen, rates=True).whole(), mean=True)


def of_sums(sums: Sums, mean: bool = False) -> Measurement:
    """The measurement that the sums of some subjects give. mean: of their rates, which the sums must have."""
    return _mean(sums) if mean else _time(sums)


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


def standing(
    measured: Measurement, disappeared: int | None, stayed: Measurement | None, pending: int | None, min_coverage: float
) -> Measurement:
    """With parts that tell whether the base is what it should be.

    disappeared: how many subjects left the source's list, after which it owes them no longer; None where a register decides.
    stayed: the measurement if each had stayed on it and been down; its value stands among the parts, as a ratio 0 to 1.
    pending: how many are owed because nobody approved their removal from the register; None where the list decides.
    """
    parts = dict(measured.parts)
    if disappeared is not None:
        parts["disappeared_subjects"] = disappeared
    if disappeared and stayed is not None:
        parts["disappeared_seconds"] = (_known(stayed) - _known(measured)) / 1000
        covered = stayed.coverage is not None and stayed.coverage >= min_coverage
        parts["value_if_disappeared_were_down"] = stayed.value if covered else None
    if pending is not None:
        parts["pending_removals"] = pending
    return replace(measured, parts=parts)


def _known(measured: Measurement) -> int:
    """Milliseconds up or down; a method that is no ratio of sums has them only among its parts."""
    return sum(round(1000 * float(measured.parts[name])) for name in ("up_seconds", "down_seconds"))


def sweep_mean(seen: Seen, chosen: np.ndarray, sweeps: Sweeps) -> Measurement:
    """The mean over the polls of online/total; a poll that was owed and did not happen lies between 0 and 1.

    A good poll that listed none of the subjects says nothing of them and is not owed.
    """
    base = subject_time(seen, chosen)
    counted = sweeps.listed > 0
    rates = sweeps.online[counted] / sweeps.listed[counted]
    owed = len(rates) + sweeps.missed
    total = float(rates.sum())
    return Measurement(
        value=total / len(rates) if len(rates) else None,
        lower=total / owed if owed else None,
        upper=(total + sweeps.missed) / owed if owed else None,
        coverage=len(rates) / owed if owed else None,
        n=base.n,
        parts=dict(base.parts) | {"sweeps": len(rates), "sweeps_owed": owed},
        applicable=base.applicable,
    )
