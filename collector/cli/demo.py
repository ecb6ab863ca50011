"""``citygauge demo``: everything at once on a simulated city, nothing to install or configure."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from collector.cli.options import app, err, out, table_of
from collector.errors import ConfigurationError
from collector.installation import now


@app.command()
def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Go on polling live and serve the pages.")] = True,
    folder: Annotated[Path | None, typer.Option("--dir", help="New folder for everything it writes [default: a temporary one]")] = None,
    city: Annotated[str | None, typer.Option("--city", help="A published evaluation: gangu, jinzhai, junan, yaohai, yiyang.")] = None,
    months: Annotated[int, typer.Option("--months", min=1, max=12, help="Whole calendar months to back-fill.")] = 2,
    channels: Annotated[int, typer.Option("--channels", min=1, help="Video channels of the simulated city.")] = 1200,
    port: Annotated[int, typer.Option("--port", help="Port of the pages.")] = 8642,
) -> None:
    """Poll a simulated city through the real connectors: back-fill, seal, freeze, report, then go on live.

    Example: citygauge demo --no-serve --dir demo --city yiyang
    """
    from collector.demo.outcome import compared  # brings the simulated city, which nothing else needs
    from collector.demo.run import Plan, back_fill, demonstration, fill_forms, freeze_periods, go_on, hand_in, sizes_of
    from collector.demo.scenario import load_scenario

    scenario = load_scenario(city) if city else None
    plan = Plan.before(now(), scenario.months if scenario else months)
    if serve and not plan.periods[-1].is_month:
        raise ConfigurationError(f"--city {city} is about a past year, which does not go on: add --no-serve")
    place = folder or Path(tempfile.mkdtemp(prefix="citygauge-demo-"))
    err.print(f"citygauge demo in {place}", soft_wrap=True)
    with demonstration(place, plan, sizes_of(plan, scenario, channels), scenario) as (running, broker):
        hand_in(running)
        back_fill(running, broker, plan.span, "polling")
        figures = freeze_periods(running)
        fill_forms(running)
        columns = ("period", "indicator", ">measured", "[lower, upper]", ">coverage", ">truth", "")
        table = table_of("measured against the simulated city's truth", *columns)
        for row in compared(running, figures):
            table.add_row(*row)
        out.print(table)
        for path in sorted((*place.glob("report-*"), *place.glob("form-*"))):
            out.print(os.path.relpath(path), soft_wrap=True)
        if serve:
            go_on(running, broker, port, now())
