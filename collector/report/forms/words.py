"""The words of the form in Chinese and English. A pack replaces some of them for its province, the form itself for its project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from collector.errors import ConfigurationError
from collector.report.glossary import GLOSSARY

Language = Literal["zh", "en"]

_PLACE = re.compile(r"\{(\w+)\}")
"""Where a value goes. A label comes from outside: braces that name no value are only text, as they are in the value itself."""

FORM_WORDS: dict[str, tuple[str, str]] = {
    # punctuation
    "from_to": ("{low}～{high}", "{low}–{high}"),
    "comma": ("、", ", "),
    "or": ("或", " or "),
    "list": ("（{number}）{text}", "({number}) {text}"),
    # money
    "funds": ("项目\n资金\n(万元)", "Funds\n(10k yuan)"),
    "fund_name": ("", ""),
    "initial": ("年初预算数", "Initial budget"),
    "annual": ("全年预算数\n（A）", "Annual budget\n(A)"),
    "executed": ("全年执行数\n（B）", "Executed\n(B)"),
    "fund_weight": ("分值", "Weight"),
    "rate": ("执行率\n（B/A）", "Rate\n(B/A)"),
    "fund_score": ("得分", "Score"),
    # goal
    "goal": ("年度\n总体\n目标", "Goal of the year"),
    "expected": ("预期目标", "Expected"),
    "achieved": ("实际完成情况", "Achieved"),
    # lines
    "block": ("绩效\n指标", "Indi-\ncators"),
    "block_head": ("", ""),
    "level1": ("一级指标", "Level 1"),
    "level2": ("二级指标", "Level 2"),
    "level3": ("三级指标", "Level 3"),
    "target": ("年度指标值", "Target"),
    "actual": ("实际完成值", "Actual value"),
    "weight": ("分值", "Weight"),
    "score": ("得分", "Score"),
    "reason": ("偏差原因分析及改进措施", "Reasons for deviation and measures taken"),
    "evidence": ("依据、覆盖率、\n区间※", "Basis, coverage,\ninterval ※"),
    "declared": ("申报值\n及得分※", "Declared,\nwith score ※"),
    "total": ("总  分", "Total"),
    "basis_text": ("{basis}，覆盖率{share}", "{basis}, coverage {share}"),
    "interval_text": ("区间{interval}", "interval {interval}"),
    "declared_score": ("得{points}分", "{points} points"),
    "weights_text": ("{weights}\n（满分{out_of}）", "{weights}\n(of {out_of})"),
    "grade_text": ("等级：{grades}", "Grade: {grades}"),
    "measured_share": ("实测占比{share}", "measured share {share}"),
    "declared_total": ("申报{points}分", "declared {points}"),
    "own_columns": (
        "注：带※的栏为系统附列：依据分为实测、导入、申报、缺测；区间为未观测部分可能改变的范围；得分按区间两端计算，两端不同时并列。",
        (
            "※ marks columns that the system adds: the basis (measured, imported, declared, missing), and the interval within "
            "which the unobserved part may move the value; the score is computed at both ends and printed as two where they differ."
        ),
    ),
    # below the table
    "result": ("自评结果", "Result"),
    "result_text": (
        "{score}分，{grades}；满分{out_of}分，权重合计{weights}，其中由实测支撑的权重占{share}。",
        "{score} points, {grades}; out of {out_of}, weights add up to {weights}, of which {share} rest on measurement.",
    ),
    "no_result_text": (
        "无法得出总分；满分{out_of}分，权重合计{weights}，其中由实测支撑的权重占{share}。",
        "there is no total; out of {out_of}, weights add up to {weights}, of which {share} rest on measurement.",
    ),
    "declared_result": ("申报结果", "Declared"),
    "declared_result_text": ("{points}分{grade}。", "{points} points{grade}."),
    "findings": ("本表自身的问题", "What is wrong with the form itself"),
    "settling": ("补齐下列观测即可确定总分", "These observations would settle the total"),
    "proof": ("数据凭据", "Proof"),
    "proof_text": (
        "期间{period}，第{revision}版，数据截止{as_of}。摘要{digest}；签名密钥{key}；日志检查点{checkpoint}。",
        "Period {period}, revision {revision}, as of {as_of}. Digest {digest}; signing key {key}; log checkpoint {checkpoint}.",
    ),
    "proof_use": (
        "凭留存的检查点可离线核验：citygauge verify --checkpoint {checkpoint}。",
        "Keep the checkpoint; it is verified offline by citygauge verify --checkpoint {checkpoint}.",
    ),
    "rules": ("评分依据", "Rules"),
    "rules_text": ("指标体系{profile}；评分规则{rule_set}。", "Profile {profile}; rule set {rule_set}."),
    # comparison
    "comparison": ("指标计量与申报对照表", "Measurement and declaration compared"),
    "number": ("序号", "No."),
    "verdict": ("结论", "Verdict"),
    "basis": ("依据", "Basis"),
    "interval": ("区间", "Interval"),
    "coverage": ("覆盖率", "Coverage"),
    "declared_value": ("申报值", "Declared"),
    "declared_points": ("申报得分", "Declared score"),
    "declared_by": ("申报人、时间、附件", "Declared by, on, attachment"),
    "difference": ("申报与实测的差异", "Difference"),
    "explanation": ("得分说明", "How the score was reached"),
    # report
    "report_title": ("项目支出绩效自评报告", "Self-evaluation report"),
    "annex": ("附表{number}", "Annex {number}"),
    "figure": ("图{number}　{title}", "Figure {number}  {title}"),
    "report_sheet": ("自评报告", "Report"),
    "form_sheet": ("自评表", "Form"),
    "comparison_sheet": ("对照表", "Comparison"),
    # foot of every page
    "foot_proof": (
        "检查点 {checkpoint} · 密钥 {key} · 摘要 {digest}",
        "checkpoint {checkpoint} · key {key} · digest {digest}",
    ),
    "foot_draft": (
        "草稿：数据未冻结，无检查点，不得作为上报依据",
        "Draft: the data are not frozen, there is no checkpoint",
    ),
    "page_of": ("第 {page} 页　共 {pages} 页", "Page {page} of {pages}"),
}
"""key -> Chinese and English. ``\\n`` breaks a line in a narrow head."""


class FormWords:
    """``words("rate")`` in the form's language: the form's own label first, the pack's after it, then the one shipped."""

    def __init__(self, language: Language, *labels: Mapping[str, str]) -> None:
        self.language = language
        self._labels: dict[str, str] = {}
        for one in reversed(labels):
            check_keys(one, "labels")
            self._labels |= one

    def __call__(self, key: str, /, **values: object) -> str:
        text = self._labels.get(key) or FORM_WORDS[key][0 if self.language == "zh" else 1]
        return _PLACE.sub(lambda match: str(values.get(match[1], match[0])), text)

    def shared(self, key: str) -> str:
        """A word that every report has, such as ``basis.measured``; the key itself where the glossary has none."""
        pair = GLOSSARY.get(key)
        return key.partition(".")[2] if pair is None else pair[0 if self.language == "zh" else 1]


def check_keys(labels: Mapping[str, str], where: str) -> None:
    """Raises ConfigurationError where a label has a key that nothing prints."""
    if strange := sorted(set(labels) - FORM_WORDS.keys()):
        raise ConfigurationError(
            f"{where}: {strange[0]!r} is no label of the form; the labels are {', '.join(FORM_WORDS)}"
        )
