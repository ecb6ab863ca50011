"""What would settle the total, in sentences: what must be observed, when, and how many points hang on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from collector.scoring.fill import FilledByDeclaration, FilledByMeasurement, FilledBySurvey
from collector.scoring.form import Score
from collector.scoring.grades import grades_between
from collector.scoring.judged import Given, Judged, interval_text, score_text
from collector.scoring.numbers import percent, plain
from collector.scoring.profile import Veto
from collector.scoring.reasons import least_observed
from collector.scoring.settling import Settling, added, settle
from collector.scoring.totals import FUNDS, Vetoes, bands_of, scores_of
from collector.verdict import exact


def settling_text(
    judged: Sequence[Judged], of_funds: Score | None, given: Given, vetoes: Vetoes, weights: Decimal
) -> tuple[str, ...]:
    """Decisive lines first, then the rest; a veto that nobody has decided before all. Empty where the total is settled."""
    scores = scores_of(judged, of_funds)
    if not scores or not weights:
        return ()
    found = settle(scores, weights, bands_of(given), Decimal(1).scaleb(-given.rules.decimals))
    known = {one.line.id: one for one in judged}
    texts = [_veto(one, given) for one in vetoes.open]
    return (
        *texts,
        *_head(found, scores, given, weights),
        *_items(found.decisive, known, scores, given),
        *_rest(found, known, scores, given),
    )


def _veto(veto: Veto, given: Given) -> str:
    return given.say("what.veto", text=veto.text(given.say.language), ceiling=plain(veto.ceiling))


def _head(found: Settling, scores: Mapping[str, Score], given: Given, weights: Decimal) -> list[str]:
    say = given.say
    if not found.decisive:
        return []
    total = added(scores.values())
    outcomes = [
        say("outcome", grade=one.grade.name(say.language), least=plain(one.least), most=plain(one.most))
        for one in found.outcomes
    ]
    return [
        say(
            "head",
            total=score_text(total),
            grades=say.either([one.name(say.language) for one in grades_between(total, weights, bands_of(given))]),
            count=len(found.decisive),
            points=_points([scores[name] for name in found.decisive]),
            outcomes=say("semicolon").join(outcomes),
        )
    ]


def _rest(found: Settling, known: Mapping[str, Judged], scores: Mapping[str, Score], given: Given) -> list[str]:
    if not found.rest:
        return []
    points = _points([scores[name] for name in found.rest])
    return [
        given.say("rest" if found.decisive else "only_total", points=points),
        *_items(found.rest, known, scores, given),
    ]


def _items(names: Sequence[str], known: Mapping[str, Judged], scores: Mapping[str, Score], given: Given) -> list[str]:
    say, told = given.say, []
    for name in names:
        if name == FUNDS:
            title, what = say("funds_row"), say("what.no_funds", year=_year(given))
        else:
            title, what = given.name(known[name].line), what_to_do(known[name], given)
        told.append(say("settle.item", name=title, points=_points([scores[name]]), what=what))
    return told


def _points(scores: Sequence[Score]) -> str:
    return plain(sum((one.upper - one.lower for one in scores), Decimal(0)))


def what_to_do(judged: Judged, given: Given) -> str:
    """The observation that would settle one open line."""
    line, say, fill = judged.line, given.say, judged.line.fill
    values: dict[str, object] = {
        "period": given.period or _year(given),
        "year": _year(given),
        "unit": line.unit,
        **judged.values,
    }
    key = judged.open_because
    if isinstance(fill, FilledByMeasurement | FilledBySurvey):
        values["connectors"] = say.join(fill.connectors)
    if isinstance(fill, FilledBySurvey):
        values |= {"asked": fill.asked(say.language), "minimum": fill.minimum, "n": _answers(judged)}
        key = {
            "no_declaration": "survey",
            "no_indicator": "survey",
            "missing": "survey",
            "uncertain": "more_answers",
        }.get(key, key)
    if isinstance(fill, FilledByDeclaration):
        values["evidence"] = say.join(one(say.language) for one in fill.evidence)
    elif key == "no_number":
        values["evidence"] = say("answers")
    if judged.is_known:
        values["interval"] = interval_text(line, judged.lower, judged.upper, say)
        values |= _unseen(judged, given)
        key = "undecided" if key == "uncertain" and judged.coverage == 1 else key
    return say(f"what.{key}", **values)


def _unseen(judged: Judged, given: Given) -> dict[str, object]:
    """How much of the period was seen, and the days of which least was."""
    if judged.coverage is None or judged.figure is None:
        return {"coverage": "—", "days": ""}
    days = least_observed(given.broken_down.get(judged.figure.indicator.id, {}).get("day", {}))
    named = given.say.join(f"{day} {percent(share)}" for day, share in days)
    return {"coverage": percent(exact(judged.coverage)), "days": given.say("what.days", days=named) if days else ""}


def _answers(judged: Judged) -> int | str:
    if judged.figure is not None:
        return judged.figure.measurement.n
    return judged.declaration.n if judged.declaration and judged.declaration.n else 0


def _year(given: Given) -> str:
    year = given.profile.year
    return given.say("of_year", year=year) if year is not None else given.period or given.say("whole_period")
