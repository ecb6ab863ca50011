"""The city file of a scenario, and the files that its departments hand in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from collector.city.indicators import Indicator
from collector.demo.scenario import FigureSource, Published, Scenario
from collector.periods import Period, Span, iso, midnight
from collector.profile_files import load_evaluation
from collector.scoring.fill import FilledByMeasurement
from collector.scoring.profile import Line
from collector.simulated_city.city import Addresses
from collector.simulated_city.city_file import city_file
from collector.simulated_city.world import World

HOUR = 3_600_000
IN_TIME, LATE = 8 * HOUR, 15 * HOUR
"""When on a day a number is published."""
FILES = "files"


def scenario_city_file(
    scenario: Scenario, addresses: Addresses, world: World, periods: Sequence[Period], *, store: str, broker: str, archive: str
) -> str:
    """periods: those that are evaluated; with two, the first is the baseline of growth."""
    span = Span(periods[0].span.start, periods[-1].span.end)
    files = [_figures_source(source, span) for source in scenario.figures]
    if scenario.centre:
        files.append(_centre_source(scenario.centre.department, span))
    profile = load_evaluation(scenario.profile).profile
    written = [text for line in profile.lines for text in _indicators(line, periods[0].label)]
    return city_file(
        addresses, world, store=store, broker=broker, archive=archive, city=scenario.city, every=scenario.every,
        more_sources="".join(files), indicators="\nindicators:\n" + "".join(f"  - {text}\n" for text in written),
    )  # fmt: skip


def handed_in(scenario: Scenario, folder: Path, periods: Sequence[Period]) -> list[tuple[str, Path]]:
    """Write the departments' files into ``folder``; (source, path) of each."""
    place = folder / FILES
    place.mkdir()
    files = {f"{source.id}.csv": (source.id, list(_figure_rows(source, periods))) for source in scenario.figures}
    if scenario.centre:
        files["centre.csv"] = ("centre", [["账号", "时间"], *_log_ins(scenario.centre.days_a_month, periods)])
    for name, (_, rows) in files.items():
        (place / name).write_text(_csv(rows), encoding="utf-8")
    return [(source, place / name) for name, (source, _) in files.items()]


def _figures_source(source: FigureSource, span: Span) -> str:
    return f"""
  - id: {source.id}
    connector: file
    kind: figures
    department: {source.department}
    columns: {{name: 指标, at: 时间, value: 数值, unit: 单位}}
    observed: [{iso(span.start)}, {iso(span.end)}]
"""


def _centre_source(department: str, span: Span) -> str:
    return f"""
  - id: centre
    connector: file
    kind: activity
    department: {department}
    columns: {{actor: 账号, at: 时间}}
    observed: [{iso(span.start)}, {iso(span.end)}]
"""


def _indicators(line: Line, baseline: str) -> Iterator[str]:
    """The line's definitions as the city file has them; YAML reads JSON. The target is the line's."""
    if not isinstance(line.fill, FilledByMeasurement):
        return
    for needed in line.fill.needs:
        yield _written(needed)
    yield _written(line.fill.indicator, **({"target": line.target} if line.target else {}), **_baseline(line.fill.indicator, baseline))


def _written(indicator: Indicator, **more: str) -> str:
    settings = indicator.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps(settings | more, ensure_ascii=False)


def _baseline(indicator: Indicator, baseline: str) -> dict[str, str]:
    return {"baseline": baseline} if indicator.measure == "growth" else {}


def _figure_rows(source: FigureSource, periods: Sequence[Period]) -> Iterator[list[str]]:
    days = [day for period in periods for day in period.days()]
    yield ["指标", "时间", "数值", "单位"]
    for number, day in enumerate(days):
        share = number / max(1, len(days) - 1)
        for one in source.published:
            at = day.span.start + (LATE if one.late_every and number % one.late_every == one.late_every - 1 else IN_TIME)
            yield [one.name, iso(at, day.zone), _value(one, share), one.unit]


def _value(published: Published, share: float) -> str:
    value = published.first + (published.last - published.first) * share
    return f"{value:.2f}" if published.first % 1 else str(round(value))


def _log_ins(days_a_month: int, periods: Sequence[Period]) -> Iterator[list[str]]:
    """Two people at the centre, on the first ``days_a_month`` days that are no Sunday."""
    for period in periods:
        days = [day for day in period.days() if date.fromisoformat(day.label).weekday() != 6]
        for day in days[:days_a_month]:
            start = midnight(date.fromisoformat(day.label), day.zone)
            yield from ([f"centre-{person}", iso(start + (8 + person) * HOUR, day.zone)] for person in (1, 2))


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
