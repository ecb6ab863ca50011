"""Commands about kept answers: evidence, expire."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from collector.cli.options import Config, Json, app, opened, out, print_json
from collector.errors import ConfigurationError
from collector.installation import now
from collector.periods import iso

SHORTEST = 8


@app.command()
def evidence(
    digest: Annotated[
        str, typer.Argument(help="SHA-256 of a run's evidence, or its first digits, as `explain --day` prints it.")
    ],
    part: Annotated[str | None, typer.Option("--part", help="Write this part's body as it came.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write the part to [default: standard output]")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show what a subsystem answered: the parts of an answer, each checked against its SHA-256.

    Example: citygauge evidence 3f9ac2d1 --part "channels 1" -o page.json
    """
    from collector.answers import kept_answer

    if len(digest) < SHORTEST or set(digest) - set("0123456789abcdef"):
        raise ConfigurationError(f"evidence {digest}: write at least {SHORTEST} of its hex digits")
    installation = opened(config)
    answer = kept_answer(installation, digest, part)
    if part is not None:
        _write(answer.parts[0].body, output)
        return
    zone = installation.city.zone
    rows = [{"part": one.name, "bytes": len(one.body), "sha256": one.digest} for one in answer.parts]
    about = {
        "source": answer.source,
        "slot": iso(answer.slot, zone),
        "at": iso(answer.at, zone),
        "evidence": answer.digest,
    }
    if as_json:
        print_json(about | {"parts": rows})
        return
    out.print(f"{answer.source} {about['at']} {answer.digest}", soft_wrap=True)
    for one in answer.parts:  # no table: it is cut at the console's width, and half a digest is none
        out.print(f"  {one.digest}  {len(one.body):>12,} B  {one.name}", soft_wrap=True, markup=False)


@app.command()
def expire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List them, remove none.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Remove answers that are older than the city file keeps (`evidence: {keep_months: 13}`); the scheduler does so once a day.

    Example: citygauge expire --dry-run
    """
    from collector.retention import expire_evidence, expired_evidence

    installation = opened(config)
    found = (expired_evidence if dry_run else expire_evidence)(installation, now())
    if as_json:
        days = [{"source": one.source, "day": one.day.isoformat(), "file": one.file} for one in found]
        print_json({"removed": not dry_run, "days": days})
        return
    for one in found:
        out.print(str(one), soft_wrap=True, markup=False)
    out.print(f"answers of {len(found)} days {'would be removed' if dry_run else 'removed'}")


def _write(body: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(body)
    else:
        output.write_bytes(body)
        out.print(f"{output} ({len(body):,} B)", soft_wrap=True)
