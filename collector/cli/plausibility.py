"""The command plausibility: doubts about data that is formally fine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape

from collector.cli.options import AsOf, Config, Json, app, as_of_instant, opened, out, print_json, table_of
from collector.periods import Period, iso
from collector.plausibility.doubt import Doubt, percent
from collector.plausibility.gather import doubts

SEVERITIES = {"high": "高", "medium": "中", "low": "低"}


@app.command()
def plausibility(
    period: Annotated[str, typer.Option("--period", help="2026-10-05, 2026-10, 2026-Q4, 2026 or START/END")],
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    as_of: AsOf = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """List doubts about the records of a period; exit 1 where there are any. A doubt is no proof.

    Example: citygauge plausibility --period 2026-10 --source cases
    """
    installation = opened(config)
    city = installation.city
    wanted = Period.parse(period, city.zone)
    known_at = as_of_instant(as_of, city.zone)
    found = doubts(installation.history, wanted, known_at, source)
    if as_json:
        print_json(doubts_document(found, wanted, known_at))
    else:
        print_doubts(found, f"{city.city} {wanted.label}")
    if found:
        raise typer.Exit(1)


def doubts_document(found: list[Doubt], period: Period, as_of: int) -> dict[str, Any]:
    span = {
        "label": period.label,
        "start": iso(period.span.start, period.zone),
        "end": iso(period.span.end, period.zone),
    }
    return {
        "period": span | {"timezone": str(period.zone)},
        "as_of": iso(as_of),
        "doubts": [asdict(one) | {"examples": list(one.examples)} for one in found],
    }


def print_doubts(found: list[Doubt], title: str) -> None:
    if not found:
        out.print(f"{title}: 没有疑点", markup=False)
        return
    table = table_of(f"{title}：{len(found)} 个疑点", "程度", "来源", "检查", ">数量", ">占比", "说明")
    table.columns[-1].overflow = "fold"  # a span of time is longer than a narrow column
    for one in found:
        share = "—" if one.share is None else percent(one.share)
        where = f"{one.where}：" if one.where else ""
        more = [example for example in one.examples if example not in where + one.text_zh][:3]
        told = escape(where + one.text_zh + (f"（如 {', '.join(more)}）" if more else ""))
        table.add_row(SEVERITIES[one.severity], one.source, one.check, f"{one.count:,}", share, told)
    out.print(table)
