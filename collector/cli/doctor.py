"""The command doctor."""

from __future__ import annotations

import typer

from collector.cli.options import Config, Json, app, opened, out, print_json
from collector.doctor.diagnosis import Diagnosis, State
from collector.installation import now

MARKS = {State.WELL: "✔", State.DOUBTFUL: "!", State.WRONG: "✘"}


@app.command()
def doctor(config: Config = None, as_json: Json = False) -> None:
    """Look at every part of the installation and say what is wrong and what to do; exit 1 where something is wrong.

    Example: citygauge doctor
    """
    from collector.doctor.examine import examine

    found = list(examine(opened(config), now()))
    if as_json:
        print_json({"parts": [_document(one) for one in found]})
    else:
        for one in found:
            _show(one)
    if any(one.state is State.WRONG for one in found):
        raise typer.Exit(1)


def _show(one: Diagnosis) -> None:
    """In both languages: read by those who run the machines and by those who answer for the figures."""
    out.print(f"{MARKS[one.state]} {one.part}: {one.found.zh}", soft_wrap=True, markup=False)
    if one.remedy is not None:
        out.print(f"    {one.found.en}", soft_wrap=True, markup=False)
        out.print(f"  → {one.remedy.zh}", soft_wrap=True, markup=False)
        if one.remedy.en != one.remedy.zh:
            out.print(f"    {one.remedy.en}", soft_wrap=True, markup=False)


def _document(one: Diagnosis) -> dict[str, object]:
    return {
        "part": one.part, "state": one.state.value, "found": {"zh": one.found.zh, "en": one.found.en},
        "remedy": one.remedy and {"zh": one.remedy.zh, "en": one.remedy.en},
    }  # fmt: skip
