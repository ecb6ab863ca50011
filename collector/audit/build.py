"""From blocks to a document: sections, sentences, tables, the form, the scores; the evaluated year and project."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from collector.audit.blocks import Block, Grid, Prose
from collector.audit.document import Cell, Document, Paragraph, Place, Sentence, Table, Weights
from collector.audit.form import forms
from collector.audit.prose import bands, items, scattered_heads, stated_weights, totals
from collector.audit.score_tables import score_tables
from collector.audit.text import LONGEST_LABEL, cut, plain, sentences, squeezed

_SECTION = re.compile(r"^(?:[一二三四五六七八九十]{1,2}、|\d{1,2}、(?=.{2,24}$)|第[一二三四五六七八九十]+部分)")
_PART = re.compile(r"^[(][一二三四五六七八九十\d]{1,2}[)]")
_TITLE = re.compile(r"绩效.{0,12}(?:报告|自评表|评价表)")
_SCATTERED = re.compile(r"项目支出绩效自评表\s*[(（]\s*20\d\d\s*年度\s*[)）](?=.{80})")
_YEAR = re.compile(r"(20\d\d)\s*年度")
_FROM_TITLE = re.compile(r"20\d\d年度?|(?:项目)?(?:支出|资金|预算)*(?:项目)?(?:支出)?绩效.*$|^关于|的$")
LONGEST_PARAGRAPH = 3_000
"""Characters; a longer one is cut, like a longer sentence."""
LONGEST_FORM = 20_000
SHORT = 24
"""So many characters of a heading name a place."""


def document(name: str, blocks: Sequence[Block], remarks: Sequence[str] = ()) -> Document:
    """name: of the file. remarks: what the reader could not take in.

    Raises nothing: what is not recognised is absent, and the rules about it find nothing.
    """
    paragraphs, scattered = _paragraphs(blocks)
    tables = [_table(block, number) for number, block in enumerate((b for b in blocks if isinstance(b, Grid)), 1)]
    found = forms(tables)
    prose = _sentences(paragraphs)
    title = _title(paragraphs, tables)
    projects = [form.project.text for form in found if form.project]
    return Document(
        name=name,
        title=title,
        project=squeezed(projects[0][:LONGEST_LABEL]) if projects else _project(title, prose),
        year=_year(title, paragraphs, tables),
        paragraphs=tuple(paragraphs),
        tables=tuple(tables),
        forms=tuple(found),
        items=tuple(items(paragraphs)),
        totals=tuple(totals(prose)),
        bands=tuple(bands(prose)),
        weights=(*stated_weights(prose), *_scattered_weights(scattered)),
        score_tables=tuple(
            score_tables([table for table in tables if table.place not in {form.place for form in found}])
        ),
        scattered=scattered,
        remarks=tuple(remarks),
        prose=tuple(prose),
    )


def _paragraphs(blocks: Sequence[Block]) -> tuple[list[Paragraph], Cell | None]:
    found: list[Paragraph] = []
    scattered = None
    section = part = ""
    for block in blocks:
        if not isinstance(block, Prose) or (scattered and block.line == scattered.place.line):
            continue
        text = squeezed(block.text)
        if not scattered and (match := _SCATTERED.search(plain(block.text))):
            scattered = Cell(plain(block.text)[match.start() :], Place(line=block.line, section="附表"))
            text = squeezed(plain(block.text)[: match.start()])
        if not text:
            continue
        head = text.lstrip("? ")
        if _SECTION.match(head):
            section, part = _short(head, block), ""
        elif _PART.match(head):
            part = _short(head, block)
        place = Place(
            line=block.line,
            character=block.offset + 1 if block.offset else None,
            section=" ".join(one for one in (section, part) if one),
        )
        found += [Paragraph(piece, place, _is_heading(piece)) for piece in cut(text, LONGEST_PARAGRAPH)]
    return found, _with_rest(scattered, blocks)


def _with_rest(scattered: Cell | None, blocks: Sequence[Block]) -> Cell | None:
    """What follows on the pieces of the same long line belongs to the scattered form too."""
    if scattered is None:
        return None
    same = [plain(b.text) for b in blocks if isinstance(b, Prose) and b.line == scattered.place.line]
    at = next(i for i, text in enumerate(same) if scattered.text in text)
    return Cell(" ".join([scattered.text, *same[at + 1 :]])[:LONGEST_FORM], scattered.place)


def _short(text: str, block: Prose) -> str:
    """The heading's own words: up to punctuation, and on a line that holds a page up to the first space."""
    if block.offset and (spaced := re.match(r"\S{4,}", plain(block.text))):
        text = squeezed(spaced[0])
    return re.split(r"[。:;【]|(?<=.{4})[(]", text)[0][:SHORT]


def _is_heading(text: str) -> bool:
    return len(text) <= 40 and not re.search(r"[。;,:]", text) and bool(_SECTION.match(text) or _PART.match(text))


def _sentences(paragraphs: Sequence[Paragraph]) -> list[Sentence]:
    return [
        Sentence(one, paragraph.place, index)
        for index, paragraph in enumerate(paragraphs)
        if not paragraph.heading
        for one in sentences(paragraph.text)
    ]


def _table(grid: Grid, number: int) -> Table:
    rows = tuple(
        tuple(
            Cell(
                plain(cell.text), Place(line=cell.line, table=number, row=i, column=j, sheet=grid.sheet), cell.inherited
            )
            for j, cell in enumerate(row, 1)
        )
        for i, row in enumerate(grid.rows, grid.first_row)
    )
    return Table(Place(line=grid.line, table=number, sheet=grid.sheet), rows)


def _title(paragraphs: Sequence[Paragraph], tables: Sequence[Table]) -> str:
    lines = [one.text for one in paragraphs[:12]]
    lines += [cell.text for table in tables for row in table.rows[:3] for cell in row if not cell.inherited]
    titles = [(at, line) for at, line in enumerate(lines) if _TITLE.search(line) and len(line) < 80]
    whole = [line for _, line in titles if _FROM_TITLE.sub("", line)]
    if whole or not titles:
        return (whole or [""])[0]
    at, line = titles[0]
    above = lines[at - 1] if at else ""
    return above + line if len(above) <= 40 and not re.search(r"[。:;]", above) else line


def _year(title: str, paragraphs: Sequence[Paragraph], tables: Sequence[Table]) -> int | None:
    if named := re.search(r"(20\d\d)年", title):
        return int(named[1])
    texts = [one.text for one in paragraphs] + [cell.text for table in tables for cell in table.cells()]
    counted = Counter(year for text in texts for year in _YEAR.findall(text))
    return int(max(sorted(counted), key=lambda year: counted[year])) if counted else None


_NAMED = re.compile(r"项目名称:([^\s。;]{2,40})")
_SUBJECT = re.compile(r"20\d\d年度([^\s。;,、:()“”]{3,24}?项目)(?=[\u4e00-\u9fff])")


def _project(title: str, prose: Sequence[Sentence]) -> str:
    """What the report is about: as it names it, else what stands most often after the year, else the title without its form words."""
    for one in prose:
        if match := _NAMED.search(one.text):
            return str(re.split(r"项目(?:单位|主管|责任)", match[1])[0])
    counted: Counter[str] = Counter(match for one in prose for match in _SUBJECT.findall(one.text))
    if counted and max(counted.values()) > 1:
        return max(counted, key=lambda name: (counted[name], -len(name)))
    return _FROM_TITLE.sub("", _FROM_TITLE.sub("", title))


def _scattered_weights(scattered: Cell | None) -> list[Weights]:
    if scattered is None:
        return []
    pairs = [
        pair for pair in scattered_heads(scattered) if pair[0].removesuffix("指标") in {"决策", "过程", "产出", "效益"}
    ]
    return [Weights(scattered, "附表", tuple(pairs))] if len(pairs) >= 2 else []
