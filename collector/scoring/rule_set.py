"""A rule set: how values become points, as data per province and year. Formulas stand in ``collector.scoring.rules``."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from collector.scoring.wording import Bilingual, Language, Number, Points, Share, Strict


class Band(Strict):
    """A grade and the least score that earns it (inclusive), in points of 100. en: the grade in English."""

    grade: str = Field(min_length=1)
    least: Points
    en: str | None = None

    def name(self, language: Language) -> str:
        return self.en if language == "en" and self.en else self.grade


def check_bands(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    """From the best grade to the worst, the worst from 0. Raises ValueError."""
    bounds = [band.least for band in bands]
    if not bounds or bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        raise ValueError(
            "write bands from the best grade to the worst, with falling `least`, the worst with `least: 0`"
        )
    return bands


class Sourced(Strict):
    """source: the document that the rule is from. unverified: the text was not at hand; the form says that it is an assumption."""

    source: str = Field(min_length=1)
    unverified: bool = False


class Positive(Sourced):
    """The more the better: full points from the target on, below it target's share of them: w x a / t."""

    kind: Literal["positive"]


class Reverse(Sourced):
    """The less the better: full points up to the target; above it w x (1 - (a - t) / t), 0 from 2t on (linear), or w x t / a (ratio)."""

    kind: Literal["reverse"]
    variant: Literal["linear", "ratio"]


class Equal(Sourced):
    """The target itself: below it w x a / t. above: ``full`` points beyond the target, or ``none``. A target of 0 is met by 0 only."""

    kind: Literal["equal"]
    above: Literal["full", "none"] = "full"


class QualitativeBand(Strict):
    """least: the least share of the weight that the finding earns; inclusive except that the best reaches the whole weight."""

    name: Bilingual
    least: Share


class Qualitative(Sourced):
    """A person's finding, within the band of what was found. From the best to the worst."""

    kind: Literal["qualitative"]
    bands: tuple[QualitativeBand, ...] = Field(min_length=1)

    @field_validator("bands")
    @classmethod
    def _fall_to_nothing(cls, bands: tuple[QualitativeBand, ...]) -> tuple[QualitativeBand, ...]:
        bounds = [band.least for band in bands]
        if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
            raise ValueError("write bands from the best to the worst, with falling `least`, the worst with `least: 0`")
        return bands


class Execution(Sourced):
    """预算执行率: w x executed / budget, at most w; nothing where the budget is 0."""

    kind: Literal["execution"]


Rule = Annotated[Positive | Reverse | Equal | Qualitative | Execution, Field(discriminator="kind")]


class OverAchievement(Sourced):
    """From which share of the target on an actual value needs a written reason. of_zero: the value from which a target of 0 does."""

    ratio: Annotated[Number, Field(gt=1)] = Decimal("1.3")
    of_zero: Annotated[Number, Field(gt=0)] | None = None


class DefaultWeight(Strict):
    """A 一级指标 with the weight that the province gives it where nothing else is said."""

    name: Bilingual
    weight: Points


class RuleSet(Strict):
    """decimals: of a line's score; half up. rules: by the name that lines use."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Bilingual
    version: str
    region: str
    year: Annotated[int, Field(ge=2000, le=2100)]
    cite: tuple[str, ...] = Field(min_length=1)
    decimals: Annotated[int, Field(ge=0, le=6)]
    weights: tuple[DefaultWeight, ...] = ()
    weights_source: Sourced
    bands: tuple[Band, ...]
    bands_source: Sourced
    rules: dict[str, Rule] = Field(min_length=1)
    over_achievement: OverAchievement | None = None

    @field_validator("bands")
    @classmethod
    def _bands_cover_all_scores(cls, bands: tuple[Band, ...]) -> tuple[Band, ...]:
        return check_bands(bands)

    @model_validator(mode="after")
    def _default_weights_make_a_hundred(self) -> RuleSet:
        total = sum((one.weight for one in self.weights), Decimal(0))
        if self.weights and total != 100:
            raise ValueError(f"weights add up to {total}, not to 100")
        return self
