"""A profile: one evaluation's indicator system as data. Levels, lines, weights, targets, bands, the form's layout.

Names of levels, lines and columns are those of the province's form. Money is in 万元, weights and scores in points.
``collector/profiles/national.yaml`` shows every key; docs/profiles.md explains how to write one.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from collector.city.indicators import Indicator
from collector.city.types import misplaced
from collector.scoring.fill import Fill, FilledByFunds, FilledByMeasurement, FilledBySurvey
from collector.scoring.layout import Fact, Funds, Goal, Identifier, SectionLayout
from collector.scoring.rule_set import Band, check_bands
from collector.scoring.weights import faults_of
from collector.scoring.wording import Bilingual, Number, Points, Strict
from collector.verdict import Target


class DeclaredCell(Strict):
    """What a published form says in a line. actual: as printed. number: the same as a number in the line's unit, where it is one.

    n: answers, of a survey. A number in the cell ``≥95%`` is given only where the operator says what was reached.
    """

    actual: str
    number: Number | None = None
    score: Points | None = None
    n: Annotated[int, Field(gt=0)] | None = None


class SecondLevel(Strict):
    """A 二级指标. weight: the points printed beside it, if any; then its lines must add up to them."""

    name: Bilingual
    weight: Points | None = None


class FirstLevel(Strict):
    """A 一级指标 with the points printed beside it; its lines must add up to them."""

    name: Bilingual
    weight: Points
    second: tuple[SecondLevel, ...] = Field(min_length=1)


class Line(Strict):
    """One 三级指标.

    level: the Chinese names of its 一级 and 二级指标. target: operator and number, in ``unit``; qualitative: the target in words; one of
    the two, and neither only in a line without weight. target_text: the target as the form prints it, where it prints something else
    than operator, number and unit.
    rule: one of the rule set's. cite: the document and the place where the line stands. assumption: what of the line is our reading and
    not the document's (such as a weight the document does not print); it is printed on the form.
    """

    id: Identifier
    level: tuple[str, str]
    name: Bilingual
    weight: Points
    target: str | None = None
    unit: str = ""
    qualitative: Bilingual | None = None
    target_text: Bilingual | None = None
    rule: str | None = None
    fill: Fill
    cite: str = Field(min_length=1)
    assumption: Bilingual | None = None
    declared: DeclaredCell | None = None

    @field_validator("target")
    @classmethod
    def _target_is_readable(cls, target: str | None) -> str | None:
        if target is not None:
            Target.parse(target)
        return target

    @model_validator(mode="after")
    def _fits_together(self) -> Line:
        given = [one for one in (self.target, self.qualitative) if one is not None]
        if len(given) == 2 or (not given and self.weight):
            raise ValueError(
                "give either target (operator and number, such as '>= 95') or qualitative (the target in words)"
            )
        if given and self.rule is None:
            raise ValueError("rule is missing; name the rule of the rule set that scores the line")
        if isinstance(self.fill, FilledByMeasurement | FilledBySurvey) and self.qualitative is not None:
            raise misplaced(
                "a target in words cannot be measured; give a target, or fill by: declaration", "qualitative"
            )
        return self._measured_in_its_unit()

    def _measured_in_its_unit(self) -> Line:
        indicator = self.indicator
        if indicator is not None and indicator.unit != self.unit:
            raise misplaced(
                f"the line is in {self.unit!r}, its indicator in {indicator.unit!r}; write the same unit", "unit"
            )
        return self

    @property
    def indicator(self) -> Indicator | None:
        """The definition of what measures the line; None where nothing does."""
        return self.fill.indicator if isinstance(self.fill, FilledByMeasurement | FilledBySurvey) else None

    @property
    def parsed_target(self) -> Target | None:
        return Target.parse(self.target) if self.target else None


class DeclaredTotals(Strict):
    """What the published form prints at its foot, and where it was published. weights: the printed sum of weights."""

    cite: str = Field(min_length=1)
    by: str = ""
    declared_at: str = ""
    weights: Points | None = None
    score: Points | None = None
    grade: str = ""


class Veto(Strict):
    """A 一票否决: what caps the total at ``ceiling`` points.

    line: the veto applies where this line misses its target; without it, where a declaration under the veto's id says so.
    """

    id: Identifier
    text: Bilingual
    ceiling: Points
    line: str | None = None
    cite: str = Field(min_length=1)


class Profile(Strict):
    """One evaluation. Refused at load where weights do not add up, unless ``as_declared``: then the form prints it as a finding.

    levels, lines: in the order of the form. bands: the rule set's where none are given. labels: column heads by the keys of
    ``collector.report.forms.words``, where the province prints others. year: of the budget; null for a default of no year.
    pack: the form pack that it is printed with unless another is asked for.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Bilingual
    version: str
    region: str
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    cite: str = Field(min_length=1)
    rule_set: str
    form_title: Bilingual
    pack: str = "national"
    out_of: Annotated[Number, Field(gt=0)] = Decimal(100)
    bands: tuple[Band, ...] | None = None
    facts: tuple[Fact, ...] = ()
    funds: Funds | None = None
    goal: Goal
    levels: tuple[FirstLevel, ...] = Field(min_length=1)
    lines: tuple[Line, ...] = Field(min_length=1)
    vetoes: tuple[Veto, ...] = ()
    sections: tuple[SectionLayout, ...] = Field(min_length=1)
    labels: dict[str, Bilingual] = Field(default_factory=dict)
    as_declared: bool = False
    declared: DeclaredTotals | None = None

    @field_validator("bands")
    @classmethod
    def _bands_cover_all_scores(cls, bands: tuple[Band, ...] | None) -> tuple[Band, ...] | None:
        return bands if bands is None else check_bands(bands)

    @model_validator(mode="after")
    def _names_fit_together(self) -> Profile:
        _unique("lines", [line.id for line in self.lines])
        _unique("facts", [fact.id for fact in self.facts])
        known = {(first.name.zh, second.name.zh) for first in self.levels for second in first.second}
        for number, line in enumerate(self.lines):
            if line.level not in known:
                raise misplaced(f"{' / '.join(line.level)} is none of the levels", "lines", number, "level")
            if isinstance(line.fill, FilledByFunds) and self.funds is None:
                raise misplaced("is filled by the funds, and there are none; add funds", "lines", number, "fill")
        for number, veto in enumerate(self.vetoes):
            if veto.line is not None and veto.line not in {line.id for line in self.lines}:
                raise misplaced(f"there is no line {veto.line!r}", "vetoes", number, "line")
        return self

    @model_validator(mode="after")
    def _declares_only_where_it_says_so(self) -> Profile:
        if self.as_declared == (self.declared is not None):
            return self
        if self.as_declared:
            raise misplaced("is as_declared: give what the published form prints (cite, score, grade)", "declared")
        raise misplaced("published figures belong to a profile with as_declared: true", "declared")

    @model_validator(mode="after")
    def _weights_add_up(self) -> Profile:
        if not self.as_declared and (faults := faults_of(self)):
            raise misplaced("; ".join(fault.en for fault in faults), *faults[0].at)
        return self

    def line(self, id_: str) -> Line:
        return next(line for line in self.lines if line.id == id_)


def _unique(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for number, one in enumerate(ids):
        if one in seen:
            raise misplaced(f"{one!r} is given twice", what, number, "id")
        seen.add(one)
