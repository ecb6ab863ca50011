"""Closings that came too soon: within minutes of opening or of disposal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.measures import versions
from collector.measures.groups import Groups
from collector.measures.versions import NEVER, instants
from collector.periods import Span
from collector.plausibility.doubt import NAMED, Doubt, Severity, lasting, listed
from collector.plausibility.shares import Share, doubtful, worst
from collector.plausibility.thresholds import Thresholds

MINUTE = 60_000
GRAVE = 4
"""A share of so many times its threshold is of high severity."""
MOSTLY = 0.5
BASES = {"opened_at": ("opening", "立案"), "disposed_at": ("disposal", "处置")}


def closings(cases: pa.Table, span: Span, as_of: int) -> pa.Table:
    """Every closing inside ``span`` that some version of a case tells of: one row per case and closing instant.

    A case that was closed, opened again and closed again has two. Suspended (挂账) versions are left out, as in rates.
    """
    closed = instants(cases, "closed_at")
    suspended = np.asarray(pc.fill_null(cases["suspended"].combine_chunks(), fill_value=False))
    inside = (closed >= span.start) & (closed < span.end) & ~suspended
    return versions.latest(cases.filter(pa.array(inside)), ["case", "closed_at"], as_of).combine_chunks()


def closed_within_minutes(closed: pa.Table, source: str, limits: Thresholds) -> list[Doubt]:
    """``closed`` as from ``closings``; a closing is quick after its opening, or after a disposal of an earlier instant.

    Quick ones count where their category usually takes longer. A category that takes no longer by its median is
    doubted as a whole, apart and mildly: a question answered on the telephone is closed at once.
    """
    return [doubt for name in BASES for doubt in _Quick.of(closed, name, limits).doubts(source, limits)]


@dataclass(frozen=True)
class _Quick:
    """Closings measured from one instant of theirs. took: ms; counted, quick: bool[N]; medians: ms per category."""

    base: str
    closed: pa.Table
    took: np.ndarray
    counted: np.ndarray
    quick: np.ndarray
    categories: Groups
    medians: np.ndarray
    usually_quick: np.ndarray

    @classmethod
    def of(cls, closed: pa.Table, base: str, limits: Thresholds) -> _Quick:
        since, until = instants(closed, base), instants(closed, "closed_at")
        # a system that writes both instants at once says nothing about the time between them
        counted = (since != NEVER) & ((since <= until) if base == "opened_at" else (since < until))
        took = np.where(counted, until - np.where(counted, since, until), 0)
        categories = Groups.of(closed["category"])
        medians = _medians(took[counted], categories.codes[counted], categories.size)
        most = limits.quick_minutes * MINUTE
        enough = np.bincount(categories.codes[counted], minlength=categories.size) >= limits.quick_cases
        usually = (enough & (medians <= most))[categories.codes] if len(took) else np.zeros(0, bool)
        return cls(base, closed, took, counted, counted & (took <= most), categories, medians, usually)

    def doubts(self, source: str, limits: Thresholds) -> list[Doubt]:
        odd, departments = self.quick & ~self.usually_quick, self.closed["department"]
        found = doubtful(odd, self.counted, departments, limits.quick_share, limits.quick_cases)
        return [self._odd(one, source, limits) for one in found] + self._usual(source, limits)

    def _odd(self, share: Share, source: str, limits: Thresholds) -> Doubt:
        en, zh = BASES[self.base]
        most = worst(share, self.counted, self.closed["department"])
        medians, minutes = self._medians_of(share.rows), f"{limits.quick_minutes:g}"
        text_en = (
            f"{share.count} of {share.total} closings came within {minutes} min of {en}; median by category: {medians}"
        )
        text_zh = f"{share.total} 次结案中有 {share.count} 次在{zh}后 {minutes} 分钟内结案；各类别中位数：{medians}"
        return Doubt(
            check=f"closed_within_minutes_of_{en}",
            source=source,
            severity="high" if share.value >= GRAVE * limits.quick_share else "medium",
            where=f"department {share.label}" if share.label else "",
            count=share.count,
            share=share.value,
            examples=self._examples(share.rows),
            text_zh=text_zh + (f"；占比最高的部门：{most}" if most else ""),
            text_en=text_en + (f"; departments with the greatest share: {most}" if most else ""),
        )

    def _usual(self, source: str, limits: Thresholds) -> list[Doubt]:
        """The categories whose median closing is quick, as one doubt."""
        quick = self.quick & self.usually_quick
        if not quick.any():
            return []
        en, zh = BASES[self.base]
        share, medians = quick.sum() / self.counted.sum(), self._medians_of(quick)
        unnamed = bool((quick & np.asarray(self.closed["category"].combine_chunks().is_null())).any())
        severity: Severity = "medium" if unnamed or share >= MOSTLY else "low"
        minutes = f"{limits.quick_minutes:g}"
        return [
            Doubt(
                check=f"category_closed_within_minutes_of_{en}",
                source=source,
                severity=severity,
                where="",
                count=int(quick.sum()),
                share=float(share),
                examples=self._examples(quick),
                text_zh=f"这些类别通常在{zh}后 {minutes} 分钟内结案（中位数）：{medians}；是当场办结还是未办先结，数据本身无法区分",
                text_en=f"these categories are usually closed within {minutes} min of {en} (median): {medians}; "
                "whether dealt with on the spot or not at all, the records cannot tell",
            )
        ]

    def _medians_of(self, rows: np.ndarray) -> str:
        """The categories with most of ``rows``, each with its median over all closings."""
        counts = np.bincount(self.categories.codes[rows], minlength=self.categories.size)
        order = np.argsort(-counts, kind="stable")[:NAMED].tolist()
        return ", ".join(f"{self.categories.labels[i] or '—'} {lasting(self.medians[i])}" for i in order if counts[i])

    def _examples(self, rows: np.ndarray) -> tuple[str, ...]:
        """The quickest of ``rows``."""
        chosen = np.flatnonzero(rows)
        quickest = chosen[np.argsort(self.took[chosen], kind="stable")]
        return listed(self.closed["case"].take(pa.array(quickest[:100])).to_pylist())


def _medians(values: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray:
    """The lower median of the values of each group (float64); infinite for a group without any."""
    order = np.lexsort((values, codes))
    counts = np.bincount(codes, minlength=size)
    firsts = np.cumsum(counts) - counts
    out = np.full(size, np.inf)
    some = counts > 0
    out[some] = values[order][firsts[some] + (counts[some] - 1) // 2]
    return out
