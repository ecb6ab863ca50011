"""The filled evaluation form, before anything is rendered: every cell of 项目支出绩效自评表, and the sections of the report around it.

Texts are as they are printed (the form's language is chosen when it is filled); numbers stay exact, so that every renderer rounds alike.
Money is in 万元. Scores are intervals: ``lower == upper`` where the total is settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Basis = Literal["measured", "imported", "declared", "missing"]


@dataclass(frozen=True)
class Score:
    """Points between two bounds, each rounded as the rule set says. None stands where there is no score at all."""

    lower: Decimal
    upper: Decimal

    @property
    def is_settled(self) -> bool:
        return self.lower == self.upper


@dataclass(frozen=True)
class Fund:
    """A row of 项目资金（万元）. weight, rate and score stand on the first row only; rate is executed / annual, 0 to 1."""

    name: str
    initial: Decimal | None
    annual: Decimal | None
    executed: Decimal | None
    weight: Decimal | None = None
    rate: Decimal | None = None
    score: Score | None = None


@dataclass(frozen=True)
class Declared:
    """What the operator declared for a line, as written, and the score under the declared value by the same rule set.

    stated: the score that the declaration gives itself, if any; ``score`` is None where a person and no rule gives the points.
    """

    actual: str
    score: Decimal | None
    by: str = ""
    declared_at: str = ""
    attachment: str = ""
    stated: Decimal | None = None


@dataclass(frozen=True)
class Line:
    """One 三级指标.

    id: of the profile's line. levels: 一级, 二级 and 三级指标. target, actual: as printed, with operator and unit (``≥95%``; an actual that
    was not measured reads 缺测). interval: lower and upper of the measured value as printed, or empty. coverage: 0 to 1.
    explanation: how the score was reached (rule, source of the rule), one sentence. reason: 偏差原因分析及改进措施, drafted or edited.
    difference: declared against measured in one sentence, empty where nothing was declared. verdict: words of collector.verdict.
    """

    id: str
    levels: tuple[str, str, str]
    target: str
    actual: str
    interval: str
    coverage: float | None
    basis: Basis
    verdict: str
    weight: Decimal
    score: Score | None
    explanation: str
    reason: str
    declared: Declared | None = None
    difference: str = ""
    indicator: str | None = None


@dataclass(frozen=True)
class Total:
    """weights: sum of all weights, which as-declared profiles may print as something other than ``out_of``.

    grades: the grades that the score interval touches, worst first. measured_share: weight resting on measurement / weights, 0 to 1.
    imported_share: weight resting on imported figures / weights, counted apart.
    settling: the shortest list of observations that would settle the total, in sentences; empty where it is settled.
    """

    weights: Decimal
    out_of: Decimal
    score: Score | None
    grades: tuple[str, ...]
    measured_share: Decimal
    settling: tuple[str, ...]
    declared: Decimal | None = None
    declared_grade: str = ""
    imported_share: Decimal = Decimal(0)


@dataclass(frozen=True)
class Chart:
    """A picture people would rather look at. svg: self-contained, no script, no outside reference, fonts by family name only."""

    title: str
    svg: str


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A numbered section of the narrative report. blocks come in order: a string is a paragraph."""

    title: str
    blocks: tuple[str | Table | Chart, ...]


@dataclass(frozen=True)
class Proof:
    """What binds the paper to the figures. checkpoint: the short form that ``citygauge verify --checkpoint`` takes."""

    period: str
    revision: int
    as_of: str
    digest: str
    checkpoint: str
    key: str


@dataclass(frozen=True)
class Form:
    """facts: the head of the form as label and text in the order of the layout (项目名称, 主管部门, 实施单位 …).

    goal: 预期目标 and 实际完成情况. findings: what is wrong with the form itself, such as weights that add up to 110.
    language: ``zh`` or ``en``. profile, rule_set: their ids with version.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    funds: tuple[Fund, ...]
    goal: tuple[str, str]
    lines: tuple[Line, ...]
    total: Total
    proof: Proof | None
    profile: str
    rule_set: str
    language: Literal["zh", "en"] = "zh"
    findings: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """Column heads by key where a province prints others: see ``collector.report.forms.words``."""
