"""The demonstration from start to end: start the city, back-fill, seal, freeze, report, compare with the city's truth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.backfill import backfill_slots
from collector.broker import EmbeddedBroker
from collector.cli.processes import BROKER_VARIABLE, run_all, start_worker
from collector.demo.progress import Stage
from collector.demo.tasks import CITY_VARIABLE, send
from collector.errors import CitygaugeError
from collector.figures import Figure
from collector.freeze import freeze_period
from collector.installation import Installation
from collector.periods import DAY, Period, Span, moment
from collector.processes import stop_child
from collector.simulated_city.city import SimulatedCity
from collector.simulated_city.city_file import city_file
from collector.simulated_city.faults import default_faults
from collector.simulated_city.magnitudes import Magnitudes, Settings
from collector.store.runs import newest_run
from collector.tasks import seal_day, use_broker

ZONE = ZoneInfo("Asia/Shanghai")
SETTLING = 3 * 3_600_000
LIVE_DAYS = 3
"""The world goes on for so long after the present; a demonstration that is left running longer is started anew."""


@dataclass(frozen=True)
class Plan:
    """What the demonstration covers: the whole months before the one of ``now``."""

    months: list[Period]
    now: int

    @classmethod
    def before(cls, now: int, count: int) -> Plan:
        first = moment(now, ZONE).date().replace(day=1)
        labels: list[str] = []
        for _ in range(count):
            first = (first - DAY).replace(day=1)
            labels.insert(0, first.strftime("%Y-%m"))
        return cls([Period.parse(label, ZONE) for label in labels], now)

    @property
    def span(self) -> Span:
        """The months and SETTLING beyond them: the last day's end is seen by the first polls of the next."""
        return Span(self.months[0].span.start, self.months[-1].span.end + SETTLING)


@dataclass(frozen=True)
class Demo:
    """A demonstration whose months are measured."""

    installation: Installation
    city: SimulatedCity
    plan: Plan


@contextmanager
def demonstration(folder: Path, months: int, channels: int, now: int) -> Iterator[tuple[Demo, str]]:
    """A running simulated city and the installation that measures it, with the broker's address.

    The folder must be new or empty: a demonstration is always made whole.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CitygaugeError(f"{folder} is not empty; give --dir a new folder or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan.before(now, months)
    settings = Settings(
        start=plan.span.start, end=now + LIVE_DAYS * 86_400_000, magnitudes=Magnitudes(channels=channels),
        faults=default_faults(plan.months[-1]) if months > 1 else (),
    )  # fmt: skip
    simulated = folder / "simulated-city"
    simulated.mkdir()
    with SimulatedCity(simulated, settings) as city:
        os.environ |= city.environment | {CITY_VARIABLE: str(simulated.resolve())}
        path = folder / "city.yaml"
        text = city_file(city.addresses, city.world, store="sqlite:///citygauge.db", broker="embedded", archive="archive/")
        path.write_text(text, encoding="utf-8")
        with EmbeddedBroker() as broker:
            use_broker(broker)
            yield Demo(Installation(path), city, plan), broker


def back_fill(demo: Demo, broker: str, span: Span, what: str) -> None:
    """Poll every slot of ``span`` through the connectors, as Celery tasks by source and day, then seal all days that are over."""
    installation = demo.installation
    installation.database  # noqa: B018 (made before the workers open it)
    worker = start_worker(installation.path, broker, ("collector.demo.worker",))
    try:
        sources = [installation.source(source.id) for source in installation.city.sources if source.polled]
        before = _runs(installation)
        with Stage(what, sum(len(backfill_slots(source, span)) for source in sources)) as stage:
            for source in sources:
                send(source.id, span)
            stage.until_done(lambda: _runs(installation) - before, worker)
        due = installation.sealer.due(span.end)
        with Stage("sealing", len(due)) as stage:
            for one in due:
                seal_day.apply_async((one.source, one.day.isoformat(), span.end))
            stage.until_done(lambda: len(due) - len(installation.sealer.due(span.end)), worker)
    finally:
        stop_child(worker)


def freeze_months(demo: Demo) -> list[Figure]:
    """Snapshot and reports of every month; the figures in the order of the months."""
    from collector.report import write_report
    from collector.report.frozen import read_snapshot

    figures: list[Figure] = []
    with Stage("freezing", len(demo.plan.months)) as stage:
        for month in demo.plan.months:
            snapshot = freeze_period(demo.installation, month.label, demo.plan.span.end)
            folder = demo.installation.city.folder
            write_report(demo.installation, month.label, {form: folder / f"report-{month.label}.{form}" for form in ("html", "xlsx")})
            figures += read_snapshot(snapshot).figures
            stage.advance()
    return figures


def _runs(installation: Installation) -> int:
    with installation.database.read() as connection:
        return newest_run(connection)


def go_on(demo: Demo, broker: str, port: int, now: int) -> None:
    """Catch up with the present, then let the city go on in real time and keep measuring it, until a signal ends it."""
    back_fill(demo, broker, Span(demo.plan.span.end, now), "this month")
    demo.city.go_live()
    os.environ[BROKER_VARIABLE] = broker
    run_all(demo.installation, "127.0.0.1", port)
