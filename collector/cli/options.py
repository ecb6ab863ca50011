"""What the commands share: the app, the city file option, and how they print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

import collector
from collector.errors import ConfigurationError
from collector.installation import Installation, city_path, now
from collector.periods import instant

T = TypeVar("T")

app = typer.Typer(
    name="citygauge",
    help="Measure what a city's digital projects claim.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"citygauge {collector.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Measure what a city's digital projects claim."""


Config = Annotated[Path | None, typer.Option("--config", help="City file [default: $CITYGAUGE_CONFIG or ./city.yaml]")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What was known at this instant (ISO 8601) [default: now]")]


def opened(config: Path | None) -> Installation:
    return Installation(city_path(config))


def as_file_name(period: str) -> str:
    """A period as part of a file's name; one that is given by its ends has a slash."""
    return period.replace("/", "_")


def print_json(document: Any) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def as_of_instant(text: str | None, zone: ZoneInfo) -> int:
    if text is None:
        return now()
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"--as-of: {text!r} is not an ISO 8601 instant") from None
    return instant(when if when.tzinfo else when.replace(tzinfo=zone))


def table_of(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    return table


def with_progress(items: Iterable[T], total: int, what: str, work: Callable[[T], object]) -> None:
    """Do ``work`` for every item under a progress bar on stderr (none where stderr is not a terminal)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=total)
        for item in items:
            work(item)
            progress.advance(task)
