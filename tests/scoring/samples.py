"""A small profile written here, and figures of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from collector.figures import Figure
from collector.measurement import Measurement, Number
from collector.periods import Period
from collector.scoring.profile import Profile
from collector.verdict import Verdict

OCTOBER = Period.parse("2026-10", ZoneInfo("Asia/Shanghai"))

PROFILE = """
id: small
title: 小表
version: "1"
region: 某县
year: 2026
cite: 某文件
rule_set: national-2020
form_title: {zh: 项目支出绩效自评表, en: Form}
facts:
  - {id: project, label: 项目名称, value: 某项目}
funds:
  weight: 10
  cite: 某文件
  rows: [{name: 年度资金总额}, {name: 其他资金}]
goal: {expected: 建成}
levels:
  - {name: 产出指标, weight: 60, second: [{name: 质量指标, weight: 40}, {name: 成本指标}]}
  - {name: 效益指标, weight: 30, second: [{name: 社会效益指标}, {name: 满意度指标}]}
lines:
  - id: online
    level: [产出指标, 质量指标]
    name: {zh: 在线率, en: Online}
    weight: 30
    target: ">= 95"
    unit: "%"
    rule: positive
    fill:
      by: measurement
      indicator: {id: online, measure: availability, source: video, unit: "%"}
      connectors: [wvp]
    cite: 某文件第一条
  - id: pue
    level: [产出指标, 质量指标]
    name: PUE
    weight: 10
    target: "<= 1.5"
    rule: reverse
    fill:
      by: measurement
      indicator: {id: pue, measure: pue, source: meters}
      connectors: [modbus]
    cite: 某文件第二条
  - id: cost
    level: [产出指标, 成本指标]
    name: 成本
    weight: 20
    target: "<= 100"
    unit: 万元
    rule: reverse
    fill: {by: declaration, why: 由决算确定, evidence: [决算]}
    cite: 某文件第三条
  - id: rules
    level: [效益指标, 社会效益指标]
    name: 制度健全
    weight: 20
    qualitative: 健全
    rule: qualitative
    fill: {by: declaration, why: 由人判断, evidence: [制度文件]}
    cite: 某文件第四条
  - id: satisfaction
    level: [效益指标, 满意度指标]
    name: 满意度
    weight: 10
    target: ">= 90"
    unit: "%"
    rule: positive
    fill: {by: survey, minimum: 100, asked: 居民}
    cite: 某文件第五条
sections:
  - {kind: overview, title: 一、概况, text: [本项目为某项目。]}
  - {kind: goals, title: 二、目标}
  - {kind: process, title: 三、评价}
  - {kind: conclusion, title: 四、结论}
  - {kind: lines, title: 五、指标}
  - {kind: experience, title: 六、经验}
  - {kind: problems, title: 七、问题}
  - {kind: suggestions, title: 八、建议}
  - {kind: notes, title: 九、说明}
"""


def figure(
    profile: Profile,
    line: str,
    bounds: tuple[Number | None, Number | None],
    *,
    value: Number | None = None,
    coverage: float | None = 1.0,
    basis: str = "measured",
    settings: Mapping[str, object] | None = None,
    parts: Mapping[str, Any] | None = None,
    **sums: Any,
) -> Figure:
    """A figure as a snapshot gives it back, in base units; its value is the lower bound where both are the same."""
    indicator = profile.line(line).indicator
    assert indicator is not None
    lower, upper = bounds
    known = lower if value is None and lower == upper else value
    measured = Measurement(known, lower, upper, coverage, 1, parts=parts or {}, **sums)
    changed = indicator.model_copy(update=dict(settings or {}))
    return Figure(changed, OCTOBER, OCTOBER.span.end, measured, Verdict.INDETERMINATE, basis)


def percent(number: str) -> Fraction:
    return Fraction(number) / 100
