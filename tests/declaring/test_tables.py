"""Declarations that come as spreadsheets and as the official form itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from collector.errors import ConfigurationError
from collector.profile_files import load_evaluation
from collector.report.forms import render
from collector.scoring.declaration import Declaration
from collector.scoring.filling import Inputs, fill_form
from collector.scoring.funds import FundValues
from collector.store.declarations import StoredDeclaration
from tests.declaring.conftest import Declare, Stored

HEAD = ("三级指标", "实际完成值", "数值", "样本量", "得分", "偏差原因")
FORM_HEAD = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")


def table(path: Path, rows: Sequence[Sequence[Any]], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cell, shape in (formats or {}).items():
        sheet[cell].number_format = shape
    book.save(path)
    return path


def form(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """A filled form written by hand, as a unit would: one table, a total at its foot."""
    document = docx.Document()
    written = document.add_table(0, len(FORM_HEAD))
    for row in (FORM_HEAD, *rows, ("总分", "", "", "", "", "100", "90", "")):
        for cell, text in zip(written.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(path))
    return path


def told(stored: Sequence[StoredDeclaration]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one.kind, one.name): dict(one.body) for one in stored}


def test_a_table_is_read_cell_by_cell(tmp_path: Path, hand_in: Declare, stored: Stored) -> None:
    rows = [
        ("2026年申报表",),
        HEAD,
        ("cost", "96.5万元", None, None, 20, None),
        ("满意度", None, 0.964, 412, None, None),
        ("在线率", 0.9512, None, None, None, "光缆被挖断"),
    ]
    hand_in(table(tmp_path / "declared.xlsx", rows, {"C4": "0.0%", "B5": "0.00%"}))
    assert told(stored()) == {
        ("line", "cost"): {"actual": "96.5万元", "score": "20"},
        ("line", "satisfaction"): {"number": "96.4", "n": 412},
        ("line", "online"): {"actual": "95.12%"},
        ("reason", "online"): {"text": "光缆被挖断"},
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [HEAD, ("costs", "9万元")],
            r"declared.xlsx: Sheet A2: the profile small has no line 'costs'; did you mean cost\?",
        ),
        ([HEAD, ("cost", None, "很多")], r"Sheet C2: '很多' is no number; write one without a unit"),
        ([HEAD, ("cost", None, True)], r"Sheet C2: 'True' is no number"),
        ([HEAD, ("cost", True)], r"Sheet B2: holds a truth value"),
        ([HEAD, ("满意度", None, 96, 1.5)], r"Sheet D2: 1.5 is no number of answers"),
        ([HEAD, (None, "9万元")], r"Sheet B2: stands beside no 三级指标; name the line"),
        ([(*HEAD, "备注"), ("cost", "9万元")], r"Sheet G1: '备注' is not a column of declared values; remove it"),
        ([("三级指标", "实际完成值", "actual"), ("cost", "9万元")], r"Sheet C1: 'actual' is there twice"),
        ([("指标", "多少"), ("cost", "9万元")], r"is neither the official form nor a table of declared values"),
    ],
)
def test_a_wrong_cell_is_named_with_what_would_be_right(
    rows: Sequence[Sequence[Any]], message: str, tmp_path: Path, hand_in: Declare, stored: Stored
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        hand_in(table(tmp_path / "declared.xlsx", rows))
    assert stored() == []


def test_the_official_form_is_read_by_the_names_of_its_lines(tmp_path: Path, hand_in: Declare, stored: Stored) -> None:
    rows = [
        ("产出指标", "质量指标", "在线率", "≥95%", "≥95%", "30", "30", ""),
        ("产出指标", "成本指标", "指标1：成 本", "≤100万元", "96.5", "20", "20", "按合同支付"),
        ("效益指标", "满意度指标", "满意度", "≥90%", "缺测", "10", "9～10", ""),
    ]
    hand_in(form(tmp_path / "form.docx", rows))
    assert told(stored()) == {
        ("line", "online"): {"actual": "≥95%", "score": "30"},
        ("line", "cost"): {"actual": "96.5", "score": "20"},
        ("reason", "cost"): {"text": "按合同支付"},
    }


def test_rows_of_the_form_that_the_profile_has_not_are_named(tmp_path: Path, hand_in: Declare, stored: Stored) -> None:
    rows = [
        ("产出指标", "质量指标", "在线率", "≥95%", "≥95%", "30", "30", ""),
        ("产出指标", "质量指标", "平均带宽", "≥1", "2", "20", "20", ""),
    ]
    with pytest.raises(ConfigurationError, match=r"form.docx: 表 1 第 3 行.*no line '平均带宽'; there are online, pue"):
        hand_in(form(tmp_path / "form.docx", rows))
    assert stored() == []


def test_a_score_that_is_none_is_named(tmp_path: Path, hand_in: Declare) -> None:
    rows = [
        ("产出指标", "质量指标", "在线率", "≥95%", "≥95%", "30", "满分", ""),
        ("产出指标", "成本指标", "成本", "≤100万元", "9万元", "20", "20", ""),
    ]
    with pytest.raises(ConfigurationError, match="the score '满分' is no number; write the points"):
        hand_in(form(tmp_path / "form.docx", rows))


def test_a_document_without_a_form_is_refused(tmp_path: Path, hand_in: Declare) -> None:
    document = docx.Document()
    document.add_paragraph("一切顺利。")
    document.save(str(tmp_path / "report.docx"))
    with pytest.raises(ConfigurationError, match="holds no filled 项目支出绩效自评表"):
        hand_in(tmp_path / "report.docx")


@pytest.mark.parametrize("suffix", ["docx", "xlsx"])
def test_a_form_that_this_system_printed_can_be_declared_again(
    suffix: str, tmp_path: Path, hand_in: Declare, stored: Stored, city: object
) -> None:
    evaluation = load_evaluation("small.yaml", tmp_path)
    inputs = Inputs(
        declarations={
            "cost": Declaration("cost", "96.5万元"),
            "rules": Declaration(
                "rules", "健全", finding="达成年度指标", score=evaluation.profile.line("rules").weight
            ),
        },
        funds={"年度资金总额": FundValues(*map(evaluation.profile.out_of.__class__, ("120", "100", "96.5")))},
    )
    path = tmp_path / f"form.{suffix}"
    render(fill_form(evaluation.profile, evaluation.rules, [], inputs), suffix, path)
    hand_in(path)
    found = told(stored())
    assert found["line", "cost"] == {"actual": "96.5万元", "score": "20"}
    assert found["line", "rules"] == {"actual": "健全", "score": "20"}
    assert ("line", "online") not in found
    assert found["fund", "年度资金总额"] == {"initial": "120", "annual": "100", "executed": "96.5"}
