"""availability: from sealed roll-ups where whole days allow it, else from the state changes themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.city.indicators import Availability
from collector.city.model import Exclusion, Source
from collector.errors import ConfigurationError
from collector.history import History, StateHistory
from collector.measurement import Measurement
from collector.measures.availability import Seen, Sweeps, by_group, subject_mean, subject_time, sweep_mean
from collector.measures.groups import Groups
from collector.measures.states import (
    Times,
    fixed_times,
    ignoring_short,
    intervals,
    listed_times,
    sampling_time,
    up_counts,
)
from collector.measuring.schedule import schedule_time
from collector.periods import MILLISECOND, Period, Span, instant, slots
from collector.records import ATTRIBUTES
from collector.register import owed_spans, read_register
from collector.segment import ROLL_UP
from collector.store.segments import Sealed
from collector.subjects import Dictionary
from collector.timeline import Timeline


@dataclass(frozen=True)
class ObservedStates:
    """One source over a span: its subjects, their times with and without exclusions, and its sweeps."""

    dictionary: Dictionary
    seen: Seen
    plain: Seen
    sweeps: Callable[[np.ndarray], Sweeps]


@dataclass(frozen=True)
class StateMeasure:
    """An availability indicator applied to a span, as known at ``as_of``."""

    history: History
    indicator: Availability
    as_of: int

    def over(self, span: Span) -> ObservedStates:
        """All sources of the indicator over the part of ``span`` before ``as_of``."""
        span = Span(span.start, max(span.start, min(span.end, self.as_of)))
        return joined_sources([self._observe(name, span) for name in self.indicator.source_ids])

    def _observe(self, source: str, span: Span) -> ObservedStates:
        settings = self.history.city.source(source)
        exclusions = self._exclusions(source, span)
        if not exclusions and (rolled := self._rolled_up(settings, span)):
            return rolled
        wide = self.indicator.ignore_shorter_than // MILLISECOND
        known = self.history.states(source, Span(span.start - wide, span.end + wide), self.as_of)
        return self._exact(settings, known, span, exclusions)

    def _exact(self, settings: Source, known: StateHistory, span: Span, exclusions: list[Exclusion]) -> ObservedStates:
        """From the changes: every setting, any span, exclusions per subject."""
        wide = self.indicator.ignore_shorter_than // MILLISECOND
        whole = Span(span.start - wide, min(span.end + wide, max(self.as_of, span.end)))
        dictionary, states = known.dictionary, known.states
        joined = removed = None
        if settings.register_.policy == "fixed":
            entries = read_register(self.history.city.folder / str(settings.register_.file), self.history.city.zone)
            dictionary, joined, removed = owed_spans(entries, dictionary)
            states = states.padded(dictionary.size)
        cut = intervals(states, whole)
        if wide:
            cut = ignoring_short(cut, wide)
        window = Timeline.everything(span) & schedule_time(self.indicator.schedule, span, self.history.city.zone)

        def times(owed: Timeline) -> Times:
            if joined is None or removed is None:
                return listed_times(cut, states.size, owed, known.vouching.time)
            return fixed_times(cut, owed, known.vouching.time, joined, removed)

        plain = times(window)
        kept = plain
        for mask, excluded in self._excluded_time(dictionary, exclusions):
            kept = kept.where(mask, times(window - excluded))
        good = known.vouching.instants
        sampling = sampling_time(states, span, good)
        nothing = np.zeros(states.size, np.int64)
        instants = good[(good >= span.start) & (good < span.end)]

        def sweeps(chosen: np.ndarray) -> Sweeps:
            owed = chosen & (plain.owed > 0)
            online, listed = up_counts(states, owed, instants)
            return Sweeps(online, listed, self._slots_owed(settings, span))

        return ObservedStates(
            dictionary, Seen(kept, sampling, plain.owed - kept.owed), Seen(plain, sampling, nothing), sweeps
        )

    def _rolled_up(self, settings: Source, span: Span) -> ObservedStates | None:
        """The sum of sealed days' roll-ups, None where they do not give the same figure as the changes would."""
        if not self._roll_up_fits(settings):
            return None
        sealed = self.history.sealed(settings.id, span)
        days = Period("", span, self.history.city.zone).days()
        if [(one.day, one.number) for one in sealed] != [(day.span.start, 0) for day in days]:
            return None
        if span != Span(days[0].span.start, days[-1].span.end) or not self._knew_then(settings.id, sealed):
            return None
        dictionary = self.history.dictionary(settings.id)
        sums = {name: np.zeros(dictionary.size, np.int64) for name in ROLL_UP}
        for one in sealed:
            rows = self.history.segment(one).part("subject", list(sums))
            for name, total in sums.items():
                total[: rows.num_rows] += rows[name].to_numpy()
        times = Times(sums["up_ms"], sums["owed_ms"] - sums["up_ms"] - sums["unknown_ms"], sums["unknown_ms"])
        seen = Seen(times, sums["sampling_ms"], np.zeros(dictionary.size, np.int64))
        return ObservedStates(dictionary, seen, seen, lambda _: Sweeps(np.zeros(0), np.zeros(0), 0))

    def _knew_then(self, source: str, sealed: list[Sealed]) -> bool:
        """Whether the roll-ups say what was known at ``as_of``; of a log something may have been learned later and sealed."""
        return self.history.is_swept(source) or all(one.sealed_at <= self.as_of for one in sealed)

    def _roll_up_fits(self, settings: Source) -> bool:
        plain = self.indicator.schedule == type(self.indicator.schedule)() and not self.indicator.ignore_shorter_than
        return plain and self.indicator.method != "sweep_mean" and settings.register_.policy == "listed"

    def _exclusions(self, source: str, span: Span) -> list[Exclusion]:
        return [
            one
            for one in self.history.city.exclusions
            if one.source == source
            and instant(one.entered_at) <= self.as_of
            and instant(one.start) < span.end
            and instant(one.end) > span.start
        ]

    def _excluded_time(self, dictionary: Dictionary, exclusions: list[Exclusion]) -> list[tuple[np.ndarray, Timeline]]:
        """Subjects by the exclusions that hold for them: (mask, excluded time) for every combination there is."""
        if not exclusions:
            return []
        holds = np.stack([chosen(dictionary, one.where, one.subjects) for one in exclusions])
        combinations, which = np.unique(holds, axis=1, return_inverse=True)
        spans = [Span(instant(one.start), instant(one.end)) for one in exclusions]
        return [
            (which.ravel() == i, Timeline(span for span, on in zip(spans, column, strict=True) if on))
            for i, column in enumerate(combinations.T)
            if column.any()
        ]

    def _slots_owed(self, settings: Source, span: Span) -> int:
        if settings.every is None:
            return 0
        days = Period("", span, self.history.city.zone).days()
        return sum(span.start <= slot < span.end for day in days for slot in slots(day, settings.every))

    def measure(self, observed: ObservedStates, mask: np.ndarray, excluding: bool = True) -> Measurement:
        seen = observed.seen if excluding else observed.plain
        if self.indicator.method == "subject_mean":
            return subject_mean(seen, mask)
        if self.indicator.method == "sweep_mean":
            return sweep_mean(seen, mask, observed.sweeps(mask))
        return subject_time(seen, mask)


