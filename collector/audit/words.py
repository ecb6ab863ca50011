"""The words around findings, Chinese and English; messages of the findings themselves come from the rules."""

from __future__ import annotations

from collector.audit.rules.finding import Severity

LANGUAGES = ("zh", "en")
SEVERITIES: dict[str, dict[Severity, str]] = {
    "zh": {"high": "高", "medium": "中", "low": "低"},
    "en": {"high": "high", "medium": "medium", "low": "low"},
}
WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "申报报告审核意见",
        "file": "文件",
        "report": "报告标题",
        "project": "项目",
        "year": "评价年度",
        "read": "已读取",
        "read_text": "{paragraphs} 个段落，{tables} 个表格，{rows} 个指标行",
        "count": "问题",
        "summary": "按规则汇总",
        "rule": "规则",
        "severity": "程度",
        "where": "位置",
        "quote": "原文",
        "stated": "报告所列",
        "recomputed": "重新计算",
        "message": "说明",
        "citation": "依据",
        "findings": "逐项意见",
        "none": "没有发现问题",
        "remarks": "读取时的说明",
        "total": "共 {count} 个问题",
        "number": "数量",
        "note": "本审核只比对报告自身的文字与数字，不核对报告以外的事实；没有列出的问题不等于不存在。",
        "rules_run": "规则 R01–R28 全部运行。",
    },
    "en": {
        "title": "Audit of a declared report",
        "file": "File",
        "report": "Title of the report",
        "project": "Project",
        "year": "Evaluated year",
        "read": "Read",
        "read_text": "{paragraphs} paragraphs, {tables} tables, {rows} indicator rows",
        "count": "Findings",
        "summary": "By rule",
        "rule": "Rule",
        "severity": "Severity",
        "where": "Place",
        "quote": "As written",
        "stated": "Stated",
        "recomputed": "Recomputed",
        "message": "Finding",
        "citation": "Basis",
        "findings": "Findings one by one",
        "none": "Nothing found",
        "remarks": "Remarks on reading",
        "total": "{count} findings",
        "number": "Number",
        "note": "This audit compares a report with itself and knows no facts outside it; what is not listed may still be wrong.",
        "rules_run": "Rules R01 to R28 were run.",
    },
}
