"""Receivers of notifications as the city file gives them; keys that only one kind knows are collected in ``options``."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from collector.alerting.receiver import Receiver, ReceiverOptions
from collector.alerting.registry import load as receiver_class
from collector.city.paths import absolute
from collector.city.secrets import resolve
from collector.city.types import Duration, Interval, Texts, misplaced
from collector.errors import ConfigurationError
from collector.http import MEGABYTE, Http

LARGEST_ANSWER = MEGABYTE
_Severity = Literal["critical", "warning", "info"]
Severities = Annotated[
    tuple[_Severity, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
]


class ReceiverSettings(BaseModel):
    """One configured receiver, and what it is told of when.

    severities, departments: of the alerts that it is told of; empty is all. group_by: alerts that agree in these labels
    make one message. group_wait: how long the first message of a group waits for more. group_interval: how long after a
    message changes of the group are told at the earliest. repeat_interval: how long after a message people are
    reminded of what still fires. resolved: whether the end of an alert is told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    via: str
    severities: Severities = ()
    departments: Texts = ()
    group_by: Texts = ("department",)
    group_wait: Duration = timedelta(0)
    group_interval: Interval = timedelta(minutes=5)
    repeat_interval: Interval = timedelta(hours=4)
    resolved: bool = True
    timeout: Interval = timedelta(seconds=10)
    tls_verify: bool | str = True
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _collect_options(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = set(cls.model_fields) - {"options"}
        if not isinstance(data.get("via"), str):
            return {key: value for key, value in data.items() if key in known}
        try:
            receiver_class(data["via"])
        except ConfigurationError as error:
            raise misplaced(str(error), "via") from None
        own = {key: value for key, value in data.items() if key not in known}
        return {key: value for key, value in data.items() if key in known} | {"options": own}

    @model_validator(mode="after")
    def _options_fit_the_receiver(self) -> ReceiverSettings:
        self._validated(self.options)
        return self

    def wants(self, severity: str, department: str | None) -> bool:
        """Whether it is told of an alert that names no receivers."""
        return (not self.severities or severity in self.severities) and (
            not self.departments or department in self.departments
        )

    @property
    def kind(self) -> type[Receiver]:
        return receiver_class(self.via)

    def build(self, folder: Path) -> Receiver:
        """The receiver with its secrets resolved. Raises ConfigurationError naming the key, never what it holds."""
        options = resolve(self.options, folder, f"receivers.{self.id}")
        for name in self.kind.Options.paths & options.keys():
            options[name] = absolute(options[name], folder)
        try:
            fitting = self._validated(options)
        except ValidationError as error:
            keys = sorted(
                {".".join(map(str, one["loc"])) for one in error.errors(include_input=False, include_url=False)}
            )
            raise ConfigurationError(
                f"receivers.{self.id}: {', '.join(keys)}: what its ${{env:…}} or ${{file:…}} holds is not allowed here"
            ) from None
        verify = absolute(self.tls_verify, folder) if isinstance(self.tls_verify, str) else self.tls_verify
        return self.kind(fitting, Http(self.timeout, LARGEST_ANSWER, verify, retries=0))

    def _validated(self, options: dict[str, Any]) -> ReceiverOptions:
        return self.kind.Options.model_validate_json(json.dumps(options))
