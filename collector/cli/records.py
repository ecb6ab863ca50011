"""Commands that bring records in and put days away: poll, import, seal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collector.cli.options import Config, Json, app, opened, out, print_json, with_progress
from collector.errors import SourceUnavailable
from collector.importing import Import, import_file
from collector.installation import now
from collector.periods import iso, slot_of
from collector.poll import poll as poll_source
from collector.poll import try_poll
from collector.records import Records, Sweep
from collector.store.runs import Outcome, Run


@app.command()
def poll(
    source: Annotated[str, typer.Argument(help="Id of the source.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the records, store nothing.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Poll a source now.

    Example: citygauge poll video --dry-run
    """
    installation = opened(config)
    opened_source = installation.source(source)
    if dry_run:
        print_json(_shown(try_poll(opened_source, now)))
        return
    every = opened_source.settings.every
    slot = slot_of(now(), every, installation.city.zone) if every else now()
    run = poll_source(opened_source, slot, now)
    if as_json:
        print_json(_run(run))
    else:
        out.print(f"{source} {iso(run.slot, installation.city.zone)}: {run.outcome.value}, {run.rows} rows, {run.seconds:.2f} s")
    if run.outcome is not Outcome.OK:
        raise SourceUnavailable(f"{source}: {run.outcome.value}: {run.error}")


@app.command("import")
def import_(
    source: Annotated[str, typer.Argument(help="Id of a source of connector `file`.")],
    files: Annotated[list[Path], typer.Argument(help="CSV (also .gz), XLSX or Parquet files.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Import records from files; a file that was imported before is left alone.

    Example: citygauge import cases 2026-10.csv.gz
    """
    installation = opened(config)
    imports: list[Import] = []
    with_progress(
        files, len(files), "importing", lambda path: imports.append(import_file(installation.source(source), path, now()))
    )
    if as_json:
        print_json([{"file": one.name, "run": _run(one.run) if one.run else None} for one in imports])
        return
    for one in imports:
        out.print(_imported(one), soft_wrap=True)


@app.command()
def seal(config: Config = None) -> None:
    """Seal every day that is over and settled, with supplements for what came late.

    Example: citygauge seal
    """
    installation = opened(config)
    due = installation.sealer.due(now())
    with_progress(due, len(due), "sealing", lambda one: installation.sealer.seal_day(one.source, one.day, now()))
    out.print(f"{len(due)} days sealed" if due else "nothing to seal")


def _imported(one: Import) -> str:
    if one.run is None:
        return f"{one.name}: was imported before, nothing to do"
    faults = "".join(f"\n  fault: {fault}" for fault in one.run.faults[:5])
    more = f"\n  and {len(one.run.faults) - 5} faults more" if len(one.run.faults) > 5 else ""
    return f"{one.name}: {one.run.rows} rows{faults}{more}"


def _run(run: Run) -> dict[str, object]:
    return run.values() | {"slot": iso(run.slot), "at": iso(run.at), "vouches": [[iso(s.start), iso(s.end)] for s in run.vouches]}


def _shown(records: Records) -> list[dict[str, object]]:
    """Records as they would be stored, instants in ISO 8601."""
    if isinstance(records, Sweep):
        names = list(records.attributes)
        rows = zip(records.subjects, records.states.tolist(), *records.attributes.values(), strict=True)
        return [dict(zip(("subject", "state", *names), row, strict=True)) for row in rows]
    return [
        {key: value.isoformat() if hasattr(value, "isoformat") else value.hex() if isinstance(value, bytes) else value
         for key, value in row.items()}
        for row in records.table.to_pylist()
    ]  # fmt: skip
