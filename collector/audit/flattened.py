"""Tables out of plain text, where a page was saved cell by cell.

Two layouts are published. *Tabbed*: every cell begins with a tab, a line without one continues the cell, a blank line ends the row
(unless what follows it has no tab: then it stands inside the cell). *Barred*: every cell ends with ``|``, and nothing marks the rows:
the width is searched for under which numbers lie under numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from collector.audit.blocks import Block, Grid, GridCell, Prose
from collector.audit.text import compact, number

WIDEST = 16
_BAR = re.compile(r"\s*\|\s*$")
_TOTALS = ("合计", "总计", "总分", "小计")
_HEADING_INSIDE = re.compile(
    r"(?<=[\s。】;；:：])(?=[一二三四五六七八九十]{1,2}、)"
    r"|(?<=[\s。】;；])(?=[(（][一二三四五六七八九十]{1,2}[)）])"
    r"|(?<=\s)(?=\d{1,2}[.．]\s?[\u3400-\u9fff])"
)
LONG_LINE = 600
"""A longer line is a whole page on one line: headings inside it begin paragraphs of their own."""


def blocks(text: str) -> list[Block]:
    """The prose and the tables of a plain text file; lines count from 1."""
    lines = text.split("\n")
    found: list[Block] = []
    at = 0
    while at < len(lines):
        end = _tabbed_end(lines, at) or _barred_end(lines, at)
        if end:
            tabbed = lines[at].startswith("\t")
            found.append(tabbed_grid(lines, at, end) if tabbed else barred_grid(lines, at, end))
            at = end
        else:
            found += _prose(lines[at], at + 1)
            at += 1
    return found


def _prose(line: str, number_: int) -> Iterator[Prose]:
    parts = _HEADING_INSIDE.split(line) if len(line) > LONG_LINE else [line]
    offset = 0
    for part in parts:
        if part.strip():
            yield Prose(part, number_, offset)
        offset += len(part)


def _tabbed_end(lines: Sequence[str], start: int) -> int | None:
    """Where a tabbed table that begins at ``start`` ends; None where there is none (fewer than two rows of cells)."""
    if not lines[start].startswith("\t"):
        return None
    last, at = start, start
    while at < len(lines):
        if lines[at].startswith("\t"):
            last = at
        elif at - last > 6 or len(lines[at].strip()) > 40:
            break
        at += 1
    end = last + 1
    while end < len(lines) and lines[end].strip() and len(lines[end]) < 20:
        end += 1
    return end if sum(line.startswith("\t") for line in lines[start:end]) >= 4 else None


def tabbed_grid(lines: Sequence[str], start: int, end: int) -> Grid:
    rows: list[list[tuple[str, int]]] = [[]]
    for at in range(start, end):
        line = lines[at]
        if line.startswith("\t"):
            cells = line[1:].split("\t")
            rows[-1] += [(cell.strip(), at + 1) for cell in cells]
        elif line.strip():
            _continue(rows, line.strip(), at + 1)
        elif at + 1 < end and lines[at + 1].startswith("\t") and rows[-1]:
            rows.append([])
    kept = _rejoined([row for row in rows if row])
    return Grid(tuple(tuple(GridCell(text, line) for text, line in row) for row in kept), start + 1)


def _rejoined(rows: list[list[tuple[str, int]]]) -> list[list[tuple[str, int]]]:
    """Two short neighbours that together have the table's usual width are one row, cut by a blank line inside a cell."""
    usual = Counter(len(row) for row in rows).most_common(1)[0][0]
    joined: list[list[tuple[str, int]]] = []
    for row in rows:
        if joined and len(joined[-1]) < usual and len(row) < usual and len(joined[-1]) + len(row) == usual:
            joined[-1] += row
        else:
            joined.append(row)
    return joined


def _continue(rows: list[list[tuple[str, int]]], text: str, line: int) -> None:
    """Text without a tab belongs to the last cell, also where a blank line came between."""
    if rows[-1]:
        before, at = rows[-1][-1]
        rows[-1][-1] = (before + text, at)
    else:
        rows[-1].append((text, line))


def _barred_end(lines: Sequence[str], start: int) -> int | None:
    end = start
    while end < len(lines) and _BAR.search(lines[end]):
        end += 1
    return end if end - start >= 4 else None


def barred_grid(lines: Sequence[str], start: int, end: int) -> Grid:
    cells = [GridCell(text.strip(), at + 1) for at in range(start, end) for text in _BAR.sub("", lines[at]).split("|")]
    return Grid(tuple(tuple(row) for row in into_rows(cells)), start + 1)


def into_rows(cells: Sequence[GridCell]) -> list[list[GridCell]]:
    """Cells in reading order, cut into rows: by running numbers under 序号, else by the width that puts numbers under numbers."""
    if compact(cells[0].text) == "序号" and (cuts := _numbered(cells)):
        return [list(cells[a:b]) for a, b in zip(cuts, [*cuts[1:], len(cells)], strict=True)]
    widths = [width for width in range(2, min(WIDEST, len(cells) // 2) + 1) if len(cells) % width == 0]
    fitting = next((width for width in widths if _fits(cells, width)), None)
    width = fitting or len(cells)
    return [list(cells[at : at + width]) for at in range(0, len(cells), width)]


def _numbered(cells: Sequence[GridCell]) -> list[int]:
    """Where rows begin: the header, the cells 1, 2, 3 … in turn, and the row of the sum."""
    cuts, wanted = [0], 1
    for at, cell in enumerate(cells):
        if at - cuts[-1] >= 2 and (compact(cell.text) == str(wanted) or compact(cell.text) in _TOTALS):
            cuts.append(at)
            wanted += 1
    return cuts if len(cuts) > 2 else []


def _fits(cells: Sequence[GridCell], width: int) -> bool:
    """The first row and the first column are words, everything else is numbers."""
    numeric = [number(cell.text) is not None for cell in cells]
    head, body = numeric[:width], [numeric[at : at + width] for at in range(width, len(cells), width)]
    return not any(head) and all(not row[0] and all(row[1:]) for row in body)
