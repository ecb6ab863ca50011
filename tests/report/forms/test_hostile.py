"""Texts that mean something to a format's machinery are only texts in it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import docx
import openpyxl
import pytest

from collector.report.forms import rendered
from collector.report.forms.texts import clean
from collector.report.pictures.days import rate_by_day
from collector.report.pictures.heat import rate_by_department
from collector.report.words import NOT_PRINTED
from collector.scoring.form import Declared, Form, Section, Table
from tests.report.forms.county import county
from tests.report.forms.reading import Page, docx_text, pdf_text, squeezed, xlsx_text

HOSTILE = {
    "formula": '=cmd|"/c calc"!A1',
    "link": "http://evil.example/ @SUM(A1) +1 -1",
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "markup": "A&B<C>]]>&amp;",
    "direction": "\u202eabc\u2067\u200f\x00\x1b[31m\ufeff",
    "template": "{{ 7 * 7 }}{% raw %}{weights}{0}",
    "typesetter": '#panic("x") $x$ *b* `r` \\ @ref <l> [[ #[',
    "no glyph": "张😀三\U00030000",
    "surrogate": "a\ud800b",
    "lines": "甲\r\n乙\n丙\u2028丁",
    "code": "&P &N &[Tab] &D",
}


def hostile(text: str) -> Form:
    """The county's form with the text in every field that holds one."""
    form = county()
    before, line, *rest = form.lines
    line = replace(
        line, levels=(line.levels[0], text, text), target=text, actual=text, interval=text, reason=text, explanation=text,
        difference=text, declared=Declared(text, line.weight, text, text, text),
    )  # fmt: skip
    charts = (
        rate_by_day(text, ["2026-01-01"], [0.5], [0.4], [0.6]),
        rate_by_department(text, ["2026-01-01"], {text: [0.5]}, {text: 0.5}),
    )
    assert form.proof is not None
    return replace(
        form, title=text, subtitle=text, facts=((text, text), ("项目名称", text)),
        funds=(replace(form.funds[0], name=text), *form.funds[1:]),
        goal=(text, text), lines=(before, line, *rest), findings=(text,), profile=text, rule_set=text,
        total=replace(form.total, grades=(text, "优"), settling=(text,), declared_grade=text),
        proof=replace(form.proof, digest=text, checkpoint=text, key=text, as_of=text),
        sections=(Section(text, (text, Table((text, "b"), ((text, text),)), *charts)),),
        labels={"rate": text, "form_sheet": text},
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_word_opens_with_the_whole_text(text: str) -> None:
    shown = docx_text(rendered(hostile(text), "docx"))
    assert squeezed(shown.replace("¶", "")).count(squeezed(clean(text))) >= 30


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_workbook_holds_neither_formula_nor_link(text: str) -> None:
    body = rendered(hostile(text), "xlsx")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    assert {
        cell.data_type
        for sheet in openpyxl.load_workbook(io.BytesIO(body))
        for row in sheet.iter_rows()
        for cell in row
    } <= {"s", "n"}
    assert squeezed(xlsx_text(body).replace("¶", "")).count(squeezed(clean(text))) >= 30


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_page_has_the_same_elements_whatever_the_text_says(text: str) -> None:
    page, plain = (
        Page(rendered(hostile(one), "html")) for one in (text, "甲\n乙" if text == HOSTILE["lines"] else "甲")
    )
    tags, expected = ([tag for tag, _ in one.tags if tag != "p"] for one in (page, plain))
    assert tags == expected
    assert not NOT_PRINTED.search("".join(page.pieces).replace("\n", ""))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_pdf_is_archival_and_shows_the_text(text: str) -> None:
    body = rendered(hostile(text), "pdf")
    shown = squeezed(pdf_text(body))
    expected = re.sub(r"[\U0001f600\U00030000]", lambda match: f"[U+{ord(match[0]):04X}]", squeezed(clean(text)))
    assert b"/GTS_PDFA1" in body
    assert shown.count(expected) >= 15


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_json_shows_no_mark_that_is_not_printed(text: str) -> None:
    body = rendered(hostile(text), "json").decode()
    assert not NOT_PRINTED.search(body)


LONG = {"Chinese": "名" * 10_000, "Latin": "x" * 10_000}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_ten_thousand_characters_are_printed_in_full_and_stay_in_their_cell(text: str) -> None:
    form = county()
    first, *rest = form.lines
    form = replace(form, lines=(replace(first, reason=text), *rest), sections=())
    assert text in docx_text(rendered(form, "docx"))
    assert text in Page(rendered(form, "html")).text()
    sheet = openpyxl.load_workbook(io.BytesIO(rendered(form, "xlsx")))["自评表"]
    place = next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)
    span = next(one for one in sheet.merged_cells.ranges if place.coordinate in one)
    assert span.min_col == span.max_col
    assert all(sheet.row_dimensions[row].height <= 409 for row in range(span.min_row, span.max_row + 1))
    assert span.max_row - span.min_row >= 8  # a row of the workbook is 409 points tall at most
    letters = squeezed(pdf_text(rendered(form, "pdf"))).count(text[0])
    assert 10_000 <= letters < 10_100


def test_word_keeps_a_row_together_only_if_it_fits_on_a_page() -> None:
    form = county()
    first, *rest = form.lines
    form = replace(form, lines=(replace(first, reason="名" * 10_000), *rest), sections=())
    table = next(
        one for one in docx.Document(io.BytesIO(rendered(form, "docx"))).tables if one.cell(0, 1).text == "一级指标"
    )
    kept = [bool(row.xpath("./w:trPr/w:cantSplit")) for row in table._tbl.tr_lst]
    assert kept[:3] == [True, False, True]


@pytest.mark.filterwarnings("error")  # a footer that is too long would be left out with a warning
@pytest.mark.parametrize(
    "text",
    ["\u7761\u0343\u20df\u20e2\ue0c7\u06b0\u0663\ufe0f\u093f\U000e0041\U0001f469\u200d\U0001f4bb", "\U00020010" * 40],
    ids=["marks without letters", "letters of two units"],
)
def test_no_sequence_of_characters_stops_a_format(text: str) -> None:
    form = hostile(text)
    assert rendered(form, "pdf").startswith(b"%PDF")
    assert all(len(name) <= 31 for name in openpyxl.load_workbook(io.BytesIO(rendered(form, "xlsx"))).sheetnames)
    assert docx_text(rendered(form, "docx"))
