"""Qualitative lines: what somebody found, as one of the rule's bands, and the points given within it."""

from __future__ import annotations

from dataclasses import replace

from collector.errors import ConfigurationError
from collector.scoring.declaration import Declaration
from collector.scoring.form import Score
from collector.scoring.judged import Given, Judged
from collector.scoring.numbers import plain
from collector.scoring.profile import Line
from collector.scoring.rule_set import Qualitative, QualitativeBand
from collector.scoring.rules import qualitative_range
from collector.verdict import Verdict


def judge_finding(line: Line, given: Given, declaration: Declaration) -> Judged:
    """A given score stands as it is, provided that it fits its band; a band alone leaves its whole range open.

    Raises ConfigurationError for a score outside of its band or above the weight, and for a band that there is not. A published form
    cannot be sent back: there a score above the weight leaves the line open, with a finding.
    """
    rule = given.rule_of(line)
    assert isinstance(rule, Qualitative)
    band = _band(line, rule, declaration)
    judged = Judged(line, "declared", _verdict(rule, band), None)
    allowed, includes_upper = _allowed(line, given, rule, band)
    if declaration.score is None:
        score = allowed if band else given.scale_of(line).open
        return replace(
            judged, score=score, open_because="no_score" if band else "no_points", values=_named(declaration)
        )
    if not _fits(declaration, allowed, includes_upper):
        if not declaration.published:
            raise ConfigurationError(_refusal(line, declaration, allowed, includes_upper))
        finding = given.say(
            "declared_score", name=given.name(line), stated=plain(declaration.score), weight=plain(line.weight)
        )
        return replace(
            judged,
            score=given.scale_of(line).open,
            open_because="above_weight",
            findings=(finding,),
            values=_named(declaration),
        )
    return replace(judged, score=Score(declaration.score, declaration.score), values=_named(declaration))


def allowed_scores(line: Line, given: Given, rule: Qualitative, declaration: Declaration) -> Score:
    """What the declared finding may earn; the whole range where none is named."""
    return _allowed(line, given, rule, _band(line, rule, declaration))[0]


def finding_text(judged: Judged, given: Given) -> str:
    """The declared band's name in the form's language; empty where none is declared."""
    rule = given.rule_of(judged.line)
    if judged.declaration is None or not isinstance(rule, Qualitative):
        return ""
    band = _band(judged.line, rule, judged.declaration)
    return band.name(given.say.language) if band else ""


def _named(declaration: Declaration) -> dict[str, object]:
    return {"finding": declaration.finding, "actual": declaration.actual}


def _band(line: Line, rule: Qualitative, declaration: Declaration) -> QualitativeBand | None:
    if not declaration.finding:
        return None
    found = next((one for one in rule.bands if one.name.zh == declaration.finding), None)
    if found is None:
        known = "、".join(one.name.zh for one in rule.bands)
        raise ConfigurationError(f"declaration of {line.id}: finding {declaration.finding!r} is none of {known}")
    return found


def _allowed(line: Line, given: Given, rule: Qualitative, band: QualitativeBand | None) -> tuple[Score, bool]:
    scale = given.scale_of(line)
    return (scale.open, True) if band is None else qualitative_range(rule, band, scale)


def _fits(declaration: Declaration, allowed: Score, includes_upper: bool) -> bool:
    assert declaration.score is not None
    below = declaration.score <= allowed.upper if includes_upper else declaration.score < allowed.upper
    return allowed.lower <= declaration.score and below


def _refusal(line: Line, declaration: Declaration, allowed: Score, includes_upper: bool) -> str:
    until = "to" if includes_upper else "to below"
    of_band = f" for {declaration.finding}" if declaration.finding else ""
    return (
        f"declaration of {line.id}: score {declaration.score} is outside of {plain(allowed.lower)} {until} {plain(allowed.upper)}"
        f"{of_band}; give a score inside or another finding"
    )


def _verdict(rule: Qualitative, band: QualitativeBand | None) -> Verdict:
    """Met in the best band, missed in the others; without a band nobody has said."""
    if band is None:
        return Verdict.INDETERMINATE
    return Verdict.MET if band is rule.bands[0] else Verdict.MISSED
