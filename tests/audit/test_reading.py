"""The three kinds of file give one document; bad files are refused with their name and a remedy; nothing hostile gets through."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from collector.audit.reading import LARGEST_CONTENT, LARGEST_FILE, read
from collector.audit.rendering import as_html, as_json
from collector.audit.rules import audit
from collector.audit.workbook import shown
from collector.errors import ConfigurationError
from tests.audit.paper import Paper, as_text, write_docx, write_xlsx

HOSTILE = [
    "=cmd()|' /C calc'!A0",
    "<script>alert(1)</script>",
    "名" * 10_000,
    "\u202eexe.fdp\u202c",
    "{{ 7*7 }}",
    "[bold]红[/bold]",
]


def broken(paper: Paper) -> Paper:
    """Weights of 105, a copied inequality, a total that is no sum, execution against the wrong budget."""
    outputs = paper.heads["产出指标(50分)"]
    outputs[0][4] = outputs[0][5] = "20"
    outputs[2][3] = "≥95%"
    paper.total[1] = "97"
    paper.funds[0][1:4] = ["400", "380", "380"]
    return paper


def written(paper: Paper, folder: Path) -> list[Path]:
    text = folder / "report.txt"
    text.write_text(as_text(paper), encoding="utf-8")
    return [text, write_docx(paper, folder / "report.docx"), write_xlsx(paper, folder / "report.xlsx")]


def told(path: Path) -> list[tuple[str, ...]]:
    return [(one.rule, *one.quote, one.stated, one.recomputed) for one in audit(read(path))]


def test_text_docx_and_xlsx_with_merged_cells_give_the_same_findings(tmp_path: Path) -> None:
    text, word, sheet = (told(path) for path in written(broken(Paper()), tmp_path))
    assert {one[0] for one in text} >= {"R01", "R02", "R03", "R08", "R11", "R12"}
    assert text == word == sheet


def test_a_consistent_report_has_no_findings_in_any_format(tmp_path: Path) -> None:
    assert [told(path) for path in written(Paper(), tmp_path)] == [[], [], []]


def test_a_weight_merged_over_two_rows_counts_once(tmp_path: Path) -> None:
    document = docx.Document()
    rows = [
        ["一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        ["产出(100分)", "视频", "≥5路", "6路", "100", "100"],
        ["", "案件", "≥7件", "8件", "", ""],
    ]
    table = document.add_table(3, 6)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    for column in (0, 4, 5):
        text = table.cell(1, column).text
        table.cell(1, column).merge(table.cell(2, column)).text = text
    document.save(str(tmp_path / "merged.docx"))
    assert told(tmp_path / "merged.docx") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_that_are_in_use(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(as_text(broken(Paper())).replace("\n", "\r\n").encode(encoding))
    (tmp_path / "plain.txt").write_text(as_text(broken(Paper())), encoding="utf-8")
    assert told(path) == told(tmp_path / "plain.txt")


def test_a_table_inside_a_table_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    outer = document.add_table(1, 1)
    inner = outer.cell(0, 0).add_table(3, 2)
    for i, row in enumerate([["项目", "金额"], ["甲", "3"], ["合计", "4"]]):
        for j, text in enumerate(row):
            inner.cell(i, j).text = text
    document.save(str(tmp_path / "nested.docx"))
    assert len(read(tmp_path / "nested.docx").tables) == 2


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.86, "0%", "86%"),
        (0.8629, "0.00%", "86.29%"),
        (0.865, "0%", "87%"),
        (1246.51, "General", "1246.51"),
        (96.0, "General", "96"),
        (9.5, "0.00", "9.50"),
        (1_000_000, "General", "1000000"),
        (True, "General", "是"),
        ("≥95%", "@", "≥95%"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


def test_a_formula_without_a_stored_value_is_told(tmp_path: Path) -> None:
    path = write_xlsx(Paper(), tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(path)
    cell = next(c for row in book.active.iter_rows() for c in row if c.value == 95.5)
    cell.value = "=SUM(A1:A9)"
    book.save(path)
    (remark,) = read(path).remarks
    assert cell.coordinate in remark
    assert as_json(read(path), [], "zh")["remarks"] == [remark]


def put(name: str, content: bytes, folder: Path) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def package(parts: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \n\t\n", "holds no text"),
        ("binary.txt", b"\x00\x01\x02\xff", "neither UTF-8 nor GB18030"),
        ("report.pdf", b"%PDF-1.7", "save it as one of .txt, .docx, .xlsx"),
        ("report", b"text", "save it as one of"),
        ("report.docx", b"no zip at all", "is no .docx file"),
        ("report.xlsx", b"PK\x03\x04broken", "is no .xlsx file"),
        ("other.docx", package({"a.txt": b"a"}), "is damaged or no real .docx"),
        (
            "entity.docx",
            package({"word/document.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
            "holds a DTD",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_a_remedy(
    name: str, content: bytes, remedy: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=remedy) as refused:
        read(put(name, content, tmp_path))
    assert name in str(refused.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        read(tmp_path / "none.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ConfigurationError, match="is a folder"):
        read(tmp_path / "folder.txt")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = package({f"word/{number}.xml": bytes(LARGEST_CONTENT // 8) for number in range(9)})
    assert len(bomb) < 1_000_000
    with pytest.raises(ConfigurationError, match="unpacks to more than"):
        read(put("bomb.docx", bomb, tmp_path))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "large.txt").open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(ConfigurationError, match="at most"):
        read(tmp_path / "large.txt")


def repacked(path: Path, part: str, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)
    path.write_bytes(package(parts))
    return path


def test_a_merge_over_the_whole_sheet_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "绩效自评表"
    book.active.merge_cells("A1:B2")
    book.save(tmp_path / "wide.xlsx")
    path = repacked(
        tmp_path / "wide.xlsx",
        "xl/worksheets/sheet1.xml",
        b'ref="A1:B2"/></mergeCells>',
        b'ref="A1:XFD1048576"/></mergeCells>',
    )
    with pytest.raises(ConfigurationError, match=r"wide\.xlsx.*merged cells span"):
        read(path)


def test_a_cell_far_away_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = "绩效自评表"
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(ConfigurationError, match="delete empty rows"):
        read(tmp_path / "far.xlsx")


def test_a_cell_that_spans_a_million_columns_is_refused(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).merge(table.cell(0, 1))
    document.save(str(tmp_path / "span.docx"))
    path = repacked(tmp_path / "span.docx", "word/document.xml", b'gridSpan w:val="2"', b'gridSpan w:val="1000000"')
    with pytest.raises(ConfigurationError, match="spans more than 200 columns"):
        read(path)


@pytest.mark.parametrize("text", HOSTILE, ids=["formula", "script", "long", "right to left", "template", "markup"])
def test_hostile_text_in_any_cell_harms_no_format(text: str, tmp_path: Path) -> None:
    paper = broken(Paper(project=text))
    rows = paper.heads["效益指标(30分)"]
    rows[0][1] = rows[0][3] = text
    paper.heads[f"{text[:50]}指标(9分)"] = [["数量指标", text, text, text, "3", "4", text]]
    for path in written(paper, tmp_path):
        document = read(path)
        found = audit(document)
        assert {"R02", "R03", "R05"} <= {one.rule for one in found}
        page = as_html(document, found, "zh").decode()
        assert "<script" not in page
        assert "\u202e" not in page
        assert "49" not in page or "7*7" in page or text != "{{ 7*7 }}"
        assert max(map(len, page.splitlines())) < 20_000
        assert as_json(document, found, "en")["file"] == path.name
