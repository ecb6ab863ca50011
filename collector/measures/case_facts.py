"""What is true of each case at the cut-off, and how many cases of each group have the same facts.

A million cases differ in some dozens of patterns of yes and no. They are counted by pattern once; every rate is
then worked out on the patterns, by the same expressions that would hold for single cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.measurement import Measurement
from collector.measures.cases import CaseRule, CaseTimes
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


def facts(cases: pa.Table, seen: Observed, rule: CaseRule, found_by: tuple[str, ...] = ()) -> Facts:
    """The facts of each case. What lies after the cut-off has not happened; an event at the cut-off has."""
    times = CaseTimes.of(cases)
    cutoff, cohort, when = seen.cutoff, rule.counted_by, times.by(rule.counted_by)
    known, closed = times.opened <= cutoff, times.closed <= cutoff
    member = (
        known & (when >= seen.owed.start) & (when < seen.period.span.end) & (closed if cohort == "closed" else True)
    )
    unseen_from = seen.unseen_from(times.last)
    no = np.zeros(cases.num_rows, bool)
    return Facts(
        member=member,
        unseen=known & ~closed & (unseen_from < cutoff),
        candidate=known & ~closed & (unseen_from < seen.owed.end) if cohort == "closed" else no,
        suspended=np.asarray(pc.fill_null(cases["suspended"].combine_chunks(), fill_value=False)),
        accepted=times.accepted <= cutoff,
        disposed=times.disposed <= cutoff,
        closed=closed,
        dated=times.due != NEVER,
        past_due=times.due < cutoff,
        settled=times.due < unseen_from,
        disposed_in_time=times.disposed <= times.due,
        closed_in_time=times.closed <= times.due,
        faulty=(member & closed & (times.closed < times.opened)) | (times.opened == NEVER),
        returned=np.asarray(pc.fill_null(cases["returned"].combine_chunks(), 0)) > 0,
        found=_is_in(cases["found_by"], found_by) if found_by else no,
        unfound=np.asarray(cases["found_by"].combine_chunks().is_null()) if found_by else no,
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


def tally(cases: pa.Table, of_cases: Facts, groups: Groups | None) -> Tally:
    columns = [getattr(of_cases, one.name) for one in fields(Facts)]
    pattern = np.zeros(cases.num_rows, np.uint16)
    for bit, column in enumerate(columns):
        pattern |= column.astype(np.uint16) << np.uint16(bit)
    used = np.flatnonzero(np.bincount(pattern, minlength=1 << len(columns)))
    index = np.zeros(1 << len(columns), np.int64)
    index[used] = np.arange(len(used))
    groups = groups or Groups.none(cases.num_rows)
    counts = np.bincount(groups.codes * len(used) + index[pattern], minlength=groups.size * len(used))
    patterns = Facts(*((used >> bit & 1).astype(bool) for bit in range(len(columns))))
    faults = fault_texts(cases, of_cases.faulty, of_cases.member, groups)
    return Tally(groups.labels, patterns, groups.with_whole(counts.reshape(groups.size, len(used))), faults)


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
        text = f"case {key}: {'closed before it was opened' if known else 'has no opening instant'}"
        for one in lists[0:1] + lists[code + 1 : code + 2]:
            one.append(text)
    return [tuple(one[:LISTED_FAULTS]) for one in lists]


def _is_in(column: pa.ChunkedArray, words: tuple[str, ...]) -> np.ndarray:
    return np.asarray(pc.is_in(column.combine_chunks(), value_set=pa.array(words, pa.string())))
