"""偏差原因, drafted from the data: how much is missing, when and where. What is written by a person replaces the draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from collector.measurement import Measurement
from collector.rounding import half_up
from collector.scoring.durations import duration
from collector.scoring.judged import Given, Judged, basis_text, gap_text, interval_text, number_text, target_text
from collector.scoring.numbers import percent, plain
from collector.verdict import Verdict, exact

NAMED = 3
"""How many days and departments a draft names."""


def draft(judged: Judged, given: Given) -> str:
    """Empty where the target is met and all was observed. Only what the data show; causes beyond them are for a person to add."""
    if judged.figure is None or judged.line.parsed_target is None:
        return _of_declared(judged, given)
    if not judged.is_known:
        return (
            given.say(f"reason.{judged.open_because}", period=given.period) if judged.open_because == "missing" else ""
        )
    if judged.verdict is Verdict.MET and not judged.is_open:
        return ""
    return given.say.sentences(
        [_gap(judged, given), *_sums(judged, given), *_where(judged, given), _excluded(judged, given)]
    )


def gap_of(judged: Judged) -> Fraction | None:
    """How far the value is from its target, in the line's unit; None where either is not known."""
    target = judged.line.parsed_target
    return None if judged.value is None or target is None else abs(judged.value - Fraction(target.threshold))


def _of_declared(judged: Judged, given: Given) -> str:
    if judged.is_point and judged.verdict is Verdict.MISSED:
        return _gap(judged, given)
    return ""


def _gap(judged: Judged, given: Given) -> str:
    line, say = judged.line, given.say
    gap, target, basis = gap_of(judged), target_text(line, say), basis_text(judged, say)
    if judged.verdict is Verdict.MISSED and gap is not None and judged.value is not None:
        actual = number_text(line, judged.value, say)
        return say("missed", basis=basis, actual=actual, target=target, gap=gap_text(line, gap, say))
    interval = interval_text(line, judged.lower, judged.upper, say)
    key = "missed_between" if judged.verdict is Verdict.MISSED else "undecided"
    return say(key, basis=basis, interval=interval, target=target)


def _sums(judged: Judged, given: Given) -> Iterable[str]:
    assert judged.figure is not None
    measure = str(judged.figure.indicator.measure)
    told = _SUMS[measure](judged, given) if measure in _SUMS else ""
    if told:
        yield told
    unseen = None if judged.coverage is None else 1 - Fraction(repr(judged.coverage))
    if unseen and measure != "availability":
        yield given.say("unobserved", share=percent(unseen))


def _availability(judged: Judged, given: Given) -> str:
    up, down, unknown, subjects = (
        _part(judged, name) for name in ("up_seconds", "down_seconds", "unknown_seconds", "subjects")
    )
    if up is None or down is None or unknown is None or subjects is None:
        return ""
    spans = {"up": up, "down": down, "unknown": unknown}
    told = {name: duration(seconds, given.say) for name, seconds in spans.items()}
    return given.say("availability", period=given.period, subjects=subjects, **told)


def _cases(judged: Judged, given: Given) -> str:
    assert judged.figure is not None
    measured = judged.figure.measurement
    if measured.numerator is None or measured.denominator is None:
        return ""
    counts = {"numerator": exact(measured.numerator), "denominator": exact(measured.denominator)}
    key = str(judged.figure.indicator.measure)
    told = [given.say(key, gap=counts["denominator"] - counts["numerator"], **counts)]
    told += [given.say(name, count=count) for name in ("open_late", "closed_late") if (count := _part(judged, name))]
    return given.say.sentences(told)


def _pue(judged: Judged, given: Given) -> str:
    facility, it = _part(judged, "facility_kwh"), _part(judged, "it_kwh")
    if facility is None or it is None:
        return ""
    return given.say("pue", facility=plain(half_up(facility, 1)), it=plain(half_up(it, 1)))


_SUMS: Mapping[str, Callable[[Judged, Given], str]] = {
    "availability": _availability,
    "case_closure": _cases,
    "case_on_time": _cases,
    "pue": _pue,
}


def _where(judged: Judged, given: Given) -> Iterable[str]:
    """The worst days and departments, and the days of which least was seen."""
    assert judged.figure is not None
    by = given.broken_down.get(judged.figure.indicator.id, {})
    for name in ("day", "department"):
        if worst := _worst(by.get(name, {}), judged):
            yield given.say(
                f"worst.{name}", items=given.say.join(_item(label, one, judged, given) for label, one in worst)
            )
    if unseen := least_observed(by.get("day", {})):
        yield given.say("least_observed", items=given.say.join(f"{day} {percent(share)}" for day, share in unseen))


def least_observed(days: Mapping[str, Measurement]) -> list[tuple[str, Fraction]]:
    """(day, coverage) of the days that were not observed in full, least observed first."""
    partial = [
        (Fraction(repr(one.coverage)), day)
        for day, one in days.items()
        if one.coverage is not None and one.coverage < 1
    ]
    return [(day, share) for share, day in sorted(partial)[:NAMED]]


def _worst(groups: Mapping[str, Measurement], judged: Judged) -> list[tuple[str, Measurement]]:
    """The groups that miss the target by themselves, worst first."""
    target, figure = judged.line.parsed_target, judged.figure
    assert target is not None
    assert figure is not None
    less_is_worse = target.operator in {">=", ">", "="}
    found = []
    for label, one in groups.items():
        if one.value is not None:
            value = exact(one.value) * figure.scale
            behind = Fraction(target.threshold) - value if less_is_worse else value - Fraction(target.threshold)
            if behind > 0:
                found.append((-behind, label, one))
    return [(label, one) for _, label, one in sorted(found, key=lambda each: each[:2])[:NAMED]]


def _item(label: str, one: Measurement, judged: Judged, given: Given) -> str:
    assert one.value is not None
    assert judged.figure is not None
    return f"{label or given.say('no_department')} {number_text(judged.line, exact(one.value) * judged.figure.scale, given.say)}"


def _excluded(judged: Judged, given: Given) -> str:
    assert judged.figure is not None
    with_them = judged.figure.without_exclusions
    if with_them is None or with_them.value is None:
        return ""
    value = number_text(judged.line, exact(with_them.value) * judged.figure.scale, given.say)
    return given.say("excluded", count=len(judged.figure.exclusions), value=value)


def _part(judged: Judged, name: str) -> Fraction | None:
    """A sum behind the figure; a snapshot keeps them as texts."""
    assert judged.figure is not None
    number = judged.figure.measurement.parts.get(name)
    if number is None or isinstance(number, bool):
        return None
    return Fraction(number) if isinstance(number, str) else exact(number)
