"""The document as a Word file: real merged cells, heads that every page repeats, fonts of Chinese official papers with their fall-backs.

The one home of python-docx. The same document gives the same bytes: dates inside the file are the document's own.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from collector.report.forms.document import Document, Grid, Heading, Page, Paragraph, Picture, Signatures
from collector.report.forms.docx_parts import field, fixed_table, run, separator, set_fonts
from collector.report.forms.pictures_as_png import rasterised

A4 = (210.0, 297.0)
MARGIN_MM = {"upright": 22.0, "landscape": 13.0}
HEADING_POINTS = (18.0, 12.0, 14.0)
BODY_POINTS, NOTE_POINTS, FOOT_POINTS = 14.0, 9.0, 6.5
FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can hold."""


def as_docx(document: Document, fonts: Sequence[Path] = ()) -> bytes:
    """Pictures are rasterised: programs that open Word files draw SVG differently, or not at all."""
    word = docx.Document()
    set_fonts(word, document.language)
    _properties(word, document)
    pictures = iter(rasterised([chart.svg for chart in document.charts()], fonts))
    for number, page in enumerate(document.pages):
        _section(word, page, first=number == 0)
        for block in page.blocks:
            _block(word, block, page, pictures)
    _foot(word, document)
    target = io.BytesIO()
    word.save(target)
    return _redated(target.getvalue())


def _properties(word: Any, document: Document) -> None:
    made = datetime.combine(document.dated, time())
    properties = word.core_properties
    properties.title, properties.language = document.title, "zh-CN" if document.language == "zh" else "en-GB"
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = made
    properties.revision = 1


def _section(word: Any, page: Page, first: bool) -> None:
    section = word.sections[0] if first else word.add_section(WD_SECTION.NEW_PAGE)
    width, height = reversed(A4) if page.landscape else A4
    section.orientation = WD_ORIENT.LANDSCAPE if page.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    margin = Mm(_margin(page))
    section.left_margin = section.right_margin = section.top_margin = margin
    section.bottom_margin, section.footer_distance, section.header_distance = Mm(17), Mm(7), Mm(7)


def _margin(page: Page) -> float:
    return MARGIN_MM["landscape" if page.landscape else "upright"]


def _room(page: Page) -> float:
    return A4[1 if page.landscape else 0] - 2 * _margin(page)


def _block(word: Any, block: object, page: Page, pictures: Any) -> None:
    match block:
        case Heading(text, level):
            _heading(word, text, level)
        case Paragraph():
            _paragraph(word, block)
        case Grid():
            if block.joined:
                separator(word.add_paragraph())
            fixed_table(word, block, _room(page))
            if block.repeated and not block.joined:
                separator(word.add_paragraph(), points=6)
        case Picture(_, caption):
            _picture(word, next(pictures), caption, _room(page))
        case Signatures(labels):
            _signatures(word, labels)


def _heading(word: Any, text: str, level: int) -> None:
    paragraph = word.add_paragraph(style=f"Heading {level + 1}")
    run(paragraph, text, HEADING_POINTS[level])
    paragraph.paragraph_format.keep_with_next = True
    if level < 2:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _paragraph(word: Any, block: Paragraph) -> None:
    paragraph = word.add_paragraph(style="Small print" if block.note else "Normal")
    if block.lead:
        run(paragraph, f"{block.lead}：", NOTE_POINTS, face="head")
    run(paragraph, block.text, NOTE_POINTS if block.note else BODY_POINTS)
    if not block.note:
        paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_POINTS)


def _picture(word: Any, png: bytes, caption: str, room: float) -> None:
    paragraph = word.add_paragraph(style="Small print")
    paragraph.paragraph_format.keep_with_next = True
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    picture = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(room))
    picture._inline.docPr.set("descr", caption)  # noqa: SLF001  # the library has no other way to a picture's description
    below = word.add_paragraph(style="Small print")
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    below.paragraph_format.space_after = Pt(8)
    run(below, caption, NOTE_POINTS, face="head")


def _signatures(word: Any, labels: Sequence[str]) -> None:
    paragraph = word.add_paragraph(style="Small print")
    paragraph.paragraph_format.space_before = Pt(10)
    paragraph.paragraph_format.space_after = Pt(10)
    for label in labels:
        run(paragraph, f"{label}：" + "\N{IDEOGRAPHIC SPACE}" * 9, 10.5)


def _foot(word: Any, document: Document) -> None:
    """Once: the footers of later sections are linked to the first."""
    footer = word.sections[0].footer
    paragraph = footer.paragraphs[0]
    paragraph.style = "Small print"
    run(paragraph, document.foot, FOOT_POINTS)
    pages = footer.add_paragraph(style="Small print")
    pages.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, _, rest = document.page_of.partition("{page}")
    between, _, after = rest.partition("{pages}")
    for text, code in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        run(pages, text, NOTE_POINTS)
        if code:
            field(pages, code, NOTE_POINTS)


def _redated(body: bytes) -> bytes:
    """The same archive with the same date on every member."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, FIRST_DATE)
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, 3
            new.writestr(member, old.read(name))
    return target.getvalue()
