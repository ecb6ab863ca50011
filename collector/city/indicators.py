"""Indicators as data: a closed set of measures, each with the settings that DESIGN of the figure allows and no others."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from collector.city.alerts import IndicatorAlerts
from collector.city.types import Duration, Interval, Texts
from collector.verdict import Target

SUBJECT_KEYS = ("subject", "name", "department", "district", "kind")
CASE_KEYS = ("category", "department", "district", "found_by", "status")
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class IndicatorBase(BaseModel):
    """What every indicator has. ``source`` and ``sources`` name sources of the city file; ``where`` filters by attribute.

    filters: the keys that ``where`` may have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    filters: ClassVar[tuple[str, ...]] = ()

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = ""
    source: str | None = None
    sources: tuple[str, ...] = ()
    where: dict[str, Texts] = Field(default_factory=dict)
    unit: str = ""
    target: str | None = None
    weight: Decimal | None = Field(default=None, ge=0, description="points of 100; 0: informational")
    min_coverage: float = Field(default=0.9, ge=0, le=1)
    alerts: IndicatorAlerts = None

    @model_validator(mode="after")
    def _names_its_sources_once(self) -> IndicatorBase:
        if self.source and self.sources:
            raise ValueError("give either source or sources, not both")
        return self

    @field_validator("target")
    @classmethod
    def _target_is_readable(cls, target: str | None) -> str | None:
        if target is not None:
            Target.parse(target)
        return target

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

    @field_validator("hours")
    @classmethod
    def _hours_follow_one_another(cls, hours: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        edges = [edge for span in hours for edge in span]
        for edge in edges:
            if not _TIME_OF_DAY.fullmatch(edge):
                raise ValueError(f"{edge!r} is not a time of day from 00:00 to 24:00")
        if not edges or edges != sorted(set(edges)):
            raise ValueError("write spans in order, such as [['08:30', '12:00'], ['14:00', '17:30']]")
        return hours


class Availability(IndicatorBase):
    filters = SUBJECT_KEYS
    measure: Literal["availability"]
    method: Literal["subject_time", "subject_mean", "sweep_mean"] = "subject_time"
    ignore_shorter_than: Duration = timedelta(0)
    schedule: Schedule = Schedule()
    unit: str = "%"


class CaseIndicator(IndicatorBase):
    filters = CASE_KEYS
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
    filters = ("meter", "role")
    measure: Literal["pue"]
    category: Literal["PUE1", "PUE2", "PUE3"] | None = None
    rollover_kwh: float | None = Field(default=None, gt=0)


class Figure(IndicatorBase):
    filters = ("unit", "dimensions")
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
    every: Interval
    within: Duration
    unit: str = "%"


class BudgetExecution(IndicatorBase):
    measure: Literal["budget_execution"]
    executed: str
    budget: str
    unit: str = "%"


class Survey(IndicatorBase):
    """``answers`` are the names of the figures that count answers, one for each option; ``asked`` counts the people asked."""

    filters = ("unit", "dimensions")
    measure: Literal["survey"]
    answers: tuple[str, ...] = Field(min_length=1)
    satisfied: tuple[str, ...] = Field(min_length=1)
    asked: str | None = None
    confidence: float = Field(default=0.95, gt=0, lt=1)
    unit: str = "%"

    @model_validator(mode="after")
    def _options_are_told_apart(self) -> Survey:
        if twice := [name for name in self.answers if self.answers.count(name) > 1]:
            raise ValueError(f"answers: {twice[0]!r} is given twice")
        if unknown := [name for name in self.satisfied if name not in self.answers]:
            raise ValueError(f"satisfied: {unknown[0]!r} is none of the answers {', '.join(self.answers)}")
        if self.asked in self.answers:
            raise ValueError(
                f"asked: {self.asked!r} is one of the answers; name the figure that counts the people asked"
            )
        return self


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
    | BudgetExecution
    | Survey,
    Field(discriminator="measure"),
]
