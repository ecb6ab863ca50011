"""Words of PromQL: selectors, numbers, durations. Metrics are those of ``collector.exporter``."""

from __future__ import annotations

import json
from datetime import timedelta
from fractions import Fraction

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


def selector(name: str, **labels: str) -> str:
    """``name{a="b"}``; a value that begins with ``~`` is a regular expression."""
    inside = ",".join(_matcher(label, value) for label, value in labels.items())
    return f"{name}{{{inside}}}"


def number(value: Fraction | float) -> str:
    """The shortest decimal that names the nearest double, which is what Prometheus compares with."""
    text = repr(float(value))
    return text.removesuffix(".0")


def duration(length: timedelta) -> str:
    """``6h``, ``5m``, ``90s``; below a second in milliseconds."""
    milliseconds = length // timedelta(milliseconds=1)
    if milliseconds % 1000:
        return f"{milliseconds}ms"
    seconds = milliseconds // 1000
    for size, unit in _UNITS:
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return "0s"


def _matcher(label: str, value: str) -> str:
    operator, text = ("=~", value[1:]) if value.startswith("~") else ("=", value)
    return f"{label}{operator}{json.dumps(text, ensure_ascii=False)}"
