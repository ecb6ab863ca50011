"""``citygauge methods``: one figure under every defensible accounting rule, the chosen one marked."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any

import typer

from collector.city.indicators import Indicator
from collector.cli.options import AsOf, Config, Json, app, as_of_instant, opened, out, print_json, table_of
from collector.documents import period_document, scaled
from collector.figures import scale_of
from collector.measurement import Number
from collector.measures.methods import MethodRow, spread
from collector.measuring.methods import method_table
from collector.periods import Period, iso

RULES = {
    "exclusions": "剔除时段",
    "unknown": "未知时段",
    "method": "算法",
    "month": "月长",
    "base": "基数",
    "cohort": "归期",
    "decided_by": "按期判定",
    "cutoff": "截止",
}
CHOICES = {
    "exclusions": {"removed": "剔除", "counted_up": "计为在线", "counted_down": "计为离线", "as_observed": "按实测"},
    "unknown": {"excluded": "不计", "counted_up": "计为在线", "counted_down": "计为离线"},
    "method": {"subject_time": "按时长", "subject_mean": "对象平均", "sweep_mean": "轮询平均"},
    "month": {"calendar": "日历", "30_days": "30 天"},
    "base": {"should_archive": "应结案", "accepted_in_period": "本期受理", "closed_vs_accepted": "流量"},
    "cohort": {"reported": "上报", "accepted": "受理", "due": "到期", "closed": "结案"},
    "decided_by": {"disposal": "处置", "closing": "结案"},
    "cutoff": {"period_end": "期末", "as_of": "截至时刻"},
}


@app.command()
def methods(
    indicator: Annotated[str, typer.Argument(help="Id of an indicator: availability, case_closure or case_on_time.")],
    period: Annotated[str, typer.Option("--period", help="2026-10-05, 2026-10, 2026-Q4, 2026 or START/END")],
    as_of: AsOf = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show one figure under every defensible accounting rule; the indicator's own is marked.

    Example: citygauge methods video_online_rate --period 2026-10
    """
    installation = opened(config)
    city = installation.city
    defined = city.indicator(indicator)
    wanted = Period.parse(period, city.zone)
    known_at = as_of_instant(as_of, city.zone)
    rows = method_table(installation.history, defined, wanted, known_at)
    if as_json:
        print_json(methods_document(defined, rows, wanted, known_at))
    else:
        print_methods(defined, rows, f"{defined.title} {wanted.label}")


def methods_document(indicator: Indicator, rows: list[MethodRow], period: Period, as_of: int) -> dict[str, Any]:
    """Numbers in the indicator's unit, unrounded; a rule without a value is null."""
    scale = scale_of(indicator)
    least, greatest = spread(rows)
    return {
        "period": period_document(period, as_of),
        "as_of": iso(as_of),
        "indicator": indicator.id,
        "name": indicator.title,
        "measure": indicator.measure,
        "unit": indicator.unit,
        "rows": [{**row.rules, "value": scaled(row.value, scale), "chosen": row.chosen} for row in rows],
        "least": scaled(least, scale),
        "greatest": scaled(greatest, scale),
    }


def print_methods(indicator: Indicator, rows: list[MethodRow], title: str) -> None:
    """A table for people, without the rules that make no difference to any row, which it names; the spread comes last."""
    shown, idle = telling(rows)
    table = table_of(title, *(RULES[name] for name in rows[0].rules), f">{indicator.unit or '值'}", "")
    scale = scale_of(indicator)
    for row in shown:
        words = [choice_text(name, choice) for name, choice in row.rules.items()]
        mark, style = ("← 本指标口径", "bold") if row.chosen else ("", None)
        table.add_row(*words, value_text(row.value, scale), mark, style=style)
    out.print(table)
    if idle:
        out.print(f"不影响结果、未逐一列出的口径：{'、'.join(RULES[name] for name in idle)}", soft_wrap=True)
    least, greatest = (value_text(one, scale) for one in spread(rows))
    own = next(value_text(row.value, scale) for row in rows if row.chosen)
    out.print(f"{len(rows)} 种口径：最低 {least}，最高 {greatest}，本指标 {own}（{indicator.unit}）", soft_wrap=True)


def telling(rows: list[MethodRow]) -> tuple[list[MethodRow], list[str]]:
    """The rows less those that repeat another one in all but a rule that makes no difference anywhere, and these rules."""
    idle = []
    for name in rows[0].rules:
        alike: dict[tuple[str | None, ...], list[MethodRow]] = {}
        for row in rows:
            alike.setdefault(_others(row.rules, name), []).append(row)
        if len(alike) < len(rows) and all(_agree(same) for same in alike.values()):
            idle.append(name)
            rows = [next((row for row in same if row.chosen), same[0]) for same in alike.values()]
    return rows, idle


def _agree(rows: list[MethodRow]) -> bool:
    """Whether the values are the same; means are floating-point numbers and differ from exact ones in the last digits."""
    return len({None if row.value is None else round(float(row.value), 12) for row in rows}) == 1


def _others(rules: Mapping[str, str | None], name: str) -> tuple[str | None, ...]:
    return tuple(choice for other, choice in rules.items() if other != name)


def choice_text(rule: str, choice: str | None) -> str:
    return "—" if choice is None else CHOICES[rule][choice]


def value_text(value: Number | None, scale: Fraction) -> str:
    """Four decimals; a value that does not exist is a dash."""
    number = scaled(value, scale)
    return "—" if number is None else f"{number:,.4f}"
