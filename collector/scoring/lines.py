"""A judged line as a row of the form, every cell as it is printed."""

from __future__ import annotations

from collections.abc import Mapping

from collector.scoring.comparing import compare_line, declared_score
from collector.scoring.explaining import explanation
from collector.scoring.form import Declared, Line
from collector.scoring.judged import Given, Judged, interval_text, is_computed, number_text, target_text
from collector.scoring.qualitative import finding_text
from collector.scoring.reasons import draft


def row(judged: Judged, given: Given, reasons: Mapping[str, str]) -> Line:
    """reasons: texts by line that replace the drafts."""
    line, language = judged.line, given.say.language
    first = next(one for one in given.profile.levels if one.name.zh == line.level[0])
    second = next(one for one in first.second if one.name.zh == line.level[1])
    compared = compare_line(judged, given)
    is_interval = judged.is_known and not judged.is_point
    return Line(
        id=line.id,
        levels=(first.name(language), second.name(language), line.name(language)),
        target=target_text(line, given.say),
        actual=actual_text(judged, given),
        interval=interval_text(line, judged.lower, judged.upper, given.say) if is_interval else "",
        coverage=judged.coverage,
        basis=judged.basis,
        verdict=judged.verdict.value,
        weight=line.weight,
        score=judged.score,
        explanation=explanation(judged, given),
        reason=reasons[line.id] if line.id in reasons else draft(judged, given),
        declared=_declared(judged, given),
        difference=compared.sentence if compared else "",
        indicator=judged.figure.indicator.id if judged.figure else None,
    )


def actual_text(judged: Judged, given: Given) -> str:
    """The measured or computed value; where there is none, the word that says why. What was declared stands in declared lines only."""
    if judged.basis == "declared" and not is_computed(judged):
        if judged.declaration is not None:
            return judged.declaration.actual or finding_text(judged, given) or _number(judged, given)
        return _number(judged, given)
    if judged.basis == "missing":
        return given.say(judged.verdict.value if judged.verdict.value == "not_applicable" else "missing")
    return _number(judged, given)


def _number(judged: Judged, given: Given) -> str:
    if judged.value is not None:
        return number_text(judged.line, judged.value, given.say)
    return given.say("insufficient" if judged.figure is not None else "no_value")


def _declared(judged: Judged, given: Given) -> Declared | None:
    told = judged.declaration
    if told is None:
        return None
    return Declared(
        actual=told.actual or finding_text(judged, given),
        score=declared_score(judged.line, told, given),
        by=told.by,
        declared_at=told.declared_at,
        attachment=told.attachment,
        stated=told.score,
    )
