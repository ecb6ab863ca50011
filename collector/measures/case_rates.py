"""case_closure, case_on_time, case_rework, case_found_by, case_count: exact counts, and what unseen time leaves
open.

A case that is open where vouching ends, at a gap or before the cut-off, may have been closed since. Each such case has
a set of possible outcomes: ``out`` of the ratio, ``miss`` (in the denominator only), ``meet`` (in both). A ratio is
smallest where each case misses if it can, else stays out if it can, and largest the other way round: the bounds are
exact over all outcomes of the known cases. A case that nobody has seen at all is in no bound; coverage tells of it.
What may happen unseen is that an open case is accepted, returned, disposed of or closed; that 挂账 or a due date
changes or a closed case is opened again is not allowed for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pyarrow as pa

from collector.measurement import Measurement, Number, ratio
from collector.measures.case_facts import Facts, Tally, facts, parts, tally
from collector.measures.case_flow import closed_vs_accepted
from collector.measures.cases import CaseRule, Cases
from collector.measures.groups import Groups, Measured
from collector.measures.observed import Observed


@dataclass(frozen=True)
class Outcomes:
    """Of patterns of cases: what counts as known now, and what each may turn out to be (some of out, miss, meet)."""

    numerator: np.ndarray
    denominator: np.ndarray
    out: np.ndarray
    miss: np.ndarray
    meet: np.ndarray

    def where(self, unseen: np.ndarray) -> Outcomes:
        """Every case that cannot have changed unseen is what it is known to be."""
        known, counted = self.numerator, self.denominator
        out, miss, meet = (
            np.where(unseen, may, is_so)
            for may, is_so in ((self.out, ~counted), (self.miss, counted & ~known), (self.meet, known))
        )
        return Outcomes(known, counted, out, miss, meet)

    def ends(self) -> dict[str, np.ndarray]:
        """The patterns in numerator and denominator: as known, where the ratio is lowest, and where it is highest."""
        return {
            "numerator": self.numerator,
            "denominator": self.denominator,
            "low_numerator": ~self.miss & ~self.out,
            "low_denominator": self.miss | ~self.out,
            "high_numerator": self.meet,
            "high_denominator": self.meet | ~self.out,
        }


def case_closure(cases: pa.Table | Cases, seen: Observed, rule: CaseRule, groups: Groups | None = None) -> Measured:
    """Closed over should be closed, the base that ``rule`` names.

    cases: one row per case (``cases.latest``), as a table or with what other measures of it have worked out already.
    should_archive: 结案数 / 应结案数, the trade's rule.
    accepted_in_period: of the cases accepted in the period, those closed by the cut-off. closed_vs_accepted: a
    flow, which may exceed 1.
    """
    if rule.base == "closed_vs_accepted":
        return closed_vs_accepted(Cases.of(cases), seen, groups)
    return _rate(cases, seen, rule, groups, _archived if rule.base == "should_archive" else _closed_of_accepted)


def case_on_time(cases: pa.Table | Cases, seen: Observed, rule: CaseRule, groups: Groups | None = None) -> Measured:
    """Cases decided by their due date / cases decided, or past due and still open.

    Late and still open is late. A case without a due date is counted apart (``no_due_date``), one that is open and
    not yet due is not owed. An open case not yet due where vouching ended may have been decided in time; one past
    due then is late.
    """
    return _rate(cases, seen, rule, groups, _on_time)


def case_rework(cases: pa.Table | Cases, seen: Observed, rule: CaseRule, groups: Groups | None = None) -> Measured:
    """返工率: of the cases that should be archived, those returned at least once; an open one may be so unseen.

    A return has no instant of its own: one that is learned after the cut-off counts too.
    """
    return _rate(cases, seen, rule, groups, _reworked)


def case_found_by(
    cases: pa.Table | Cases, seen: Observed, rule: CaseRule, found_by: tuple[str, ...], groups: Groups | None = None
) -> Measured:
    """Share of the cohort's cases, 挂账 included, that were found by one of the words ``found_by``.

    A case that does not say who found it is in the bounds and not in the value. Where part of the period is unseen
    the bounds are 0 and 1: nothing bounds how the cases of that time were found.
    """
    counted = _tally(cases, seen, rule, groups, found_by)
    return _measure(counted, seen, rule, _found(counted.patterns), unseen=False, natural=not seen.complete)


def case_count(
    cases: pa.Table | Cases,
    seen: Observed,
    rule: CaseRule,
    count: Literal["reported", "accepted", "should_archive", "closed"] = "reported",
    groups: Groups | None = None,
) -> Measured:
    """Cases of the cohort, or the part that ``count`` names. Nothing bounds how many more there were in unseen time."""
    counted = _tally(cases, seen, rule, groups)
    whole = seen.complete and seen.reaches_cutoff
    rows = [
        Measurement(
            value=None if seen.nothing else sums[count],
            lower=sums[count],
            upper=sums[count] if whole else None,
            coverage=seen.coverage,
            n=sums[count],
            parts=sums,
            faults=faults,
        )
        for sums, faults in zip(counted.sums(parts(counted.patterns, rule)), counted.faults, strict=True)
    ]
    return counted.measured(rows)


def _tally(
    cases: pa.Table | Cases, seen: Observed, rule: CaseRule, groups: Groups | None, found_by: tuple[str, ...] = ()
) -> Tally:
    of = Cases.of(cases)
    return tally(of, facts(of, seen, rule, found_by), groups)


def _archived(of: Facts, _: CaseRule) -> Outcomes:
    """An open case that is not yet in 应结案 may have been disposed of since (miss), or closed (meet)."""
    still_open = of.counted & ~of.closed
    return Outcomes(
        numerator=of.counted & of.closed,
        denominator=of.should_archive,
        out=~of.should_archive,
        miss=still_open,
        meet=of.counted | (of.candidate & ~of.suspended),
    )


def _closed_of_accepted(of: Facts, _: CaseRule) -> Outcomes:
    counted = of.counted
    return Outcomes(counted & of.closed, counted, out=~counted, miss=counted & ~of.closed, meet=counted)


def _on_time(of: Facts, rule: CaseRule) -> Outcomes:
    decided, in_time, counted = of.decided(rule), of.in_time(rule), of.counted & of.dated
    possible = (of.member | of.candidate) & of.dated & ~of.suspended
    return Outcomes(
        numerator=counted & decided & in_time,
        denominator=counted & (decided | of.past_due),
        out=~counted | (~decided & ~of.past_due),
        miss=possible & np.where(decided, ~in_time, of.past_due),
        meet=possible & np.where(decided, in_time, ~of.settled),
    )


def _reworked(of: Facts, _: CaseRule) -> Outcomes:
    archive = of.should_archive
    changeable = (of.counted & ~of.closed) | (of.candidate & ~of.suspended)
    return Outcomes(
        numerator=archive & of.returned,
        denominator=archive,
        out=~archive,
        miss=(archive | changeable) & ~of.returned,
        meet=(archive & of.returned) | changeable,
    )


def _found(of: Facts) -> Outcomes:
    return Outcomes(
        numerator=of.member & of.found,
        denominator=of.member & ~of.unfound,
        out=~of.member,
        miss=of.member & ~of.found,
        meet=of.member & (of.found | of.unfound),
    )


def _rate(
    cases: pa.Table | Cases,
    seen: Observed,
    rule: CaseRule,
    groups: Groups | None,
    outcomes: Callable[[Facts, CaseRule], Outcomes],
) -> Measured:
    counted = _tally(cases, seen, rule, groups)
    possible = outcomes(counted.patterns, rule)
    outcome = possible.where(counted.patterns.unseen)
    return _measure(counted, seen, rule, outcome, unseen=not seen.reaches_cutoff, natural=seen.nothing)


def _measure(counted: Tally, seen: Observed, rule: CaseRule, of: Outcomes, *, unseen: bool, natural: bool) -> Measured:
    """unseen: some time up to the cut-off is not vouched for. natural: nothing bounds the ratio but that it is one: 0 to 1."""
    shown = counted.sums(parts(counted.patterns, rule))
    rows: list[Measurement] = []
    for sums, part, faults in zip(counted.sums(of.ends()), shown, counted.faults, strict=True):
        numerator, denominator = sums["numerator"], sums["denominator"]
        lower, upper = (Fraction(0), Fraction(1)) if natural or (unseen and not denominator) else _bounds(sums)
        value = None if seen.nothing else ratio(numerator, denominator)
        rows.append(
            Measurement(
                value, lower, upper, seen.coverage, denominator, numerator, denominator, parts=part, faults=faults
            )
        )
    return counted.measured(rows)


def _bounds(sums: dict[str, int]) -> tuple[Number | None, Number | None]:
    low = ratio(sums["low_numerator"], sums["low_denominator"])
    return low, ratio(sums["high_numerator"], sums["high_denominator"])
