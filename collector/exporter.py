"""Prometheus metrics, made from the current view at every scrape. Names and labels are a contract with dashboards and rules.

Base units: ratios 0 to 1, seconds, kWh. Nothing stands in for a value that is not known: its sample is left out. Labels
come from the city file or a closed list, except ``department``, whose number is bounded where it is counted.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder, gzip_accepted
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

import collector
from collector.city.model import City
from collector.current import Line
from collector.errors import SourceUnavailable
from collector.live import Live, View
from collector.measurement import Number
from collector.standing import SourceStatus
from collector.store.runs import Outcome

Samples = Iterable[tuple[Iterable[str], float | None]]
GZIP_LEVEL = 5


class CityCollector(Collector):
    """Yields the families of one installation. Where the store does not answer only ``citygauge_store_up`` and the build."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the store."""
        return []

    def collect(self) -> Iterator[Metric]:
        build = InfoMetricFamily("citygauge_build", "Version of Citygauge that answers.")
        build.add_metric([], {"version": collector.__version__})
        yield build
        try:
            view = self._live.view()
        except SourceUnavailable:
            yield GaugeMetricFamily("citygauge_store_up", "Whether the store answers.", value=0)
            return
        yield GaugeMetricFamily("citygauge_store_up", "Whether the store answers.", value=1)
        yield _described(self._live.installation.city)
        yield from _indicators(view)
        yield from _counts(view)
        yield from _sources(view)
        yield from _snapshots(view)


def exposition(live: Live, accept: str, accept_encoding: str) -> tuple[bytes, dict[str, str]]:
    """(body, headers) of a scrape in the format and encoding that its two headers ask for."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(CityCollector(live))
    try:
        encode, content_type = choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is no version
        encode, content_type = choose_encoder("")
    body, headers = encode(registry), {"Content-Type": content_type, "Vary": "Accept, Accept-Encoding"}
    if gzip_accepted(accept_encoding):
        body, headers["Content-Encoding"] = gzip.compress(body, GZIP_LEVEL), "gzip"
    return body, headers


_MET = {"met": 1.0, "missed": 0.0}
_INDICATORS: tuple[tuple[str, str, Callable[[Line], float | None]], ...] = (
    ("value", "Measured value in base units; absent below the minimum coverage.", lambda line: _float(line.value)),
    ("lower", "Lowest value that the unobserved part allows; absent if unbounded.", lambda line: _float(line.lower)),
    ("upper", "Highest value that the unobserved part allows; absent if unbounded.", lambda line: _float(line.upper)),
    ("target", "Threshold of the target in base units.", lambda line: _float(line.target)),
    (
        "met",
        "1 if the whole interval meets the target, 0 if none of it does; else absent.",
        lambda line: _MET.get(line.verdict),
    ),
    ("coverage_ratio", "Observed share of what was owed.", lambda line: line.coverage),
)
_PERIODS = "Period: month and day so far, last_month as frozen in its snapshot."


def _indicators(view: View) -> Iterator[Metric]:
    lines = [((line.indicator.id, period), line) for period, of in view.figures.lines.items() for line in of.values()]
    for name, text, pick in _INDICATORS:
        samples = [(labels, pick(line)) for labels, line in lines]
        yield _gauge(f"citygauge_indicator_{name}", f"{text} {_PERIODS}", ("indicator", "period"), samples)
    yield GaugeMetricFamily(
        "citygauge_measured_timestamp_seconds", "When the figures were measured.", value=view.figures.at / 1000
    )


def _described(city: City) -> Metric:
    family = InfoMetricFamily(
        "citygauge_indicator", "What an indicator is called, with its target.", labels=["indicator"]
    )
    for one in city.indicators:
        about = {"name": one.title, "measure": one.measure, "unit": one.unit, "target": one.target or ""}
        family.add_metric([one.id], about)
    return family


def _counts(view: View) -> Iterator[Metric]:
    figures = view.figures
    yield _gauge(
        "citygauge_subjects",
        "Subjects by their state after the newest good run; all unknown when it no longer holds. Gone ones are left out.",
        ("source", "department", "state"), view.subjects.items(),
    )  # fmt: skip
    yield _gauge(
        "citygauge_cases",
        "Cases as they stand: open, overdue (among the open), suspended, reported_this_month, closed_this_month.",
        ("source", "state"), figures.cases.items(),
    )  # fmt: skip
    yield _gauge(
        "citygauge_active_users",
        "Distinct users in the month and day so far.",
        ("source", "window"),
        _floats(figures.users),
    )
    yield _gauge(
        "citygauge_pue",
        "Facility over IT energy in the month and day so far. A site is a source of meters.",
        ("site", "window"), _floats(figures.pue),
    )  # fmt: skip


_SOURCES: tuple[tuple[str, str, Callable[[SourceStatus], float | None]], ...] = (
    (
        "up",
        "1 if the newest run is good and its answer still holds; absent if nothing is expected.",
        lambda one: one.up,
    ),
    ("last_success_timestamp_seconds", "When the last good run asked.", lambda one: _seconds(one.last_success_at)),
    ("poll_seconds", "How long the newest run took.", lambda one: one.poll_seconds),
    ("clock_skew_seconds", "How far the source's clock was ahead of ours.", lambda one: one.skew_seconds),
)


def _sources(view: View) -> Iterator[Metric]:
    for name, text, pick in _SOURCES:
        samples = [((one.id,), pick(one)) for one in view.sources]
        yield _gauge(f"citygauge_source_{name}", text, ("source",), samples)
    runs = CounterMetricFamily("citygauge_runs", "Runs by how they ended.", labels=["source", "outcome"])
    for source in view.sources:
        for outcome in Outcome:
            runs.add_metric([source.id, outcome.value], view.runs.get((source.id, outcome.value), 0))
    yield runs


def _snapshots(view: View) -> Iterator[Metric]:
    yield _gauge(
        "citygauge_snapshot_timestamp_seconds",
        "When the newest revision of a period was frozen; the newest periods only.",
        ("period",), (((one.period,), one.created_at / 1000) for one in view.snapshots),
    )  # fmt: skip


def _gauge(name: str, text: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in samples:
        if number is not None:
            family.add_metric(list(values), number)
    return family


def _floats(numbers: Mapping[tuple[str, str], Number]) -> Samples:
    return ((labels, _float(number)) for labels, number in numbers.items())


def _float(number: Number | Fraction | None) -> float | None:
    """The nearest double, which prints with all its digits."""
    return None if number is None else float(number)


def _seconds(at: int | None) -> float | None:
    return None if at is None else at / 1000
