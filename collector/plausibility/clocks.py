"""A source's clock against ours, as its answers told what time it was: how far off, and whether it jumps."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from collector.periods import iso
from collector.plausibility.doubt import NAMED, Doubt, Severity, listed
from collector.plausibility.thresholds import Thresholds

WINDOW = 5
"""A step is a change between the medians of so many answers before and after; a single slow answer makes none."""


def clock_skew(
    at: np.ndarray, skew: np.ndarray, source: str, zone: ZoneInfo, limits: Thresholds, *, dates_records: bool
) -> list[Doubt]:
    """at: int64, instants of the answers, ascending. skew: float64 seconds, source's clock less ours.

    dates_records: whether the source's records carry times of its own clock, so that figures shift with it; where
    our clock dates them (a sweep, a meter that is polled) the skew is a curiosity.
    """
    severity: Severity = "medium" if dates_records else "low"
    return _skewed(at, skew, source, zone, limits, severity) + _steps(at, skew, source, zone, limits, severity)


def _skewed(
    at: np.ndarray, skew: np.ndarray, source: str, zone: ZoneInfo, limits: Thresholds, severity: Severity
) -> list[Doubt]:
    off = np.abs(skew) > limits.skew_seconds
    starts, ends = _stretches(off, limits.skew_runs)
    if not len(starts):
        return []
    count = int((ends - starts).sum())
    median, worst = float(np.median(skew)), int(np.argmax(np.abs(skew)))
    spans = [f"{iso(int(at[a]), zone)}/{iso(int(at[b - 1]), zone)}" for a, b in zip(starts, ends, strict=True)]
    greatest = f"{skew[worst]:+.0f} s"
    when = iso(int(at[worst]), zone)
    return [
        Doubt(
            check="clock_skew",
            source=source,
            severity=severity,
            where=spans[int(np.argmax(ends - starts))],
            count=count,
            share=count / len(skew),
            examples=listed(spans),
            text_zh=f"{len(skew)} 次应答中有 {count} 次的时钟与本机相差超过 {limits.skew_seconds:g} s；"
            f"中位数 {median:+.1f} s，最大 {greatest}（{when}）",
            text_en=f"the clock was more than {limits.skew_seconds:g} s off in {count} of {len(skew)} answers; "
            f"median {median:+.1f} s, greatest {greatest} at {when}",
        )
    ]


def _stretches(off: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """First index and index after the last of every stretch of at least ``least`` answers in a row."""
    edges = np.diff(np.concatenate([[0], off.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    long = ends - starts >= least
    return starts[long], ends[long]


def _steps(
    at: np.ndarray, skew: np.ndarray, source: str, zone: ZoneInfo, limits: Thresholds, severity: Severity
) -> list[Doubt]:
    if len(skew) < 2 * WINDOW:
        return []
    medians = np.median(np.lib.stride_tricks.sliding_window_view(skew, WINDOW), axis=1)
    jump = medians[WINDOW:] - medians[:-WINDOW]  # jump[i] is the step between answers i + WINDOW - 1 and i + WINDOW
    starts, ends = _stretches(np.abs(jump) > limits.skew_seconds, 1)
    found = [(int(np.abs(np.diff(skew[a + WINDOW - 1 : b + WINDOW])).argmax()) + a + WINDOW, a, b)
             for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]  # fmt: skip
    if not found:
        return []
    sizes = [float(jump[a:b][np.abs(jump[a:b]).argmax()]) for _, a, b in found]
    words = [f"{iso(int(at[i]), zone)} ({size:+.0f} s)" for (i, _, _), size in zip(found, sizes, strict=True)]
    greatest = int(np.abs(sizes).argmax())
    return [
        Doubt(
            check="clock_step",
            source=source,
            severity=severity,
            where=iso(int(at[found[greatest][0]]), zone),
            count=len(found),
            share=None,
            examples=listed(words),
            text_zh=f"时钟跳变 {len(found)} 次：{', '.join(words[:NAMED])}",
            text_en=f"the clock jumped {len(found)} times: {', '.join(words[:NAMED])}",
        )
    ]
