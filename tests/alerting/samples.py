"""Alerts and notifications for tests, and receivers as the city file builds them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from collector.alerting import registry
from collector.alerting.receiver import Receiver
from collector.alerts.notification import Alert, Cause, Notification, Severity, Text
from collector.http import Http

START = 1_792_540_800_000


def alert(number: int = 1, name: str = "视频监控设备在线率", ends_at: int | None = None) -> Alert:
    return Alert(
        fingerprint=f"{number:016x}",
        labels={
            "alertname": "threshold",
            "severity": "critical",
            "indicator": f"rate_{number}",
            "department": "公安局",
        },
        severity=Severity.CRITICAL,
        summary=Text(f"{name}低于目标", f"{name} is below its target"),
        description=Text(
            "现为93.1%，目标≥95%；东城区最低。本月还剩9天。", "Now 93.1 %, target >= 95 %; 9 days are left."
        ),
        starts_at=START,
        ends_at=ends_at,
        annotations={"value": "93.1"},
        link="https://citygauge.example/indicators/rate",
    )


def told(*alerts: Alert) -> Notification:
    return Notification(
        "k-1", "chat", "公安局", {"department": "公安局"}, Cause.NEW, alerts or (alert(),), START, "示例市"
    )


def built(via: str, **options: Any) -> Receiver:
    kind = registry.load(via)
    return kind(kind.Options.model_validate_json(json.dumps(options)), Http(timedelta(seconds=5), retries=0))
