"""City files with every kind of condition and with hysteresis, with the defaults, and with long times."""

from __future__ import annotations

from pathlib import Path

from collector.city.load import load_city
from collector.city.model import City

EXAMPLE = Path(__file__).parents[2] / "collector" / "city" / "example.yaml"

SOURCES = """
sources:
  - {id: video, connector: http_probe, every: 1m, department: 公安局, targets: [{subject: a, url: 'https://127.0.0.1/'}]}
  - {id: meters, connector: push, kind: readings, every: 5m, token: a-token-of-a-subsystem}
"""

CONDITIONS = (
    """city: "试验{{市}}"
alerts: {url: "https://citygauge.example/"}"""
    + SOURCES
    + """
  - {id: cases, connector: push, kind: cases, every: 5m, token: a-token-of-a-subsystem}
indicators:
  - id: online
    name: '在线率 {{ "x" }} `$labels`'
    measure: availability
    source: video
    target: ">= 95"
    alerts:
      - {when: threshold, below: 95, resolve: 96.5, for: 10m, resolve_after: 7m}
      - {id: dark, when: threshold, below: 0.5, severity: critical}
      - {id: dept, when: threshold, by: department, below: 50, resolve: 60, for: 5m, severity: critical, owner: 市政府}
      - {id: district, when: threshold, by: district, below: 50, for: 5m, resolve_after: 1m}
      - {id: kind, when: threshold, by: kind, above: 99}
      - {id: each, when: threshold, by: subject, below: 100, for: 5m}
      - {id: day, when: threshold, over: day, below: 95, for: 1m}
      - {id: month, when: threshold, over: month, for: 1m}
      - {id: fast, when: burn, long: 1h, short: 5m, factor: 14.4, severity: critical}
      - {id: slow, when: burn, long: 6h, short: 30m, factor: 6}
      - {when: unreachable}
      - {when: blind, over: 90s, below: 0.9, for: 15m}
  - id: rework
    measure: case_rework
    source: cases
    target: "< 5"
    alerts:
      - {when: burn, long: 2d, short: 1d, factor: 2}
      - {when: threshold, over: month, for: 5m}
      - {id: high, when: threshold, over: day, above: 7, resolve: 6, resolve_after: 15m}
  - {id: pue, measure: pue, source: meters, target: "<= 1.5", alerts: [{when: threshold, over: month}]}
  - {id: more, measure: case_count, source: cases, target: "> 10", alerts: [{when: threshold, over: month}]}
"""
)

DEFAULTS = (
    "city: 默认市"
    + SOURCES
    + """
indicators:
  - {id: online, measure: availability, source: video, target: ">= 95"}
  - {id: portal, measure: availability, source: video, target: ">= 99.9"}
  - {id: pue, measure: pue, source: meters, target: "<= 1.5"}
"""
)

LONG = (
    "city: 慢城市"
    + SOURCES
    + """
  - {id: cases, connector: push, kind: cases, every: 1d, token: a-token-of-a-subsystem, alerts: [{when: silent_source, after: 4d}]}
indicators:
  - {id: pue, measure: pue, source: meters, target: "<= 1.5", alerts: [{when: threshold, over: month, for: 5h, resolve_after: 1h}]}
"""
)

TEXTS = {"example": EXAMPLE.read_text(encoding="utf-8"), "conditions": CONDITIONS, "defaults": DEFAULTS, "long": LONG}


def city_of(folder: Path, name: str) -> City:
    path = folder / "city.yaml"
    path.write_text(TEXTS[name], encoding="utf-8")
    return load_city(path)
