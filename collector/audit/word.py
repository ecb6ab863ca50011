"""A docx as blocks: paragraphs in order, tables with their merged cells repeated and marked. Text boxes and notes are not read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from collector.audit.blocks import Block, Grid, GridCell, Prose
from collector.errors import ConfigurationError

MOST_CELLS = 100_000
WIDEST = 200
_SPAN = re.compile(rb'gridSpan[^>]*?val="(\d+)"')


def docx_blocks(path: Path) -> tuple[list[Block], list[str]]:
    _check_spans(path)
    document = docx.Document(str(path))
    found: list[Block] = []
    for number, one in enumerate(document.iter_inner_content(), 1):
        if isinstance(one, Paragraph):
            found += [Prose(text, number) for text in one.text.split("\n") if text.strip()]
        else:
            found += grids(one)
    return found, []


def _check_spans(path: Path) -> None:
    """A cell that claims to span a million columns would be repeated as often."""
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.startswith("word/") and name.endswith(".xml"):
                spans = [int(span) for span in _SPAN.findall(package.read(name))]
                if max(spans, default=0) > WIDEST:
                    raise ConfigurationError(f"{name}: a cell spans more than {WIDEST} columns")


def grids(table: Table) -> Iterator[Grid]:
    """The table, then the tables inside its cells."""
    seen: set[object] = set()
    rows: list[tuple[GridCell, ...]] = []
    inner: list[Table] = []
    for row in table.rows:
        cells = []
        for cell in row.cells:
            element = cell._tc  # noqa: SLF001 - python-docx repeats a merged cell and has no other mark of it
            merged = element in seen
            if not merged:
                seen.add(element)
                inner += cell.tables
            cells.append(GridCell(cell.text, None, merged))
        rows.append(tuple(cells))
        if sum(map(len, rows)) > MOST_CELLS:
            raise ConfigurationError(f"a table has more than {MOST_CELLS:,} cells")
    if rows:
        yield Grid(tuple(rows))
    for one in inner:
        yield from grids(one)
