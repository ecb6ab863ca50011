"""Commands about what was declared: declare, compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from collector.cli.options import Config, Json, app, opened, out, print_json, table_of
from collector.installation import Installation, now
from collector.periods import iso
from collector.store.declarations import StoredDeclaration, read_declarations

KINDS = {
    "line": "指标",
    "reason": "偏差原因",
    "fund": "资金",
    "fact": "基本信息",
    "goal": "目标完成情况",
    "veto": "一票否决",
}


@app.command()
def declare(
    file: Annotated[
        Path | None, typer.Argument(help="YAML, an xlsx table, or the filled official form (docx, xlsx).")
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="The evaluation: a profile's id or file.")] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="What it is about [default: the profile's year]")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who declares it.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="When it was declared, ISO 8601 [default: now]")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Store declared values with who, when and attachments; without FILE list all that was ever declared.

    Example: citygauge declare declared.yaml --profile yiyang-2022 --period 2026 --by 数据局张工
    """
    from collector.declaring.declare import Told
    from collector.declaring.declare import declare as declare_file

    installation = opened(config)
    if file is None:
        _list(installation, profile, as_json)
        return
    done = declare_file(installation, file, Told(profile, period, by, at), now())
    if as_json:
        zone = installation.city.zone
        print_json({
            "profile": done.profile, "period": done.period, "superseded": done.superseded, "remarks": list(done.remarks),
            "stored": [document_of(one, zone) for one in done.stored],
        })  # fmt: skip
        return
    for remark in done.remarks:
        out.print(remark, markup=False, soft_wrap=True)
    counted = (
        f"{len(done.stored)} declared for {done.period} under {done.profile}, {done.superseded} of them superseding"
    )
    out.print(counted, soft_wrap=True)


def _list(installation: Installation, profile: str | None, as_json: bool) -> None:
    from collector.profile_files import load_evaluation

    named = load_evaluation(profile, installation.city.folder).profile.id if profile else None
    with installation.database.read() as connection:
        told = read_declarations(connection, named)
    documents = [document_of(one, installation.city.zone) for one in told]
    if as_json:
        print_json({"declarations": documents})
        return
    table = table_of(installation.city.city, "评价", "期间", "内容", "名称", "申报", "申报人", "申报时间", "附件")
    for column in table.columns:
        column.overflow = "fold"
    for one in documents:
        said = "，".join(f"{key} {value}" for key, value in one["declared"].items())
        attachment = one["attachment"]["name"] if one["attachment"] else ""
        cells = (
            one["profile"],
            one["period"],
            KINDS[one["kind"]],
            one["name"],
            said,
            one["by"],
            one["declared_at"],
            attachment,
        )
        table.add_row(*map(escape, cells))
    out.print(table)


def document_of(one: StoredDeclaration, zone: Any) -> dict[str, Any]:
    """For ``--json``."""
    attachment = one.attachment
    return {
        "profile": one.profile, "period": one.period, "kind": one.kind, "name": one.name, "declared": dict(one.body),
        "by": one.author, "declared_at": iso(one.declared_at, zone), "recorded_at": iso(one.recorded_at, zone),
        "file": {"name": one.file.name, "sha256": one.file.digest},
        "attachment": {"name": attachment.name, "sha256": attachment.digest} if attachment else None,
    }  # fmt: skip


@app.command()
def compare(
    period: Annotated[str, typer.Argument(help="A frozen period, such as 2026-10.")],
    profile: Annotated[str, typer.Option("--profile", help="The evaluation: a profile's id or file.")],
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language of the table.")] = "zh",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Declared values against measured ones, and what both score; exit 1 where one is overstated or outside the interval.

    Example: citygauge compare 2026-10 --profile yiyang-2022
    """
    from collector.cli.comparison import print_comparison
    from collector.report.comparison import compared, comparison_document

    found = compared(opened(config), period, profile, lang)
    if as_json:
        print_json(comparison_document(found))
    else:
        print_comparison(out, found, lang)
    if found.is_wrong:
        raise typer.Exit(1)
