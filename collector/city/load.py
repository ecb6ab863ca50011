"""Read and check a city file; every complaint names file, line, column and key, and says what would be right."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from collector.city.complaints import complaints, place
from collector.city.model import City
from collector.errors import ConfigurationError
from collector.strict_yaml import read_yaml
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
    begins = "a city file is a mapping that begins with `city: NAME`"
    return read_yaml(path, "a city file", begins, missing="; `citygauge init DIR` starts a city file")


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
