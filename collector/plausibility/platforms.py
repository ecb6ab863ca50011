"""Platforms whose list of states is too still or too good: frozen, or never a subject down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from collector.measures.states import States
from collector.periods import Period, Span, iso
from collector.plausibility.doubt import Doubt, lasting, listed
from collector.plausibility.thresholds import Thresholds
from collector.records import State
from collector.timeline import Timeline

DAY = 86_400_000
LEAST_VOUCHED = 0.5
"""So much of a still stretch at least must be vouched for; over an outage of ours any list looks frozen."""


@dataclass(frozen=True)
class _Still:
    """A stretch of good answers between which no state changed: both ends are instants of runs."""

    span: Span
    runs: int
    answers: int

    @property
    def identical(self) -> bool:
        return self.answers == 1


def frozen_platform(
    states: States, good: pa.Table, vouched: Timeline, period: Period, source: str, limits: Thresholds
) -> list[Doubt]:
    """The longest stretch in which a source that is read all at once never changed a state.

    good: ``run_at`` and ``evidence`` of its good runs inside the period, in order of time.
    """
    still = _longest(states, good, vouched, limits)
    if still is None:
        return []
    listed_then = int((states_at(states, still.span.start) != State.GONE).sum())
    if listed_then < limits.frozen_subjects:
        return []
    span, length = (
        f"{iso(still.span.start, period.zone)}/{iso(still.span.end, period.zone)}",
        lasting(still.span.milliseconds),
    )
    same_zh = "，且每次应答逐字节相同" if still.identical else f"，应答内容有 {still.answers} 种"
    same_en = (
        "every answer was the same byte for byte" if still.identical else f"{still.answers} different answers came"
    )
    return [
        Doubt(
            check="frozen_platform",
            source=source,
            severity="high" if still.identical else "medium",
            where=span,
            count=still.runs,
            share=min(1.0, still.span.milliseconds / period.span.milliseconds),
            examples=listed([span]),
            text_zh=f"{length} 内 {still.runs} 次轮询，{listed_then} 个对象的状态没有任何变化{same_zh}",
            text_en=f"not one of {listed_then} subjects changed its state in {still.runs} polls over {length}; {same_en}",
        )
    ]


def _longest(states: States, good: pa.Table, vouched: Timeline, limits: Thresholds) -> _Still | None:
    """The longest stretch that reaches the thresholds; a run that saw a change begins a new one."""
    at = good["run_at"].combine_chunks().cast(pa.int64()).to_numpy()
    if not len(at):
        return None
    stretch = np.searchsorted(np.unique(states.at), at, side="right")
    first = np.flatnonzero(np.append(True, stretch[1:] != stretch[:-1]))
    last = np.append(first[1:], len(at)) - 1
    length, runs = at[last] - at[first], last - first + 1
    seen = vouched.until(at[last]) - vouched.until(at[first])
    fit = (length >= limits.frozen_days * DAY) & (runs >= limits.frozen_runs) & (seen >= LEAST_VOUCHED * length)
    if not fit.any():
        return None
    i = int(np.argmax(np.where(fit, length, -1)))
    answers = good["evidence"].slice(int(first[i]), int(runs[i])).unique()
    return _Still(Span(int(at[first[i]]), int(at[last[i]])), int(runs[i]), len(answers))


def always_up(
    states: States, span: Span, vouched: Timeline, period: Period, source: str, limits: Thresholds
) -> list[Doubt]:
    """Every subject up whenever the source was heard. ``span``: the period up to what is known."""
    opening = states_at(states, span.start)
    inside = (states.at > span.start) & (states.at < span.end)
    seen = np.concatenate([opening, states.state[inside]])
    if np.isin(seen, (State.DOWN, State.UNKNOWN)).any():
        return []
    ever = opening == State.UP
    ever[states.subject[inside & (states.state == State.UP)]] = True
    subjects, heard = int(ever.sum()), vouched.within(span.start, span.end)
    if subjects < limits.perfect_subjects or heard < limits.perfect_days * DAY:
        return []
    return [
        Doubt(
            check="always_up",
            source=source,
            severity="medium",
            where=period.label,
            count=subjects,
            share=1.0,
            examples=(),
            text_zh=f"{subjects} 个对象在可见的 {lasting(heard)} 内无一离线，在线率恰为 100 %",
            text_en=f"none of {subjects} subjects was ever down in {lasting(heard)} of vouched time: exactly 100 %",
        )
    ]


def states_at(states: States, at: int) -> np.ndarray:
    """Every subject's state at an instant, changes of that very instant included (uint8[N])."""
    out = states.opening.copy()
    rows = np.flatnonzero(states.at <= at)
    rows = rows[np.argsort(states.at[rows], kind="stable")]
    out[states.subject[rows]] = states.state[rows]  # of repeated indices the last one stays
    return out
