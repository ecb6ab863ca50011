"""What the city file says about a WVP source."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from collector import connector


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    username: str
    password: SecretStr


class WvpOptions(connector.Options):
    url: str = Field(pattern=r"^https?://[^@?#]+$", description="where WVP answers, without /api")
    credentials: Credentials | None = None
    api_key: SecretStr | None = None
    page_size: int = Field(default=1000, ge=1, le=10000)
    channel_types: tuple[Literal["gb28181", "push", "proxy"], ...] = Field(default=("gb28181",), min_length=1)
    key: Literal["channel", "device_channel"] = Field(
        default="channel", description="device_channel (DEVICE/CHANNEL) where two devices use the same channel code"
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> WvpOptions:
        if self.credentials and self.api_key:
            raise ValueError("give credentials or api_key, not both")
        return self
