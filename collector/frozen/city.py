"""The settings that a snapshot's figures depend on, as the snapshot has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from collector.city.exclusions import Exclusion, Register
from collector.city.indicators import Indicator
from collector.ledger import MeasuredSource
from collector.periods import MILLISECOND
from collector.records import Kind

_INDICATOR: TypeAdapter[Any] = TypeAdapter(Indicator)


@dataclass(frozen=True)
class FrozenSource:
    """A source's settings; durations are exact to the millisecond."""

    id: str
    connector: str
    kind: Kind
    every: timedelta | None
    holds_for: timedelta
    register_: Register

    @property
    def polled(self) -> bool:
        return self.every is not None


@dataclass(frozen=True)
class FrozenCity:
    zone: ZoneInfo
    sources: Mapping[str, FrozenSource]
    indicators: tuple[Any, ...]
    exclusions: tuple[Exclusion, ...]

    def source(self, name: str) -> FrozenSource:
        return self.sources[name]

    def indicator(self, name: str) -> Any:
        return next(one for one in self.indicators if one.id == name)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> FrozenCity:
        """From a snapshot's document. Raises pydantic's ValidationError, KeyError or ValueError where it is not one."""
        return cls(
            ZoneInfo(document["period"]["timezone"]),
            {name: _source(name, one) for name, one in document["sources"].items()},
            tuple(_INDICATOR.validate_json(json.dumps(one["definition"])) for one in document["indicators"]),
            tuple(Exclusion.model_validate_json(json.dumps(one)) for one in document["exclusions"]),
        )


def source_document(source: MeasuredSource, swept: bool) -> dict[str, Any]:
    """swept: whether its states were read all at once."""
    return {
        "connector": source.connector,
        "kind": source.kind.value,
        "every_ms": None if source.every is None else source.every // MILLISECOND,
        "holds_ms": source.holds_for // MILLISECOND,
        "register": source.register_.policy,
        "swept": swept,
    }


def _source(name: str, document: Mapping[str, Any]) -> FrozenSource:
    every = document["every_ms"]
    policy = document["register"]
    return FrozenSource(
        name, document["connector"], Kind(document["kind"]),
        None if every is None else every * MILLISECOND, document["holds_ms"] * MILLISECOND,
        Register(policy=policy, file="register.csv" if policy == "fixed" else None),
    )  # fmt: skip
