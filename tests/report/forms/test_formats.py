"""Every format of the county's form: what a reader gets out of it, and what each format promises."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pypdf
import pytest

from collector.errors import ConfigurationError
from collector.report.forms import FORMATS, render, rendered
from collector.scoring.form import Form
from tests.report.forms.county import county
from tests.report.forms.reading import Page, docx_tables, docx_text, merged, pdf_text, squeezed, xlsx_text

HERE = Path(__file__).parent
File = Callable[..., bytes]
Golden = Callable[[Path, str], None]
READ = {"docx": docx_text, "xlsx": xlsx_text, "pdf": pdf_text, "html": lambda body: Page(body).text()}


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_a_reader_gets(file: File, golden: Golden, name: str, language: str) -> None:
    golden(HERE / "golden" / f"county.{language}.{name}.txt", READ[name](file(name, language)))


def test_the_json_has_every_field_under_its_name(file: File, form: Form, golden: Golden) -> None:
    document = json.loads(file("json"))
    assert [key for key in document if key != "format"] == [one.name for one in fields(Form)]
    assert document["total"]["score"] == {"lower": "88.55", "upper": "98.37"}
    assert document["sections"][4]["blocks"][2]["svg"] == form.sections[4].blocks[2].svg  # type: ignore[union-attr]
    for section in document["sections"]:
        for block in section["blocks"]:
            if isinstance(block, dict) and "svg" in block:
                block["svg"] = hashlib.sha256(block["svg"].encode()).hexdigest()
    golden(HERE / "golden" / "county.zh.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("name", READ)
def test_every_text_of_every_line_is_in_each_format(file: File, form: Form, name: str) -> None:
    text = squeezed(READ[name](file(name)).replace("¶", ""))
    for line in form.lines:
        for shown in (*line.levels, line.target, line.actual, line.reason, line.difference, line.explanation):
            assert squeezed(shown) in text, shown


def test_another_process_writes_the_same_bytes(file: File, tmp_path: Path) -> None:
    """Not only a second call: dates, hashes of strings and orders of sets differ between processes."""
    code = (
        "from pathlib import Path; from tests.report.forms.county import county; from collector.report.forms import FORMATS, render;"
        f"[render(county(), name, Path({str(tmp_path)!r}) / name) for name in FORMATS]"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=HERE.parents[2], env={**os.environ, "PYTHONHASHSEED": "77"}
    )
    assert [name for name in FORMATS if (tmp_path / name).read_bytes() != file(name)] == []


def test_the_cells_of_the_word_form_are_merged_where_their_texts_run_on(file: File) -> None:
    tables = docx_tables(file("docx"))
    top, lines = next((one, two) for one, two in pairwise(tables) if two.cell(0, 1).text == "一级指标")
    spans = merged(lines)
    assert spans["产出指标"] == (1, 18)
    assert spans["数量指标"] == (1, 6)
    assert spans["绩效\n指标"] == (1, 30)
    assert spans["总  分"] == (6, 1)
    assert merged(top)["项目\n资金\n(万元)"] == (1, 5)
    assert merged(top)["青澜县新型智慧城市“一网统管”提升工程"] == (9, 1)


def test_the_head_of_the_word_table_is_repeated_and_no_row_is_split(file: File) -> None:
    rows = next(one for one in docx_tables(file("docx")) if one.cell(0, 1).text == "一级指标")._tbl.tr_lst
    assert [row.xpath("./w:trPr/w:tblHeader") != [] for row in rows[:2]] == [True, False]
    assert all(row.xpath("./w:trPr/w:cantSplit") for row in rows)


def test_word_names_the_fonts_of_official_papers_with_substitutes_and_the_language(file: File) -> None:
    with zipfile.ZipFile(io.BytesIO(file("docx"))) as archive:
        styles, fonts = (archive.read(f"word/{name}.xml").decode() for name in ("styles", "fontTable"))
    for face in ("仿宋_GB2312", "黑体", "宋体"):
        assert f'w:eastAsia="{face}"' in styles
        assert re.search(rf'w:name="{face}"><w:altName w:val="[^"]*Noto[^"]* SC', fonts)
    assert styles.count('w:eastAsia="zh-CN"') >= 6


def test_every_page_has_the_proof_at_its_foot(file: File, form: Form) -> None:
    assert form.proof is not None
    for page in pdf_text(file("pdf")).split("== page ")[1:]:
        for text in (form.proof.checkpoint, form.proof.key, form.proof.digest):
            assert squeezed(text) in squeezed(page)
    for sheet in openpyxl.load_workbook(io.BytesIO(file("xlsx"))):
        assert form.proof.checkpoint in str(sheet.oddFooter.left.text)
    assert form.proof.digest in docx_text(file("docx")).partition("== foot")[2]


def test_a_draft_says_at_its_foot_that_it_is_one(form: Form) -> None:
    text = pdf_text(rendered(replace(form, proof=None, sections=()), "pdf"))
    assert text.count("草稿") == text.count("== page ")


def test_fonts_of_the_pdf_are_embedded_and_it_claims_to_be_archival(file: File) -> None:
    reader = pypdf.PdfReader(io.BytesIO(file("pdf")))
    found = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            inner = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile3" in inner or "/FontFile2" in inner
            found.add(str(font["/BaseFont"]).partition("+")[2].removesuffix("-Identity-H"))
    assert found == {"NotoSerifSC-Regular", "NotoSansSC-Regular"}
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in re.sub(r"\s", "", metadata)


def test_numbers_of_the_workbook_are_numbers_and_intervals_are_texts(file: File) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(file("xlsx")))["自评表"]
    rows = {row[3].value: row for row in sheet.iter_rows() if row[3].value}
    catalogue, video = rows["汇聚共享数据目录数"], rows["视频监控设备在线率"]
    assert [cell.value for cell in catalogue[6:8]] == [3, 2.55]
    assert catalogue[7].number_format == "#,##0.00"
    assert (video[6].value, video[7].value) == (5, "4.9～5")


def test_the_workbook_prints_at_the_width_of_a_page(file: File) -> None:
    for sheet in openpyxl.load_workbook(io.BytesIO(file("xlsx"))):
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight, sheet.page_setup.paperSize) == (
            1,
            0,
            9,
        )  # 1 is the default


def test_the_page_forbids_to_run_or_load_anything_but_its_own_style(file: File) -> None:
    body = file("html")
    page = Page(body)
    policy = next(
        str(attributes["content"])
        for tag, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    style = re.search(rb"<style>(.*?)</style>", body, flags=re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not {"script", "link", "img", "iframe", "object", "foreignobject", "a"} & {tag for tag, _ in page.tags}
    assert not [
        key
        for _, attributes in page.tags
        for key in attributes
        if key.startswith("on") or key in {"style", "href", "src"}
    ]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids)) == 12


def test_a_picture_stands_in_word_and_workbook_for_every_chart(file: File) -> None:
    for name, folder in (("docx", "word/media/"), ("xlsx", "xl/media/")):
        with zipfile.ZipFile(io.BytesIO(file(name))) as archive:
            pictures = [archive.read(one) for one in archive.namelist() if one.startswith(folder)]
        assert len(pictures) == 12
        assert all(one.startswith(b"\x89PNG") and int.from_bytes(one[16:20]) == 1500 for one in pictures)


def test_a_format_that_is_not_known_is_refused(form: Form, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="'odt' is none of docx, xlsx, pdf, html, json"):
        render(form, "odt", tmp_path / "x")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none/form\.json: No such file"):
        render(county(), "json", tmp_path / "none" / "form.json")
