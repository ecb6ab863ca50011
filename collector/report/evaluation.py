"""The official form of a frozen period: its figures under a profile, beside what was declared, ready to be rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from collector.city.indicators import CaseClosure
from collector.declaring.declared import DeclaredInputs, declared_inputs
from collector.installation import Installation
from collector.periods import iso
from collector.profile_files import load_evaluation
from collector.report.content import Line, Report, gather
from collector.report.evaluation_charts import charts_of
from collector.report.forms import render
from collector.report.forms.packs import Pack, load_pack
from collector.scoring import form as forms
from collector.scoring.fill import FilledByMeasurement, FilledBySurvey
from collector.scoring.filling import Inputs, fill_form
from collector.scoring.profile import Profile
from collector.scoring.wording import Language
from collector.store.declarations import read_declarations

CHARTED = ("lines", "achievement")
"""The kinds of section that the charts stand in: the first one that the profile has."""


def write_form(
    installation: Installation,
    label: str,
    profile: str,
    paths: Mapping[str, Path],
    language: Language = "zh",
    pack: str | None = None,
) -> None:
    """Write the form of the newest revision of period ``label`` in each format to its path.

    profile: id of a shipped one, or a file. pack: how it is laid out, likewise; the profile's own by default. Raises ConfigurationError
    for a period that is not frozen, an unknown profile, pack or format, and a path that cannot be written.
    """
    folder = installation.city.folder
    layout = _layout(pack or load_evaluation(profile, folder).profile.pack, folder)
    form = evaluation_form(installation, label, profile, language)
    for name, path in paths.items():
        render(form, name, path, layout)


def _layout(pack: str, folder: Path) -> Pack:
    """A shipped pack by name, or one of the site's own by the path of its file."""
    if not pack.endswith((".yaml", ".yml")):
        return load_pack(pack)
    path = folder / pack
    return load_pack(path.stem, path.parent)


def evaluation_form(installation: Installation, label: str, profile: str, language: Language = "zh") -> forms.Form:
    """The form of the newest revision of a frozen period, filled from its figures and from what was declared until now."""
    evaluation = load_evaluation(profile, installation.city.folder)
    report = gather(installation, label, used_by(evaluation.profile))
    inputs = inputs_of(
        declared_of(installation, evaluation.profile, label), label,
        broken_down={line.figure.indicator.id: line.by for line in report.lines},
        charts=_charts(report, evaluation.profile, language),
    )  # fmt: skip
    figures = [line.figure for line in report.lines]
    return fill_form(evaluation.profile, evaluation.rules, figures, inputs, proof=_proof(report), language=language)


def declared_of(installation: Installation, profile: Profile, label: str) -> DeclaredInputs:
    """What holds of all that was declared under the profile, for the form of period ``label``."""
    with installation.database.read() as connection:
        told = read_declarations(connection, profile.id)
    return declared_inputs(told, profile, label, installation.city.zone)


def inputs_of(declared: DeclaredInputs, label: str, **more: object) -> Inputs:
    """more: the break-downs and charts of a form that is printed."""
    return Inputs(period=label, **vars(declared), **more)  # type: ignore[arg-type]


def used_by(profile: Profile) -> frozenset[str]:
    """The indicators that fill the profile's lines."""
    fills = (line.fill for line in profile.lines if isinstance(line.fill, FilledByMeasurement | FilledBySurvey))
    return frozenset(fill.indicator.id for fill in fills if fill.indicator is not None)


def _charts(report: Report, profile: Profile, language: Language) -> dict[str, list[forms.Chart]]:
    kinds = [section.kind for section in profile.sections]
    place = next((kind for kind in CHARTED if kind in kinds), None)
    if place is None or report.history is None:
        return {}
    return {place: [chart for line in _charted(report.lines) for chart in charts_of(report.history, line, language)]}


def _charted(lines: list[Line]) -> Iterator[Line]:
    """Of several lines about the backlog of the same cases the first: it is the same picture."""
    seen = set()
    for line in lines:
        indicator = line.figure.indicator
        if isinstance(indicator, CaseClosure):
            about = (indicator.source_ids, str(indicator.where))
            if about in seen:
                continue
            seen.add(about)
        yield line


def _proof(report: Report) -> forms.Proof:
    frozen, proof = report.frozen, report.proof
    return forms.Proof(
        period=frozen.period.label,
        revision=frozen.revision,
        as_of=iso(frozen.as_of, frozen.period.zone),
        digest=frozen.digest,
        checkpoint=str(proof.checkpoint.short),
        key=proof.short_key,
    )
