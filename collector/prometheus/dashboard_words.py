"""The words of the dashboard, in Chinese and in English."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "indicators": ("指标", "Indicators"),
    "value": ("值", "value"),
    "lower": ("下界", "lower bound"),
    "upper": ("上界", "upper bound"),
    "target": ("目标", "target"),
    "coverage": ("覆盖率", "Coverage"),
    "met": ("本月达标", "Target met this month"),
    "now": ("现在", "now"),
    "month": ("本月至今", "this month so far"),
    "by_department": ("各部门在线比例", "Share up by department"),
    "budget": ("误差预算余量", "Error budget left"),
    "cases": ("案件", "Cases"),
    "users": ("活跃用户", "Active users"),
    "pue": ("电能利用效率", "PUE"),
    "sources": ("数据源", "Sources"),
    "up": ("正常", "Up"),
    "last": ("距上次成功采集", "Since the last good run"),
    "runs": ("采集结果（每小时）", "Runs by outcome (per hour)"),
    "snapshots": ("快照", "Snapshots"),
    "frozen": ("生成于", "frozen at"),
    "maintenance": ("批准的维护", "Approved maintenance"),
    "snapshot": ("快照生成", "Snapshot frozen"),
    "source": ("数据源", "Source"),
    "indicator": ("指标", "Indicator"),
    "alerts": ("告警", "Alerts"),
    "others": ("其他单位的指标：本月至今", "Indicators in other units: this month so far"),
}
