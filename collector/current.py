"""What holds at one instant: the indicators of the running month and day, the frozen month before, and plain counts.

All numbers are in base units and unrounded. What is not known has no entry.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow.compute as pc
from pydantic import TypeAdapter

from collector.city.indicators import ActiveUsers, Indicator, Pue
from collector.errors import CitygaugeError
from collector.feasibility import Feasibility
from collector.figures import Figure, measure, scale_of
from collector.history import History
from collector.measurement import Number
from collector.measures.cases import CaseTimes, latest
from collector.periods import Period
from collector.records import Kind, State
from collector.standing import SourceStatus
from collector.store.snapshots import Snapshot
from collector.subjects import Dictionary
from collector.verdict import Target

MOST_DEPARTMENTS = 200
"""A source that names more departments has the smallest ones counted together: what a source answers must not make series."""
OTHER = "(other)"
_SHOWN_STATES = (State.UP, State.DOWN, State.UNKNOWN)
_definition: TypeAdapter[Indicator] = TypeAdapter(Indicator)


@dataclass(frozen=True)
class Line:
    """One indicator over one period in base units; ``target`` too. ``indicator`` is the definition it was measured under."""

    indicator: Indicator
    value: Number | None
    lower: Number | None
    upper: Number | None
    coverage: float | None
    verdict: str
    basis: str
    faults: tuple[str, ...]
    feasibility: Feasibility | None = None

    @property
    def scale(self) -> Fraction:
        return scale_of(self.indicator)

    @property
    def target(self) -> Fraction | None:
        if self.indicator.target is None:
            return None
        return Fraction(Target.parse(self.indicator.target).threshold) / self.scale


@dataclass
class Measuring:
    """Figures as known at ``as_of``, each measured once; what cannot be measured is told in ``problems`` (place, text)."""

    history: History
    as_of: int
    problems: list[tuple[str, str]] = field(default_factory=list)
    _figures: dict[tuple[str, tuple[str, ...], str], Figure | None] = field(default_factory=dict)

    def lines(self, period: Period) -> dict[str, Line]:
        """The city's indicators over ``period`` by id."""
        figures = [self.figure(indicator, period) for indicator in self.history.city.indicators]
        return {figure.indicator.id: line_of(figure) for figure in figures if figure}

    def figure(self, indicator: Indicator, period: Period) -> Figure | None:
        key = (indicator.id, indicator.source_ids, period.label)
        if key not in self._figures:
            try:
                self._figures[key] = measure(self.history, indicator, period, self.as_of)
            except CitygaugeError as error:
                self._figures[key] = None
                self.problems.append((indicator.id, str(error)))
        return self._figures[key]

    def users(self, source: str, period: Period) -> Number | None:
        """Distinct users of a source in ``period`` so far."""
        alike = [one for one in self._plain(ActiveUsers, source) if one.window == "month"]
        own = ActiveUsers(id="active_users", measure="active_users", source=source, window="month")
        return self._value((alike or [own])[0], period)

    def pue(self, source: str, period: Period) -> Number | None:
        """PUE of a source's meters in ``period`` so far."""
        return self._value((self._plain(Pue, source) or [Pue(id="pue", measure="pue", source=source)])[0], period)

    def cases(self, source: str, month: Period) -> dict[str, int]:
        """Counts of a source's cases by state: open (of these overdue), suspended; reported and closed in the month so far."""
        try:
            table = latest(self.history.cases(source, month.span.start, self.as_of), self.as_of)
        except CitygaugeError as error:
            self.problems.append((source, str(error)))
            return {}
        times = CaseTimes.of(table)
        suspended = np.asarray(pc.fill_null(table["suspended"].combine_chunks(), fill_value=False))
        unclosed = (times.opened <= self.as_of) & (times.closed > self.as_of)
        chosen = {
            "open": unclosed & ~suspended,
            "overdue": unclosed & ~suspended & (times.disposed > self.as_of) & (times.due < self.as_of),
            "suspended": unclosed & suspended,
            "reported_this_month": (times.opened >= month.span.start) & (times.opened <= self.as_of),
            "closed_this_month": (times.closed >= month.span.start) & (times.closed <= self.as_of),
        }
        return {state: int(mask.sum()) for state, mask in chosen.items()}

    def _plain(self, kind: type[Any], source: str) -> list[Any]:
        """Indicators of the city file that cover the whole source and nothing else, so that they need not be measured twice."""
        alike = [one for one in self.history.city.indicators if isinstance(one, kind)]
        return [one for one in alike if one.source_ids == (source,) and not one.where]

    def _value(self, indicator: Indicator, period: Period) -> Number | None:
        figure = self.figure(indicator, period)
        return figure.measurement.value if figure else None


