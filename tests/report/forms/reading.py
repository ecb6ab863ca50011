"""What a reader gets out of each format: its texts, with merged cells named."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

import docx
import openpyxl
import pypdf
from docx.table import Table
from docx.text.paragraph import Paragraph

VOID = {"meta", "br", "col"}


def docx_text(body: bytes) -> str:
    """Paragraphs and tables in order; a merged cell stands once, with how many columns and rows it covers."""
    document = docx.Document(io.BytesIO(body))
    lines = []
    for block in document.iter_inner_content():
        lines += [block.text] if isinstance(block, Paragraph) else _table_lines(block)
    foot = document.sections[0].footer
    return "\n".join([*filter(None, lines), "== foot", *(one.text for one in foot.paragraphs)]) + "\n"


def docx_tables(body: bytes) -> list[Table]:
    return list(docx.Document(io.BytesIO(body)).tables)


def merged(table: Table) -> dict[str, tuple[int, int]]:
    """Columns and rows by text, of every cell of a Word table that covers more than one row or column."""
    spans = _spans(table)
    texts = {cell._tc: cell.text for row in table.rows for cell in row.cells}
    return {texts[key]: span for key, span in spans.items() if span != (1, 1) and texts[key]}


def _spans(table: Table) -> dict[Any, tuple[int, int]]:
    cells: dict[Any, list[tuple[int, int]]] = {}
    for y, row in enumerate(table.rows):
        for x, cell in enumerate(row.cells):
            cells.setdefault(cell._tc, []).append((x, y))
    return {key: (len({x for x, _ in places}), len({y for _, y in places})) for key, places in cells.items()}


def _table_lines(table: Table) -> list[str]:
    spans, lines = _spans(table), ["== table"]
    seen: set[Any] = set()
    for row in table.rows:
        shown = []
        for cell in row.cells:
            if cell._tc not in seen:
                seen.add(cell._tc)
                columns, rows = spans[cell._tc]
                shown.append(
                    cell.text.replace("\n", "¶") + (f" [{columns}x{rows}]" if (columns, rows) != (1, 1) else "")
                )
        lines.append(" | ".join(shown))
    return lines


def xlsx_text(body: bytes) -> str:
    lines = []
    for sheet in openpyxl.load_workbook(io.BytesIO(body)):
        lines.append(f"== {sheet.title}: repeated {sheet.print_title_rows}, {sheet.page_setup.orientation}")
        spans = {one.coord.split(":")[0]: one.coord for one in sheet.merged_cells.ranges}
        for row in sheet.iter_rows():
            cells = [(cell, spans.get(cell.coordinate)) for cell in row if cell.value is not None]
            lines += [
                " | ".join(
                    f"{span or cell.coordinate}: {str(cell.value).replace(chr(10), '¶')}" for cell, span in cells
                )
            ] * bool(cells)
    return "\n".join(lines) + "\n"


def pdf_text(body: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(body)).pages
    return "".join(f"== page {number}\n{page.extract_text()}\n" for number, page in enumerate(pages, 1))


def squeezed(text: str) -> str:
    """Without white space and marks where a line may break: lines are broken elsewhere in every format."""
    return re.sub(r"[\s\u200b]+", "", text)


class Page(HTMLParser):
    """Tags with attributes and the texts; raises where tags do not close in order."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self._open: list[str] = []
        self.feed(body.decode())
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag in {"tr", "p", "h1", "h2", "h3", "figcaption", "svg", "div"}:
            self.pieces.append("\n")
        if tag in {"td", "th", "text", "span"}:
            span = " ".join(f"{key}={value}" for key, value in attrs if key.endswith("span"))
            self.pieces.append(f" | [{span}] " if span else " | ")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self._open):
            self.pieces.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        lines = (re.sub(r" +", " ", line).strip() for line in "".join(self.pieces).split("\n"))
        return "\n".join(line for line in lines if line) + "\n"
