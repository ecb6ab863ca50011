"""Conditions of alerts as the city file gives them: a closed set, each with the settings it needs and no others.

They stand beside what they are about: under ``alerts:`` of an indicator or a source. ``alerts: none`` asks for none; where
nothing is said the defaults of ``collector.alerts.rules`` hold. They are no part of what a figure means, so that a
changed condition changes neither a definition nor a snapshot.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from collector.city.types import Duration, Interval, Texts

_strict = ConfigDict(extra="forbid", frozen=True, strict=True)
_NOTHING = timedelta(0)


def _level(value: Any) -> Any:
    """A number as it is written: 14.4 is 144/10."""
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


Level = Annotated[Decimal, BeforeValidator(_level)]


class ConditionBase(BaseModel):
    """What every condition has.

    for_: how long it must have held, without a moment at which it certainly did not, before it fires. resolve_after: how
    long it must certainly not have held before it is resolved. owner: department; that of the source where not given.
    receivers: who is told; where not given, all whose ``severities`` and ``departments`` fit.
    """

    model_config = _strict

    id: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$", description="alert name; `when` where not given")
    severity: Literal["critical", "warning", "info"] = "warning"
    for_: Duration = Field(default=_NOTHING, alias="for")
    resolve_after: Duration = _NOTHING
    owner: str | None = None
    receivers: Texts = ()

    @property
    def name(self) -> str:
        return self.id or str(getattr(self, "when"))  # noqa: B009 (only the kinds below have it)


class Threshold(ConditionBase):
    """The value is certainly below (above) a level: the whole interval of its bounds is.

    over: the instant (availability only), or the day or month so far. below, above: in the indicator's unit; its target
    where neither is given. resolve: the level that it must be back at; the same where not given. by: one alert for
    every label of the subjects (availability at the instant only).
    """

    when: Literal["threshold"]
    over: Literal["now", "day", "month"] = "now"
    below: Level | None = None
    above: Level | None = None
    resolve: Level | None = None
    by: Literal["department", "district", "kind", "subject"] | None = None

    @model_validator(mode="after")
    def _levels_fit(self) -> Threshold:
        if self.below is not None and self.above is not None:
            raise ValueError("give below or above, not both")
        if self.resolve is not None and self.below is None and self.above is None:
            raise ValueError("resolve goes with below or above")
        if self.below is not None and self.resolve is not None and self.resolve < self.below:
            raise ValueError("resolve must not be less than below")
        if self.above is not None and self.resolve is not None and self.resolve > self.above:
            raise ValueError("resolve must not be more than above")
        if self.by is not None and self.over != "now":
            raise ValueError("by goes with over: now")
        return self


class Burn(ConditionBase):
    """The error budget of the target is used up ``factor`` times too fast, over a long and a short window at once."""

    when: Literal["burn"]
    long: Interval
    short: Interval
    factor: Level = Field(gt=0)

    @model_validator(mode="after")
    def _windows_fit(self) -> Burn:
        if self.short >= self.long:
            raise ValueError("short must be shorter than long")
        return self


class Unreachable(ConditionBase):
    """The target of the month can no longer be met, whatever happens in the rest of it."""

    when: Literal["unreachable"]


class Blind(ConditionBase):
    """Less than ``below`` (0 to 1; the indicator's min_coverage where not given) was observed over the last ``over``."""

    when: Literal["blind"]
    over: Interval = timedelta(hours=6)
    below: float | None = Field(default=None, gt=0, le=1)


class SilentSource(ConditionBase):
    """The source had no good run for ``after``; three polling intervals, at least 5 min, where not given."""

    when: Literal["silent_source"]
    after: Interval | None = None


class StuckSource(ConditionBase):
    """Every good answer of the last ``after`` was the same byte for byte."""

    when: Literal["stuck_source"]
    after: Interval = timedelta(hours=6)


class CertificateExpiry(ConditionBase):
    """The certificate of one of the source's https addresses ends in less than ``days``."""

    when: Literal["certificate_expiry"]
    days: int = Field(default=14, gt=0)


class ClockSkew(ConditionBase):
    """The source's clock differs from ours by more than ``seconds`` (``plausibility.skew_seconds`` where not given)."""

    when: Literal["clock_skew"]
    seconds: float | None = Field(default=None, gt=0)


class LateSnapshot(ConditionBase):
    """A month has been over for ``after`` and is not frozen."""

    when: Literal["late_snapshot"]
    after: Interval = timedelta(days=1)


IndicatorCondition = Annotated[Threshold | Burn | Unreachable | Blind, Field(discriminator="when")]
SourceCondition = Annotated[SilentSource | StuckSource | CertificateExpiry | ClockSkew, Field(discriminator="when")]
Condition = (
    Threshold | Burn | Unreachable | Blind
    | SilentSource | StuckSource | CertificateExpiry | ClockSkew | LateSnapshot
)  # fmt: skip


def _none(value: Any) -> Any:
    return () if value == "none" else tuple(value) if isinstance(value, list) else value


def _or_none(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [{"const": "none"}, *schema["anyOf"]]


_beside: Any = Field(default=None, exclude=True, json_schema_extra=_or_none)
IndicatorAlerts = Annotated[tuple[IndicatorCondition, ...] | None, BeforeValidator(_none), _beside]
SourceAlerts = Annotated[tuple[SourceCondition, ...] | None, BeforeValidator(_none), _beside]
"""None: nothing was said, the defaults hold. Empty: ``none``."""


class Alerts(BaseModel):
    """What holds for all alerts of the city. url: public address of the pages, for links in messages.

    defaults: whether indicators and sources that say nothing themselves have conditions. late_snapshot: see there.
    """

    model_config = _strict

    url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    defaults: bool = True
    late_snapshot: LateSnapshot | None = LateSnapshot(when="late_snapshot")
