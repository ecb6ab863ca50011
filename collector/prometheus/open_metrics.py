"""Frozen figures as OpenMetrics with time stamps, for ``promtool tsdb create-blocks-from openmetrics``.

A figure of a frozen period is one sample at the period's end, of the metrics of ``collector.exporter`` with the period's
own label (``period="2026-10"``) in place of ``last_month``. Numbers are the doubles nearest to what was frozen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from collector.current import frozen_lines
from collector.errors import ConfigurationError
from collector.exporter import INDICATORS
from collector.installation import Installation
from collector.periods import Period
from collector.store.snapshots import Snapshot, latest_snapshot
from collector.store.status import newest_snapshots

MOST_PERIODS = 10_000


def open_metrics(installation: Installation, period: str, labels: dict[str, str]) -> str:
    """Of every frozen period that lies in ``period``, by its newest revision. Raises ConfigurationError where there is none."""
    zone = installation.city.zone
    wanted = Period.parse(period, zone)
    with installation.database.read() as connection:
        names = [one.period for one in newest_snapshots(connection, MOST_PERIODS)]
        inside = [name for name in reversed(names) if _lies_in(Period.parse(name, zone), wanted)]
        found = [one for name in inside if (one := latest_snapshot(connection, name))]
    if not found:
        raise ConfigurationError(f"export: nothing is frozen in {period}; `citygauge snapshot` freezes a period")
    return "".join(f"{line}\n" for line in _lines(found, [Period.parse(one.period, zone) for one in found], labels))


def _lines(snapshots: list[Snapshot], periods: list[Period], labels: dict[str, str]) -> Iterator[str]:
    frozen = [(period, frozen_lines(one)) for one, period in zip(snapshots, periods, strict=True)]
    for name, text, pick in INDICATORS:
        yield f"# HELP citygauge_indicator_{name} {text}"
        yield f"# TYPE citygauge_indicator_{name} gauge"
        for period, lines in sorted(frozen, key=lambda one: one[0].span.end):
            for indicator, line in lines.items():
                value = pick(line)
                if value is not None:
                    told = _labels([*labels.items(), ("indicator", indicator), ("period", period.label)])
                    yield f"citygauge_indicator_{name}{{{told}}} {value!r} {period.span.end / 1000!r}"
    yield "# EOF"


def _labels(named: Iterable[tuple[str, str]]) -> str:
    escaped = ((name, text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")) for name, text in named)
    return ",".join(f'{name}="{text}"' for name, text in escaped)


def _lies_in(one: Period, wanted: Period) -> bool:
    return wanted.span.start <= one.span.start and one.span.end <= wanted.span.end
