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
from collector.demo.scenario import Scenario
from collector.demo.scenario_city import handed_in, scenario_city_file
from collector.demo.tasks import CITY_VARIABLE, send
from collector.errors import CitygaugeError
from collector.figures import Figure
from collector.freeze import freeze_period
from collector.importing import import_file
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
    """What the demonstration covers: finished periods before the month of ``now``, in order of time."""

    periods: list[Period]
    now: int

    @classmethod
    def before(cls, now: int, months: int) -> Plan:
        """The last ``months`` whole months; with none the last whole year."""
        first = moment(now, ZONE).date().replace(day=1)
        if not months:
            return cls([Period.parse(str(first.year - 1), ZONE)], now)
        labels: list[str] = []
        for _ in range(months):
            first = (first - DAY).replace(day=1)
            labels.insert(0, first.strftime("%Y-%m"))
        return cls([Period.parse(label, ZONE) for label in labels], now)

    @property
    def span(self) -> Span:
        """The periods and SETTLING beyond them: the last day's end is seen by the first polls of the next."""
        return Span(self.periods[0].span.start, self.periods[-1].span.end + SETTLING)

    def settings(self, sizes: Magnitudes) -> Settings:
        """The second month has faults; a past year ends when it is over, anything else goes on beyond the present."""
        goes_on = self.periods[-1].is_month
        return Settings(
            start=self.span.start,
            end=self.now + LIVE_DAYS * 86_400_000 if goes_on else self.span.end,
            magnitudes=sizes,
            faults=default_faults(self.periods[-1]) if len(self.periods) > 1 else (),
        )


def sizes_of(plan: Plan, scenario: Scenario | None, channels: int) -> Magnitudes:
    """The scenario's, counted over the last period; without one a county's, with so many channels."""
    return scenario.sizes(plan.periods[-1].span) if scenario else Magnitudes(channels=channels)


@dataclass(frozen=True)
class Demo:
    """A demonstration whose periods are measured. scenario: None for the simulated city that is nobody's."""

    installation: Installation
    city: SimulatedCity
    plan: Plan
    scenario: Scenario | None = None


@contextmanager
def demonstration(folder: Path, plan: Plan, sizes: Magnitudes, scenario: Scenario | None = None) -> Iterator[tuple[Demo, str]]:
    """A running simulated city and the installation that measures it, with the broker's address.

    The folder must be new or empty: a demonstration is always made whole.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CitygaugeError(f"{folder} is not empty; give --dir a new folder or remove it")
    simulated = folder / "simulated-city"
    simulated.mkdir(parents=True)
    with SimulatedCity(simulated, plan.settings(sizes)) as city:
        os.environ |= city.environment | {CITY_VARIABLE: str(simulated.resolve())}
        path = folder / "city.yaml"
        path.write_text(_city_file(city, plan, scenario), encoding="utf-8")
        with EmbeddedBroker() as broker:
            use_broker(broker)
            yield Demo(Installation(path), city, plan, scenario), broker


def _city_file(city: SimulatedCity, plan: Plan, scenario: Scenario | None) -> str:
    store, broker, archive = "sqlite:///citygauge.db", "embedded", "archive/"
    if scenario is None:
        return city_file(city.addresses, city.world, store=store, broker=broker, archive=archive)
    return scenario_city_file(scenario, city.addresses, city.world, plan.periods, store=store, broker=broker, archive=archive)


def hand_in(demo: Demo) -> None:
    """Import what the scenario's departments publish, as their files."""
    if demo.scenario is None:
        return
    files = handed_in(demo.scenario, demo.installation.city.folder, demo.plan.periods)
    with Stage("importing", len(files)) as stage:
        for source, path in files:
            import_file(demo.installation.source(source), path, demo.plan.span.end)
            stage.advance()


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


def freeze_periods(demo: Demo) -> list[Figure]:
    """Snapshot and reports of every period; the figures in order of time."""
    from collector.report import write_report
    from collector.report.frozen import read_snapshot

    figures: list[Figure] = []
    with Stage("freezing", len(demo.plan.periods)) as stage:
        for period in demo.plan.periods:
            snapshot = freeze_period(demo.installation, period.label, demo.plan.span.end)
            folder = demo.installation.city.folder
            write_report(demo.installation, period.label, {form: folder / f"report-{period.label}.{form}" for form in ("html", "xlsx")})
            figures += read_snapshot(snapshot).figures
            stage.advance()
    return figures


def fill_forms(demo: Demo) -> None:
    """The scenario's official form for the last period, in every format."""
    from collector.report.evaluation import write_form
    from collector.report.forms import FORMATS

    if demo.scenario is None:
        return
    folder, label = demo.installation.city.folder, demo.plan.periods[-1].label
    write_form(demo.installation, label, demo.scenario.profile, {form: folder / f"form-{label}.{form}" for form in FORMATS})


def _runs(installation: Installation) -> int:
    with installation.database.read() as connection:
        return newest_run(connection)


def go_on(demo: Demo, broker: str, port: int, now: int) -> None:
    """Catch up with the present, then let the city go on in real time and keep measuring it, until a signal ends it."""
    back_fill(demo, broker, Span(demo.plan.span.end, now), "this month")
    demo.city.go_live()
    os.environ[BROKER_VARIABLE] = broker
    run_all(demo.installation, "127.0.0.1", port)
