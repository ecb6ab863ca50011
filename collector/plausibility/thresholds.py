"""From where on the checks doubt: the block ``plausibility:`` of a city file, with the defaults.

No standard names these thresholds; they are ours, chosen so that ordinary operation raises nothing.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Thresholds(BaseModel):
    """Every threshold of every check; shares are 0 to 1, lengths of time carry their unit in the name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    quick_minutes: float = Field(
        default=5, gt=0, description="a case closed so soon after opening or disposal is quick"
    )
    quick_share: float = Field(default=0.05, gt=0, le=1, description="share of quick closings")
    quick_cases: int = Field(default=10, ge=1, description="and at least so many of them")
    reopened_share: float = Field(default=0.05, gt=0, le=1, description="share of closed cases that were open again")
    reopened_cases: int = Field(default=10, ge=1, description="and at least so many of them")
    reopened_days: float = Field(default=7, gt=0, description="a case open again so soon is told apart")
    last_days: int = Field(
        default=1, ge=1, description="days at the end of the period that are compared with the others"
    )
    last_days_ratio: float = Field(
        default=2, gt=1, description="closings on each of them over the median of the others"
    )
    last_days_chance: float = Field(default=0.001, gt=0, lt=1, description="greatest chance of so many at an even rate")
    bulk_in_second: int = Field(default=10, ge=1, description="more closings than this in one second are one stroke")
    bulk_in_minute: int = Field(default=30, ge=1, description="more closings than this in one minute are one stroke")
    bulk_ratio: float = Field(default=10, gt=1, description="and so many times as many as in other seconds or minutes")
    stuck_hours: float = Field(default=6, gt=0, description="a counter that stands still so long while others move")
    repeated_readings: int = Field(default=24, ge=3, description="so many equal power readings one after another")
    stuck_ratio: float = Field(default=10, gt=1, description="and so many times what is usual for the meter")
    frozen_days: float = Field(default=3, gt=0, description="a state list without any change for so long")
    frozen_subjects: int = Field(default=50, ge=1, description="of a source that lists at least so many subjects")
    frozen_runs: int = Field(default=24, ge=2, description="and that gave at least so many good answers meanwhile")
    perfect_subjects: int = Field(default=50, ge=1, description="at least so many subjects, none of them ever down")
    perfect_days: float = Field(default=7, gt=0, description="over at least so much vouched time")
    skew_seconds: float = Field(default=60, gt=0, description="difference between a source's clock and ours")
    skew_runs: int = Field(default=3, ge=1, description="in so many answers one after another")
