"""The pieces of a Word file that python-docx has no call for: East Asian fonts, merged cells, repeated heads, page numbers."""

from __future__ import annotations

from typing import Any, Literal

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

from collector.report.forms.document import Grid, Slot
from collector.report.forms.fitting import FONT_POINTS, may_break

Face = Literal["body", "head"]

LATIN = "Times New Roman"
FACES: dict[Face, str] = {"body": "仿宋_GB2312", "head": "黑体"}
TABLE_FACE = "宋体"
SUBSTITUTES = {
    "仿宋_GB2312": "FangSong_GB2312,FangSong,STFangsong,Noto Serif CJK SC,Noto Serif SC,Source Han Serif SC",
    "黑体": "SimHei,STHeiti,Noto Sans CJK SC,Noto Sans SC,Source Han Sans SC",
    "宋体": "SimSun,STSong,Noto Serif CJK SC,Noto Serif SC,Source Han Serif SC",
}
"""What a machine without the font draws instead. The language of the text is set as well: without it LibreOffice takes Japanese forms."""

SHADES = {"head": "E3E9F0", "label": "EEF2F6", "own": "F7F7F2", "sum": "EEF2F6"}
TWIPS_PER_MM = 1440 / 25.4


def set_fonts(word: Any, language: str) -> None:
    """The styles, the language of their text, and the substitutes of their fonts."""
    for name, face, size in (
        ("Normal", "body", 14.0),
        ("Heading 1", "head", 18.0),
        ("Heading 2", "body", 12.0),
        ("Heading 3", "head", 14.0),
    ):
        _style(word.styles[name], FACES["head" if face == "head" else "body"], size, language)
    _style(word.styles.add_style("Small print", WD_STYLE_TYPE.PARAGRAPH), TABLE_FACE, 9.0, language)
    _style(word.styles.add_style("Cell", WD_STYLE_TYPE.PARAGRAPH), TABLE_FACE, FONT_POINTS, language)
    spacing = word.styles["Normal"].paragraph_format
    spacing.line_spacing, spacing.space_after = 1.4, Pt(4)
    for number, (before, after) in enumerate(((6, 2), (0, 6), (12, 6)), 1):
        heading = word.styles[f"Heading {number}"].paragraph_format
        heading.space_before, heading.space_after, heading.line_spacing = Pt(before), Pt(after), 1.0
    for name in ("Small print", "Cell"):
        tight = word.styles[name].paragraph_format
        tight.space_before, tight.space_after, tight.line_spacing = Pt(0), Pt(2 if name == "Small print" else 0), 1.0
    _substitutes(word)


def _style(style: Any, face: str, size: float, language: str) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN, Pt(size), False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), LATIN)
    fonts.set(qn("w:eastAsia"), face)
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(_element("w:lang", val="en-GB" if language == "en" else "en-US", eastAsia="zh-CN"))
    shape = style.element.get_or_add_pPr()
    for name in ("autoSpaceDE", "autoSpaceDN"):  # no gap between Chinese text and the numbers in it
        shape.append(_element(f"w:{name}", val="0"))


def _substitutes(word: Any) -> None:
    part = next(one for one in word.part.package.iter_parts() if one.partname == "/word/fontTable.xml")
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="roman"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, others in SUBSTITUTES.items()
    )
    part._blob = (  # noqa: SLF001  # the library keeps this part as bytes and has no call to replace them
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
    ).encode()


def run(paragraph: Any, text: str, size: float, face: Face | None = None) -> None:
    """A text whose quotes and signs are drawn by the Chinese font, as the hint asks; lines are broken where it has them."""
    made = paragraph.add_run(text)
    made.font.size = Pt(size)
    fonts = made._r.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001  # East Asian fonts have no other way in
    fonts.set(qn("w:hint"), "eastAsia")
    if face is not None:
        fonts.set(qn("w:eastAsia"), FACES[face])


