"""Closings that crowd together: on the last days of a period, or many in one second or minute."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from collector.measures.versions import instants
from collector.periods import Period, iso
from collector.plausibility.doubt import NAMED, Doubt, listed, percent
from collector.plausibility.thresholds import Thresholds

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
LEAST_DAYS = 7
"""So many other days are needed to say what a day is like."""
COARSE = 0.9
"""Where this share of closings lies on whole hours (minutes), the source writes no finer instants."""
GRAVE = 3
"""Last days that exceed the ratio so many times over are of high severity."""
GRAVE_SHARE = 0.1
"""So are strokes that hold this share of the closings."""


def last_day_cluster(closed: pa.Table, period: Period, as_of: int, source: str, limits: Thresholds) -> list[Doubt]:
    """More closings on the last days of a period than its other days would let expect.

    The chance is that of the exact conditional test of two Poisson counts (Przyborowski and Wilenski, Biometrika 31,
    1940; cited from memory): at an even rate the closings of L last days among N in D days are binomial (N, L / D).
    Days of real work vary more than that, so a ratio to the median of the other days must be exceeded too; this
    second condition is our own. Only whole days count, and nothing is said before the period is over.
    """
    days = [day for day in period.days() if day.span.clip(period.span) == day.span]
    if as_of < period.span.end or len(days) < LEAST_DAYS + limits.last_days:
        return []
    edges = np.array([day.span.start for day in days] + [days[-1].span.end], np.int64)
    at = instants(closed, "closed_at")
    counts = np.histogram(at, edges)[0] if len(at) else np.zeros(len(days), np.int64)
    last, others = counts[-limits.last_days :], counts[: -limits.last_days]
    chance = binomial_tail(int(last.sum()), int(counts.sum()), limits.last_days / len(days))
    usual = float(np.median(others))
    if chance > limits.last_days_chance or last.mean() < limits.last_days_ratio * usual or not last.sum():
        return []
    return [_last_days(closed, at >= edges[-limits.last_days - 1], days, counts, usual, chance, source, limits)]


def _last_days(
    closed: pa.Table,
    rows: np.ndarray,
    days: list[Period],
    counts: np.ndarray,
    usual: float,
    chance: float,
    source: str,
    limits: Thresholds,
) -> Doubt:
    last = int(counts[-limits.last_days :].sum())
    where = days[-limits.last_days].label + (f"/{days[-1].label}" if limits.last_days > 1 else "")
    share = last / int(counts.sum())
    rare = f"{chance:.1g}" if chance >= 1e-12 else "< 1e-12"
    return Doubt(
        check="last_day_cluster",
        source=source,
        severity="high" if last >= GRAVE * limits.last_days_ratio * usual * limits.last_days else "medium",
        where=where,
        count=last,
        share=share,
        examples=listed(closed["case"].filter(pa.array(rows)).to_pylist()),
        text_zh=f"期末 {limits.last_days} 天结案 {last} 件，占全期 {percent(share)}；其余各天的中位数为 {usual:g} 件；"
        f"若各天均匀，出现这么多的概率为 {rare}",
        text_en=f"{last} closings on the last {limits.last_days} d, {percent(share)} of the period's; the median of the other "
        f"days is {usual:g}; at an even rate the chance of so many is {rare}",
    )


def binomial_tail(k: int, n: int, p: float) -> float:
    """P(X >= k) of a binomial (n, p), 0 < p < 1, summed term by term."""
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    first = (
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)
    )
    i = np.arange(k, n)
    logs = np.concatenate([[0.0], np.cumsum(np.log((n - i) / (i + 1)) + math.log(p) - math.log1p(-p))])
    top = float(logs.max())
    return min(1.0, math.exp(min(0.0, first + top + math.log(float(np.exp(logs - top).sum())))))


def bulk_closures(closed: pa.Table, period: Period, source: str, limits: Thresholds) -> list[Doubt]:
    """Many closings in one second or minute, beyond what others of the source hold. The rule is our own.

    A source that writes whole minutes is judged by the minute alone, one that writes whole hours or days not at all.
    """
    at = instants(closed, "closed_at")
    if not len(at) or np.mean(at % HOUR == 0) >= COARSE:
        return []
    bulk = _crowded(at // MINUTE, limits.bulk_in_minute, limits.bulk_ratio)
    if np.mean(at % MINUTE == 0) < COARSE:
        bulk |= _crowded(at // SECOND, limits.bulk_in_second, limits.bulk_ratio)
    if not bulk.any():
        return []
    minutes, index, counts = np.unique(at[bulk] // MINUTE, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    greatest = [f"{iso(int(minutes[i]) * MINUTE, period.zone)} ({counts[i]})" for i in order[:NAMED].tolist()]
    chosen = np.flatnonzero(bulk)[np.argsort(-counts[index], kind="stable")]
    count, share = int(bulk.sum()), float(bulk.mean())
    return [
        Doubt(
            check="bulk_closure",
            source=source,
            severity="high" if share >= GRAVE_SHARE else "medium",
            where=greatest[0].split()[0],
            count=count,
            share=share,
            examples=listed(closed["case"].take(pa.array(chosen[:100])).to_pylist()),
            text_zh=f"{count} 件在 {len(minutes)} 个时刻成批结案（占 {percent(share)}），最多的分钟：{', '.join(greatest)}",
            text_en=f"{count} cases ({percent(share)}) were closed in {len(minutes)} strokes; greatest minutes: {', '.join(greatest)}",
        )
    ]


def _crowded(units: np.ndarray, most: int, ratio: float) -> np.ndarray:
    """bool[N]: rows of the seconds or minutes that hold more than ``most`` and ``ratio`` times the median one."""
    _, index, counts = np.unique(units, return_inverse=True, return_counts=True)
    crowded: np.ndarray = ((counts > most) & (counts >= ratio * np.median(counts)))[index]
    return crowded
