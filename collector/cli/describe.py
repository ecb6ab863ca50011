"""Commands about the configuration: init, check, schema, connectors."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from collector.city.load import city_schema, line_of
from collector.cli.options import Config, app, opened, out, print_json
from collector.errors import CitygaugeError, ConfigurationError, SourceUnavailable
from collector.installation import Installation, now
from collector.lint import Remark, lint
from collector.lint_inputs import earlier_values, registered_subjects
from collector.poll import try_poll
from collector.records import Sweep
from connectors.registry import CONNECTORS, load


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Folder to start a city in.")]) -> None:
    """Start a city file with every key explained.

    Example: citygauge init mycity
    """
    path = folder / "city.yaml"
    if path.exists():
        raise ConfigurationError(f"{path} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(resources.files("collector.city").joinpath("example.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    out.print(f"{path}: edit it, then run `citygauge check --config {path}`", soft_wrap=True)


@app.command()
def check(
    connect: Annotated[bool, typer.Option("--connect", help="Poll every source once, without storing anything.")] = False,
    config: Config = None,
) -> None:
    """Validate the city file, and warn of targets that say nothing; with --connect, also ask every source.

    Example: citygauge check --connect
    """
    installation = opened(config)
    city = installation.city
    out.print(f"{installation.path}: {city.city}, {len(city.sources)} sources, {len(city.indicators)} indicators", soft_wrap=True)
    failed = _connect(installation) if connect else 0
    history = earlier_values(installation) if connect else {}
    for remark in lint(city, registered_subjects(city, now()), history):
        print_remark(installation, remark)
    if failed:
        raise SourceUnavailable(f"{failed} of {len(city.sources)} sources did not answer as expected")


def _connect(installation: Installation) -> int:
    """Poll every source once without storing; how many failed."""
    failed, city = 0, installation.city
    for source in city.sources:
        if not source.polled:
            continue
        try:
            records = try_poll(installation.source(source.id), now)
            count = len(records.subjects) if isinstance(records, Sweep) else records.table.num_rows
            out.print(f"  {source.id}: ok, {count} {'subjects' if isinstance(records, Sweep) else 'rows'}")
        except CitygaugeError as error:
            failed += 1
            out.print(f"  {source.id}: {error}", soft_wrap=True, markup=False)
    return failed


def print_remark(installation: Installation, remark: Remark) -> None:
    """In both languages: these are read by those who set targets, and by those who run the program."""
    number = next(i for i, one in enumerate(installation.city.indicators) if one.id == remark.indicator)
    line = line_of(installation.path, "indicators", number, remark.key)
    place = f"{installation.path}:{line}: indicators.{number}.{remark.key} ({remark.indicator})"
    out.print(f"{place}: warning: {remark.zh}", soft_wrap=True, markup=False)
    out.print(f"  {remark.en}", soft_wrap=True, markup=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the city file, for editors.

    Example: citygauge schema > city.schema.json
    """
    print_json(city_schema())


@app.command()
def connectors(
    name: Annotated[str | None, typer.Argument(help="Show one connector with its options.")] = None,
) -> None:
    """List the connectors, or show one with its options.

    Example: citygauge connectors wvp
    """
    if name is None:
        for known in CONNECTORS:
            out.print(f"{known:12} {(module_doc(known).splitlines() or [''])[0]}", markup=False, soft_wrap=True)
        return
    out.print(module_doc(name), markup=False, soft_wrap=True)
    typer.echo(json.dumps(load(name).Options.model_json_schema(), ensure_ascii=False, indent=2))


def module_doc(name: str) -> str:
    import sys

    return (sys.modules[load(name).__module__].__doc__ or "").strip()
