"""survey: the share of answers that are satisfied, with its exact binomial interval.

The interval is that of Clopper and Pearson (Biometrika 26, 1934): its ends are the rates at which so many satisfied
answers or more, and so many or fewer, have a chance of exactly half of what the confidence leaves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa

from collector.faults import SURVEY, SURVEY_LACKS, SURVEY_NO_COUNT, SURVEY_TOO_MANY, SURVEY_TWICE
from collector.measurement import Measurement, Number
from collector.measurement import ratio as quotient
from collector.measures.observed import LISTED_FAULTS, Observed
from collector.measures.versions import instants
from collector.periods import iso

_NEGLIGIBLE = 1e-18
"""A term of a tail that is so small against the first, and all the terms after it, change no digit of a double."""


@dataclass(frozen=True)
class Options:
    """Names of the figures that count answers, those of them that are satisfied, and the one that counts who was asked."""

    answers: tuple[str, ...]
    satisfied: tuple[str, ...]
    asked: str | None = None


@dataclass(frozen=True)
class Counted:
    """One survey: the counts of one instant and one set of dimensions, by name; and what is wrong with it, if anything."""

    counts: Mapping[str, float]
    fault: str | None


def survey(
    figures: pa.Table, seen: Observed, options: Options, confidence: Fraction = Fraction(95, 100)
) -> Measurement:
    """Satisfied answers / answers. lower, upper: the binomial interval of the answers at hand, 0 and 1 where there are none.

    figures: rows of one source (``figures.latest``); a name that is no option is somebody else's figure and left
    alone. Rows of one instant and one set of dimensions are one survey; several in a period are added up. A survey
    without a count for each option (nobody chose it: 0), with a count that is no whole number from 0 up, or with more
    answers than people asked is a data fault: left out as a whole and listed. The interval tells how far so many
    answers may lie from those of everybody, given that chance chose whom to ask; it knows nothing of who refuses.
    """
    surveys = list(_surveys(figures, seen, options))
    good = [one.counts for one in surveys if one.fault is None]
    answers, satisfied = (_total(good, names) for names in (options.answers, options.satisfied))
    lower, upper = interval(satisfied, answers, confidence)
    return Measurement(
        value=None if seen.nothing else quotient(satisfied, answers),
        lower=lower,
        upper=upper,
        coverage=seen.coverage,
        n=answers,
        numerator=satisfied,
        denominator=answers,
        parts={
            "satisfied": satisfied,
            "answers": answers,
            "asked": _total(good, (options.asked,)) if options.asked and good else None,
            "surveys": len(good),
        },
        faults=tuple(one.fault for one in surveys if one.fault is not None)[:LISTED_FAULTS],
    )


def interval(satisfied: int, answers: int, confidence: Fraction) -> tuple[Number, Number]:
    """The ends of the Clopper-Pearson interval of ``satisfied`` of ``answers``, rounded outwards; 0 and 1 without answers."""
    chance = float((1 - confidence) / 2)
    return _lower(satisfied, answers, chance), 1 - _lower(answers - satisfied, answers, chance)


def _lower(successes: int, trials: int, chance: float) -> Number:
    """The largest double at which ``successes`` or more of ``trials`` have at most the chance ``chance``, by bisection."""
    if successes == 0:
        return 0
    low, high = 0.0, successes / trials
    while low < (middle := (low + high) / 2) < high:
        if _tail(successes, trials, middle) > chance:
            high = middle
        else:
            low = middle
    return low


def _tail(successes: int, trials: int, rate: float) -> float:
    """The chance of ``successes`` or more, for a rate below successes / trials: there the terms only fall."""
    ways = math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(trials - successes + 1)
    first = math.exp(ways + successes * math.log(rate) + (trials - successes) * math.log1p(-rate))
    odds, term, terms = rate / (1 - rate), 1.0, [1.0]
    for k in range(successes, trials):
        term *= (trials - k) / (k + 1) * odds
        if term < _NEGLIGIBLE:
            break
        terms.append(term)
    return first * math.fsum(terms)


def _surveys(figures: pa.Table, seen: Observed, options: Options) -> Iterator[Counted]:
    """The surveys of the owed time, in order."""
    needed = (*options.answers, *((options.asked,) if options.asked else ()))
    columns = (figures[name].to_pylist() for name in ("dimensions", "name", "value"))
    found: dict[tuple[int, str], dict[str, float]] = {}
    twice: dict[tuple[int, str], str] = {}
    for at, dimensions, name, value in zip(instants(figures, "at").tolist(), *columns, strict=True):
        if name in needed and seen.owed.start <= at < seen.owed.end:
            key = at, dimensions or ""
            if name in found.setdefault(key, {}):
                twice[key] = SURVEY_TWICE(name=name)
            found[key][name] = value
    for (at, dimensions), counts in sorted(found.items()):
        place = f"{iso(at, seen.period.zone)}{' ' if dimensions else ''}{dimensions}"
        fault = twice.get((at, dimensions)) or _fault(counts, needed, options)
        yield Counted(counts, fault and SURVEY(at=place, reason=fault))


def _fault(counts: Mapping[str, float], needed: tuple[str, ...], options: Options) -> str | None:
    for name in needed:
        if name not in counts:
            return SURVEY_LACKS(name=name)
        if not (counts[name] >= 0 and counts[name].is_integer()):
            return SURVEY_NO_COUNT(name=name, value=counts[name])
    answers = _total([counts], options.answers)
    if options.asked and answers > counts[options.asked]:
        return SURVEY_TOO_MANY(answers=answers, asked=int(counts[options.asked]))
    return None


def _total(surveys: list[Mapping[str, float]], names: tuple[str, ...]) -> int:
    return sum(int(counts[name]) for counts in surveys for name in names)
