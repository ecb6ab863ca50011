"""Commands that give results: measure, snapshot, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from collector.cli.options import AsOf, Config, Json, app, as_of_instant, opened, out, print_json, table_of
from collector.documents import figures_document, scaled
from collector.figures import Figure, measure_all
from collector.figures import measure as measure_one
from collector.freeze import freeze_period
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
    by: Annotated[str | None, typer.Option("--by", help="subject, department, district, category or day")] = None,
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
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Freeze a period: measure it from sealed days and keep the result as a revision.

    Example: citygauge snapshot 2026-10
    """
    frozen = freeze_period(opened(config), period, now())
    if as_json:
        print_json(frozen.document)
    else:
        out.print(f"{period} revision {frozen.revision}, SHA-256 {frozen.digest}", soft_wrap=True)


@app.command()
def report(
    period: Annotated[str, typer.Argument(help="A frozen period, such as 2026-10.")],
    format: Annotated[Literal["html", "xlsx"], typer.Option("--format", help="html or xlsx")] = "html",  # noqa: A002 (its name)
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write [default: report-PERIOD.FORMAT]")] = None,
    config: Config = None,
) -> None:
    """Write the report of a frozen period.

    Example: citygauge report 2026-10 --format xlsx -o october.xlsx
    """
    from collector.report import write_report  # spreadsheet and template libraries are loaded only here

    path = output or Path(f"report-{period}.{format}")
    write_report(opened(config), period, format, path)
    out.print(str(path), soft_wrap=True)


def print_figures(figures: list[Figure], title: str) -> None:
    """A table for people: rounded, with bounds and coverage beside every value."""
    table = table_of(title, "指标", ">值", "[下界, 上界]", ">覆盖率", ">目标", "结论", "依据")
    for figure in figures:
        measured, unit = figure.measurement, figure.indicator.unit
        table.add_row(
            figure.indicator.title,
            shown(measured.value, figure) + (f" {unit}" if measured.value is not None else ""),
            f"[{shown(measured.lower, figure)}, {shown(measured.upper, figure)}]",
            "—" if measured.coverage is None else f"{100 * measured.coverage:.2f} %",
            figure.indicator.target or "—",
            VERDICTS[figure.verdict.value],
            BASES[figure.basis],
        )
    out.print(table)


def shown(value: Number | None, figure: Figure) -> str:
    """At most four decimals; a value that does not exist is a dash."""
    number = scaled(value, figure.scale)
    if number is None:
        return "—"
    return f"{number:,}" if isinstance(number, int) else f"{number:,.4f}"