def frozen_lines(snapshot: Snapshot) -> dict[str, Line]:
    """The indicators of a snapshot by id, every number exactly as it was frozen."""
    return {row["id"]: _frozen(row) for row in snapshot.document["indicators"]}


def count_subjects(dictionary: Dictionary, states: np.ndarray) -> Counter[tuple[str, State]]:
    """Subjects by department (empty where none is told) and state; those that are gone are left out."""
    told = dictionary.attribute("department").to_pylist()[: len(states)]
    names = {name: code for code, name in enumerate(dict.fromkeys(told))}
    codes = np.fromiter((names[name] for name in told), np.int64, len(told))
    counts = np.bincount(codes * len(State) + states[: len(told)], minlength=len(names) * len(State))
    table = counts.reshape(len(names), len(State))
    shown = table[:, [int(state) for state in _SHOWN_STATES]]
    largest = set(np.argsort(-shown.sum(axis=1), kind="stable")[:MOST_DEPARTMENTS].tolist())
    out: Counter[tuple[str, State]] = Counter()
    for name, code in names.items():
        for state in _SHOWN_STATES:
            out[(name or "") if code in largest else OTHER, state] += int(table[code, state])
    return out


def current_subjects(
    counts: Counter[tuple[str, State]], source: SourceStatus, now: int
) -> dict[tuple[str, str, str], int]:
    """By (source, department, state); where the newest good answer no longer holds every subject's state is unknown."""
    out: Counter[tuple[str, str, str]] = Counter()
    for (department, state), number in counts.items():
        shown = state if source.holds(now) else State.UNKNOWN
        out[source.id, department, state.name.lower()] += 0
        out[source.id, department, shown.name.lower()] += number
    return out


def has_cases(source: SourceStatus, now: int) -> bool:
    """Whether the source's cases are known as they stand now."""
    return source.settings.kind is Kind.CASES and source.holds(now)


def line_of(figure: Figure) -> Line:
    measured = figure.measurement
    return Line(
        indicator=figure.indicator,
        value=measured.value,
        lower=measured.lower,
        upper=measured.upper,
        coverage=measured.coverage,
        verdict=figure.verdict.value,
        basis=figure.basis,
        faults=tuple(measured.faults),
        feasibility=figure.feasibility,
    )


def _frozen(row: dict[str, Any]) -> Line:
    measured = row["measurement"]
    coverage = _number(measured["coverage"])
    return Line(
        indicator=_definition.validate_json(json.dumps(row["definition"])),
        value=_number(measured["value"]),
        lower=_number(measured["lower"]),
        upper=_number(measured["upper"]),
        coverage=None if coverage is None else float(coverage),
        verdict=row["verdict"],
        basis=row["basis"],
        faults=tuple(measured["faults"]),
    )


def _number(text: str | None) -> Number | None:
    """What ``snapshot.number`` wrote: an integer, a fraction, or the shortest decimal that names a double."""
    if text is None:
        return None
    return Fraction(text) if "/" in text or text.lstrip("-").isdecimal() else float(text)
