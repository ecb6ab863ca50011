"""What is wrong with a city file, in words: file, line, column and key of every mistake, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from collector.alerting.registry import load as receiver_class
from collector.city.alerts import Alerts, Condition, ConditionBase, IndicatorCondition, LateSnapshot, SourceCondition
from collector.city.exclusions import Exclusion
from collector.city.indicators import Indicator, IndicatorBase
from collector.city.model import City, Source
from collector.city.receivers import ReceiverSettings
from collector.plausibility.thresholds import Thresholds
from connectors.registry import load as connector_class

_MEASURES: dict[str, type[IndicatorBase]] = {
    get_args(kind.model_fields["measure"].annotation)[0]: kind for kind in get_args(get_args(Indicator)[0])
}
_CONDITIONS: dict[str, type[ConditionBase]] = {
    get_args(kind.model_fields["when"].annotation)[0]: kind for kind in get_args(Condition)
}
_MAPPING = "write keys and values, such as `key: value`"
_LIST = "write a list, each item on a line that begins with `- `"
_WORDS = {
    "missing": "is missing",
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_type": "write a text; a number or a truth value that is meant as a text stands in quotes",
    "union_tag_not_found": f"is missing; the measures are {', '.join(_MEASURES)}",
}
"""pydantic's kind of error -> what to do, where its own text speaks of Python."""


def complaints(path: Path, document: Any, error: ValidationError) -> list[str]:
    """One line for each mistake: ``city.yaml:15:5: sources.1.every: '5 minutes' is not a duration …``."""
    errors = [(_loc(one), one) for one in error.errors(include_input=False, include_url=False)]
    inner = [loc for loc, _ in errors]
    return [_complaint(path, document, loc, one) for loc, one in errors if not _follows(loc, one, inner)]


def _follows(loc: Sequence[str | int], error: ErrorDetails, others: Iterable[Sequence[str | int]]) -> bool:
    """A list whose items are wrong also counts as too short; the items have been complained about already."""
    return error["type"] == "too_short" and any(len(other) > len(loc) and other[: len(loc)] == loc for other in others)


def _loc(error: ErrorDetails) -> tuple[str | int, ...]:
    """The keys that lead to the mistake; a check of the whole file says itself which place it means."""
    loc = error["loc"]
    if error["type"].startswith("union_tag"):
        return (*loc, "when" if "alerts" in loc else "measure")
    if loc[:1] == ("indicators",) and len(loc) == 3:  # the whole indicator is meant, the third is the union's tag
        loc = loc[:2]
    return (*loc, *error.get("ctx", {}).get("at", ()))


def _complaint(path: Path, document: Any, loc: tuple[str | int, ...], error: ErrorDetails) -> str:
    line, column, keys = place(document, loc)
    return f"{path}:{line}:{column}: {'.'.join(keys) or 'city file'}: {_message(document, loc, error)}"


def _message(document: Any, loc: tuple[str | int, ...], error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return _no_such_key(str(loc[-1]), sorted(_known_keys(document, loc)))
    if kind.startswith("union_tag") and loc[-1] == "when":
        named = f"there is no condition {error['ctx']['tag']!r} here" if kind == "union_tag_invalid" else "is missing"
        return f"{named}; the conditions of {'a source' if loc[0] == 'sources' else 'an indicator'} are {_conditions(str(loc[0]))}"
    if kind == "union_tag_invalid":
        return f"there is no measure {error['ctx']['tag']!r}; the measures are {', '.join(_MEASURES)}"
    return _WORDS.get(kind, error["msg"].removeprefix("Value error, "))


def _no_such_key(key: str, known: list[str]) -> str:
    if close := get_close_matches(key, known, 1):
        return f"there is no such key here; did you mean {close[0]}?"
    return "there is no such key here" + (f"; the keys are {', '.join(known)}" if known else "")


def _known_keys(document: Any, loc: tuple[str | int, ...]) -> set[str]:
    """The keys that stand beside the one at ``loc``; none for keys deeper down."""
    match loc:
        case (_,):
            return _keys(City) - {"folder"}
        case ("sources", int(number), _):
            return _keys(Source) - {"options"} | _keys(connector_class(document["sources"][number]["connector"]).Options)
        case ("indicators", int(), str(measure), _) if measure in _MEASURES:
            return _keys(_MEASURES[measure])
        case ("exclusions", int(), _):
            return _keys(Exclusion)
        case ("indicators" | "sources", *_, "alerts", int(), str(when), _) if when in _CONDITIONS:
            return _keys(_CONDITIONS[when])
        case ("alerts", _):
            return _keys(Alerts)
        case ("alerts", "late_snapshot", _):
            return _keys(LateSnapshot)
        case ("receivers", int(number), _):
            return _keys(ReceiverSettings) - {"options"} | _keys(receiver_class(document["receivers"][number]["via"]).Options)
        case ("plausibility", _):
            return _keys(Thresholds)
    return set()


def _conditions(beside: str) -> str:
    union = SourceCondition if beside == "sources" else IndicatorCondition
    return ", ".join(get_args(kind.model_fields["when"].annotation)[0] for kind in get_args(get_args(union)[0]))


def _keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def place(document: Any, loc: Sequence[str | int]) -> tuple[int, int, list[str]]:
    """Line and column of an error location; steps that are not in the document (union tags) are left out."""
    line, column, keys = 1, 1, []
    node = document
    for step in loc:
        if not isinstance(node, dict | list):
            break
        if isinstance(node, list) and isinstance(step, int) and step < len(node):
            line, column = (at + 1 for at in node.lc.item(step))  # type: ignore[attr-defined]
        elif isinstance(node, dict) and step in node:
            line, column = (at + 1 for at in node.lc.key(step))  # type: ignore[attr-defined]
        else:
            if isinstance(node, dict) and step == loc[-1]:
                keys.append(str(step))
            continue
        keys.append(str(step))
        node = node[step]
    return line, column, keys