def joined_sources(parts: list[ObservedStates]) -> ObservedStates:
    """Several sources as one: their subjects one after another, their sweeps together."""
    if len(parts) == 1:
        return parts[0]
    dictionary = Dictionary(pa.concat_tables([part.dictionary.table for part in parts]))
    ends = np.cumsum([part.dictionary.size for part in parts])

    def sweeps(mask: np.ndarray) -> Sweeps:
        each = [part.sweeps(own) for part, own in zip(parts, np.split(mask, ends[:-1]), strict=True)]
        return Sweeps(
            np.concatenate([one.online for one in each]), np.concatenate([one.listed for one in each]),
            sum(one.owed for one in each),
        )  # fmt: skip

    return ObservedStates(
        dictionary, _joined_seen([part.seen for part in parts]), _joined_seen([part.plain for part in parts]), sweeps
    )


def _joined_seen(parts: list[Seen]) -> Seen:
    def joined(pick: Callable[[Seen], np.ndarray]) -> np.ndarray:
        return np.concatenate([pick(part) for part in parts])

    times = Times(joined(lambda s: s.times.up), joined(lambda s: s.times.down), joined(lambda s: s.times.unknown))
    return Seen(times, joined(lambda s: s.sampling), joined(lambda s: s.excluded))


def chosen(dictionary: Dictionary, where: dict[str, tuple[str, ...]], subjects: tuple[str, ...] = ()) -> np.ndarray:
    """bool[N]: the subjects whose attributes are all among the values given for them."""
    mask = np.ones(dictionary.size, bool)
    wanted = where | ({"subject": subjects} if subjects else {})
    for name, values in wanted.items():
        mask &= np.asarray(pc.is_in(dictionary.attribute(name), value_set=pa.array(values, pa.string())))
    return mask


def availability(
    history: History, indicator: Availability, period: Period, as_of: int, by: str | None
) -> tuple[Measurement, Measurement | None, dict[str, Measurement]]:
    """(measurement, without exclusions where there are any, by label) over all of the indicator's sources."""
    measuring = StateMeasure(history, indicator, as_of)
    observed = measuring.over(period.span)
    mask = chosen(observed.dictionary, indicator.where)
    plain = None
    if observed.seen.excluded.any():
        plain = measuring.measure(observed, mask, excluding=False)
    return measuring.measure(observed, mask), plain, _by(measuring, observed, mask, period, by)


def _by(
    measuring: StateMeasure, observed: ObservedStates, mask: np.ndarray, period: Period, by: str | None
) -> dict[str, Measurement]:
    if by is None:
        return {}
    if by == "day":
        days = {day.label: measuring.over(day.span.clip(period.span)) for day in period.days()}
        return {label: measuring.measure(one, chosen(one.dictionary, measuring.indicator.where)) for label, one in days.items()}
    if by not in ("subject", *ATTRIBUTES):
        raise ConfigurationError(f"--by {by}: availability cannot be broken down so")
    groups = Groups.of(observed.dictionary.attribute(by))
    if measuring.indicator.method != "sweep_mean":
        return by_group(observed.seen, mask, groups, measuring.indicator.method == "subject_mean")
    present = [code for code in range(groups.size) if (mask & (groups.codes == code)).any()]
    return {groups.labels[code]: measuring.measure(observed, mask & (groups.codes == code)) for code in present}
