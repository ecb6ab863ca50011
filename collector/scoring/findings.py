"""What is wrong with a form as a whole: weights, values far beyond their target, evidence that is missing, a period that is too short."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from collector.scoring.fill import FilledByDeclaration
from collector.scoring.judged import Given, Judged, number_text, target_text
from collector.scoring.numbers import percent, plain
from collector.scoring.weights import faults_of


def weight_findings(given: Given) -> list[str]:
    language = given.say.language
    return [given.say("weights", text=fault.zh if language == "zh" else fault.en) for fault in faults_of(given.profile)]


def line_findings(judged: Sequence[Judged], given: Given, reasons: Mapping[str, str]) -> list[str]:
    """reasons: texts written by a person, by line."""
    told = [finding for one in judged for finding in one.findings]
    told += [text for one in judged if not reasons.get(one.line.id, "").strip() and (text := _gate(one, given))]
    return told + _without_evidence(judged, given)


def period_findings(judged: Sequence[Judged], given: Given) -> list[str]:
    """A form of a year rests on figures of that year."""
    if not any(one.figure is not None and one.is_known for one in judged):
        return []
    year = re.match(r"\d{4}", given.period)
    told = []
    if given.profile.year is not None and (year is None or int(year[0]) != given.profile.year):
        told.append(given.say("other_year", period=given.period, year=given.profile.year))
    if not re.fullmatch(r"\d{4}", given.period):
        told.append(given.say("short_period", period=given.period))
    return told


def _gate(judged: Judged, given: Given) -> str:
    """Far more than was aimed for, and nobody has written why: the target may have been too low. For targets to be exceeded only."""
    gate, target = given.rules.over_achievement, judged.line.parsed_target
    if gate is None or target is None or judged.lower is None or target.operator not in {">=", ">", "="}:
        return ""
    say, threshold = given.say, Fraction(target.threshold)
    values = {"name": given.name(judged.line), "actual": number_text(judged.line, judged.value or judged.lower, say)}
    values["assumed"] = say("assumed") if gate.unverified else ""
    if threshold > 0 and judged.lower >= threshold * Fraction(gate.ratio):
        return say("gate", ratio=percent(Fraction(gate.ratio)), target=target_text(judged.line, say), **values)
    if threshold == 0 and gate.of_zero is not None and judged.lower >= Fraction(gate.of_zero):
        return say("gate_zero", bound=f"{plain(gate.of_zero)}{judged.line.unit}", **values)
    return ""


def _without_evidence(judged: Sequence[Judged], given: Given) -> list[str]:
    bare = [
        given.name(one.line)
        for one in judged
        if isinstance(one.line.fill, FilledByDeclaration)
        and one.declaration is not None
        and not one.declaration.attachment
    ]
    return [given.say("no_evidence", count=len(bare), names=given.say.join(bare))] if bare else []
