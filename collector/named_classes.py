"""Classes by the name that a city file gives them; a module is imported when its class is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TypeVar

from collector.errors import ConfigurationError

Base = TypeVar("Base")


def load_class(listed: Mapping[str, str], name: str, base: type[Base], what: str) -> type[Base]:
    """The class that ``listed`` has (``module:Class``) for ``name``, one of ``base``. what: its kind, in the mistake's words.

    Raises ConfigurationError for a name that is not listed.
    """
    if name not in listed:
        raise ConfigurationError(f"there is no {what} {name!r}; the {what}s are {', '.join(sorted(listed))}")
    module, _, attribute = listed[name].partition(":")
    kind = getattr(import_module(module), attribute)
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise TypeError(f"{listed[name]} is not a {base.__name__}")
    return kind
