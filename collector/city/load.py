"""Read and check a city file; every complaint names file, line, column and key, and says what would be right."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from collector.city.complaints import complaints, place
from collector.city.model import City
from collector.errors import ConfigurationError
from connectors.registry import CONNECTORS
from connectors.registry import load as connector_class


def load_city(path: Path) -> City:
    """The city in ``path``. Raises ConfigurationError with one line per mistake."""
    document = _read_yaml(path)
    try:
        city = City.model_validate_json(json.dumps(document, default=_plain))
    except ValidationError as error:
        raise ConfigurationError("\n".join(complaints(path, document, error))) from None
    except TypeError:
        raise ConfigurationError(f"{path}:{_foreign(document)}") from None
    except (RecursionError, ValueError):
        raise ConfigurationError(f"{path}: an anchor (&) contains its own alias (*)") from None
    return city.model_copy(update={"folder": path.resolve().parent})


def line_of(path: Path, *keys: str | int) -> int:
    """The line of a key of the city file, or of the nearest one above it that is written there."""
    return place(_read_yaml(path), keys)[0]


def _read_yaml(path: Path) -> Any:
    try:
        document = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; `citygauge init DIR` starts a city file") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise ConfigurationError(f"{at}: {_problem(error)}") from None
    except YAMLError as error:
        raise ConfigurationError(f"{path}: is not YAML ({type(error).__name__})") from None
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}:1:1: a city file is a mapping that begins with `city: NAME`")
    return document


def _problem(error: MarkedYAMLError) -> str:
    """The mistake in words; the parser's own text about a key given twice prints both values, which may be secrets."""
    problem = error.problem or "is not YAML"
    if isinstance(error, DuplicateKeyError):
        key = problem.split('"')[1]
        return f"the key {key} is given twice"
    if "'\\t'" in problem:
        return "indent with spaces, not with tabs"
    if "another document" in problem:
        return "a city file is one document; remove the line ---"
    return problem


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError


def _foreign(document: Any) -> str:
    """Where the first value stands that is no text, number, date, list or mapping: YAML's tags can make others."""
    nodes: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    while nodes:
        loc, node = nodes.pop()
        if isinstance(node, dict | list):
            steps = node.items() if isinstance(node, dict) else enumerate(node)
            nodes += [((*loc, step), inner) for step, inner in steps]
        elif not isinstance(node, str | int | float | date | None):
            line, column, keys = place(document, loc)
            return f"{line}:{column}: {'.'.join(keys)}: write plain text, numbers, lists and mappings, without YAML tags (!!)"
    return "1:1: a key is no text"


def city_schema() -> dict[str, Any]:
    """JSON Schema of a city file; a source's own keys depend on its connector."""
    schema = City.model_json_schema(by_alias=True)
    source = schema["$defs"]["Source"]
    source["properties"].pop("options")
    source.pop("additionalProperties")
    source["properties"]["connector"] = {"enum": list(CONNECTORS)}
    source["allOf"] = []
    for name in CONNECTORS:
        options = connector_class(name).Options.model_json_schema(by_alias=True, ref_template=f"#/$defs/{name}_{{model}}")
        schema["$defs"] |= {f"{name}_{key}": value for key, value in options.pop("$defs", {}).items()}
        options.pop("additionalProperties", None)
        source["allOf"].append({"if": {"properties": {"connector": {"const": name}}}, "then": options})
    return schema
