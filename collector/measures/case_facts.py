"""What is true of each case at the cut-off, and how many cases of each group have the same facts.

A million cases differ in some dozens of patterns of yes and no. They are counted by pattern once; every rate is
then worked out on the patterns, by the same expressions that would hold for single cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.faults import CASE, CLOSED_EARLY, NO_OPENING
from collector.measurement import Measurement
from collector.measures.cases import CaseRule, Cases, Cohort
from collector.measures.groups import Groups, Measured
from collector.measures.observed import LISTED_FAULTS, Observed
from collector.measures.versions import NEVER


@dataclass(frozen=True)
class Facts:
    """One bool array per question, of N cases or of C patterns.

    member: belongs to the cohort. unseen: open, and may have changed before the cut-off in time that nothing vouches
    for. candidate: the same, and may so have become a member (cohort closed only). past_due: due before the cut-off.
    settled: due before the unseen time begins, so that a case open then is late for certain. faulty: closed before it
    was opened, or without an opening instant.
    """

    member: np.ndarray
    unseen: np.ndarray
    candidate: np.ndarray
    suspended: np.ndarray
    accepted: np.ndarray
    disposed: np.ndarray
    closed: np.ndarray
    dated: np.ndarray
    past_due: np.ndarray
    settled: np.ndarray
    disposed_in_time: np.ndarray
    closed_in_time: np.ndarray
    faulty: np.ndarray
    returned: np.ndarray
    found: np.ndarray
    unfound: np.ndarray

    @property
    def counted(self) -> np.ndarray:
        """Cases of the cohort that are not 挂账, which leaves the denominators."""
        out: np.ndarray = self.member & ~self.suspended
        return out

    @property
    def should_archive(self) -> np.ndarray:
        """应结案: disposed, or undisposed past the due date."""
        out: np.ndarray = self.counted & (self.disposed | self.past_due)
        return out

    def decided(self, rule: CaseRule) -> np.ndarray:
        return self.disposed if rule.decided_by == "disposal" else self.closed

    def in_time(self, rule: CaseRule) -> np.ndarray:
        """Decided by the due date; says nothing where there is none."""
        return self.disposed_in_time if rule.decided_by == "disposal" else self.closed_in_time


def facts(cases: Cases, seen: Observed, rule: CaseRule, found_by: tuple[str, ...] = ()) -> Facts:
    """The facts of each case. What lies after the cut-off has not happened; an event at the cut-off has."""
    return cases.once(
        ("facts", seen, rule.counted_by, found_by), lambda: _facts(cases, seen, rule.counted_by, found_by)
    )


def _facts(cases: Cases, seen: Observed, cohort: Cohort, found_by: tuple[str, ...]) -> Facts:
    table, times = cases.table, cases.times
    cutoff, when = seen.cutoff, times.by(cohort)
    known, closed = times.opened <= cutoff, times.closed <= cutoff
    member = (
        known & (when >= seen.owed.start) & (when < seen.period.span.end) & (closed if cohort == "closed" else True)
    )
    unseen, candidate, settled, no = (np.zeros(cases.count, bool) for _ in range(4))
    still_open = np.flatnonzero(known & ~closed)  # of the others nothing can have changed unseen
    open_times = times.where(still_open)
    unseen_from = seen.unseen_from(open_times.last)
    unseen[still_open] = unseen_from < cutoff
    candidate[still_open] = (unseen_from < seen.owed.end) & (cohort == "closed")
    settled[still_open] = open_times.due < unseen_from
    return Facts(
        member=member,
        unseen=unseen,
        candidate=candidate,
        suspended=np.asarray(pc.fill_null(table["suspended"].combine_chunks(), fill_value=False)),
        accepted=times.accepted <= cutoff,
        disposed=times.disposed <= cutoff,
        closed=closed,
        dated=times.due != NEVER,
        past_due=times.due < cutoff,
        settled=settled,
        disposed_in_time=times.disposed <= times.due,
        closed_in_time=times.closed <= times.due,
        faulty=(member & closed & (times.closed < times.opened)) | (times.opened == NEVER),
        returned=np.asarray(pc.fill_null(table["returned"].combine_chunks(), 0)) > 0,
        found=_is_in(table["found_by"], found_by) if found_by else no,
        unfound=np.asarray(table["found_by"].combine_chunks().is_null()) if found_by else no,
    )


@dataclass(frozen=True)
class Tally:
    """Cases counted by pattern. Row 0 is the whole, the rows after it the groups.

    patterns: the facts of C patterns. counts: int64[rows, C]. faults: of each row, in words.
    """

    labels: list[str]
    patterns: Facts
    counts: np.ndarray
    faults: list[tuple[str, ...]]

    def sums(self, chosen: Mapping[str, np.ndarray]) -> list[dict[str, int]]:
        """Per row, how many cases have each of the chosen patterns (bool[C] by name)."""
        table = self.counts @ np.stack(list(chosen.values()), axis=1).astype(np.int64)
        return [dict(zip(chosen, row, strict=True)) for row in table.tolist()]

    def measured(self, rows: list[Measurement]) -> Measured:
        return rows[0], dict(zip(self.labels, rows[1:], strict=True))


def tally(cases: Cases, of_cases: Facts, groups: Groups | None) -> Tally:
    groups = groups or ungrouped(cases)
    # what the two numbers stand for is kept beside the result, so that they stand for nothing else
    _, tallied = cases.once(
        ("tally", id(of_cases), id(groups)), lambda: ((of_cases, groups), _tally(cases, of_cases, groups))
    )
    return tallied


def ungrouped(cases: Cases) -> Groups:
    """No groups, always the same ones, so that what is worked out for them is found again."""
    return cases.once("ungrouped", lambda: Groups.none(cases.count))


def _tally(cases: Cases, of_cases: Facts, groups: Groups) -> Tally:
    columns = [getattr(of_cases, one.name).view(np.uint8) for one in fields(Facts)]
    halves = (_bits(columns[:8], cases.count), _bits(columns[8:], cases.count))
    pattern = (halves[1].astype(np.int64) << 8) | halves[0]
    used = np.flatnonzero(np.bincount(pattern, minlength=1 << len(columns)))
    index = np.zeros(1 << len(columns), np.int64)
    index[used] = np.arange(len(used))
    counts = np.bincount(groups.codes * len(used) + index[pattern], minlength=groups.size * len(used))
    patterns = Facts(*((used >> bit & 1).astype(bool) for bit in range(len(columns))))
    faults = fault_texts(cases.table, of_cases.faulty, of_cases.member, groups)
    return Tally(groups.labels, patterns, groups.with_whole(counts.reshape(groups.size, len(used))), faults)


def _bits(columns: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """Up to eight columns of 0 and 1 as the bits of one byte a row."""
    out = np.zeros(rows, np.uint8)
    for bit, column in enumerate(columns):
        out |= column << np.uint8(bit)
    return out


def parts(of: Facts, rule: CaseRule) -> dict[str, np.ndarray]:
    """Which cases each part counts. on_time, closed_late and the open ones follow ``rule.decided_by``."""
    counted, dated = of.counted, of.counted & of.dated
    decided, in_time = of.decided(rule), of.in_time(rule)
    return {
        "reported": of.member,
        "accepted": counted & of.accepted,
        "should_archive": of.should_archive,
        "closed": counted & of.closed,
        "on_time": dated & decided & in_time,
        "closed_late": dated & decided & ~in_time,
        "open_late": dated & ~decided & of.past_due,
        "open_not_due": dated & ~decided & ~of.past_due,
        "no_due_date": counted & ~of.dated,
        "suspended": of.member & of.suspended,
        "faults": of.faulty,
        "on_time_by_disposal": dated & of.disposed & of.disposed_in_time,
        "on_time_by_closing": dated & of.closed & of.closed_in_time,
    }


def fault_texts(cases: pa.Table, faulty: np.ndarray, placed: np.ndarray, groups: Groups) -> list[tuple[str, ...]]:
    """The faulty cases in words, in the order of their keys, of the whole and of each group, at most LISTED_FAULTS of each.

    placed: bool[N], cases that belong to the period; a faulty one that does not has no instant to place it by.
    """
    rows = np.flatnonzero(faulty)
    rows = rows[np.asarray(pc.array_sort_indices(cases["case"].combine_chunks().take(pa.array(rows))))]
    keys = cases["case"].take(pa.array(rows)).to_pylist()
    lists: list[list[str]] = [[] for _ in range(len(groups.labels) + 1)]
    for key, known, code in zip(keys, placed[rows].tolist(), groups.codes[rows].tolist(), strict=True):
        text = (CLOSED_EARLY if known else NO_OPENING)(place=CASE(case=key))
        for one in lists[0:1] + lists[code + 1 : code + 2]:
            one.append(text)
    return [tuple(one[:LISTED_FAULTS]) for one in lists]


def _is_in(column: pa.ChunkedArray, words: tuple[str, ...]) -> np.ndarray:
    return np.asarray(pc.is_in(column.combine_chunks(), value_set=pa.array(words, pa.string())))
