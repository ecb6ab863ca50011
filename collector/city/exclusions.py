"""Who is owed and what is not: the register of a source, and approved maintenance."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collector.city.types import Instant, Texts, misplaced

_strict = ConfigDict(extra="forbid", frozen=True, strict=True)


class Register(BaseModel):
    """Who is owed: ``listed`` by what the source lists, ``fixed`` by a dated CSV file (see ``collector.register_file``)."""

    model_config = _strict

    policy: Literal["listed", "fixed"] = "listed"
    file: str | None = None

    @model_validator(mode="after")
    def _fixed_needs_a_file(self) -> Register:
        if (self.policy == "fixed") != (self.file is not None):
            raise ValueError("policy: fixed goes with file: channels.csv, policy: listed without")
        return self


class Exclusion(BaseModel):
    """Approved maintenance: taken out of what is owed, with who, why and when it was entered."""

    model_config = _strict

    source: str
    start: Instant
    end: Instant
    reason: str = Field(min_length=1)
    approved_by: str = Field(min_length=1)
    entered_at: Instant
    where: dict[str, Texts] = Field(default_factory=dict)
    subjects: Texts = ()

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Exclusion:
        if self.end <= self.start:
            raise misplaced("must lie after start", "end")
        return self
