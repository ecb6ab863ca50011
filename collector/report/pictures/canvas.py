"""An SVG as a list of shapes. Looks are attributes of the shapes, so that no style sheet and no script is needed around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from collector.report.words import short
from collector.scoring.form import Chart

INK, SOFT, RULE, LINE, BAND, TARGET, GAP = "#1b1f24", "#55606b", "#dde3e9", "#1f5fa8", "#c9dcf2", "#b3261e", "#9aa4ae"
"""Told apart in grey as well: reports are printed in black and white."""

FONT = "Noto Sans SC, Noto Sans CJK SC, SimHei, Microsoft YaHei, sans-serif"
Anchor = Literal["start", "middle", "end"]
LONGEST_TITLE = 200


class Canvas:
    """Lengths are in px of a picture 720 wide; numbers are rounded, so that the same data give the same text."""

    def __init__(self, title: str, height: float, width: float = 720.0) -> None:
        self.title, self.width, self.height = title, width, height
        self._shapes: list[str] = []

    def chart(self) -> Chart:
        shown = short(self.title, LONGEST_TITLE)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(self.width)}" height="{_n(self.height)}" '
            f'viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="img" aria-label={quoteattr(shown)} font-family={quoteattr(FONT)}>'
        )
        gap = (
            '<defs><pattern id="gap" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<line x1="0" y1="0" x2="0" y2="5" stroke="{GAP}" stroke-width="1.4"/></pattern></defs>'
        )
        return Chart(self.title, "\n".join([head, f"<title>{escape(shown)}</title>", gap, *self._shapes, "</svg>"]))

    def box(self, x: float, y: float, width: float, height: float, fill: str, told: str = "") -> None:
        """told: what the shape says when it is pointed at."""
        shape = f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"'
        self._shapes.append(f"{shape}><title>{escape(short(told))}</title></rect>" if told else f"{shape}/>")

    def gap(self, x: float, y: float, width: float, height: float) -> None:
        self.box(x, y, width, height, "url(#gap)")

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1.0, dash: str = "") -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        ends = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
        self._shapes.append(f'<line {ends} stroke="{stroke}" stroke-width="{width}"{dashed}/>')

    def path(self, points: Sequence[tuple[float, float]], stroke: str = LINE) -> None:
        """A line through the points; a single one is a dot."""
        if len(points) == 1:
            self.dot(*points[0], stroke)
            return
        listed = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._shapes.append(
            f'<polyline points="{listed}" fill="none" stroke="{stroke}" stroke-width="1.8" stroke-linejoin="round"/>'
        )

    def dot(self, x: float, y: float, fill: str = LINE, radius: float = 2.2) -> None:
        self._shapes.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{radius}" fill="{fill}"/>')

    def text(
        self, x: float, y: float, text: str, anchor: Anchor = "start", fill: str = SOFT, size: float = 12.0
    ) -> None:
        """At its base line. Direction marks and control characters are shown, not obeyed."""
        looks = f'text-anchor="{anchor}" fill="{fill}" font-size="{_n(size)}"'
        self._shapes.append(f'<text x="{_n(x)}" y="{_n(y)}" {looks}>{escape(short(text))}</text>')

    def legend(self, entries: Sequence[tuple[str, str]], y: float = 14.0, right: float = 12.0) -> None:
        """Swatch and text, from the right; a swatch is a colour, ``line``, ``target``, ``gap`` or ``whisker``."""
        x = self.width - right
        for swatch, text in reversed(entries):
            shown = short(text, 30)
            x -= _drawn_width(shown, 11.0)
            self.text(x, y, shown, size=11.0)
            x -= 26
            self._swatch(swatch, x, y - 4)
            x -= 14

    def _swatch(self, swatch: str, x: float, y: float) -> None:
        match swatch:
            case "line":
                self.line(x, y, x + 20, y, LINE, 2.0)
            case "target":
                self.line(x, y, x + 20, y, TARGET, 1.4, "6 4")
            case "whisker":
                whisker(self, x + 10, y - 5, y + 5)
            case "gap":
                self.gap(x, y - 5, 20, 10)
            case _:
                self.box(x, y - 5, 20, 10, swatch)


def whisker(canvas: Canvas, x: float, top: float, bottom: float) -> None:
    """An interval as a line with two ends."""
    canvas.line(x, top, x, bottom, INK)
    for y in (top, bottom):
        canvas.line(x - 3, y, x + 3, y, INK)


def _drawn_width(text: str, size: float) -> float:
    return sum(size if ord(one) > 0x2E7F else 0.56 * size for one in text)


def _n(number: float) -> str:
    """With at most two digits after the point."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
