"""Indicators as data: a closed set of measures, each with the settings that DESIGN of the figure allows and no others."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collector.city.types import Duration, Texts
from collector.verdict import Target


class IndicatorBase(BaseModel):
    """What every indicator has. ``source`` and ``sources`` name sources of the city file; ``where`` filters by attribute."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = ""
    source: str | None = None
    sources: tuple[str, ...] = ()
    where: dict[str, Texts] = Field(default_factory=dict)
    unit: str = ""
    target: str | None = None
    min_coverage: float = Field(default=0.9, ge=0, le=1)

    @model_validator(mode="after")
    def _target_is_readable(self) -> IndicatorBase:
        if self.target is not None:
            Target.parse(self.target)
        if self.source and self.sources:
            raise ValueError("give either source or sources, not both")
        return self

    @property
    def title(self) -> str:
        return self.name or self.id

    @property
    def source_ids(self) -> tuple[str, ...]:
        return (self.source,) if self.source else self.sources


class Schedule(BaseModel):
    """When a subject is owed: ``hours`` in the city's zone, on all days or on Chinese working days."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    hours: tuple[tuple[str, str], ...] = (("00:00", "24:00"),)
    days: Literal["all", "working"] = "all"


class Availability(IndicatorBase):
    measure: Literal["availability"]
    method: Literal["subject_time", "subject_mean", "sweep_mean"] = "subject_time"
    ignore_shorter_than: Duration = timedelta(0)
    schedule: Schedule = Schedule()
    unit: str = "%"


class CaseIndicator(IndicatorBase):
    base: Literal["should_archive", "accepted_in_period", "closed_vs_accepted"] = "should_archive"
    cohort: Literal["reported", "accepted", "due", "closed"] | None = None
    decided_by: Literal["disposal", "closing"] = "disposal"
    cutoff: Literal["period_end", "as_of"] = "period_end"


class CaseClosure(CaseIndicator):
    measure: Literal["case_closure"]
    unit: str = "%"


class CaseOnTime(CaseIndicator):
    measure: Literal["case_on_time"]
    unit: str = "%"


class CaseCount(CaseIndicator):
    measure: Literal["case_count"]
    count: Literal["reported", "accepted", "should_archive", "closed"] = "reported"


class CaseRework(CaseIndicator):
    measure: Literal["case_rework"]
    unit: str = "%"


class CaseFoundBy(CaseIndicator):
    measure: Literal["case_found_by"]
    found_by: Texts
    unit: str = "%"


class CaseDuration(CaseIndicator):
    measure: Literal["case_duration"]
    stat: Literal["mean", "p50", "p90"] = "p50"
    clock: Literal["natural", "working"] = "natural"
    unit: Literal["s", "min", "h", "d"] = "h"


class ActiveUsers(IndicatorBase):
    measure: Literal["active_users"]
    window: Literal["day", "month"] = "month"
    stat: Literal["mean", "max", "min", "last"] = "mean"


class Pue(IndicatorBase):
    measure: Literal["pue"]
    category: Literal["PUE1", "PUE2", "PUE3"] | None = None
    rollover_kwh: float | None = Field(default=None, gt=0)


class Figure(IndicatorBase):
    measure: Literal["figure"]
    figure: str
    stat: Literal["last", "sum", "mean", "max", "min", "delta"] = "last"
    plausible: tuple[float, float] | None = None


class Ratio(IndicatorBase):
    measure: Literal["ratio"]
    numerator: str
    denominator: str
    at_most_one: bool = True
    unit: str = "%"


class Growth(IndicatorBase):
    measure: Literal["growth"]
    of: str
    baseline: str
    as_: Literal["percent", "points"] = Field(default="percent", alias="as")
    unit: str = "%"


class UsageDays(IndicatorBase):
    measure: Literal["usage_days"]
    figure: str | None = None
    unit: str = "d"


class Timeliness(IndicatorBase):
    measure: Literal["timeliness"]
    figure: str
    every: Duration
    within: Duration
    unit: str = "%"


class BudgetExecution(IndicatorBase):
    measure: Literal["budget_execution"]
    executed: str
    budget: str
    unit: str = "%"


Indicator = Annotated[
    Availability
    | CaseClosure
    | CaseOnTime
    | CaseCount
    | CaseRework
    | CaseFoundBy
    | CaseDuration
    | ActiveUsers
    | Pue
    | Figure
    | Ratio
    | Growth
    | UsageDays
    | Timeliness
    | BudgetExecution,
    Field(discriminator="measure"),
]
