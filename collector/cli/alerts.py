"""The command alerts: what fires, silences and acknowledgements."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from collector.alerting.listing import acknowledge_alert, alerts_document
from collector.alerts.muting import Matcher
from collector.cli.options import Config, Json, app, opened, out, print_json, table_of
from collector.errors import ConfigurationError
from collector.installation import Installation, now
from collector.periods import MILLISECOND, iso, parse_duration
from collector.store.alerts import add_silence, end_silence

STATUSES = {"firing": "告警", "pending": "待定", "resolved": "已恢复"}
SEVERITIES = {"critical": "严重", "warning": "警告", "info": "提示"}
STANDINGS = {"up": "正常", "failing": "失败", "unused": "未用"}
Action = Literal["list", "silence", "lift", "acknowledge"]


@app.command()
def alerts(
    action: Annotated[Action, typer.Argument(help="list, silence, lift (a silence) or acknowledge")] = "list",
    what: Annotated[
        list[str] | None,
        typer.Argument(help="silence: matchers such as indicator=online; lift: its number; acknowledge: fingerprint"),
    ] = None,
    lasting: Annotated[str, typer.Option("--for", help="How long a silence lasts: 30m, 2h, 1d")] = "2h",
    who: Annotated[str | None, typer.Option("--who", help="Who silences or acknowledges.")] = None,
    why: Annotated[str | None, typer.Option("--why", help="Why.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """List alerts, silences and receivers; exit 1 where an alert fires that is not muted. Silence, lift, acknowledge.

    Example: citygauge alerts silence indicator=video_online_rate --for 2h --who 李工 --why 机房割接
    """
    installation = opened(config)
    if action == "list":
        if what:
            raise ConfigurationError("alerts list: takes no further words")
        _list(installation, as_json)
        return
    if not what or (action != "silence" and len(what) != 1):
        raise ConfigurationError(f"alerts {action}: {_NEEDS[action]}")
    if action == "lift":
        _lift(installation, what[0])
        return
    if not who or not why:
        raise ConfigurationError(f"alerts {action}: --who and --why are needed")
    if action == "silence":
        _silence(installation, what, lasting, who, why)
    else:
        out.print(f"acknowledged {acknowledge_alert(installation, what[0], who, why, now())}")


_NEEDS = {
    "silence": "give at least one matcher such as indicator=video_online_rate",
    "lift": "give the number of one silence",
    "acknowledge": "give the fingerprint of one alert, or its beginning",
}


def _silence(installation: Installation, what: list[str], lasting: str, who: str, why: str) -> None:
    matchers = tuple(Matcher.parse(one) for one in what)
    try:
        length = parse_duration(lasting) // MILLISECOND
    except ValueError as error:
        raise ConfigurationError(f"--for: {error}") from None
    starts_at = now()
    with installation.database.write() as connection:
        number = add_silence(connection, matchers, starts_at, starts_at + length, who, why, starts_at)
    out.print(f"silence {number} until {iso(starts_at + length, installation.city.zone)}", soft_wrap=True)


def _lift(installation: Installation, what: str) -> None:
    with installation.database.write() as connection:
        if not what.isdecimal() or not end_silence(connection, int(what), now()):
            raise ConfigurationError(
                f"alerts lift: there is no silence {what!r} that holds; `citygauge alerts` lists them"
            )
    out.print(f"silence {what} is lifted")


def _list(installation: Installation, as_json: bool) -> None:
    document = alerts_document(installation, now())
    if as_json:
        print_json(document)
    else:
        _print(document, installation.city.city)
    if any(one["status"] == "firing" and not one["muted"] for one in document["alerts"]):
        raise typer.Exit(1)


def _print(document: dict[str, Any], city: str) -> None:
    rows = document["alerts"]
    table = table_of(
        f"{city}：{len(rows)} 条告警" if rows else f"{city}：没有告警", "状态", "级别", "部门", "编号", "说明"
    )
    table.columns[-1].overflow = "fold"
    for one in rows:
        said = f"（已确认：{one['acknowledged_by']}）" if one["acknowledged_by"] else ""
        said += f"（不通知：{one['muted']}）" if one["muted"] else ""
        department = one["labels"].get("department", "—")
        table.add_row(
            STATUSES[one["status"]], SEVERITIES[one["severity"]], escape(department), one["fingerprint"][:8],
            escape(one["description"]["zh"] + said),
        )  # fmt: skip
    out.print(table)
    for one in document["silences"]:
        out.print(
            f"静默 {one['id']}：{' '.join(one['matchers'])}，至 {one['ends_at']}，{one['author']}：{one['reason']}",
            soft_wrap=True, markup=False,
        )  # fmt: skip
    for one in document["receivers"]:
        error = f"，自 {one['failing_since']}：{one['error']}" if one["error"] else ""
        out.print(
            f"接收方 {one['receiver']}：{STANDINGS[one['standing']]}，待发 {one['waiting']}，被拒 {one['refused']}{error}",
            soft_wrap=True, markup=False,
        )  # fmt: skip
