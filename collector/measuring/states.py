"""States as they were owed and seen: from sealed roll-ups where whole days allow it, else from the state changes themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.city.exclusions import Exclusion
from collector.city.indicators import Availability
from collector.history import History, StateHistory
from collector.ledger import MeasuredSource, View
from collector.measurement import Measurement
from collector.measures.availability import Seen, Sweeps, of_sums, standing, sweep_mean
from collector.measures.outages import ignoring_short
from collector.measures.states import (
    Registered,
    States,
    Times,
    intervals,
    listed_times,
    owed_time,
    registered,
    sampling_time,
    stayed,
    up_counts,
)
from collector.measures.tally import Tally
from collector.measuring.exclusions import excluded_time, known_exclusions, span_of
from collector.measuring.observed_states import ObservedStates, chosen, faults_of_the_base, joined_sources
from collector.measuring.roll_ups import SealedDays, rolled_up, seen_gone
from collector.measuring.schedule import schedule_time
from collector.periods import MILLISECOND, Period, Span, slots
from collector.register import entries_of, known_at, owed_spans
from collector.subjects import Dictionary
from collector.timeline import Timeline, Vouching

__all__ = ["ObservedStates", "StateMeasure", "chosen", "joined_sources"]


@dataclass(frozen=True)
class SealedSource:
    """A source whose roll-ups tell a span, with its subjects."""

    dictionary: Dictionary
    days: SealedDays


@dataclass(frozen=True)
class StateMeasure:
    """An availability indicator applied to a span, as known at ``as_of``."""

    history: History
    indicator: Availability
    as_of: int

    def over(self, span: Span) -> ObservedStates:
        """All sources of the indicator over the part of ``span`` before ``as_of``."""
        span = Span(span.start, max(span.start, min(span.end, self.as_of)))
        with self.history.ledger.look() as view:
            sealed = {name: self._sealed(view, name, span) for name in self.indicator.source_ids}
        return joined_sources([self._observe(name, span, sealed[name]) for name in self.indicator.source_ids])

    def measure(
        self, observed: ObservedStates, mask: np.ndarray, excluding: bool = True, tally: Tally | None = None
    ) -> Measurement:
        """The chosen subjects (bool[N]) by the indicator's method, with what is to be said about the base.

        tally: theirs, where it is there already.
        """
        measured = self._by_method(observed, mask, excluding, tally)
        disappeared, pending = (
            which if which is None else which & mask for which in (observed.disappeared, observed.pending)
        )
        if_stayed = None
        if observed.if_stayed is not None and disappeared is not None and disappeared.any():
            if_stayed = self._by_method(observed.if_stayed, mask, excluding)
        counts = (None if which is None else int(np.count_nonzero(which)) for which in (disappeared, pending))
        said = standing(measured, next(counts), if_stayed, next(counts), self.indicator.min_coverage)
        return replace(said, faults=(*said.faults, *faults_of_the_base(observed.dictionary, disappeared, pending)))

    def _by_method(
        self, observed: ObservedStates, mask: np.ndarray, excluding: bool, tally: Tally | None = None
    ) -> Measurement:
        seen = observed.seen if excluding else observed.plain
        if self.indicator.method == "sweep_mean":
            return sweep_mean(seen, mask, observed.sweeps(mask))
        mean = self.indicator.method == "subject_mean"
        return of_sums((tally or Tally.of(seen, mask, mean)).whole(), mean)

    def _observe(self, source: str, span: Span, sealed: SealedSource | None) -> ObservedStates:
        settings = self.history.city.source(source)
        if sealed is not None and (found := self._rolled_up(settings, span, sealed)):
            return found
        exclusions = known_exclusions(self.history.city.exclusions, source, span, self.as_of)
        known = self.history.states(source, Span(span.start - self._wide, span.end + self._wide), self.as_of)
        if settings.register_.policy == "fixed":
            return self._registered(settings, known, span, exclusions)
        return self._listed(settings, known, span, exclusions)

    def _registered(
        self, settings: MeasuredSource, known: StateHistory, span: Span, exclusions: list[Exclusion]
    ) -> ObservedStates:
        """Owed is who the register says; missing from a complete answer is down."""
        owed = owed_spans(known_at(entries_of(self.history, settings), self.as_of), known.dictionary)
        states = known.states.padded(owed.dictionary.size).gone_as_down()
        known = StateHistory(owed.dictionary, states, known.vouching)
        return replace(self._account(settings, known, span, exclusions, owed.rounds), pending=owed.pending_in(span))

    def _listed(self, settings: MeasuredSource, known: StateHistory, span: Span, exclusions: list[Exclusion]) -> ObservedStates:
        """Owed is who the source lists, from the first appearance until gone."""
        as_it_was = self._account(settings, known, span, exclusions)
        states, disappeared = stayed(known.states, self._around(span), span)
        if_stayed = None
        if disappeared.any():
            if_stayed = self._account(settings, replace(known, states=states), span, exclusions)
        return replace(as_it_was, disappeared=disappeared, if_stayed=if_stayed)

    def _account(
        self, settings: MeasuredSource, known: StateHistory, span: Span, exclusions: list[Exclusion],
        rounds: Sequence[Registered] | None = None,
    ) -> ObservedStates:  # fmt: skip
        """From the changes: every setting, any span, exclusions per subject. rounds: None where owed is who is listed."""
        states, size, vouched = known.states, known.states.size, known.vouching.time
        cut = intervals(states, self._around(span))
        if self._wide:
            cut = ignoring_short(cut, self._wide, vouched)
        if rounds is not None:
            cut = registered(cut, rounds)
        window = Timeline.everything(span) & schedule_time(self.indicator.schedule, span, self.history.city.zone)
        plain = kept = listed_times(cut, size, window, vouched)
        holds = [chosen(known.dictionary, one.where, one.subjects) for one in exclusions]
        for mask, excluded in excluded_time(exclusions, holds):
            kept = kept.where(mask, listed_times(cut, size, window - excluded, vouched))
        taken = [
            who & (owed_time(cut, size, window & Timeline([span_of(one)])) > 0)
            for one, who in zip(exclusions, holds, strict=True)
        ]
        sampling = sampling_time(states, span, known.vouching, rounds)
        return ObservedStates(
            known.dictionary,
            Seen(kept, sampling, plain.owed - kept.owed),
            Seen(plain, sampling, np.zeros(size, np.int64)),
            self._sweeps(settings, known.vouching, span, states, plain, rounds),
            exclusions=tuple(zip(exclusions, taken, strict=True)),
        )

    def _sweeps(
        self,
        settings: MeasuredSource,
        vouching: Vouching,
        span: Span,
        states: States,
        plain: Times,
        rounds: Sequence[Registered] | None,
    ) -> Callable[[np.ndarray], Sweeps]:
        instants = vouching.instants[(vouching.instants >= span.start) & (vouching.instants < span.end)]

        def sweeps(mask: np.ndarray) -> Sweeps:
            online, listed = up_counts(states, mask & (plain.owed > 0), instants, rounds)
            return Sweeps(online, listed, self._missed_slots(settings, span))

        return sweeps

    def _sealed(self, view: View, source: str, span: Span) -> SealedSource | None:
        """The sealed days of a span, None where roll-ups do not give the same figure as the changes would."""
        history = self.history
        if not history.roll_ups or not span.milliseconds or not self._roll_up_fits(history.city.source(source)):
            return None
        if known_exclusions(history.city.exclusions, source, span, self.as_of) or not view.is_swept(source):
            return None  # of a log something may be learned long after a day was sealed
        days = SealedDays(history, span, self.as_of, view.sealed(source, *history.months(span)))
        return SealedSource(view.dictionary(source, self.as_of), days) if days.complete else None

    def _rolled_up(self, settings: MeasuredSource, span: Span, sealed: SealedSource) -> ObservedStates | None:
        """From the sealed days' sums, None where they do not tell the whole span."""
        dictionary, days = sealed.dictionary, sealed.days
        key = ("roll-ups", settings.id, span, self.as_of)
        if (found := self.history.once(key, lambda: rolled_up(days, dictionary.size))) is None:
            return None
        seen, departures = found
        disappeared = np.zeros(dictionary.size, bool)
        observed = ObservedStates(dictionary, seen, seen, lambda _: Sweeps(np.zeros(0), np.zeros(0), 0), disappeared)
        if not departures:
            return observed
        numbers, states = seen_gone([self.history.segment(one) for one in days.touched])
        states, left = stayed(states, span, span)
        disappeared[numbers[left]] = True
        if not left.any():
            return observed
        return replace(observed, if_stayed=self._if_stayed(observed, settings, span, numbers, states))

    def _if_stayed(
        self, observed: ObservedStates, settings: MeasuredSource, span: Span, numbers: np.ndarray, states: States
    ) -> ObservedStates:
        """The sums with the times of the subjects ``numbers`` by other ``states``."""
        vouched = self.history.vouching(settings.id, span, self.as_of).time
        theirs = listed_times(intervals(states, span), states.size, Timeline.everything(span), vouched)
        seen = replace(observed.seen, times=observed.seen.times.at(numbers, theirs))
        return replace(observed, seen=seen, plain=seen)

    def _roll_up_fits(self, settings: MeasuredSource) -> bool:
        plain = self.indicator.schedule == type(self.indicator.schedule)() and not self._wide
        return plain and self.indicator.method != "sweep_mean" and settings.register_.policy == "listed"

    def _missed_slots(self, settings: MeasuredSource, span: Span) -> int:
        """Slots of ``span`` that no good poll in it answered; a poll between two slots stands for neither."""
        if settings.every is None:
            return 0
        days = Period("", span, self.history.city.zone).days()
        owed = [slot for day in days for slot in slots(day, settings.every) if span.start <= slot < span.end]
        runs = self.history.runs(settings.id, span, self.as_of)
        answered = runs.filter(pc.is_valid(runs["vouch_start"]))["slot"].cast(pa.int64()).to_numpy()
        return len(np.setdiff1d(owed, answered))

    @property
    def _wide(self) -> int:
        """Milliseconds on both sides of a span that decide how long an outage at its edge was."""
        return self.indicator.ignore_shorter_than // MILLISECOND

    def _around(self, span: Span) -> Span:
        return Span(span.start - self._wide, span.end + self._wide)
