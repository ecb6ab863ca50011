"""Tables that set heads side by side: 分值, 得分 and 得分率 as rows (heads across) or as columns (heads down)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from collector.audit.document import Cell, ScoreTable, Table

_LABELS = {
    "weight": re.compile(r"^(?:分值|权重|满分|标准分)"),
    "score": re.compile(r"得分(?!率)"),
    "rate": re.compile(r"^得分率"),
}
_SUM = re.compile(r"^(?:合计|总计|总分|总得分)$")


def score_tables(tables: Sequence[Table]) -> list[ScoreTable]:
    return [found for table in tables for rows in (table.rows, _turned(table)) if (found := _across(table, rows))][
        : len(tables)
    ]


def _turned(table: Table) -> tuple[tuple[Cell, ...], ...]:
    """Columns as rows; a ragged table has none."""
    if len({len(row) for row in table.rows}) != 1:
        return ()
    return tuple(zip(*table.rows, strict=True))


def _across(table: Table, rows: Sequence[Sequence[Cell]]) -> ScoreTable | None:
    lines = {key: next((row for row in rows if row and one.search(row[0].label)), None) for key, one in _LABELS.items()}
    weights, scores, rates = lines["weight"], lines["score"], lines["rate"]
    if not weights or not scores or not rows or not all(cell.number is not None for cell in scores[1:] if cell.label):
        return None
    names = rows[0]
    own = [i for i in range(1, len(names)) if names[i].label and not _SUM.match(names[i].label)]
    total = next((i for i in range(1, len(names)) if _SUM.match(names[i].label)), None)
    if len(own) < 2 or any(len(row) < len(names) for row in (weights, scores)):
        return None

    def picked(row: Sequence[Cell] | None) -> tuple[Cell, ...]:
        return tuple(row[i] for i in own if i < len(row)) if row else ()

    def summed(row: Sequence[Cell] | None) -> Cell | None:
        return row[total] if row and total is not None and total < len(row) else None

    sums = (summed(weights), summed(scores), summed(rates))
    return ScoreTable(table, picked(names), picked(weights), picked(scores), picked(rates), sums)
