"""The filled evaluation form as a file: laid out once (``layout``), then drawn in each format by a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from collector.errors import ConfigurationError
from collector.report.forms.document import Document
from collector.report.forms.layout import lay_out
from collector.report.forms.packs import Pack, load_pack
from collector.scoring.form import Form

FORMATS = ("docx", "xlsx", "pdf", "html", "json")


def render(form: Form, format: str, path: Path, pack: Pack | None = None, fonts: Sequence[Path] = ()) -> None:  # noqa: A002
    """Write the form to ``path``; the same form gives the same bytes.

    pack: how the form is laid out; the national one by default. fonts: folders of a site's own fonts, for pdf and pictures.
    Raises ConfigurationError for an unknown format or a path that cannot be written, ValueError for a form that cannot be laid out.
    """
    body = rendered(form, format, pack, fonts)
    try:
        path.write_bytes(body)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None


def rendered(form: Form, format: str, pack: Pack | None = None, fonts: Sequence[Path] = ()) -> bytes:  # noqa: A002
    """The bytes that ``render`` writes."""
    if format not in FORMATS:
        raise ConfigurationError(f"--format: {format!r} is none of {', '.join(FORMATS)}")
    if format == "json":
        from collector.report.forms.as_json import as_json

        return as_json(form)
    return _renderer(format)(lay_out(form, pack or load_pack()), fonts)


def _renderer(name: str) -> Callable[[Document, Sequence[Path]], bytes]:
    """Each format's libraries are loaded when it is asked for."""
    match name:
        case "docx":
            from collector.report.forms.as_docx import as_docx

            return as_docx
        case "xlsx":
            from collector.report.forms.as_xlsx import as_xlsx

            return as_xlsx
        case "pdf":
            from collector.report.forms.as_pdf import as_pdf

            return as_pdf
    from collector.report.forms.as_html import as_html

    return lambda document, _: as_html(document)
