"""What fills a line of a form: a measurement, a survey, the funds table, or a declaration with evidence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from collector.city.indicators import Indicator, Survey
from collector.city.types import Texts
from collector.scoring.wording import Bilingual, Strict


class FilledByMeasurement(Strict):
    """By the city file's indicator of this id.

    indicator: its definition as it would stand in a city file, without target and weight (those are the line's); ``source`` is a
    suggestion. A city whose indicator of this id has another measure or other rules fills the line not at all, and the form says so.
    needs: the other definitions that it refers to (the parts of a ratio). connectors: which of them can supply the records.
    """

    by: Literal["measurement"]
    indicator: Indicator
    needs: tuple[Indicator, ...] = ()
    connectors: Texts = Field(min_length=1)

    @field_validator("indicator")
    @classmethod
    def _leaves_judging_to_the_line(cls, indicator: Indicator) -> Indicator:
        if indicator.target is not None or indicator.weight is not None:
            raise ValueError("target and weight belong to the line, not to its indicator")
        return indicator


class FilledBySurvey(Strict):
    """By a survey of at least ``minimum`` answers: the city file's indicator where it has one, else a declared share with its n."""

    by: Literal["survey"]
    minimum: int = Field(gt=0)
    indicator: Survey | None = None
    connectors: Texts = ()
    asked: Bilingual
    """Who is asked, and what."""


class FilledByFunds(Strict):
    """By the funds table: the execution rate of its first row."""

    by: Literal["funds"]


class FilledByDeclaration(Strict):
    """No subsystem measures it: somebody declares it and attaches the evidence.

    why: why it cannot be measured, as printed. evidence: the documents that a declaration must attach.
    """

    by: Literal["declaration"]
    why: Bilingual
    evidence: tuple[Bilingual, ...] = Field(min_length=1)


Fill = Annotated[
    FilledByMeasurement | FilledBySurvey | FilledByFunds | FilledByDeclaration,
    Field(discriminator="by"),
]
