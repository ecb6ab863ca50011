"""The same figure under every defensible accounting rule, so that a reader sees how much of it is the rule's doing.

availability. Per subject, g, b, u is the time seen up, seen down and unknown outside exclusions, e the owed time inside them.

``exclusions``: ``removed``: e is in neither sum. ``counted_up``: g + e for g. ``counted_down``: b + e for b. ``as_observed``: the
exclusions are not applied; what was seen in them counts as it was seen, what was not seen is unknown.
``unknown``: ``excluded``: u is in neither sum; no value below the indicator's ``min_coverage``, as in every figure. ``counted_up``:
g + u for g. ``counted_down``: b + u for b.
``method``: ``subject_time``, ``subject_mean``, ``sweep_mean`` as in ``measures.availability``.
``month``: ``calendar``: g / (g + b) over the time that was owed. ``30_days``: 1 - b / (n x 30 x 24 h - t), where n is the subjects
owed at any time of the month and t the time that the rules above take out (e where removed, u where excluded). It is
(agreed time - downtime) / agreed time with 30 days agreed whatever the month; that service contracts count so is an assumption, taken from
no standard. It counts time in which a subject was not registered as up, and is below 0 where a subject was down for 31 days. No value
where nothing was seen or nothing of the agreed time is left.

Left out: ``sweep_mean`` under any rule but ``as_observed``, as the measure does not apply exclusions to polls (its ``unknown`` is the
polls that did not happen; a subject listed in an unknown state counts as not online); ``sweep_mean`` of sources that are not polled;
``30_days`` with the two means (they have no total of agreed time), with a schedule (its hours are not 30 x 24), over anything but a
calendar month, and before the month is over (the rest of it would count as up).

Cases. ``base``, ``cohort``, ``decided_by`` and ``cutoff`` are those of ``measures.cases``. Left out: what has no part in the figure
(base in case_on_time, decided_by in case_closure; cohort and cut-off of the base closed_vs_accepted are None), and should_archive
of the cases closed in the period, which is 1 by its own terms, unless the indicator is defined so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

import numpy as np
import pyarrow as pa

from collector.measurement import Measurement, Number, ratio
from collector.measures.availability import Seen, Sweeps, subject_mean, subject_time, sweep_mean
from collector.measures.case_rates import case_closure, case_on_time
from collector.measures.cases import CaseRule, Cohort
from collector.measures.observed import Observed
from collector.measures.states import Times

Exclusions = Literal["removed", "counted_up", "counted_down", "as_observed"]
Unknown = Literal["excluded", "counted_up", "counted_down"]
Method = Literal["subject_time", "subject_mean", "sweep_mean"]
DecidedBy = Literal["disposal", "closing"]
Cutoff = Literal["period_end", "as_of"]

AGREED = 30 * 24 * 3_600_000
"""Milliseconds of a contractual month of 30 days."""


@dataclass(frozen=True)
class MethodRow:
    """One combination of rules. rules: the name of each rule's choice, None where the rule has no part in it.

    value: in base units, unrounded; None where the rules give none. chosen: the indicator's own rules.
    """

    rules: Mapping[str, str | None]
    value: Number | None
    chosen: bool


def spread(rows: Sequence[MethodRow]) -> tuple[Number | None, Number | None]:
    """(least, greatest) value; None where no row has one."""
    values = [row.value for row in rows if row.value is not None]
    return (min(values), max(values)) if values else (None, None)


def availability_methods(
    kept: Seen,
    plain: Seen,
    chosen: np.ndarray,
    sweeps: Sweeps | None,
    *,
    method: Method,
    min_coverage: float,
    thirty_days: bool,
) -> list[MethodRow]:
    """Every combination over the chosen subjects (bool[N]).

    kept, plain: what was seen with and without exclusions. sweeps: None where the sources are not polled.
    thirty_days: whether the period is one to which ``30_days`` applies.
    """
    subjects = int((chosen & (plain.times.owed > 0)).sum())
    rows: list[MethodRow] = []

    def add(exclusions: str, unknown: str, one: str, value: Number | None, month: str = "calendar") -> None:
        rules = {"exclusions": exclusions, "unknown": unknown, "method": one, "month": month}
        applied = "as_observed" if one == "sweep_mean" else "removed"
        rows.append(MethodRow(rules, value, tuple(rules.values()) == (applied, "excluded", method, "calendar")))

    for exclusions, unknown in product(get_args(Exclusions), get_args(Unknown)):
        seen = _counted(kept, plain, exclusions, unknown)
        time = _shown(subject_time(seen, chosen), min_coverage)
        add(exclusions, unknown, "subject_time", time)
        if thirty_days:
            contractual = None if time is None else _of_thirty_days(seen, chosen, subjects)
            add(exclusions, unknown, "subject_time", contractual, "30_days")
        add(exclusions, unknown, "subject_mean", _shown(subject_mean(seen, chosen), min_coverage))
    if sweeps:
        polled = sweep_mean(plain, chosen, sweeps)
        values = (_shown(polled, min_coverage), polled.upper, polled.lower)
        for unknown, value in zip(get_args(Unknown), values, strict=True):
            add("as_observed", unknown, "sweep_mean", value)
    return rows


def _counted(kept: Seen, plain: Seen, exclusions: Exclusions, unknown: Unknown) -> Seen:
    """What was seen, with excluded and unknown time counted as the two rules say; ``excluded`` is what is taken out."""
    times = plain.times if exclusions == "as_observed" else kept.times
    if exclusions in {"counted_up", "counted_down"}:
        times = _added(times, kept.excluded, up=exclusions == "counted_up")
    if unknown != "excluded":
        nothing = np.zeros_like(times.unknown)
        times = _added(Times(times.up, times.down, nothing), times.unknown, up=unknown == "counted_up")
    return Seen(times, kept.sampling, kept.excluded if exclusions == "removed" else plain.excluded)


def _added(times: Times, more: np.ndarray, up: bool) -> Times:
    if up:
        return Times(times.up + more, times.down, times.unknown)
    return Times(times.up, times.down + more, times.unknown)


def _of_thirty_days(seen: Seen, chosen: np.ndarray, subjects: int) -> Number | None:
    """1 - down / (agreed time less what was taken out), exact."""
    down, unknown, excluded = (int(part[chosen].sum()) for part in (seen.times.down, seen.times.unknown, seen.excluded))
    agreed = subjects * AGREED - unknown - excluded
    return ratio(agreed - down, agreed) if agreed > 0 else None


def closure_methods(
    cases: pa.Table, seen: Mapping[Cutoff, Observed], rule: CaseRule, cutoff: Cutoff, min_coverage: float
) -> list[MethodRow]:
    """case_closure under every base, cohort and cut-off. cases: one row per case. seen: the period under either cut-off."""
    own = _closure_rules(rule, cutoff)

    def row(one: CaseRule, until: Cutoff) -> MethodRow:
        measured, _ = case_closure(cases, seen[until], one)
        rules = _closure_rules(one, until)
        return MethodRow(rules, _shown(measured, min_coverage), rules == own)

    archived = [CaseRule("should_archive", cohort) for cohort in get_args(Cohort) if cohort != "closed"]
    rows = [row(*one) for one in product([*archived, CaseRule("accepted_in_period")], get_args(Cutoff))]
    rows.append(row(CaseRule("closed_vs_accepted"), cutoff))
    return rows if any(one.chosen for one in rows) else [row(rule, cutoff), *rows]


def _closure_rules(rule: CaseRule, cutoff: Cutoff) -> dict[str, str | None]:
    if rule.base == "closed_vs_accepted":
        return {"base": rule.base, "cohort": None, "cutoff": None}
    return {"base": rule.base, "cohort": rule.counted_by, "cutoff": cutoff}


def on_time_methods(
    cases: pa.Table, seen: Mapping[Cutoff, Observed], rule: CaseRule, cutoff: Cutoff, min_coverage: float
) -> list[MethodRow]:
    """case_on_time under every cohort, deciding event and cut-off. Arguments as in ``closure_methods``."""
    own = (rule.counted_by, rule.decided_by, cutoff)
    rows = []
    for cohort, decided_by, until in product(get_args(Cohort), get_args(DecidedBy), get_args(Cutoff)):
        measured, _ = case_on_time(cases, seen[until], CaseRule(cohort=cohort, decided_by=decided_by))
        rules = {"cohort": cohort, "decided_by": decided_by, "cutoff": until}
        rows.append(MethodRow(rules, _shown(measured, min_coverage), (cohort, decided_by, until) == own))
    return rows


def _shown(measured: Measurement, min_coverage: float) -> Number | None:
    """The value where enough was seen, as in every figure."""
    enough = measured.coverage is not None and measured.coverage >= min_coverage
    return measured.value if enough else None
