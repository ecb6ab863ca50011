"""The layout of a form and of the report around it: head, funds, goal, sections."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from collector.scoring.wording import Bilingual, Number, Points, Strict

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
SectionKind = Literal[
    "overview",  # 项目基本情况: what the project is, its money
    "goals",  # 绩效目标
    "process",  # 评价基本情况, 自评工作开展情况: what was polled, as of when, by which rules
    "conclusion",  # 综合评价结论: total, grade, measured share
    "achievement",  # 目标实现情况: funds, goal, lines, in one section
    "lines",  # 绩效评价指标分析: every line
    "experience",  # 主要经验及做法: what went well, as measured
    "problems",  # 存在的问题及原因分析
    "suggestions",  # 有关建议: what would settle the total, what to measure
    "publication",  # 结果应用和公开情况
    "notes",  # 需要说明的问题: coverage, exclusions, what was not measured
    "annex",  # 附表
]


class DeclaredFund(Strict):
    """Money of one row as published."""

    initial: Points | None = None
    annual: Points | None = None
    executed: Points | None = None


class FundRow(Strict):
    name: Bilingual
    declared: DeclaredFund | None = None


class DeclaredExecution(Strict):
    """The first row's cells as published: rate 0 to 1 (86 % is 0.86), score."""

    rate: Annotated[Number, Field(ge=0)] | None = None
    score: Points | None = None


class Funds(Strict):
    """项目资金（万元）. The first row is 年度资金总额 and carries weight and score.

    weight: null where the execution rate is scored by a line (``fill: {by: funds}``) or not at all. denominator: of the execution
    rate, ``annual`` (全年预算数 A) or ``initial`` (年初预算数).
    """

    rows: tuple[FundRow, ...] = Field(min_length=1)
    weight: Points | None = None
    rule: str = "budget_execution"
    denominator: Literal["annual", "initial"] = "annual"
    declared: DeclaredExecution | None = None
    cite: str = Field(min_length=1)


class Goal(Strict):
    """年度总体目标. expected: 预期目标. actual: 实际完成情况 as published."""

    expected: Bilingual
    actual: Bilingual | None = None


class Fact(Strict):
    """A cell of the form's head (项目名称, 主管部门 …). value: as published; another may be given when the form is filled."""

    id: Identifier
    label: Bilingual
    value: str = ""


class SectionLayout(Strict):
    """A section of the report. text: the project's own words, printed before what is drafted from the data."""

    kind: SectionKind
    title: Bilingual
    text: tuple[Bilingual, ...] = ()
