"""Each line of a profile judged: by measurement, survey, funds or declaration, whichever its profile names."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from collector.errors import ConfigurationError
from collector.figures import SCALES, Figure
from collector.measurement import Measurement
from collector.measures.survey import interval as binomial_interval
from collector.scoring.declaration import Declaration, claim_of
from collector.scoring.definitions import differing_keys
from collector.scoring.fill import FilledByDeclaration, FilledByFunds, FilledByMeasurement, FilledBySurvey
from collector.scoring.form import Basis
from collector.scoring.judged import Given, Judged
from collector.scoring.profile import Line
from collector.scoring.qualitative import judge_finding
from collector.scoring.rules import score_between
from collector.verdict import Verdict, exact, judge

CONFIDENCE = Fraction(95, 100)
"""Of the interval of a declared survey; a city's survey indicator names its own."""


def judge_line(line: Line, given: Given) -> Judged:
    """Raises ConfigurationError for a declaration that does not fit its line."""
    declaration = given.declarations.get(line.id)
    if declaration is not None and declaration.unit not in {"", line.unit}:
        raise ConfigurationError(
            f"declaration of {line.id}: unit {declaration.unit!r}: the line is in {line.unit!r}; convert the value"
        )
    return replace(_JUDGES[type(line.fill)](line, given), declaration=declaration)


def _measured(line: Line, given: Given) -> Judged:
    fill = line.fill
    assert isinstance(fill, FilledByMeasurement | FilledBySurvey)
    assert fill.indicator is not None
    figure = given.figures.get(line.id)
    if figure is None:
        return _open(line, given, "no_indicator", id=fill.indicator.id)
    if keys := differing_keys(fill.indicator, figure.indicator):
        id_, named = figure.indicator.id, given.say.join(keys)
        finding = given.say("other_definition", name=given.name(line), id=id_, keys=named)
        return replace(_open(line, given, "other_definition", id=id_, keys=named), findings=(finding,))
    return _by_figure(line, given, figure)


def _by_figure(line: Line, given: Given, figure: Figure) -> Judged:
    measured, scale = figure.measurement, figure.scale
    verdict = judge(measured, line.parsed_target, scale, figure.indicator.min_coverage)
    if figure.basis == "missing" or not measured.applicable:
        why = "missing" if measured.applicable else "not_applicable"
        return replace(_open(line, given, why), verdict=verdict, figure=figure, coverage=measured.coverage)
    value, lower, upper = (
        None if one is None else exact(one) * scale for one in (measured.value, measured.lower, measured.upper)
    )
    basis: Basis = "imported" if figure.basis == "imported" else "measured"
    judged = Judged(line, basis, verdict, None, value, lower, upper, True, measured.coverage, figure)
    return _scored(judged, given, "uncertain")


def _scored(judged: Judged, given: Given, why: str, **values: object) -> Judged:
    """With the score of every value between the bounds."""
    line, target = judged.line, judged.line.parsed_target
    if target is None:
        return judged
    score = score_between(given.quantitative(line), judged.lower, judged.upper, target, given.scale_of(line))
    return replace(judged, score=score, open_because="" if score.is_settled else why, values=values)


def _open(line: Line, given: Given, why: str, basis: Basis = "missing", **values: object) -> Judged:
    """Nothing is known of the line's value."""
    scored = line.target is not None or line.qualitative is not None
    verdict = Verdict.INDETERMINATE if scored else Verdict.NO_TARGET
    score = given.scale_of(line).open if scored else None
    return Judged(line, basis, verdict, score, open_because=why, values=values)


def _surveyed(line: Line, given: Given) -> Judged:
    fill = line.fill
    assert isinstance(fill, FilledBySurvey)
    if fill.indicator is not None and line.id in given.figures:
        judged = _measured(line, given)
        answers = judged.figure.measurement.n if judged.figure else None
        return _with_size(judged, given, answers, fill.minimum)
    declaration = given.declarations.get(line.id)
    if declaration is None:
        return _open(line, given, "no_declaration")
    return _declared_survey(line, given, declaration, fill.minimum)


def _declared_survey(line: Line, given: Given, declaration: Declaration, minimum: int) -> Judged:
    """A share is worth what its number of answers makes of it: its exact binomial interval."""
    claim = claim_of(line, declaration)
    if claim is None:
        return _open(line, given, "no_number", "declared", actual=declaration.actual, unit=line.unit)
    if declaration.n is None:
        finding = given.say("no_answers", name=given.name(line))
        return replace(_open(line, given, "no_answers", "declared"), findings=(finding,))
    scale = SCALES.get(line.unit, Fraction(1))
    satisfied = Fraction(claim.number) / scale * declaration.n
    if not 0 <= satisfied <= declaration.n:
        raise ConfigurationError(
            f"declaration of {line.id}: {claim.number}{line.unit} is no share of answers; write 0 to {scale}{line.unit}"
        )
    lower = binomial_interval(math.floor(satisfied), declaration.n, CONFIDENCE)[0]
    upper = binomial_interval(math.ceil(satisfied), declaration.n, CONFIDENCE)[1]
    value = None if claim.is_inequality else Fraction(claim.number)
    least = exact(lower) * scale if claim.operator in {">=", ">", "="} else Fraction(0)
    most = exact(upper) * scale if claim.operator in {"<=", "<", "="} else scale
    judged = Judged(line, "declared", Verdict.NO_TARGET, None, value, least, most, is_known=True)
    judged = replace(judged, verdict=_verdict(judged))
    return _with_size(_scored(judged, given, "more_answers"), given, declaration.n, minimum)


def _with_size(judged: Judged, given: Given, answers: int | None, minimum: int) -> Judged:
    if answers is None or answers >= minimum:
        return judged
    finding = given.say("small_survey", name=given.name(judged.line), n=answers, minimum=minimum)
    return replace(judged, findings=(*judged.findings, finding))


def _from_funds(line: Line, given: Given) -> Judged:
    if given.execution is None:
        return _open(line, given, "no_funds")
    rate = given.execution * SCALES.get(line.unit, Fraction(1))
    judged = Judged(line, "declared", Verdict.NO_TARGET, None, rate, rate, rate, is_known=True)
    return _scored(replace(judged, verdict=_verdict(judged)), given, "")


def _declared(line: Line, given: Given) -> Judged:
    declaration = given.declarations.get(line.id)
    if declaration is None:
        return _open(line, given, "no_declaration")
    if line.qualitative is not None:
        return judge_finding(line, given, declaration)
    claim = claim_of(line, declaration)
    if claim is None:
        return _open(line, given, "no_number", "declared", actual=declaration.actual, unit=line.unit)
    value = None if claim.is_inequality else Fraction(claim.number)
    lower = Fraction(claim.number) if claim.operator in {">=", ">", "="} else None
    upper = Fraction(claim.number) if claim.operator in {"<=", "<", "="} else None
    judged = Judged(line, "declared", Verdict.NO_TARGET, None, value, lower, upper, is_known=True)
    return _scored(replace(judged, verdict=_verdict(judged)), given, "inequality", actual=declaration.actual)


def _verdict(judged: Judged) -> Verdict:
    """By the bounds at hand; a declaration has no coverage to be short of."""
    known = Measurement(judged.value, judged.lower, judged.upper, 1.0, 1)
    return judge(known, judged.line.parsed_target)


_JUDGES: dict[type, Callable[[Line, Given], Judged]] = {
    FilledByMeasurement: _measured,
    FilledBySurvey: _surveyed,
    FilledByFunds: _from_funds,
    FilledByDeclaration: _declared,
}
