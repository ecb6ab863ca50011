"""The document as PDF/A-2b: fonts embedded, text that can be searched and copied, the same bytes for the same document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from collector.report.forms.document import Block, Document, Grid, Heading, Page, Paragraph, Picture, Signatures
from collector.report.forms.fitting import FONT_POINTS, PADDING_MM, POINT_MM, may_break
from collector.report.forms.typesetting import BREAK_HERE, typeset

LANDSCAPE_MM, UPRIGHT_MM = 271.0, 166.0
REPLACED = "\N{REPLACEMENT CHARACTER}"
"""Stands for every mark that is not printed, and is drawn wide."""
_UNBROKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")
"""What is not Chinese is broken at blanks only: the typesetter would let a long run of it leave its cell."""


def as_pdf(document: Document, fonts: Sequence[Path] = ()) -> bytes:
    body: bytes = typeset("form.typ", _data(document), fonts)
    return body


def _data(document: Document) -> dict[str, Any]:
    lang, region = ("zh", "cn") if document.language == "zh" else ("en", "gb")
    return {
        "title": document.title,
        "lang": lang,
        "region": region,
        "dated": [document.dated.year, document.dated.month, document.dated.day],
        "foot": broken(document.foot, 110),
        "page_of": document.page_of,
        "pages": [
            {"landscape": page.landscape, "blocks": [_block(one, page) for one in page.blocks]}
            for page in document.pages
        ],
    }


def _block(block: Block, page: Page) -> dict[str, Any]:
    match block:
        case Heading(text, level):
            return {"kind": "heading", "text": broken(text, 30), "level": level}
        case Paragraph(text, note, lead):
            return {"kind": "paragraph", "text": broken(text, 60), "note": note, "lead": lead}
        case Picture(chart, caption):
            return {"kind": "picture", "svg": chart.svg, "caption": broken(caption, 60)}
        case Signatures(labels):
            return {"kind": "signatures", "labels": list(labels)}
        case Grid():
            return _grid(block, LANDSCAPE_MM if page.landscape else UPRIGHT_MM)


def _grid(grid: Grid, room: float) -> dict[str, Any]:
    scale = room / sum(grid.widths)
    rows = [
        [
            {
                "text": broken(
                    slot.cell.text, _capacity(scale * sum(grid.widths[slot.column : slot.column + slot.cell.columns]))
                ),
                "look": slot.cell.look,
                "columns": slot.cell.columns,
                "rows": slot.cell.rows,
                "breakable": breakable or slot.cell.rows > 1,
            }
            for slot in row
            if slot.begins
        ]
        for row, breakable in zip(grid.lattice(), may_break(grid), strict=True)
    ]
    return {"kind": "grid", "widths": list(grid.widths), "rows": rows, "repeated": grid.repeated, "joined": grid.joined}


def _capacity(width: float) -> int:
    """How many of the widest Latin letters are sure to fit into so many mm; most are narrower."""
    return max(3, int((width - PADDING_MM) / (FONT_POINTS * POINT_MM * 0.62)))


def broken(text: str, longest: int) -> str:
    """With places to break a line in every run of letters that is longer than its line."""

    def opened(match: re.Match[str]) -> str:
        letters = match[0]
        if len(letters) <= longest:
            return letters
        return BREAK_HERE.join(letters[i : i + longest] for i in range(0, len(letters), longest))

    return _UNBROKEN.sub(opened, text.replace(REPLACED, REPLACED + BREAK_HERE))
