"""What a city file says, validated; secrets in it are still references (see ``collector.city.secrets``)."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from collector.alerts.unfit import unfit_alerts
from collector.city.alerts import Alerts, SourceAlerts
from collector.city.evidence import Evidence
from collector.city.exclusions import Exclusion, Register
from collector.city.indicators import Indicator
from collector.city.paths import absolute
from collector.city.receivers import ReceiverSettings
from collector.city.references import unfit_names
from collector.city.remote_write import RemoteWrite
from collector.city.secrets import resolve
from collector.city.types import Duration, Interval, misplaced
from collector.connector import Connector
from collector.errors import ConfigurationError
from collector.plausibility.thresholds import Thresholds
from collector.records import Kind
from connectors.registry import load as connector_class

HOLDS_POLLS = 2.5
"""A run's answer counts until the next good run, at most this many polling intervals (DESIGN of the figures, section 2)."""

_strict = ConfigDict(extra="forbid", frozen=True, strict=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{name!r} is not a time zone such as Asia/Shanghai") from None
    return name


def _unfit(error: ValidationError) -> str:
    """The keys that do not fit once their references are filled in; pydantic's own text would print what they hold."""
    keys = sorted({".".join(map(str, one["loc"])) for one in error.errors(include_input=False, include_url=False)})
    return f"{', '.join(keys)}: what its ${{env:…}} or ${{file:…}} holds is not allowed here"


class Source(BaseModel):
    """One configured connector. Keys that only the connector knows are collected in ``options``."""

    model_config = _strict

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    connector: str
    every: Interval | None = None
    holds: Interval | None = None
    department: str | None = None
    district: str | None = None
    timezone: str | None = None
    timeout: Interval = timedelta(seconds=30)
    max_answer: int = Field(default=256, gt=0, description="largest answer in MiB")
    tls_verify: bool | str = Field(default=True, description="true, false, or the path of a CA file")
    register_: Register = Field(default=Register(), alias="register")
    alerts: SourceAlerts = None
    options: dict[str, Any] = Field(default_factory=dict)

    _zone_is_known = field_validator("timezone")(lambda name: name if name is None else _zone(name))

    @field_validator("tls_verify")
    @classmethod
    def _is_no_truth_value_in_words(cls, verify: bool | str) -> bool | str:
        if isinstance(verify, str) and verify.lower() in {"on", "off", "yes", "no", ""}:
            raise ValueError(f"{verify!r}: write true, false or the path of a CA file")
        return verify

    @model_validator(mode="before")
    @classmethod
    def _collect_options(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = {field.alias or name for name, field in cls.model_fields.items()} - {"options"}
        if not isinstance(data.get("connector"), str):  # then nobody knows whose keys the others are
            return {key: value for key, value in data.items() if key in known}
        try:
            options_of = connector_class(data["connector"]).Options.model_fields
        except ConfigurationError as error:
            raise misplaced(str(error), "connector") from None
        own = {key: value for key, value in data.items() if key not in known or key in options_of}
        return {key: value for key, value in data.items() if key in known} | {"options": own}

    @model_validator(mode="after")
    def _options_fit_the_connector(self) -> Source:
        connector_class(self.connector).Options.model_validate_json(json.dumps(self.options))
        return self

    @property
    def holds_for(self) -> timedelta:
        """How long an answer counts when no further good run comes."""
        return self.holds or (self.every or timedelta(0)) * HOLDS_POLLS

    @property
    def polled(self) -> bool:
        return self.every is not None and self.connector not in ("file", "push")

    @property
    def kind(self) -> Kind:
        """What kind of record the source brings: its connector's, or as the city file says."""
        return Kind(self.options["kind"]) if "kind" in self.options else connector_class(self.connector).kind

    def build(self, folder: Path, zone: ZoneInfo) -> Connector:
        """The connector, with its secrets resolved; ``zone`` is the city's, used where the source names none."""
        kind = connector_class(self.connector)
        options = resolve(self.options, folder, f"sources.{self.id}")
        for name in kind.Options.paths & options.keys():
            options[name] = absolute(options[name], folder)
        try:
            fitting = kind.Options.model_validate_json(json.dumps(options))
        except ValidationError as error:
            raise ConfigurationError(f"sources.{self.id}: {_unfit(error)}") from None
        return kind(fitting, ZoneInfo(self.timezone) if self.timezone else zone)


class City(BaseModel):
    """A whole city file. ``folder`` is where it lies; relative paths in it start there."""

    model_config = _strict

    city: str
    timezone: str = "Asia/Shanghai"
    store: str = "sqlite:///citygauge.db"
    broker: str = "embedded"
    archive: str = "archive/"
    actor_key: str | None = Field(default=None, description="${env:…} or ${file:…}; made beside the store when not given")
    keys: str = Field(default="keys/", description="folder of the signing keys; the first one is made when it is first needed")
    key_passphrase: str | None = Field(default=None, description="${env:…} or ${file:…}; private keys are encrypted with it")
    settle: Duration = timedelta(hours=2)
    evidence: Evidence = Evidence()
    sources: tuple[Source, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    plausibility: Thresholds = Thresholds()
    alerts: Alerts = Alerts()
    receivers: tuple[ReceiverSettings, ...] = ()
    remote_write: RemoteWrite | None = None
    folder: Path = Field(default=Path(), exclude=True)

    _zone_is_known = field_validator("timezone")(_zone)

    @model_validator(mode="after")
    def _names_fit_together(self) -> City:
        for mistake in unfit_names(self.sources, self.indicators, self.exclusions):
            raise mistake
        for mistake in unfit_alerts(self):
            raise mistake
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_scored(self) -> bool:
        """Whether the indicators add up to a score: where none has a weight above 0, there is none."""
        return any(indicator.weight for indicator in self.indicators)

    def source(self, name: str) -> Source:
        for source in self.sources:
            if source.id == name:
                return source
        raise ConfigurationError(f"there is no source {name!r}; the sources are {', '.join(s.id for s in self.sources)}")

    def indicator(self, name: str) -> Indicator:
        for indicator in self.indicators:
            if indicator.id == name:
                return indicator
        known = ", ".join(i.id for i in self.indicators)
        raise ConfigurationError(f"there is no indicator {name!r}; the indicators are {known}")
