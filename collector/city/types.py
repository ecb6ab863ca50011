"""How the city file writes durations, instants, sizes and lists of words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from collector.periods import MILLISECOND, parse_duration


def _duration(value: Any) -> Any:
    return value if isinstance(value, timedelta) else parse_duration(str(value))


def _positive(value: timedelta) -> timedelta:
    if value < MILLISECOND:
        raise ValueError("must be longer than 0s")
    return value


def _write_duration(value: timedelta) -> str:
    whole, rest = divmod(value, timedelta(seconds=1))
    return f"{value // MILLISECOND}ms" if rest else f"{whole}s"


def _texts(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _instant(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is not an ISO 8601 instant such as 2026-10-01T00:00:00+08:00") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("an instant needs an offset, such as 2026-10-01T00:00:00+08:00")
    return value


def misplaced(text: str, *at: str | int) -> PydanticCustomError:
    """A mistake at the keys ``at`` below the place where it was found."""
    return PydanticCustomError("misplaced", "{text}", {"text": text, "at": at})


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(_write_duration),
    WithJsonSchema({"type": "string", "pattern": r"^(\d+(\.\d+)?(ms|s|m|h|d))+$", "examples": ["30s", "5m", "1h30m", "1d"]}),
]
Interval = Annotated[Duration, AfterValidator(_positive)]
"""A duration that something is divided by or waits for: never 0."""
Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
