"""The rule file of a city: recording rules of burn rates, and one alerting rule for each rule that Prometheus can judge.

An alert that fires goes on until its end is certain, as with the built-in evaluator: its expression holds as long as it
fires (``ALERTS``) and nothing says for certain that it is over. Prometheus itself knows no level to resolve at, and
``keep_firing_for`` would end an alert though nothing is known; so the expression says both.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from collector.alerting.stepping import link_of
from collector.alerts.rules import Rule, rules_of
from collector.city.alerts import Burn
from collector.city.model import City
from collector.periods import MILLISECOND
from collector.prometheus.conditions import Asked, Conditions, firing, identity, newest
from collector.prometheus.promql import duration, selector
from collector.prometheus.wording import Wording, escaped

JOB = "citygauge"
STEPS = 20
"""In so many moments of ``resolve_after`` an alert must be clear."""
EXPORTER_DOWN_FOR = "5m"
WIDTH = 1000
EXPORTER_DOWN, MAINTENANCE = "exporter_down", "maintenance"


@dataclass(frozen=True)
class Judged:
    """A rule that Prometheus judges."""

    rule: Rule
    asked: Asked

    @property
    def expression(self) -> str:
        return f"{self.asked.breach}\nor\n({firing(self.rule, self.asked.by)} unless {over(self.rule, self.asked)})"


def judged(city: City, job: str = JOB) -> tuple[list[Judged], list[Rule]]:
    """The rules that Prometheus judges, and those that only the built-in evaluator does."""
    conditions = Conditions(city, job)
    found, left = [], []
    for rule in rules_of(city):
        asked = conditions.asked(rule)
        if asked is None:
            left.append(rule)
        else:
            found.append(Judged(rule, asked))
    return found, left


def over(rule: Rule, asked: Asked) -> str:
    """What says that an alert has been over for its ``resolve_after``."""
    if not rule.clear:
        return asked.clear
    length = timedelta(milliseconds=rule.clear)
    step = max(timedelta(seconds=1), timedelta(seconds=length.total_seconds() // STEPS))
    return f"count_over_time(({asked.clear})[{duration(length)}:{duration(step)}]) >= {length // step}"


def rule_file(city: City, job: str = JOB) -> str:
    """YAML that Prometheus 2.42 and later loads."""
    found, left = judged(city, job)
    rules = [*_recordings(city, job, found), *_alerts(city, job, found), *_own(city, job)]
    told = [f"# {line}" for line in _heading(left)]
    return "\n".join(told) + "\n" + to_yaml({"groups": [{"name": "citygauge", "rules": rules}]})


def to_yaml(document: Any) -> str:
    """Keys in the order given, texts of several lines and templates as blocks."""
    yaml = YAML()
    yaml.width, yaml.allow_unicode, yaml.default_flow_style = WIDTH, True, False
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = io.StringIO()
    yaml.dump(_blocks(document), written)
    return written.getvalue()


def _blocks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _blocks(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_blocks(one) for one in value]
    return LiteralScalarString(value) if isinstance(value, str) and ("\n" in value or "{{" in value) else value


def _heading(left: list[Rule]) -> Iterator[str]:
    yield "Written by `citygauge rules` from the conditions of the city file; change them there and write it anew."
    yield "Labels are the identity of an alert; values stand in annotations only. docs/prometheus.md says what differs from"
    yield "the built-in evaluator. The evaluation interval must be shorter than five minutes."
    for rule in left:
        subject = rule.condition.by  # type: ignore[union-attr]
        yield f"Not here: {rule.name} of {rule.subject}, one alert for each {subject}: their number is not bounded. See docs/alerts.md."


def _recordings(city: City, job: str, found: list[Judged]) -> Iterator[dict[str, Any]]:
    windows: dict[str, list[timedelta]] = {}
    for one in found:
        if isinstance(one.rule.condition, Burn):
            windows.setdefault(one.rule.subject, []).extend((one.rule.condition.long, one.rule.condition.short))
    for indicator, lengths in windows.items():
        for record, expression in Conditions(city, job).burn_rates(indicator, lengths).items():
            yield {"record": record, "expr": expression, "labels": {"indicator": indicator}}


def _alerts(city: City, job: str, found: list[Judged]) -> Iterator[dict[str, Any]]:
    wording = Wording(city, Conditions(city, job))
    for one in found:
        said = wording.said(one.rule)
        texts = {"summary": said.summary.zh, "description": said.description.zh}
        texts |= {"summary_en": said.summary.en, "description_en": said.description.en}
        yield _alert(one.rule.name, one.expression, one.rule.hold, identity(one.rule), texts | _link(city, one.rule))


def _own(city: City, job: str) -> Iterator[dict[str, Any]]:
    """Rules that only Prometheus needs: that nothing is scraped, and maintenance, which inhibits others and tells nobody."""
    up, name = selector("citygauge_store_up", job=job), escaped(city.city)
    yield {
        "alert": EXPORTER_DOWN,
        "expr": f"absent({up} == 1)",
        "for": EXPORTER_DOWN_FOR,
        "labels": {"severity": "critical"},
        "annotations": {
            "summary": f"{name} 的 Citygauge 没有指标，或存储不应答",
            "summary_en": f"no metrics of Citygauge of {name}, or its store does not answer",
        },
    }
    excluded = selector("citygauge_source_excluded", job=job, scope="all")
    yield {
        "alert": MAINTENANCE,
        "expr": newest(("source",), f"{excluded} == 1"),
        "labels": {"severity": "none"},
        "annotations": {
            "summary": "数据源 {{ $labels.source }} 处于批准的维护中",
            "summary_en": "source {{ $labels.source }} is under approved maintenance",
        },
    }


def _alert(name: str, expression: str, hold: int, labels: dict[str, str], texts: dict[str, str]) -> dict[str, Any]:
    held = {"for": duration(hold * MILLISECOND)} if hold else {}
    return {"alert": name, "expr": expression, **held, "labels": _plain(labels), "annotations": texts}


def _plain(labels: dict[str, str]) -> dict[str, str]:
    return {label: escaped(text) for label, text in labels.items() if label != "alertname"}


def _link(city: City, rule: Rule) -> dict[str, str]:
    return {"link": city.alerts.url.rstrip("/") + link_of(rule)} if city.alerts.url else {}
