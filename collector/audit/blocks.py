"""What a reader hands on: stretches of prose and grids of cells, in the order of the file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Prose:
    """One paragraph. line: of the file, from 1; for a docx of the paragraphs. offset: characters before it on a line that is cut up."""

    text: str
    line: int
    offset: int = 0


@dataclass(frozen=True)
class GridCell:
    """inherited: covered by a merge, and repeating the text of the merged cell."""

    text: str
    line: int | None = None
    inherited: bool = False


@dataclass(frozen=True)
class Grid:
    """first_row: the number of its first row in its sheet."""

    rows: tuple[tuple[GridCell, ...], ...]
    line: int | None = None
    sheet: str = ""
    first_row: int = 1


Block = Prose | Grid