def field(paragraph: Any, code: str, size: float) -> None:
    """PAGE or NUMPAGES, worked out by the program that opens the file."""
    shown = f'<w:r><w:rPr><w:sz w:val="{int(2 * size)}"/></w:rPr><w:t>1</w:t></w:r>'
    made = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{code}">{shown}</w:fldSimple>')
    paragraph._p.append(made)  # noqa: SLF001  # the library has no fields


def separator(paragraph: Any, points: int = 1) -> None:
    """A line of a point between two tables, which Word would else make one."""
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing, shape.first_line_indent = Pt(points), Pt(0)
    mark = _element("w:rPr")
    mark.append(_element("w:sz", val="2"))
    paragraph._p.get_or_add_pPr().append(mark)  # noqa: SLF001


def fixed_table(word: Any, grid: Grid, room: float) -> None:
    """A table of the page's width. Its cells are made here: the library's own merging looks at every cell for each."""
    scale = room * TWIPS_PER_MM / sum(grid.widths)
    twips = [round(width * scale) for width in grid.widths]
    table = word.add_table(rows=0, cols=0)
    table.style = "Table Grid"
    body = table._tbl  # noqa: SLF001  # rows are appended as XML
    _shape(body, twips)
    for number, (row, breakable) in enumerate(zip(grid.lattice(), may_break(grid), strict=True)):
        body.append(_row(row, twips, head=number < grid.repeated, breakable=breakable))


def _shape(body: Any, twips: list[int]) -> None:
    properties = body.tblPr
    for name in ("w:tblW", "w:tblLook", "w:tblLayout"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 20), ("left", 45), ("bottom", 20), ("right", 45))
    )
    for xml in (
        f'<w:tblW {nsdecls("w")} w:w="{sum(twips)}" w:type="dxa"/>',
        f'<w:jc {nsdecls("w")} w:val="center"/>',
        f'<w:tblLayout {nsdecls("w")} w:type="fixed"/>',
        f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>",
    ):
        properties.append(parse_xml(xml))
    columns = body.tblGrid
    for old in list(columns):
        columns.remove(old)
    for width in twips:
        columns.append(_element("w:gridCol", w=str(width)))


def _row(slots: list[Slot], twips: list[int], head: bool, breakable: bool) -> Any:
    row = OxmlElement("w:tr")
    properties = OxmlElement("w:trPr")
    if not breakable:
        properties.append(OxmlElement("w:cantSplit"))
    properties.append(_element("w:trHeight", val="300", hRule="atLeast"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    row.append(properties)
    for slot in slots:
        row.append(_cell(slot, sum(twips[slot.column : slot.column + slot.cell.columns])))
    return row


def _cell(slot: Slot, width: int) -> Any:
    look = slot.cell.look
    made, properties = OxmlElement("w:tc"), OxmlElement("w:tcPr")
    properties.append(_element("w:tcW", w=str(width), type="dxa"))
    if slot.cell.columns > 1:
        properties.append(_element("w:gridSpan", val=str(slot.cell.columns)))
    if slot.cell.rows > 1:
        properties.append(_element("w:vMerge", val="restart") if slot.begins else OxmlElement("w:vMerge"))
    if look in SHADES:
        properties.append(_element("w:shd", val="clear", color="auto", fill=SHADES[look]))
    properties.append(_element("w:vAlign", val="center"))
    made.append(properties)
    made.append(_cell_text(slot.cell.text if slot.begins else "", look))
    return made


def _cell_text(text: str, look: str) -> Any:
    paragraph, properties = OxmlElement("w:p"), OxmlElement("w:pPr")
    properties.append(_element("w:pStyle", val="Cell"))
    properties.append(_element("w:jc", val={"text": "left", "own": "left", "number": "right"}.get(look, "center")))
    paragraph.append(properties)
    if text:
        made, looks = OxmlElement("w:r"), OxmlElement("w:rPr")
        heavy = {"eastAsia": FACES["head"]} if look in {"head", "sum"} else {}
        looks.append(_element("w:rFonts", hint="eastAsia", **heavy))
        made.append(looks)
        made.text = text  # breaks lines, and escapes what XML would read as its own
        paragraph.append(made)
    return paragraph


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
