"""Secrets stand in the city file only as ``${env:NAME}`` or ``${file:PATH}`` and are read at the moment they are used."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from collector.errors import ConfigurationError

_REFERENCE = re.compile(r"\$\{(env|file):([^}]+)\}")


def resolve(value: Any, folder: Path, key: str) -> Any:
    """``value`` with every reference replaced, through lists and mappings; a relative file path starts at ``folder``.

    Raises ConfigurationError naming the variable or file, never what it holds.
    """
    if isinstance(value, str):
        if "${" in _REFERENCE.sub("", value):
            raise ConfigurationError(f"{key}: a reference is written ${{env:NAME}} or ${{file:PATH}}")
        return _REFERENCE.sub(lambda match: _read(match[1], match[2], folder, key), value)
    if isinstance(value, dict):
        return {name: resolve(inner, folder, f"{key}.{name}") for name, inner in value.items()}
    if isinstance(value, list):
        return [resolve(inner, folder, f"{key}[{i}]") for i, inner in enumerate(value)]
    return value


def _read(kind: str, name: str, folder: Path, key: str) -> str:
    if kind == "env":
        if name not in os.environ:
            raise ConfigurationError(f"{key}: the environment variable {name} is not set")
        return os.environ[name]
    try:
        return (folder / name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{key}: the file {name} cannot be read ({error.strerror})") from None
