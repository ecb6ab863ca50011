"""A small evaluation form of our own, as text, docx or xlsx; every part can be changed by a test.

The numbers add up unless a test says otherwise: 10 for execution, 50 + 30 + 10 for the indicators, 95.5 points in all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import docx
import openpyxl

COLUMNS = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]


@dataclass
class Paper:
    """heads: printed label to its rows (二级, 三级, target, actual, weight, score, reason)."""

    title: str = "2025年度柳溪县城市运行中心项目绩效自评报告"
    prose: list[str] = field(default_factory=lambda: list(PROSE))
    project: str = "柳溪县城市运行中心项目"
    funds: list[list[str]] = field(default_factory=lambda: [list(row) for row in FUNDS])
    heads: dict[str, list[list[str]]] = field(
        default_factory=lambda: {k: [list(r) for r in v] for k, v in HEADS.items()}
    )
    total: list[str] = field(default_factory=lambda: ["100", "95.5"])

    def rows(self) -> list[list[str]]:
        """Eight columns; a label that is merged downward stands once."""
        found = []
        for label, rows in self.heads.items():
            above = ""
            for at, row in enumerate(rows):
                found.append([label if at == 0 else "", row[0] if row[0] != above else "", *row[1:]])
                above = row[0]
        return found


PROSE = [
    "一、项目概况",
    "柳溪县城市运行中心项目于2024年建成,2025年度为第二个完整运行年。",
    "2025年度项目全年预算400万元,全年支出380万元,预算执行率95%。",
    "二、综合评价结论",
    "该项目自评得分为95.5分,评价等级为“优”。",
    "三、满意度",
    "发放问卷420份,回收400份,公众满意度91.2%。",
]
FUNDS = [
    ["年度资金总额", "400", "400", "380", "10", "95%", "9.5"],
    ["其中:当年财政拨款", "300", "300", "285", "", "", ""],
    ["上年结转资金", "100", "100", "95", "", "", ""],
]
HEADS = {
    "产出指标(50分)": [
        ["数量指标", "接入视频路数", "≥800路", "812路", "15", "15", ""],
        ["数量指标", "办理城管案件数", "≥9000件", "9120件", "15", "15", ""],
        ["质量指标", "视频在线率", "≥95%", "93.1%", "10", "8", "三处光缆被挖断"],
        ["时效指标", "案件按时办结率", "≥90%", "88.4%", "10", "8", "冬季人手不足"],
    ],
    "效益指标(30分)": [
        ["社会效益指标", "市民热线重复投诉率", "≤8%", "7.3%", "20", "20", ""],
        ["生态效益指标", "机房PUE", "≤1.6", "1.52", "10", "10", ""],
    ],
    "满意度指标(10分)": [["服务对象满意度指标", "公众满意度", "≥90%", "91.2%", "10", "10", ""]],
}


def as_text(paper: Paper) -> str:
    """Every cell begins with a tab, a blank line ends a row, as forms are pasted into a page."""
    rows = [["项目名称", paper.project], ["项目资金(万元)", "", *FUND_COLUMNS]]
    rows += [["", *row] for row in paper.funds]
    rows += [["年度总体目标", "预期目标", "实际完成情况"], COLUMNS, *paper.rows(), ["总分", *paper.total]]
    table = "\n\n".join("\n".join(f"\t{cell}" for cell in row) for row in rows)
    return "\n".join([paper.title, *paper.prose, "", "附件:自评表", table, ""])


FUND_COLUMNS = ["年初预算数", "全年预算数(A)", "全年执行数(B)", "分值", "执行率(B/A)", "得分"]


def grid(paper: Paper) -> tuple[list[list[str]], list[tuple[int, int, int, int]]]:
    """All rows, nine wide, and the merges (first row, first column, last row, last column), counted from 0."""
    rows = [["项目名称", paper.project, *[""] * 7], ["项目资金(万元)", "", "", *FUND_COLUMNS]]
    merges = [(0, 1, 0, 8), (1, 0, 1 + len(paper.funds), 0), (1, 1, 1, 2)]
    for row in paper.funds:
        merges.append((len(rows), 1, len(rows), 2))
        rows.append(["", row[0], "", *row[1:]])
    first = len(rows)
    rows.append(["绩效指标", *COLUMNS])
    for label, items in paper.heads.items():
        merges.append((len(rows), 1, len(rows) + len(items) - 1, 1))
        seconds = [item[0] for item in items]
        for name in dict.fromkeys(seconds):
            at = len(rows) + seconds.index(name)
            merges.append((at, 2, at + seconds.count(name) - 1, 2))
        above = ""
        for at, item in enumerate(items):
            rows.append(["", label if at == 0 else "", item[0] if item[0] != above else "", *item[1:]])
            above = item[0]
    merges.append((first, 0, len(rows) - 1, 0))
    merges.append((len(rows), 0, len(rows), 5))
    rows.append(["总分", *[""] * 5, *paper.total, ""])
    return rows, [one for one in merges if one[:2] != one[2:]]


def write_docx(paper: Paper, path: Path) -> Path:
    document = docx.Document()
    for text in [paper.title, *paper.prose]:
        document.add_paragraph(text)
    rows, merges = grid(paper)
    table = document.add_table(len(rows), 9)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    for top, left, low, right in merges:
        text = table.cell(top, left).text
        table.cell(top, left).merge(table.cell(low, right)).text = text
    document.save(str(path))
    return path


def write_xlsx(paper: Paper, path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    lines = [paper.title, *paper.prose]
    for at, text in enumerate(lines, 1):
        sheet.cell(at, 1).value = text
        sheet.cell(at, 1).data_type = "s"
    rows, merges = grid(paper)
    for i, row in enumerate(rows, len(lines) + 1):
        for j, text in enumerate(row, 1):
            _put(sheet.cell(i, j), text)
    for top, left, low, right in merges:
        shift = len(lines) + 1
        sheet.merge_cells(start_row=top + shift, start_column=left + 1, end_row=low + shift, end_column=right + 1)
    book.save(path)
    return path


def _put(cell: openpyxl.cell.Cell, text: str) -> None:
    """Numbers as numbers and percentages as formatted fractions, as a person fills a sheet."""
    try:
        cell.value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        cell.value = text or None
        return
    places = len(text.removesuffix("%").partition(".")[2])
    cell.number_format = (
        ("0" + ("." + "0" * places if places else "")) + ("%" if text.endswith("%") else "")
        if "%" in text or places
        else "General"
    )
