"""The command audit: what is wrong in a declared report, by its own figures."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from collector.cli.options import Json, app, out, print_json, table_of
from collector.errors import ConfigurationError

if TYPE_CHECKING:
    from collector.audit.document import Document
    from collector.audit.rules import Finding


@app.command()
def audit(
    file: Annotated[Path, typer.Argument(help="Declared report: txt, docx or xlsx.")],
    form: Annotated[
        Literal["table", "json", "html"], typer.Option("--format", help="How to print the findings.")
    ] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write [default: print]")] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language of the findings.")] = "zh",
    as_json_: Json = False,
) -> None:
    """Audit a declared evaluation report by rules R01 to R28; exit 1 where there are findings. Needs no city file.

    Example: citygauge audit report.docx --format html -o audit.html
    """
    from collector.audit.reading import read
    from collector.audit.rendering import as_html, as_json
    from collector.audit.rules import audit as all_findings
    from collector.audit.words import WORDS

    document = read(file)
    found = all_findings(document)
    shape = "json" if as_json_ else form
    if output is not None:
        _write(output, _rendered(shape, document, found, lang))
        out.print(f"{output}: {WORDS[lang]['total'].format(count=len(found))}", markup=False, soft_wrap=True)
    elif shape == "json":
        print_json(as_json(document, found, lang))
    elif shape == "html":
        typer.echo(as_html(document, found, lang).decode())
    else:
        _print(out, document, found, lang)
    if found:
        raise typer.Exit(1)


def _rendered(shape: str, document: Document, found: list[Finding], lang: str) -> bytes:
    from collector.audit.rendering import as_html, as_json

    if shape == "html":
        return as_html(document, found, lang)
    if shape == "json":
        return (json.dumps(as_json(document, found, lang), ensure_ascii=False, indent=2) + "\n").encode()
    text = io.StringIO()
    _print(Console(file=text, width=200, highlight=False), document, found, lang)
    return text.getvalue().encode()


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: {error.strerror or 'cannot be written'}; name another file with -o"
        ) from None


def _print(console: Console, document: Document, found: list[Finding], lang: str) -> None:
    from collector.audit.rendering import message, short
    from collector.audit.words import SEVERITIES, WORDS

    words = WORDS[lang]
    for remark in document.remarks:
        console.print(remark, markup=False, soft_wrap=True)
    name = short(document.name)
    if not found:
        console.print(f"{name}: {words['none']}", markup=False, soft_wrap=True)
        return
    table = table_of(
        escape(f"{name}: {words['total'].format(count=len(found))}"), words["rule"], words["severity"], words["message"]
    )
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    table.columns[2].overflow = "fold"
    for one in found:
        figures = (
            f"{words['stated']} {short(one.stated)} · {words['recomputed']} {short(one.recomputed)} · "
            if one.recomputed
            else ""
        )
        told = f"{escape(short(message(one, lang)))}\n[dim]{escape(figures + short(one.where))}[/dim]"
        table.add_row(one.rule, SEVERITIES[lang][one.severity], told)
    console.print(table)
