"""Proof for third parties: keys, bundle, verify, explain, checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from collector.cli.options import Config, Json, app, as_file_name, opened, out, print_json
from collector.errors import ConfigurationError
from collector.installation import now
from collector.periods import iso

if TYPE_CHECKING:
    pass

Revision = Annotated[int | None, typer.Option("--revision", help="Revision [default: the newest]")]
WIDE = 100_000
"""A tree is cut at the console's width, and half a digest is none."""
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write.")]


@app.command()
def keys(
    action: Annotated[Literal["list", "make", "rotate"], typer.Argument(help="list, make or rotate")] = "list",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """List the signing keys, make the first one, or rotate to a new one that the old one endorses.

    Example: citygauge keys rotate
    """
    from collector.prover import key_ring

    ring = key_ring(opened(config))
    if action == "make":
        ring.make(now())
    elif action == "rotate":
        ring.rotate(now())
    listed = ring.listed()
    rows = [
        {
            "keyid": one.keyid, "made_at": iso(one.made_at), "retired_at": iso(one.retired_at) if one.retired_at else None,
            "endorsed_by": one.endorsed_by,
        }
        for one in listed
    ]  # fmt: skip
    if as_json:
        print_json({"keys": rows})
        return
    for row in rows:
        state = f"retired {row['retired_at']}" if row["retired_at"] else "current"
        out.print(f"{row['keyid']}  made {row['made_at']}  {state}", soft_wrap=True, highlight=False)


@app.command()
def checkpoint(config: Config = None, output: Output = None) -> None:
    """Sign the log as it stands now and print the checkpoint; whoever keeps it can show later that history was not rebuilt.

    Example: citygauge checkpoint -o checkpoint-2026-11.txt
    """
    from collector.prover import Prover

    installation = opened(config)
    with installation.database.write() as connection:
        text = Prover(installation).checkpoint(connection, now())
    if output:
        output.write_bytes(text.encode())
        out.print(str(output), soft_wrap=True)
    else:
        typer.echo(text, nl=False)


@app.command()
def bundle(
    period: Annotated[str, typer.Argument(help="A frozen period, such as 2026-10.")],
    revision: Revision = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write [default: PERIOD-rN.bundle]")] = None,
    config: Config = None,
) -> None:
    """Pack a snapshot with its files, the public keys and the log, so that a third party can verify it offline.

    Example: citygauge bundle 2026-10
    """
    from collector.bundling import make_bundle, stored_snapshot

    installation = opened(config)
    found = stored_snapshot(installation, period, revision)
    path = output or Path(f"{as_file_name(period)}-r{found.revision}.bundle")
    body = make_bundle(installation, period, found.revision, now())
    path.write_bytes(body)
    out.print(f"{path} ({len(body):,} B)", soft_wrap=True)


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="A bundle.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="Key id that you have from elsewhere (64 hex digits).")] = None,
    earlier: Annotated[
        str | None, typer.Option("--checkpoint", help="A checkpoint that you kept: its file, or SIZE-ROOT-KEY from a report.")
    ] = None,
    write_verifier: Annotated[
        Path | None, typer.Option("--write-verifier", help="Write the verifier as one file that runs without Citygauge, and stop.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a bundle offline: signature, log, files, and every figure computed again. Exit 1 with the first thing that does not match.

    Example: citygauge verify 2026-10-r1.bundle --checkpoint checkpoint-2026-10.txt
    """
    if write_verifier is not None:
        from collector.verifier import write_zipapp

        write_zipapp(write_verifier)
        out.print(str(write_verifier), soft_wrap=True)
        return
    if file is None:
        raise ConfigurationError("verify: name the bundle")
    from collector.verifier import document_of, lines, verify_file

    verified = verify_file(file, key, earlier)
    if as_json:
        print_json(document_of(verified))
        return
    for line in lines(verified):
        out.print(line, soft_wrap=True, highlight=False)


@app.command()
def explain(
    indicator: Annotated[str, typer.Argument(help="Indicator id.")],
    period: Annotated[str, typer.Option("--period", help="A frozen period, such as 2026-10.")],
    revision: Revision = None,
    day: Annotated[str | None, typer.Option("--day", help="Also list the runs of this day with their evidence.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Print where a frozen figure comes from: definition, sums, segments, runs, evidence.

    Example: citygauge explain video_online_rate --period 2026-10 --day 2026-10-05
    """
    from collector.cli.tree import tree_of
    from collector.explaining import explained

    found = explained(opened(config), period, indicator, revision, day)
    if as_json:
        print_json(found)
    else:
        Console(highlight=False, width=WIDE).print(tree_of(found), soft_wrap=True)
