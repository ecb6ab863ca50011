"""A configuration of Alertmanager that fits the rules: grouping, routes by severity, and what keeps what quiet.

A source that is silent or under maintenance keeps the alerts of the indicators quiet that rest on it alone; a critical
alert the same alert of lower severity.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from collector.alerts.rules import About, rules_of
from collector.city.alerts import SilentSource
from collector.city.model import City
from collector.prometheus.rule_file import EXPORTER_DOWN, MAINTENANCE, to_yaml

WEBHOOK = "http://127.0.0.1:5001/"
HEADING = """\
# Written by `citygauge rules --alertmanager` from the city file. Put your own address where the receivers have
# 127.0.0.1:5001; it is posted Alertmanager's webhook document.
"""


def routing(city: City) -> str:
    departments = sorted({rule.owner for rule in rules_of(city) if rule.owner})
    routes: list[dict[str, Any]] = [{"receiver": "nobody", "matchers": [f'alertname="{MAINTENANCE}"']}]
    routes.append({"receiver": "duty", "matchers": ['severity="critical"'], "repeat_interval": "1h", "continue": True})
    routes += [{"receiver": name, "matchers": [_equal("department", name)]} for name in departments]
    receivers: list[dict[str, Any]] = [{"name": "nobody"}, _webhook("duty"), _webhook("departments")]
    receivers += [_webhook(name) for name in departments]
    document = {
        "route": {
            "receiver": "departments", "group_by": ["department", "alertname"],
            "group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h", "routes": routes,
        },
        "inhibit_rules": inhibitions(city),
        "receivers": receivers,
    }  # fmt: skip
    return HEADING + to_yaml(document)


def inhibitions(city: City) -> list[dict[str, Any]]:
    """Of Alertmanager: which alerts keep which others quiet."""
    by_source: dict[str, list[str]] = {}
    for rule in rules_of(city):
        if rule.about is About.INDICATOR and len(rule.sources) == 1:
            by_source.setdefault(rule.sources[0], []).append(rule.subject)
    found: list[dict[str, Any]] = []
    for source, indicators in by_source.items():
        quiet = ['indicator=~"' + "|".join(dict.fromkeys(indicators)) + '"']
        found += [
            {"source_matchers": [f'alertname="{name}"', _equal("source", source)], "target_matchers": quiet}
            for name in _silences(city, source)
        ]
    found.append(
        {
            "source_matchers": [f'alertname="{MAINTENANCE}"'],
            "target_matchers": [f'alertname!="{MAINTENANCE}"'],
            "equal": ["source"],
        }
    )
    found.append(
        {"source_matchers": [f'alertname="{EXPORTER_DOWN}"'], "target_matchers": [f'alertname!="{EXPORTER_DOWN}"']}
    )
    found.append(
        {
            "source_matchers": ['severity="critical"'], "target_matchers": ['severity=~"warning|info"'],
            "equal": ["alertname", "indicator", "source", "department", "district", "kind"],
        }
    )  # fmt: skip
    return found


def _silences(city: City, source: str) -> list[str]:
    """Names of alerts that say that nothing is known of a source."""
    names = [
        rule.name for rule in rules_of(city)
        if rule.about is About.SOURCE and rule.subject == source and isinstance(rule.condition, SilentSource)
    ]  # fmt: skip
    return [*dict.fromkeys(names), MAINTENANCE]


def _webhook(name: str) -> dict[str, Any]:
    return {"name": name, "webhook_configs": [{"url": WEBHOOK + quote(name), "send_resolved": True}]}


def _equal(label: str, text: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'{label}="{escaped}"'
