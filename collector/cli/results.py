"""Commands that give results: measure, snapshot, report."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from collector.cli.options import (
    AsOf,
    Config,
    Json,
    app,
    as_file_name,
    as_of_instant,
    opened,
    out,
    print_json,
    table_of,
)
from collector.documents import figures_document, scaled
from collector.errors import ConfigurationError
from collector.feasibility_text import brief
from collector.figures import Figure, measure_all
from collector.figures import measure as measure_one
from collector.freeze import Correction, freeze_period, would_change
from collector.installation import now
from collector.measurement import Number
from collector.periods import Period

VERDICTS = {
    "met": "达标",
    "missed": "未达标",
    "indeterminate": "无法判定",
    "not_applicable": "不适用",
    "no_target": "无目标",
}
BASES = {"measured": "实测", "imported": "导入", "declared": "申报", "missing": "缺测"}


@app.command()
def measure(
    period: Annotated[str, typer.Option("--period", help="2026-10-05, 2026-10, 2026-Q4, 2026 or START/END")],
    indicator: Annotated[list[str] | None, typer.Option("--indicator", help="Only this indicator; may be repeated.")] = None,
    as_of: AsOf = None,
    by: Annotated[str | None, typer.Option("--by", help="subject, department, district, category, day; category,district")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Measure the indicators over a period.

    Example: citygauge measure --period 2026-10 --indicator video_online_rate --by department
    """
    installation = opened(config)
    city = installation.city
    wanted = Period.parse(period, city.zone)
    known_at = as_of_instant(as_of, city.zone)
    if indicator:
        chosen = [city.indicator(name) for name in indicator]
        figures = [measure_one(installation.history, one, wanted, known_at, by) for one in chosen]
    else:
        figures = measure_all(installation.history, wanted, known_at, by)
    if as_json:
        print_json(figures_document(figures, wanted, known_at))
    else:
        print_figures(figures, f"{city.city} {wanted.label}")


@app.command()
def snapshot(
    period: Annotated[str, typer.Argument(help="A period that is over, such as 2026-10.")],
    reason: Annotated[str | None, typer.Option("--reason", help="Why a frozen period is revised.")] = None,
    author: Annotated[str | None, typer.Option("--author", help="Who answers for the revision.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what a revision would change, and freeze nothing.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Freeze a period: measure it from sealed days, sign the result and keep it as a revision.

    A period that is frozen already gets a new revision where what is known now differs; then --reason and --author are needed.

    Example: citygauge snapshot 2026-10 --reason "late case records of 3 October" --author "李工"
    """
    if (reason is None) != (author is None):
        raise ConfigurationError("snapshot: --reason and --author go together")
    installation = opened(config)
    if dry_run:
        changed = would_change(installation, period, now())
        print_json({"effects": changed}) if as_json else print_effects(changed)
        return
    frozen = freeze_period(installation, period, now(), Correction(reason, author) if reason and author else None)
    if as_json:
        print_json(frozen.document)
        return
    out.print(f"{period} revision {frozen.revision}, SHA-256 {frozen.digest}", soft_wrap=True)
    if revises := frozen.document["revises"]:
        print_effects(revises["effects"])


def print_effects(changed: list[dict[str, Any]]) -> None:
    """What a revision does to each figure, in base units."""
    table = table_of("修订影响", "指标", "修订前", "修订后", "结论")
    for one in changed:
        before, after = one["before"] or {}, one["after"] or {}
        verdicts = f"{before.get('verdict', '—')} → {after.get('verdict', '—')}"
        table.add_row(one["id"], _interval(before), _interval(after), verdicts)
    out.print(table)


def _interval(brief: dict[str, Any]) -> str:
    """Value and bounds as a snapshot writes them, rounded for people."""
    numbers = (brief.get(name) for name in ("value", "lower", "upper"))
    value, lower, upper = ("—" if number is None else f"{float(Fraction(number)):.6g}" for number in numbers)
    return f"{value} \\[{lower}, {upper}]"


Format = Literal["html", "xlsx", "docx", "pdf", "json"]


@app.command()
def report(
    period: Annotated[str, typer.Argument(help="A frozen period, such as 2026-10.")],
    profile: Annotated[str | None, typer.Option("--profile", help="Fill this evaluation's form: a profile's id or file.")] = None,
    format: Annotated[Format, typer.Option("--format", help="docx, pdf and json are of forms only")] = "html",  # noqa: A002 (its name)
    pack: Annotated[str | None, typer.Option("--pack", help="How the form is laid out: national, hefei or a file.")] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="The language that comes first.")] = "zh",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write [default: report-PERIOD.FORMAT]")] = None,
    config: Config = None,
) -> None:
    """Write the report of a frozen period, or with --profile the official form filled from it.

    Example: citygauge report 2026-10 --profile yiyang-2022 --format docx -o form.docx
    """
    from collector.report import write_report  # spreadsheet and template libraries are loaded only here
    from collector.report.evaluation import write_form

    name = as_file_name(period) + (f"-{Path(profile).stem}" if profile else "")
    path = output or Path(f"report-{name}.{format}")
    if profile:
        write_form(opened(config), period, profile, {format: path}, lang, pack)
    else:
        write_report(opened(config), period, {format: path}, lang)
    out.print(str(path), soft_wrap=True)


def print_figures(figures: list[Figure], title: str) -> None:
    """A table for people: rounded, with bounds and coverage beside every value."""
    ahead = ["展望"] if any(figure.feasibility for figure in figures) else []
    table = table_of(title, "指标", ">值", "[下界, 上界]", ">覆盖率", ">目标", "结论", "依据", *ahead)
    for figure in figures:
        measured, unit = figure.measurement, figure.indicator.unit
        table.add_row(
            figure.indicator.title,
            shown(measured.value, figure) + (f" {unit}" if measured.value is not None else ""),
            f"[{shown(measured.lower, figure)}, {shown(measured.upper, figure)}]",
            "—" if measured.coverage is None else f"{100 * measured.coverage:.2f} %",
            figure.indicator.target or "—",
            VERDICTS[figure.verdict.value],
            BASES[figure.basis] + excluded_mark(figure),
            *([brief(figure.feasibility)["zh"] if figure.feasibility else "—"] if ahead else []),
        )
    out.print(table)


def excluded_mark(figure: Figure) -> str:
    """What a reader of the value must know of its exclusions; ``--json`` has who, why and when."""
    if not figure.exclusions:
        return ""
    return "，事后剔除" if any(one.after_the_fact for one in figure.exclusions) else "，有剔除"


def shown(value: Number | None, figure: Figure) -> str:
    """At most four decimals; a value that does not exist is a dash."""
    number = scaled(value, figure.scale)
    if number is None:
        return "—"
    return f"{number:,}" if isinstance(number, int) else f"{number:,.4f}"
