"""Read and check a city file; every complaint names file, line, column and key, and says what would be right."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

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
        lines = [_complaint(path, document, one) for one in error.errors()]
        raise ConfigurationError("\n".join(lines)) from None
    return city.model_copy(update={"folder": path.resolve().parent})


def _read_yaml(path: Path) -> Any:
    try:
        document = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; `citygauge init DIR` starts a city file") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise ConfigurationError(f"{place}: {error.problem or 'is not YAML'}") from None
    except YAMLError as error:
        raise ConfigurationError(f"{path}: is not YAML ({type(error).__name__})") from None
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}:1:1: a city file is a mapping that begins with `city: NAME`")
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong in a city file")


def _complaint(path: Path, document: Any, error: Any) -> str:
    """``city.yaml:15:5: sources.1.every: '5 minutes' is not a duration …``."""
    line, column, keys = _place(document, error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "there is no such key here"
    return f"{path}:{line}:{column}: {'.'.join(keys) or 'city file'}: {message}"


def _place(document: Any, loc: tuple[str | int, ...]) -> tuple[int, int, list[str]]:
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
        node = node[step]  # type: ignore[index]
    return line, column, keys


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
