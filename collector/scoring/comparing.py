"""Declared against measured: agree, overstated, understated, outside the interval, or unverifiable; and what each earns."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from collector.measurement import Measurement
from collector.rounding import half_up
from collector.scoring.declaration import Claim, Declaration, claim_of, repeats_target
from collector.scoring.form import Score
from collector.scoring.judged import (
    Given,
    Judged,
    basis_text,
    gap_text,
    interval_text,
    is_computed,
    number_text,
    score_text,
)
from collector.scoring.numbers import digits_of, plain
from collector.scoring.profile import Line
from collector.scoring.qualitative import finding_text
from collector.scoring.rules import score_at
from collector.verdict import Verdict, judge

Kind = Literal["agree", "overstated", "understated", "outside", "unverifiable"]


@dataclass(frozen=True)
class Comparison:
    """gap: how far the declared number is from the measured value, or from the nearer end of its interval; None where unverifiable.

    stated: the points that the declaration gives itself. declared_score: what the declared number earns by the rules, None where it
    is no number. measured_score: what the measured value earns. copies_target: the cell repeats the target.
    sentence: all of that, in the form's language.
    """

    line: str
    kind: Kind
    gap: Fraction | None
    stated: Decimal | None
    declared_score: Decimal | None
    measured_score: Score | None
    copies_target: bool
    sentence: str

    @property
    def difference(self) -> Score | None:
        """Points declared (by itself, else by the rules) less points measured, from least to most."""
        declared = self.declared_score if self.stated is None else self.stated
        if declared is None or self.measured_score is None:
            return None
        return Score(declared - self.measured_score.upper, declared - self.measured_score.lower)


def compare_line(judged: Judged, given: Given) -> Comparison | None:
    """None where nothing was declared."""
    declaration = judged.declaration
    if declaration is None:
        return None
    line, claim = judged.line, claim_of(judged.line, declaration)
    kind, gap, text = _compared(judged, claim, declaration, given)
    by_rule = declared_score(line, declaration, given)
    copied = repeats_target(line, declaration)
    of_measured = judged.score if judged.is_known and (judged.figure is not None or is_computed(judged)) else None
    sentences = [text, given.say("copied") if copied else "", _scores(declaration.score, by_rule, of_measured, given)]
    return Comparison(
        line.id, kind, gap, declaration.score, by_rule, of_measured, copied, given.say.sentences(sentences)
    )


def declared_score(line: Line, declaration: Declaration, given: Given) -> Decimal | None:
    """The points of the declared number by the same rule; None where there is no number, or where a person gives the points."""
    claim, target = claim_of(line, declaration), line.parsed_target
    if claim is None or target is None:
        return None
    return score_at(given.quantitative(line), Fraction(claim.number), target, given.scale_of(line))


def _compared(
    judged: Judged, claim: Claim | None, declaration: Declaration, given: Given
) -> tuple[Kind, Fraction | None, str]:
    say, line = given.say, judged.line
    declared = declaration.actual or (
        number_text(line, Fraction(claim.number), say) if claim else finding_text(judged, given) or "—"
    )
    if judged.basis == "declared" and not is_computed(judged):
        key = "unverifiable.declared" if declaration.attachment else "unverifiable.bare"
        return "unverifiable", None, say(key, declared=declared)
    if not judged.is_known:
        return "unverifiable", None, say("unverifiable.missing", declared=declared)
    interval = interval_text(line, judged.lower, judged.upper, say)
    measured = number_text(line, judged.value, say) if judged.value is not None and judged.is_point else interval
    named = {"declared": declared, "measured": measured, "interval": interval, "basis": basis_text(judged, say)}
    if claim is None:
        return "unverifiable", None, say("unverifiable.no_number", **named)
    place, gap = _placed(judged, claim)
    if place != "inside":
        kind = _kind(judged, place)
        return kind, gap, say(kind, gap=gap_text(line, gap, say), **named)
    if judged.is_point or _holds_throughout(judged, claim):
        return "agree", gap, say("agree", **named)
    return "unverifiable", None, say("unverifiable.within", **named)


def _placed(judged: Judged, claim: Claim) -> tuple[Literal["inside", "above", "below"], Fraction]:
    """Where the claim lies against [lower, upper], and how far away.

    A number agrees if it is the measured one at the digits that it is declared with; an inequality is held to every digit.
    """
    number, upper, lower = Fraction(claim.number), judged.upper, judged.lower
    if not claim.is_inequality:
        digits = digits_of(claim.number)
        upper, lower = (None if one is None else Fraction(half_up(one, digits)) for one in (upper, lower))
    if (
        claim.operator not in {"<=", "<"}
        and upper is not None
        and (upper < number or (claim.operator == ">" and upper == number))
    ):
        return "above", number - (judged.upper or Fraction(0))
    if (
        claim.operator not in {">=", ">"}
        and lower is not None
        and (number < lower or (claim.operator == "<" and lower == number))
    ):
        return "below", (judged.lower or Fraction(0)) - number
    return "inside", Fraction(0)


def _holds_throughout(judged: Judged, claim: Claim) -> bool:
    """Whether an inequality is true of every value in the interval: then it agrees, however wide that is."""
    if not claim.is_inequality:
        return False
    measured = Measurement(judged.value, judged.lower, judged.upper, 1.0, 1)
    return judge(measured, claim.target) is Verdict.MET


def _kind(judged: Judged, place: str) -> Kind:
    """Beyond an interval there is only ``outside``; of a point, better than measured is overstated."""
    if not judged.is_point:
        return "outside"
    target = judged.line.parsed_target
    less_is_better = target is not None and target.operator in {"<=", "<"}
    return "overstated" if (place == "above") != less_is_better else "understated"


def _scores(stated: Decimal | None, by_rule: Decimal | None, measured: Score | None, given: Given) -> str:
    if measured is None:
        return ""
    values = {
        "stated": stated if stated is None else plain(stated),
        "declared": by_rule if by_rule is None else plain(by_rule),
    }
    if stated is None and by_rule is None:
        return ""
    key = (
        "scores"
        if stated is not None and by_rule is not None
        else "scores_of_rule"
        if stated is None
        else "scores_stated"
    )
    return given.say(key, measured=score_text(measured), **values)
