"""The workbook: its cells, that numbers are numbers, and that no name becomes a formula."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from collector.report.content import Report
from collector.report.sheets import LONGEST_CELL
from collector.report.words import LONGEST, Words
from collector.report.xlsx import as_workbook
from tests.report.october import HERE, october, report_of
from tests.report.test_html import HOSTILE, hostile_report


def opened(body: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(body))


def dump(workbook: Workbook) -> str:
    """Every cell by sheet: value, and the number format of numbers."""
    lines = []
    for sheet in workbook:
        lines.append(f"== {sheet.title}: panes {sheet.freeze_panes}, repeated {sheet.print_title_rows}")
        lines += [" | ".join(shown(cell) for cell in row).rstrip(" |") for row in sheet.iter_rows()]
    return "\n".join(lines) + "\n"


def shown(cell: Any) -> str:
    if cell.value is None:
        return ""
    return str(cell.value) if isinstance(cell.value, str) else f"{cell.value!s} [{cell.number_format}]"


def rows(workbook: Workbook, sheet: str, header: str) -> dict[Any, dict[str, Any]]:
    """Cells by column heading, by the first cell of the row; the table begins where ``header`` stands."""
    table = list(workbook[sheet].iter_rows())
    top = next(i for i, row in enumerate(table) if row[0].value == header)
    names = [cell.value for cell in table[top]]
    return {row[0].value: dict(zip(names, row, strict=True)) for row in table[top + 1 :]}


def test_the_cells_of_the_workbook(report: Report, chinese: Words, golden: Callable[[Path, str], None]) -> None:
    golden(HERE / "golden" / "october.zh.xlsx.txt", dump(opened(as_workbook(report, chinese))))


def test_the_sheets_are_named_in_the_language_of_the_report(report: Report) -> None:
    assert opened(as_workbook(report, Words("zh"))).sheetnames == [
        "指标汇总", "修订说明", "指标口径", "按日", "按部门", "数据来源", "剔除时段", "各指标的剔除", "发现的数据异常", "证据",
    ]  # fmt: skip
    assert opened(as_workbook(report, Words("en"))).sheetnames[0] == "Summary"


def test_numbers_are_numbers_with_formats_and_keep_all_their_digits(report: Report, chinese: Words) -> None:
    summary = rows(opened(as_workbook(report, chinese)), "指标汇总", "指标 indicator")
    video, pue, dau = (summary[name] for name in ("视频监控设备在线率", "机房电能利用效率", "日均活跃用户"))
    value = video["实际值 value"]
    assert (value.value, value.number_format) == (0.94999, "0.000%")
    assert (pue["实际值 value"].value, pue["实际值 value"].number_format) == (1.50004, "#,##0.00000")
    assert dau["实际值 value"].value is None
    assert (dau["下界 lower"].value, dau["下界 lower"].number_format) == (pytest.approx(136610 / 31), "#,##0.00")
    assert dau["上界 upper"].value == "无界"
    assert (dau["目标 target"].value, dau["比较 operator"].value) == (5000, "≥")


def test_sheets_print_on_landscape_pages_of_full_width_with_their_headers(report: Report, chinese: Words) -> None:
    for sheet in opened(as_workbook(report, chinese)):
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows
        assert sheet.freeze_panes


def test_the_same_snapshot_gives_the_same_bytes_dated_by_the_snapshot(report: Report, chinese: Words) -> None:
    body = as_workbook(report, chinese)
    assert body == as_workbook(report_of(october()), chinese)
    assert opened(body).properties.created.isoformat() == "2026-11-03T01:30:05"


def test_a_first_revision_has_no_sheet_of_a_revision(chinese: Words) -> None:
    first = report_of(october() | {"revision": 1, "previous": None, "revises": None})
    assert "修订说明" not in opened(as_workbook(first, chinese)).sheetnames


def test_the_effects_of_a_revision_are_numbers_that_can_be_told_apart(report: Report, chinese: Words) -> None:
    cells = list(opened(as_workbook(report, chinese))["修订说明"].iter_rows())
    before, after = (row for row in cells if row[0].value == "视频监控设备在线率")
    assert [(row[1].value, row[2].value, row[2].number_format) for row in (before, after)] == [
        ("修订前", 0.949987, "0.0000%"), ("修订后", 0.94999, "0.0000%"),
    ]  # fmt: skip
    gone = next(row for row in cells if row[0].value == "案件办理时长中位数")
    assert [cell.value for cell in gone[1:]] == ["修订前", *[None] * 5, "该版无此指标"]


def test_every_page_has_the_checkpoint_at_its_foot(report: Report, chinese: Words) -> None:
    for sheet in opened(as_workbook(report, chinese)):
        assert sheet.oddFooter.left.text == "612-0f3ac0de5e1f0a77-4b1d4b1d4b1d4b1d"


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "svg", "template", "direction", "long", "formula"])
def test_a_hostile_name_is_only_text(chinese: Words, text: str) -> None:
    body = as_workbook(hostile_report(text), chinese)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(name.startswith("xl/externalLinks") for name in archive.namelist())
    assert len(sheets) == 10
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)
    cells = [cell for sheet in opened(body) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(len(cell.value) <= LONGEST_CELL for cell in cells if isinstance(cell.value, str))
    names = [cell.value for cell in opened(body)["指标汇总"]["A"]]
    assert all(len(name) <= LONGEST + 60 for name in names if name)


def test_the_definition_has_a_long_name_in_full(chinese: Words) -> None:
    definitions = opened(as_workbook(hostile_report("名" * 10_000), chinese))["指标口径"]
    assert "名" * 10_000 in [cell.value for cell in definitions["C"]]
