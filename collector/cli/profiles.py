"""Commands about evaluations: profiles."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from collector.cli.options import Json, app, out, print_json
from collector.errors import ConfigurationError
from collector.profile_files import Evaluation, load_evaluation, shipped_profiles
from collector.scoring.definitions import definitions
from collector.scoring.fill import FilledByDeclaration, FilledByFunds, FilledBySurvey
from collector.scoring.judged import target_text
from collector.scoring.numbers import plain
from collector.scoring.profile import Line
from collector.scoring.weights import faults_of, total_weight
from collector.scoring.words import Say


@app.command()
def profiles(
    name: Annotated[
        str | None, typer.Argument(help="Id of a shipped profile, or the path of a profile's YAML file.")
    ] = None,
    indicators: Annotated[
        bool, typer.Option("--indicators", help="Print the indicators that fill it, as a city file has them.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the evaluation profiles, or check and show one with what fills each line.

    Example: citygauge profiles national
    """
    if name is None:
        if indicators:
            raise ConfigurationError("--indicators: name a profile, such as `citygauge profiles national --indicators`")
        _list(as_json)
        return
    evaluation = load_evaluation(name)
    if indicators:
        _print_indicators(evaluation)
    elif as_json:
        print_json({"profile": _plain(evaluation.profile), "rule_set": _plain(evaluation.rules)})
    else:
        _show(evaluation)


def _list(as_json: bool) -> None:
    loaded = [load_evaluation(name) for name in shipped_profiles()]
    if as_json:
        print_json([_summary(one) for one in loaded])
        return
    for one in loaded:
        told = _summary(one)
        year = "" if told["year"] is None else f", {told['year']}"
        weights = f"{told['lines']} lines, weights {told['weights']}, {told['rule_set']}"
        out.print(f"{told['id']:32} {told['title']} ({told['region']}{year}): {weights}", markup=False, soft_wrap=True)


def _summary(one: Evaluation) -> dict[str, Any]:
    profile = one.profile
    return {
        "id": profile.id,
        "title": profile.title.zh,
        "version": profile.version,
        "region": profile.region,
        "year": profile.year,
        "lines": len(profile.lines),
        "weights": plain(total_weight(profile)),
        "as_declared": profile.as_declared,
        "rule_set": one.rules.id,
    }


def _show(one: Evaluation) -> None:
    profile, rules = one.profile, one.rules
    out.print(f"{profile.title.zh} ({profile.id} {profile.version}), {profile.cite}", markup=False, soft_wrap=True)
    out.print(f"{rules.title.zh} ({rules.id} {rules.version})", markup=False, soft_wrap=True)
    for line in profile.lines:
        target = target_text(line, Say("zh"))
        told = f"{line.id:24} {plain(line.weight):>4}  {line.level[0]} / {line.name.zh} {target}"
        out.print(f"{told} <- {_filled_by(line)}", markup=False, soft_wrap=True)
    for fault in faults_of(profile):
        out.print(f"as declared: {fault.en}", markup=False, soft_wrap=True)


def _filled_by(line: Line) -> str:
    fill = line.fill
    if isinstance(fill, FilledByFunds):
        return "funds"
    if isinstance(fill, FilledByDeclaration):
        return "declaration"
    if isinstance(fill, FilledBySurvey):
        return f"survey of {fill.minimum} or more"
    return f"{fill.indicator.measure} ({', '.join(fill.connectors)})"


def _print_indicators(one: Evaluation) -> None:
    """One definition a line; YAML reads JSON."""
    typer.echo("indicators:")
    for definition in definitions(one.profile):
        typer.echo(f"  - {json.dumps(definition, ensure_ascii=False)}")


def _plain(model: Any) -> Any:
    return model.model_dump(mode="json", by_alias=True)
