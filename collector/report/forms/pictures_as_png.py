"""Charts as PNG, for formats whose programs do not draw SVG alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from collector.report.forms.typesetting import typeset

PIXELS_PER_INCH = 150.0
"""Of a picture 720 units wide, set at a point each."""


def rasterised(svgs: Sequence[str], fonts: Sequence[Path] = ()) -> list[bytes]:
    """One PNG for each SVG, in order; all are drawn in one go."""
    if not svgs:
        return []
    pages = typeset("pictures.typ", {"pictures": list(svgs)}, fonts, "png", PIXELS_PER_INCH)
    return pages if isinstance(pages, list) else [pages]
