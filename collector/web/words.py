"""The words of the page, Chinese and English. The keys of verdicts, bases, outcomes and standings are the program's own words."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "lang": "zh-CN", "other_lang": "en", "other_name": "English",
        "title": "城市运行计量", "measured_at": "计量于",
        "indicators": "指标", "month": "本月至今", "last_month": "上月",
        "indicator": "指标", "value": "值", "interval": "区间", "interval_hint": "［下界，上界］", "coverage": "覆盖率",
        "target": "目标", "verdict": "结论", "basis": "依据", "no_snapshot": "尚未封存", "revision": "修订",
        "no_value": "无数值", "not_measured": "未能计量",
        "sources": "数据源", "source": "数据源", "department": "责任部门", "standing": "状态", "last_success": "最近成功",
        "last_run": "最近一次", "skew": "时钟偏差", "next_slot": "下次采集",
        "snapshots": "月度快照", "period": "周期", "created_at": "封存时间", "digest": "SHA-256",
        "checkpoint": "日志检查点", "bundle": "核验包", "download": "下载", "newest_checkpoint": "最新检查点",
        "checkpoint_note": "留存检查点，日后可用 citygauge verify 核验包 --checkpoint 检查点 查明历史是否被重写。",
        "faults": "数据问题", "no_faults": "没有发现数据问题。", "more_faults": "另有 {} 条未列出。",
        "no_snapshots": "还没有快照。", "no_indicators": "城市文件中没有定义指标。", "no_sources": "城市文件中没有数据源。",
        "nothing": "—", "comma": "、", "colon": "：",
        "ago_s": "{} 秒前", "ago_min": "{} 分钟前", "ago_h": "{} 小时前", "ago_d": "{} 天前",
        "met": "达标", "missed": "未达标", "indeterminate": "无法判定", "not_applicable": "不适用", "no_target": "无目标",
        "measured": "实测", "imported": "导入", "declared": "申报", "missing": "缺测",
        "ok": "成功", "partial": "不完整", "unavailable": "无应答", "changed": "应答已变", "run_missed": "漏采",
        "up": "正常", "failing": "失败，旧应答仍有效", "down": "无有效数据", "never": "从未采集", "passive": "按需导入",
        "legend": "结论按未取整的区间判定：整个区间满足目标为达标，完全不满足为未达标，否则无法判定。"
        "横条为区间，粗短线为值，细长线为目标。",
        "readers": "供程序读取", "api": "接口", "metrics": "指标采集",
    },
    "en": {
        "lang": "en", "other_lang": "zh", "other_name": "中文",
        "title": "City measurement", "measured_at": "measured at",
        "indicators": "Indicators", "month": "month to date", "last_month": "last month",
        "indicator": "indicator", "value": "value", "interval": "interval", "interval_hint": "[lower, upper]",
        "coverage": "coverage",
        "target": "target", "verdict": "verdict", "basis": "basis", "no_snapshot": "not frozen yet",
        "revision": "revision", "no_value": "no value", "not_measured": "not measured",
        "sources": "Sources", "source": "source", "department": "department", "standing": "state",
        "last_success": "last success", "last_run": "last run", "skew": "clock skew", "next_slot": "next poll",
        "snapshots": "Snapshots", "period": "period", "created_at": "frozen at", "digest": "SHA-256",
        "checkpoint": "log checkpoint", "bundle": "bundle", "download": "download", "newest_checkpoint": "Newest checkpoint",
        "checkpoint_note": "Whoever keeps a checkpoint can tell later, with citygauge verify BUNDLE --checkpoint CHECKPOINT,"
        " whether history was rebuilt.",
        "faults": "Data faults", "no_faults": "No data faults were found.", "more_faults": "{} more are not listed.",
        "no_snapshots": "There is no snapshot yet.", "no_indicators": "The city file defines no indicators.",
        "no_sources": "The city file has no sources.",
        "nothing": "—", "comma": ", ", "colon": ": ",
        "ago_s": "{} s ago", "ago_min": "{} min ago", "ago_h": "{} h ago", "ago_d": "{} d ago",
        "met": "met", "missed": "missed", "indeterminate": "indeterminate", "not_applicable": "not applicable",
        "no_target": "no target",
        "measured": "measured", "imported": "imported", "declared": "declared", "missing": "missing",
        "ok": "ok", "partial": "partial", "unavailable": "unavailable", "changed": "answer changed", "run_missed": "missed",
        "up": "up", "failing": "failing, older answer holds", "down": "no valid data", "never": "never polled",
        "passive": "imported on demand",
        "legend": "Verdicts rest on the unrounded interval: met if all of it satisfies the target, missed if none of it does,"
        " else indeterminate. The bar is the interval, its thick tick the value, the thin line the target.",
        "readers": "For programs", "api": "API", "metrics": "metrics",
    },
}  # fmt: skip

MARKS: Mapping[str, str] = {
    "met": "●", "missed": "▲", "indeterminate": "◐", "not_applicable": "–", "no_target": "○",
    "up": "●", "failing": "◐", "down": "▲", "never": "▲", "passive": "○",
}  # fmt: skip
"""A shape beside every word, since nothing may be told by colour alone."""
