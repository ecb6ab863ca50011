"""Where indicator values are pushed to, for cities whose Prometheus cannot reach us."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collector.city.types import Interval


class RemoteWrite(BaseModel):
    """A receiver of Prometheus remote write 1.0. labels: added to every series; ``job`` is citygauge where not given.

    every: how often ``citygauge remote-write --follow`` pushes. timeout: for one push, attempts included.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str = Field(pattern=r"^https?://[^\s]+$")
    every: Interval = timedelta(minutes=1)
    labels: dict[str, str] = Field(default_factory=dict)
    username: str | None = None
    password: str | None = Field(default=None, description="${env:…} or ${file:…}")
    bearer_token: str | None = Field(
        default=None, description="${env:…} or ${file:…}; instead of username and password"
    )
    timeout: Interval = timedelta(seconds=30)
    tls_verify: bool | str = Field(default=True, description="true, false, or the path of a CA file")

    @model_validator(mode="after")
    def _one_authentication(self) -> RemoteWrite:
        if self.bearer_token is not None and self.username is not None:
            raise ValueError("give username and password, or bearer_token, not both")
        return self
