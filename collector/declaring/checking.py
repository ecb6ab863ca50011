"""Whether a declaration fits its line, before anything is stored: unit, numbers that agree, points inside the weight and the band."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from collector.declaring.statement import Item
from collector.errors import ConfigurationError
from collector.profile_files import Evaluation
from collector.scoring.declaration import Declaration, claim_of
from collector.scoring.fill import FilledBySurvey
from collector.scoring.judged import Given
from collector.scoring.judging import judge_line
from collector.scoring.profile import Line
from collector.scoring.words import Say


def check(items: Iterable[Item], evaluation: Evaluation) -> None:
    """Raises ConfigurationError with a line for each declaration that does not fit, naming file and place."""
    faults = [f"{one.at}: {fault}" for one in items if one.kind == "line" and (fault := _fault(one, evaluation))]
    if faults:
        raise ConfigurationError("\n".join(faults))


def declaration_of(line: Line, body: dict[str, Any]) -> Declaration:
    """What was declared of a line, without who and when. A bare number in the cell is in the line's unit, unless that is a percentage."""
    number, score = (None if body.get(key) is None else Decimal(body[key]) for key in ("number", "score"))
    actual = str(body.get("actual", ""))
    told = Declaration(
        line.id, actual, number, str(body.get("unit", "")), str(body.get("finding", "")), score, body.get("n")
    )
    if number is None and line.unit not in {"", "%"} and _is_number(actual):
        return _with(told, Decimal(actual))
    return told


def _with(told: Declaration, number: Decimal) -> Declaration:
    return Declaration(told.line, told.actual, number, told.unit, told.finding, told.score, told.n)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()


def _fault(item: Item, evaluation: Evaluation) -> str:
    line = evaluation.profile.line(item.name)
    told = declaration_of(line, item.body)
    if told.finding and line.qualitative is None:
        return f"{line.id} has a target with a number and takes no finding; give actual or number"
    if told.n is not None and not isinstance(line.fill, FilledBySurvey):
        return f"{line.id} is no survey and takes no n"
    if told.score is not None and told.score > line.weight:
        return f"score {told.score} is above the weight {line.weight} of {line.id}; give the points inside of it"
    if fault := _two_numbers(line, told):
        return fault
    try:
        judge_line(line, _alone(told, evaluation))
    except ConfigurationError as error:
        return str(error)
    return ""


def _two_numbers(line: Line, told: Declaration) -> str:
    """A cell that says 850 beside a number that says 800."""
    in_words = claim_of(line, Declaration(line.id, told.actual))
    if told.value is None or in_words is None or in_words.number == told.value:
        return ""
    return f"actual says {told.actual!r} and number {told.value}; make them agree, or leave one out"


def _alone(told: Declaration, evaluation: Evaluation) -> Given:
    return Given(evaluation.profile, evaluation.rules, Say("zh"), "", {}, {told.line: told})
