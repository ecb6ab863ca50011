"""availability: channel online rate and platform uptime, over time and not over samples.

value = Σg/(Σg+Σb), lower = Σg/(Σg+Σb+Σu), upper = (Σg+Σu)/(Σg+Σb+Σu), coverage = (Σg+Σb)/(Σg+Σb+Σu), with g, b, u the time a subject
was up, down, unseen inside period, schedule and registration. Methods: ``subject_time`` sums over subjects (default),
``subject_mean`` averages the subjects' own rates, ``sweep_mean`` averages online/total over the polls, as most platforms print it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from collector.measurement import Measurement, ratio
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
    extra: dict[str, int] = field(default_factory=dict)


def subject_time(seen: Seen, chosen: np.ndarray) -> Measurement:
    """The sums over the chosen subjects (bool[N]). No value where nothing was seen, not applicable where all was excluded."""
    up, down, unknown = (int(part[chosen].sum()) for part in (seen.times.up, seen.times.down, seen.times.unknown))
    owed = up + down + unknown
    excluded = int(seen.excluded[chosen].sum())
    return Measurement(
        value=ratio(up, up + down),
        lower=ratio(up, owed) if owed else Fraction(0),
        upper=ratio(up + unknown, owed) if owed else Fraction(1),
        coverage=(up + down) / owed if owed else 0.0,
        n=int(np.count_nonzero(seen.times.owed[chosen])),
        numerator=Fraction(up, 1000),
        denominator=Fraction(up + down, 1000),
        parts=_parts(seen, chosen, up, down, unknown),
        applicable=owed > 0 or excluded == 0,
    )


def subject_mean(seen: Seen, chosen: np.ndarray) -> Measurement:
    """The mean of the subjects' own rates; a subject never seen has a rate between 0 and 1 and no part in the value."""
    base = subject_time(seen, chosen)
    up, owed = seen.times.up[chosen], seen.times.owed[chosen]
    known = up + seen.times.down[chosen]
    up, known, owed = up[owed > 0], known[owed > 0], owed[owed > 0]
    observed = known > 0
    return Measurement(
        value=float(np.mean(up[observed] / known[observed])) if observed.any() else None,
        lower=float(np.mean(up / owed)) if len(owed) else None,
        upper=float(np.mean((up + owed - known) / owed)) if len(owed) else None,
        coverage=base.coverage,
        n=base.n,
        parts=base.parts,
        applicable=base.applicable,
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


def _parts(seen: Seen, chosen: np.ndarray, up: int, down: int, unknown: int) -> dict[str, float | int]:
    return {
        "up_seconds": up / 1000,
        "down_seconds": down / 1000,
        "unknown_seconds": unknown / 1000,
        "excluded_seconds": int(seen.excluded[chosen].sum()) / 1000,
        "sampling_seconds": int(seen.sampling[chosen].sum()) / 1000,
        "subjects": int(np.count_nonzero((seen.times.owed + seen.excluded)[chosen])),
    }
