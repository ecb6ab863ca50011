"""Commands for Prometheus: rules, dashboard, remote-write, export."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated, Literal

import typer

from collector.cli.options import Config, app, err, opened, out
from collector.errors import ConfigurationError, SourceUnavailable
from collector.installation import now

Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write [default: standard output]")]
Job = Annotated[str, typer.Option("--job", help="The job under which Prometheus scrapes /metrics.")]


@app.command()
def rules(
    output: Output = None,
    tests: Annotated[
        Path | None, typer.Option("--tests", help="Write unit tests for promtool here; needs --output.")
    ] = None,
    routes: Annotated[
        Path | None,
        typer.Option("--alertmanager", help="Write a configuration of Alertmanager that fits the rules here."),
    ] = None,
    job: Job = "citygauge",
    config: Config = None,
) -> None:
    """Write the alerts of the city file as rules of Prometheus.

    Example: citygauge rules -o citygauge.rules.yml --tests citygauge.tests.yml
    """
    from collector.prometheus.routing import routing
    from collector.prometheus.rule_file import rule_file
    from collector.prometheus.rule_tests import rule_tests

    city = opened(config).city
    if tests is not None:
        if output is None:
            raise ConfigurationError("rules: --tests needs --output, the file that is tested")
        write(tests, rule_tests(city, output.name, job))
    if routes is not None:
        write(routes, routing(city))
    write(output, rule_file(city, job))


@app.command()
def dashboard(
    output: Output = None,
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="The language of its titles.")] = "zh",
    job: Job = "citygauge",
    config: Config = None,
) -> None:
    """Write a dashboard of the city for Grafana.

    Example: citygauge dashboard -o citygauge.json
    """
    from collector.prometheus.dashboard import dashboard as made

    write(output, made(opened(config).city, lang, job))


@app.command("remote-write")
def remote_write(
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on, once every `remote_write.every`, until it is stopped.")
    ] = False,
    config: Config = None,
) -> None:
    """Push the indicators' values to the receiver of remote write that the city file names.

    Example: citygauge remote-write --follow
    """
    from collector.prometheus.remote_write import Refused, push, settings_of

    installation = opened(config)
    every = settings_of(installation).every.total_seconds()
    if not follow:
        out.print(f"{push(installation, now)} samples")
        return
    stop, failing = stop_signal(), False
    while True:
        try:
            push(installation, now)
        except (Refused, SourceUnavailable) as error:
            if not failing:
                err.print(str(error), soft_wrap=True, markup=False)
            failing = True
        else:
            if failing:
                err.print("remote_write: values are taken again")
            failing = False
        if stop.wait(every):
            return


@app.command()
def export(
    period: Annotated[
        str, typer.Option("--period", help="Every frozen period in it: 2026-10, 2026-Q4, 2026 or START/END.")
    ],
    form: Annotated[  # noqa: ARG001  there is one so far
        Literal["openmetrics"], typer.Option("--format", help="With time stamps, for promtool.")
    ] = "openmetrics",
    output: Output = None,
    job: Job = "citygauge",
    config: Config = None,
) -> None:
    """Write the figures of frozen periods for loading into Prometheus.

    Example: citygauge export --format openmetrics --period 2026 -o frozen.om
    """
    from collector.prometheus.open_metrics import open_metrics

    write(output, open_metrics(opened(config), period, {"job": job}))


def stop_signal() -> threading.Event:
    """Set by SIGTERM or SIGINT."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop


def write(path: Path | None, text: str) -> None:
    """To a file, whose name is then printed; or to standard output."""
    if path is None:
        typer.echo(text, nl=False)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written ({error.strerror})") from None
    out.print(str(path), soft_wrap=True)
