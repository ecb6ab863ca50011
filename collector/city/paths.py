"""Paths in a city file start at the folder of the file, wherever a command is run."""

from __future__ import annotations

from pathlib import Path

SQLITE = "sqlite:///"


def absolute(value: str, folder: Path) -> str:
    """A path, or the path in an SQLite URL, made absolute; any other URL is left as it is."""
    if value.startswith(SQLITE):
        path = value.removeprefix(SQLITE)
        return value if path in ("", ":memory:") else f"{SQLITE}{folder / path}"
    return value if "://" in value else str(folder / value)
