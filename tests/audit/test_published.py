"""The five published reports: what was worked out by hand must be found, and nothing else may be."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from collector.audit.document import Document
from collector.audit.reading import read
from collector.audit.rules import Finding, audit
from tests.audit.published import ABOUT, published

GOLDEN = Path(__file__).parent / "golden"

# (city, rule, what the quoted cells hold, the recomputed figure, what the message says)
HITS: list[tuple[str, str, str, str, str]] = [
    ("jinzhai", "R09", "1200路监控视频", "1199", "1200余路"),
    ("jinzhai", "R10", "事件量增加300%", "+900%", "由 100 变为 1000"),
    ("jinzhai", "R10", "缩短30%以上", "-67% 至 -75%", "时长"),
    ("jinzhai", "R08", "8000万元×100 =100", "100%", "无单位"),
    ("jinzhai", "R08", "2022年6月完成项目验收", "当年执行数未列", "不是 2023 年的支出"),
    ("jinzhai", "R16", "暂无", "3 处", "(一)项目决策情况、四、绩效评价指标分析 (二)项目过程情况、七、有关建议"),
    ("jinzhai", "R25", "99分", "无评分表", "无从核对"),
    ("jinzhai", "R17", "县重点项目工作管理经费", "金寨县城市大脑", "粘贴"),
    ("jinzhai", "R13", "日活用户已突破5000人次", "用户按人", "人次"),
    ("jinzhai", "R26", "*********", "无数据", "2 处"),
    ("yiyang", "R01", "产出指标(50分)", "55", "相差 5"),
    ("yiyang", "R01", "效益指标(40分)", "45", "相差 5"),
    ("yiyang", "R02", "预算执行率 10", "110", "应为 100"),
    ("yiyang", "R03", "96分", "105", "9+51+45=105"),
    ("yiyang", "R04", "预算执行率 −1", "95", "漏扣了预算执行率的 1 分"),
    ("yiyang", "R08", "执行率 86%", "100%", "1246.51/1444.49=86.29%，分母是年初预算数"),
    ("yiyang", "R11", "机房PUE：≤2个 → ≤2个", "11/16", "11 个与年度指标值逐字相同"),
    ("yiyang", "R12", "≥1000个 → ≥850个", "11/16", "11 个是不等式"),
    ("yiyang", "R13", "≤2个", "PUE", "无量纲"),
    ("yiyang", "R14", "项目启动及时率", "0% 或 100%", "≥95%"),
    ("yiyang", "R17", "智慧益阳管理中心电费项目", "新型智慧城市提升工程", "粘贴"),
    ("yiyang", "R19", "2022年9月份已启动", "4 个月", "9 月才启动"),
    ("yiyang", "R23", "1246.51万元", "197.98", "不是节约"),
    ("yiyang", "R15", "明显达到了预期效果", "4 项未达标", "4 项未达指标值"),
    ("junan", "R08", "99.27%", "64.17%", "189.40 万元"),
    ("junan", "R09", "每人每月3000元", "118.8", "33人×3000元×12个月"),
    ("junan", "R10", "经费293万元", "高空瞭望", "全部经费"),
    ("junan", "R22", "满意度100%", "n 未知", "99%"),
    ("junan", "R21", "连续稳定高效运行", "切换页面未成功", "暴雨"),
    ("junan", "R27", "较难量化", "较难量化", "数量"),
    # worked out by hand for the two reports without a published list
    ("yaohai", "R01", "满意度指标 10", "40", "10+10+0+10+10=40"),
    ("yaohai", "R02", "效益指标 40", "110", "20+20+30+40=110"),
    ("yaohai", "R03", "80分", "100", "附表总分印 100"),
    ("yaohai", "R04", "80分", "100", "多种解释并存"),
    ("yaohai", "R08", "23.6万元", "1.97%", "不可能得满分"),
    ("yaohai", "R08", "实际到位资金450万元", "37.5%", "分母是“计划投入”"),
    ("yaohai", "R10", "计划投入资金450万元", "450万元", "1200万元"),
    ("yaohai", "R10", "附表总分 100", "100", "在正文为 80"),
    ("yaohai", "R10", "1个一级指标", "4", "实际评分的有 4 个"),
    ("yaohai", "R11", "总体目标完成情况", "无实际完成情况", "年初目标的原文"),
    ("yaohai", "R15", "完成情况为中", "差", "1.97%"),
    ("yaohai", "R15", "完成年度建设任务", "1.97%", "只执行"),
    ("yaohai", "R17", "2020年度信息化项目监测检测", "2021", "粘贴"),
    ("yaohai", "R20", "分项填写年度设定的具体指标值", "5 处", "总分仍为 100/100"),
    ("yaohai", "R21", "绩效目标不够明确", "应扣分", "7/7"),
    ("yaohai", "R21", "项目管理制度不够健全", "应扣分", "10/10"),
    ("yaohai", "R21", "未对项目变更、资金使用", "应扣分", "资金使用合规性"),
    ("yaohai", "R22", "满意度达到95%", "n 未知", "样本量"),
    ("yaohai", "R23", "不突破预算", "1.97%", "不是节约"),
    ("yaohai", "R24", "决策：正文 20 分，附表 15 分", "15/25", "过程：正文 20 分，附表 25 分"),
    ("yaohai", "R27", "清晰、细化、可衡量", "未能用可衡量", "可衡量"),
    ("gangu", "R13", "平均无故障运行时间≥99.9%", "时间", "可用率"),
    ("gangu", "R14", "项目验收合格率达到100%", "0% 或 100%", "一个项目"),
    ("gangu", "R15", "按量、按时、按质完成", "28/30", "没有理由"),
    ("gangu", "R15", "满意度显著", "小幅提升", "没有数据"),
    ("gangu", "R17", "补贴管理办法", "智慧城管", "粘贴"),
    ("gangu", "R18", "分析评价(2024年10月)", "2025年1月以后", "2025年9月2日"),
    ("gangu", "R19", "试运行阶段", "仅试运行期", "效益指标"),
    ("gangu", "R20", "(或评价时点)", "3 处", "(或阶段性)"),
    ("gangu", "R21", "绩效目标设定清晰", "应扣分", "15/15"),
    ("gangu", "R22", "大部分群众", "n 未知", "没有数字"),
    ("gangu", "R25", "94分", "无评分表", "没有一个给出实际完成值"),
    ("gangu", "R27", "监控在线率", "视频监控设备在线率≥95%", "未设置目标值"),
]

# (city, rule, what must stand in no finding of that rule; empty: the rule has no finding at all)
CONTROLS = [
    ("jinzhai", "R09", "701"),
    ("jinzhai", "R02", ""),
    ("jinzhai", "R06", ""),
    ("jinzhai", "R10", "7196"),
    ("jinzhai", "R07", ""),
    ("yiyang", "R07", ""),
    ("yiyang", "R06", ""),
    ("yiyang", "R02", "10+50+40"),
    ("yiyang", "R05", ""),
    ("yiyang", "R10", ""),
    ("yiyang", "R09", ""),
    ("junan", "R09", "293"),
    ("junan", "R03", ""),
    ("junan", "R07", ""),
    ("junan", "R06", ""),
    ("junan", "R02", ""),
    ("junan", "R25", ""),
    ("junan", "R04", ""),
    ("junan", "R28", ""),
    ("yaohai", "R06", ""),  # 80 is 良 by the report's own bands
    ("yaohai", "R07", ""),  # 23.6/1200 and 450/450 are right
    ("yaohai", "R05", ""),
    ("yaohai", "R18", ""),  # January 2022 is after 2021
    ("yaohai", "R25", ""),
    ("gangu", "R02", ""),  # 15 + 25 + 30 + 30
    ("gangu", "R03", ""),  # 15 + 24 + 28 + 27
    ("gangu", "R04", ""),  # 100 - 1 - 2 - 3
    ("gangu", "R06", ""),
    ("gangu", "R07", ""),  # 27.89/27.89
    ("gangu", "R08", ""),
    ("gangu", "R09", ""),  # 38 + 12 cameras
    ("gangu", "R10", ""),  # four heads are announced, four are scored
    ("gangu", "R24", ""),
]


@cache
def audited(city: str) -> tuple[Document, tuple[Finding, ...]]:
    document = read(published(city))
    return document, tuple(audit(document))


@pytest.mark.parametrize(
    ("city", "rule", "quoted", "recomputed", "said"), HITS, ids=[f"{h[0]} {h[1]} {h[2]}" for h in HITS]
)
def test_a_defect_of_a_published_report_is_found(city: str, rule: str, quoted: str, recomputed: str, said: str) -> None:
    found = [one for one in audited(city)[1] if one.rule == rule and any(quoted in text for text in one.quote)]
    assert found, [one for one in audited(city)[1] if one.rule == rule]
    assert any(recomputed in one.recomputed and said in one.message for one in found), found


@pytest.mark.parametrize(("city", "rule", "figure"), CONTROLS, ids=[" ".join(one) for one in CONTROLS])
def test_what_is_right_in_a_published_report_is_not_flagged(city: str, rule: str, figure: str) -> None:
    found = [one for one in audited(city)[1] if one.rule == rule]
    wrong = [
        one for one in found if figure in one.recomputed + one.stated or any(figure in text for text in one.quote[:1])
    ]
    assert (found if not figure else wrong) == []


@pytest.mark.parametrize("city", ABOUT)
def test_the_findings_of_a_published_report_are_exactly_these(city: str, golden: Callable[[Path, str], None]) -> None:
    """A new false alarm shows here."""
    lines = [
        f"{one.rule} | {one.where} | {one.quote[0][:24]} | {one.stated[:24]} | {one.recomputed[:32]}"
        for one in audited(city)[1]
    ]
    golden(GOLDEN / f"{city}.txt", "\n".join(lines) + "\n")


def test_the_form_of_a_page_saved_cell_by_cell_is_recovered() -> None:
    (form,) = audited("yiyang")[0].forms
    assert [head.name.text for head in form.heads] == ["产出指标", "效益指标"]
    assert [len(form.of_head(at)) for at in (0, 1)] == [10, 6]
    assert (form.rows[8].name.text, form.rows[8].second) == ("项目启动及时率", "时效指标")
    assert [fund.name.text for fund in form.funds] == ["年度资金总额", "其中:当年财政拨款", "上年结转资金", "其他资金"]


def test_tables_without_row_marks_are_recovered() -> None:
    budget, scores = audited("junan")[0].tables
    assert [len(row) for row in budget.rows] == [4, 4, 4, 4, 4, 4, 2]
    assert [[cell.text for cell in row][1] for row in scores.rows] == ["决策", "20", "18.30", "91.50%"]
