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
from collector.feasibility import Status
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
        yield from _judged(view)
        yield from _counts(view)
        yield from _sources(view)
        yield from _source_states(view)
        yield from _times(view)


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
INDICATORS: tuple[tuple[str, str, Callable[[Line], float | None]], ...] = (
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
_PERIODS = "Period: month and day so far, now (availability), last_month as frozen in its snapshot."


def _indicators(view: View) -> Iterator[Metric]:
    periods = {**view.figures.lines, "now": view.watched.now}
    lines = [((line.indicator.id, period), line) for period, of in periods.items() for line in of.values()]
    for name, text, pick in INDICATORS:
        samples = [(labels, pick(line)) for labels, line in lines]
        yield _gauge(f"citygauge_indicator_{name}", f"{text} {_PERIODS}", ("indicator", "period"), samples)
    yield GaugeMetricFamily(
        "citygauge_measured_timestamp_seconds", "When the figures were measured.", value=view.figures.at / 1000
    )


def _judged(view: View) -> Iterator[Metric]:
    """What rules are judged by, beside the figures."""
    month, watched = view.figures.lines["month"], view.watched
    yield _gauge(
        "citygauge_indicator_reachable",
        "1 if the target of the month can still be met, 0 if it can not; absent where nothing can be said.",
        ("indicator",), (((name,), _reachable(line)) for name, line in month.items()),
    )  # fmt: skip
    sides = (("lower", 0, "Lowest"), ("upper", 1, "Highest"))
    for side, place, word in sides:
        yield _gauge(
            f"citygauge_indicator_window_{side}",
            f"{word} value that the unobserved part of a trailing window allows; windows of rules only.",
            ("indicator", "window"), ((key, _float(one.bounds[place])) for key, one in watched.windows.items()),
        )  # fmt: skip
    yield _gauge(
        "citygauge_indicator_window_coverage_ratio",
        "Observed share of a trailing window that ended one polling interval ago; absent before its sources were asked as long.",
        ("indicator", "window"), ((key, one.coverage) for key, one in watched.windows.items()),
    )  # fmt: skip
    for side, place, word in sides:
        yield _gauge(
            f"citygauge_indicator_group_{side}",
            f"{word} availability now of the subjects with a label, of attributes that a rule names; at most 200 labels each.",
            ("indicator", "by", "group"), ((key, _float(bounds[place])) for key, bounds in watched.groups.items()),
        )  # fmt: skip


def _reachable(line: Line) -> float | None:
    return None if line.feasibility is None else float(line.feasibility.status is not Status.UNREACHABLE)


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


def _source_states(view: View) -> Iterator[Metric]:
    watched = view.watched
    yield _gauge(
        "citygauge_source_last_change_timestamp_seconds",
        "Since when all good answers are the same byte for byte.",
        ("source",), (((name,), at / 1000) for name, at in watched.changed.items()),
    )  # fmt: skip
    yield _gauge(
        "citygauge_source_certificate_expiry_timestamp_seconds",
        "When the first of the certificates of the source's https addresses ends.",
        ("source",), (((name,), at / 1000) for name, at in watched.certificates.items()),
    )  # fmt: skip
    yield _gauge(
        "citygauge_source_excluded",
        "1 while approved maintenance takes all or some of the source's subjects out, else 0.",
        ("source", "scope"), ((key, float(holds)) for key, holds in watched.excluded.items()),
    )  # fmt: skip


def _times(view: View) -> Iterator[Metric]:
    yield GaugeMetricFamily("citygauge_view_timestamp_seconds", "When the store was looked at.", value=view.at / 1000)
    periods = {"month": view.figures.month, "day": view.figures.day}
    for edge in ("start", "end"):
        yield _gauge(
            f"citygauge_period_{edge}_timestamp_seconds",
            f"The {edge} of the running month and day.",
            ("period",), (((name,), getattr(one.span, edge) / 1000) for name, one in periods.items()),
        )  # fmt: skip
    yield _gauge(
        "citygauge_unfrozen_month_end_timestamp_seconds",
        "When the oldest month ended that is over, has runs and is not frozen; absent where there is none.",
        (), [((), _seconds(view.watched.unfrozen_end))],
    )  # fmt: skip
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
