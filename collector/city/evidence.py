"""How long answers are kept, and which ones nobody may remove."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from collector.city.types import Texts
from collector.errors import ConfigurationError
from collector.periods import Period

_strict = ConfigDict(extra="forbid", frozen=True, strict=True)


def _period(text: str) -> str:
    try:
        Period.parse(text, ZoneInfo("UTC"))
    except ConfigurationError as error:
        raise ValueError(str(error)) from None
    return text


class Hold(BaseModel):
    """A legal hold: the answers of a period's days stay, however old. sources: all where none is named."""

    model_config = _strict

    period: Annotated[str, AfterValidator(_period)] = Field(description="2026-03, 2026-Q1, 2026 or START/END")
    sources: Texts = ()
    reason: str = Field(min_length=1)
    ordered_by: str = Field(min_length=1)


class Evidence(BaseModel):
    """keep_months: whole calendar months before the running one whose answers stay; digests stay for ever."""

    model_config = _strict

    keep_months: Annotated[int, Field(ge=1)] | Literal["forever"] = 13
    holds: tuple[Hold, ...] = ()
