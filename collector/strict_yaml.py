"""A YAML file as a strict model: every mistake names file, line, column, key and remedy. Profiles, rule sets and declarations."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from collector.city.complaints import place
from collector.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)

_MAPPING = "write keys and values, such as `key: value`"
_WORDS = {
    "missing": "is missing",
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": "write a list, each item on a line that begins with `- `",
    "string_type": "write a text; a number or a truth value that is meant as a text stands in quotes",
    "bool_type": "write true or false",
    "int_type": "write a whole number, without quotes",
}
"""pydantic's kind of error -> what to do, where its own text speaks of Python."""


def read_yaml(
    path: Path,
    what: str = "the file",
    begins: str = "write keys and values, such as `id: my-profile`",
    missing: str = "",
) -> Any:
    """The mapping in a file, with the places of its keys. Raises ConfigurationError.

    what: it is called; begins: said of one that holds no mapping; missing: said beside the reason of one that cannot be read.
    """
    try:
        document = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}{missing}") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise ConfigurationError(f"{at}: {_problem(error, what)}") from None
    except YAMLError as error:
        raise ConfigurationError(f"{path}: is not YAML ({type(error).__name__})") from None
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}:1:1: {begins}")
    return document


def _problem(error: MarkedYAMLError, what: str) -> str:
    """The mistake in words; the parser's own text about a key given twice prints both values, which may be secrets."""
    problem = error.problem or "is not YAML"
    if isinstance(error, DuplicateKeyError):
        key = problem.split('"')[1]
        return f"the key {key} is given twice"
    if "'\\t'" in problem:
        return "indent with spaces, not with tabs"
    if "another document" in problem:
        return f"{what} is one document; remove the line ---"
    return problem


def validated(path: Path, written: Any, document: Any, kind: type[Model], page: str = "docs/profiles.md") -> Model:
    """written: what stands in the file, where mistakes are shown; document: the same with what it builds on. page: of the keys."""
    try:
        return kind.model_validate_json(json.dumps(document, default=_plain))
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
        raise ConfigurationError("\n".join(_complaint(path, written, one, page) for one in errors)) from None
    except (RecursionError, TypeError, ValueError):
        raise ConfigurationError(
            f"{path}:1:1: write plain text, numbers, lists and mappings, without YAML tags"
        ) from None


def place_of(path: Path, document: Any, loc: tuple[str | int, ...]) -> str:
    """``form.yaml:12:5: lines.0.rule``."""
    line, column, keys = place(document, loc)
    return f"{path}:{line}:{column}: {'.'.join(keys) or path.stem}"


def _complaint(path: Path, document: Any, error: ErrorDetails, page: str) -> str:
    loc: tuple[str | int, ...] = (*error["loc"], *error.get("ctx", {}).get("at", ()))
    if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        context = error["ctx"]
        loc = (*loc, context["discriminator"].strip("'"))
        said = f"there is no {context['tag']!r} here" if "tag" in context else "is missing"
        return (
            f"{place_of(path, document, loc)}: {said}; write one of {context.get('expected_tags', f'those in {page}')}"
        )
    if error["type"] == "extra_forbidden":
        return f"{place_of(path, document, loc)}: there is no such key here; {page} lists the keys"
    return f"{place_of(path, document, loc)}: {_WORDS.get(error['type'], error['msg'].removeprefix('Value error, '))}"


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError
