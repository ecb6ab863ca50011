"""A filled form laid out as a document: the narrative report, the official form as annex 1, the comparison as annex 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from collector.report.forms.comparison import comparison_grid
from collector.report.forms.document import Block, Cell, Document, Grid, Heading, Page, Paragraph, Picture, Signatures
from collector.report.forms.form_grid import lines_grid, top_grid
from collector.report.forms.packs import Pack
from collector.report.forms.svg import checked_svg
from collector.report.forms.texts import clean, grades_text, percent, points, score_text
from collector.report.forms.words import FormWords
from collector.report.words import short
from collector.scoring.form import Chart, Form, Proof, Section, Table

PORTRAIT_MM = 166.0
"""The width of the text on an upright page."""

LONGEST_IN_FOOT = 80
UNDATED = date(2000, 1, 1)
"""What a draft's file says of its own date: it has no snapshot that would date it, and the clock is never printed."""

_NUMBERED = re.compile(r"\s*(?:[一二三四五六七八九十]+\s*[、.．]|\d+\s*[.、．)）]|[（(])")
_NUMERALS = "一二三四五六七八九十"


def words_of(form: Form, pack: Pack) -> FormWords:
    """The form's labels before the pack's."""
    return FormWords(form.language, {key: clean(text) for key, text in form.labels.items()}, pack.words(form.language))


def lay_out(form: Form, pack: Pack) -> Document:
    """Raises ValueError where a chart is not a self-contained picture, ConfigurationError for a label that nothing prints."""
    words = words_of(form, pack)
    pages = [_form_page(form, pack, words), _comparison_page(form, words)]
    if form.sections:
        pages.insert(0, _report_page(form, words))
    name = clean(form.facts[0][1]) if form.facts else ""
    return Document(
        title=" ".join(filter(None, [name, clean(form.title), clean(form.subtitle)]))[:250],
        language=form.language,
        pages=tuple(pages),
        foot=_foot(form.proof, words),
        page_of=words("page_of"),
        dated=_dated(form.proof),
    )


def _form_page(form: Form, pack: Pack, words: FormWords) -> Page:
    return Page(
        words("form_sheet"),
        pack.orientation == "landscape",
        (
            *([Paragraph(words("annex", number=1), note=True)] if form.sections else []),
            Heading(clean(form.title)),
            Heading(clean(form.subtitle), 1),
            top_grid(form, pack, words),
            lines_grid(form, pack, words),
            *(
                [Paragraph(words("own_columns"), note=True)]
                if "evidence" in pack.columns or "declared" in pack.columns
                else []
            ),
            Signatures(tuple(one.text(form.language) for one in pack.sign)),
            *_remarks(form, words),
        ),
    )


def _comparison_page(form: Form, words: FormWords) -> Page:
    annex = words("annex", number=2)
    blocks = (Paragraph(annex, note=True), Heading(words("comparison")), Heading(clean(form.subtitle), 1))
    return Page(words("comparison_sheet"), True, (*blocks, comparison_grid(form, words)))


def _remarks(form: Form, words: FormWords) -> Iterator[Paragraph]:
    """Below the signatures: the result in one sentence, what is wrong with the form, what would settle it, and the proof."""
    yield Paragraph(_result(form, words), note=True, lead=words("result"))
    if form.total.declared is not None:
        grade = clean(form.total.declared_grade)
        text = words(
            "declared_result_text", points=points(form.total.declared), grade=words("comma") * bool(grade) + grade
        )
        yield Paragraph(text, note=True, lead=words("declared_result"))
    for key, sentences in (("findings", form.findings), ("settling", form.total.settling)):
        if sentences:
            listed = [words("list", number=n, text=clean(one)) for n, one in enumerate(sentences, 1)]
            yield Paragraph("\n".join(listed) if len(listed) > 1 else clean(sentences[0]), note=True, lead=words(key))
    text = words("rules_text", profile=clean(form.profile), rule_set=clean(form.rule_set))
    yield Paragraph(text, note=True, lead=words("rules"))
    if form.proof is not None:
        yield Paragraph(_proof(form.proof, words), note=True, lead=words("proof"))


def _result(form: Form, words: FormWords) -> str:
    total = form.total
    values = {"out_of": points(total.out_of), "weights": points(total.weights), "share": percent(total.measured_share)}
    if total.score is None:
        return words("no_result_text", **values)
    grades = grades_text([clean(one) for one in total.grades], words)
    return words("result_text", score=score_text(total.score, words), grades=grades, **values)


def _proof(proof: Proof, words: FormWords) -> str:
    values = {key: clean(str(value)) for key, value in vars(proof).items()}
    return words("proof_text", **values) + words("proof_use", **values)


def _foot(proof: Proof | None, words: FormWords) -> str:
    if proof is None:
        return words("foot_draft")
    return words("foot_proof", checkpoint=_line(proof.checkpoint), key=_line(proof.key), digest=_line(proof.digest))


def _line(text: str) -> str:
    """A foot is a line or two; the whole text stands under the form."""
    return short(text, LONGEST_IN_FOOT)


def _dated(proof: Proof | None) -> date:
    """The day of ``as_of``, which a proof prints first."""
    day = re.match(r"\d{4}-\d{2}-\d{2}", proof.as_of) if proof else None
    try:
        return date.fromisoformat(day[0]) if day else UNDATED
    except ValueError:
        return UNDATED


def _report_page(form: Form, words: FormWords) -> Page:
    title = [Heading(words("report_title")), Heading(clean(form.subtitle), 1)]
    if form.facts:
        title.insert(0, Heading(clean(form.facts[0][1])))
    return Page(words("report_sheet"), False, (*title, *_narrative(form.sections, words)))


def _narrative(sections: tuple[Section, ...], words: FormWords) -> Iterator[Block]:
    figure = 0
    for number, section in enumerate(sections, 1):
        yield Heading(_numbered(number, clean(section.title), words), 2)
        for block in section.blocks:
            if isinstance(block, Chart):
                figure += 1
                yield _picture(figure, block, words)
            elif isinstance(block, Table):
                yield _table(block)
            else:
                yield from (Paragraph(line) for line in clean(block).split("\n") if line)


def _numbered(number: int, title: str, words: FormWords) -> str:
    """A title that has its number keeps it."""
    if _NUMBERED.match(title):
        return title
    return f"{_NUMERALS[number - 1]}、{title}" if words.language == "zh" and number <= 10 else f"{number}. {title}"


def _picture(number: int, chart: Chart, words: FormWords) -> Picture:
    title = clean(chart.title)
    return Picture(Chart(title, checked_svg(chart.svg, title)), words("figure", number=number, title=title))


def _table(table: Table) -> Grid:
    """Columns as wide as what stands in them, within limits. Raises ValueError where a row is not as long as the head."""
    columns = len(table.head)
    if wrong := [row for row in table.rows if len(row) != columns]:
        raise ValueError(f"a table of the report has {columns} columns, and a row with {len(wrong[0])} cells")
    rows = [[clean(text) for text in row] for row in (table.head, *table.rows)]
    longest = [min(40, max(6, *(len(row[i]) for row in rows))) for i in range(columns)]
    widths = tuple(PORTRAIT_MM * one / sum(longest) for one in longest)
    head = tuple(Cell(text, "head") for text in rows[0])
    return Grid(widths, (head, *(tuple(Cell(text) for text in row) for row in rows[1:])), repeated=1)
