"""Every rule by small documents of our own: what it must find, with the recomputed figure, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collector.audit.build import document
from collector.audit.flattened import blocks
from collector.audit.rules import RULES, Finding, audit
from tests.audit.paper import Paper, as_text


def findings(text: str) -> list[Finding]:
    return audit(document("report.txt", blocks(text)))


def of(rule: str, text: str) -> list[Finding]:
    return [one for one in findings(text) if one.rule == rule]


def paper(change: Callable[[Paper], object]) -> str:
    """The consistent form with one change."""
    one = Paper()
    change(one)
    return as_text(one)


def row(one: Paper, name: str) -> list[str]:
    return next(r for rows in one.heads.values() for r in rows if r[1] == name)


def put(name: str, **cells: str) -> str:
    """The consistent form with cells of one row changed."""
    at = {"target": 2, "actual": 3, "weight": 4, "score": 5, "reason": 6}

    def change(one: Paper) -> None:
        for key, text in cells.items():
            row(one, name)[at[key]] = text

    return paper(change)


def saying(*lines: str, title: str = "2025年度柳溪县城市运行中心项目绩效自评报告") -> str:
    return "\n".join([title, *lines])


def told(*lines: str) -> str:
    """The consistent form with more prose."""
    return paper(lambda one: one.prose.extend(lines))


HEADS = [
    "(一)项目决策(满分20分,得分20分):依据充分。",
    "(二)项目过程(满分20分,得分18分):资料归档滞后,扣2分。",
    "(三)项目产出(满分30分,得分30分):按期。",
    "(四)项目效益(满分30分,得分27分):受众偏少,扣3分。",
]
TABLE = "序号 |\n项目 |\n金额(万元) |\n备注 |\n1 |\n专线 |\n{0} |\n- |\n2 |\n人工 |\n{1} |\n{2} |\n合计 |\n{3} |"

HITS: list[tuple[str, str, str, str]] = [
    ("R01", "an item too many under a head", put("机房PUE", weight="15", score="15"), "35"),
    (
        "R01",
        "items in prose above their head",
        saying(*HEADS, "1.社会效益(满分20分,得分17分)", "2.满意度(满分20分,得分10分)"),
        "40",
    ),
    (
        "R01",
        "a second-level head of its own",
        paper(lambda one: [r.__setitem__(0, "数量指标(25分)") for r in one.heads["产出指标(50分)"][:2]]),
        "30",
    ),
    (
        "R02",
        "heads of 95",
        paper(lambda one: one.heads.update({"满意度指标(5分)": one.heads.pop("满意度指标(10分)")})),
        "95",
    ),
    ("R02", "weights in a sentence that make 110", saying("其中:决策 20 分,过程 30 分,产出 30 分,效益 30 分。"), "110"),
    ("R03", "a total above its scores", paper(lambda one: one.total.__setitem__(1, "97")), "95.5"),
    ("R03", "heads in prose", saying("综合得分为97分,等级为“优”。", *HEADS), "95"),
    ("R04", "a deduction that is forgotten", paper(lambda one: one.total.__setitem__(1, "96.0")), "95.5"),
    ("R05", "more points than the weight", put("视频在线率", score="11"), "≤10"),
    ("R06", "a grade too good", saying("综合得分为88分,评价等级为“优”。"), "良"),
    (
        "R06",
        "a grade against the report's own bands",
        saying("95(含)-100分为优、85(含)-95分为良、70(含)-85分为中、70分以下为差。", "自评得分为92分,自评结果为“优”。"),
        "良",
    ),
    ("R07", "a closure rate that is no quotient", saying("全年受理案件800件,结案720件,结案率达92%。"), "90.00%"),
    ("R07", "a quotient written out", saying("资金支付率=150万元/200万元×100%=80%。"), "75.00%"),
    (
        "R07",
        "growth within one sentence",
        saying("由原先每月发现200件增加到每月发现500件,问题发现量增长250%。"),
        "150%",
    ),
    (
        "R08",
        "execution against the first budget",
        paper(lambda one: one.funds.__setitem__(0, ["年度资金总额", "400", "380", "380", "10", "95%", "9.5"])),
        "100%",
    ),
    (
        "R08",
        "execution of what was received",
        saying("2025年预算指标金额共200万元。", "资金到位率为50%,预算执行率为90%。"),
        "45%",
    ),
    ("R08", "a rate without a percent sign", saying("预算执行率90万元/100万元×100=90。"), "90%"),
    (
        "R08",
        "full marks for execution of a tenth",
        saying(
            "本年预算金额为300万元,实际支出30万元。", "(一)预算执行率(满分10分,得分10分)", "(二)产出(满分90分,得分90分)"
        ),
        "10%",
    ),
    (
        "R08",
        "received of a smaller plan",
        saying("本项目预算金额为300万元。", "项目计划投入资金150万元,实际到位资金150万元,资金到位率100%。"),
        "50%",
    ),
    ("R09", "a list that misses by one", saying("共接入监控300路,其中公安120路、城管150路、交通29路。"), "299路"),
    ("R09", "parts above the whole", saying("共接入监控300路,其中公安200路、城管150路。"), "350路"),
    ("R09", "a column against its total", saying(TABLE.format("40", "60", "-", "110")), "100"),
    ("R09", "wages times heads", saying(TABLE.format("40", "60", "每人每月4000元,12人", "100")), "57.6"),
    ("R09", "sources of funds", paper(lambda one: one.funds[2].__setitem__(1, "90")), "390"),
    (
        "R09",
        "unit price times number",
        saying("名称 |\n单价 |\n数量 |\n金额 |\n甲 |\n3 |\n4 |\n13 |\n乙 |\n2 |\n5 |\n10 |"),
        "12",
    ),
    (
        "R10",
        "one change, two percentages",
        saying("一、概况", "案件处置时长缩短40%。", "二、效益", "案件处置时长缩短25%。"),
        "",
    ),
    ("R10", "two budgets", saying("本年度财政预算资金500万元。", "项目预算安排420万元。"), "420万元"),
    ("R10", "two totals", paper(lambda one: one.prose.__setitem__(4, "该项目自评得分为98分,评价等级为“优”。")), "95.5"),
    ("R10", "indicators counted", saying("指标体系共设3个一级指标。", *HEADS), "4"),
    (
        "R10",
        "object and scope",
        saying("评价的对象为城市运行经费200万元;评价的范围为县城的无人机巡检平台。"),
        "无人机巡检平台",
    ),
    (
        "R10",
        "the same words, another number",
        saying("一、概况", "全县视频汇聚点位共3100个。", "二、效益", "全县视频汇聚点位共2900个。"),
        "2900个",
    ),
    ("R11", "a copied inequality", put("视频在线率", actual="≥95%", score="10"), "1/7 项无实测值"),
    (
        "R11",
        "a result that is the target",
        saying(
            "2.总体目标完成情况 拟于年内建成覆盖全县的视频汇聚与调度平台并投入试用。",
            "年初设定的质量指标为:拟于年内建成覆盖全县的视频汇聚与调度平台并投入试用。实际完成情况为:已完成。",
        ),
        "无实际完成情况",
    ),
    ("R12", "an inequality as result", put("接入视频路数", actual="≥805路"), "1/7 项无实测值"),
    ("R13", "PUE counted", put("机房PUE", target="≤1.6个", actual="1.5个"), "PUE"),
    ("R13", "daily users as uses", saying("日活跃用户达3200人次。"), "用户按人"),
    ("R13", "time between failures in percent", saying("系统平均无故障运行时间≥99%。"), "时间"),
    ("R13", "a rate in days", put("视频在线率", target="≥20天/月", actual="19天/月"), "率"),
    ("R14", "acceptance of the one project", saying("质量目标:项目验收合格率达到100%。"), "0% 或 100%"),
    ("R15", "all reached while two missed", told("各项工作圆满完成。"), "2 项未达标"),
    (
        "R15",
        "a rate called good",
        saying("完成预算的40.5%,完成情况为良。", "90(含)-100分为优、80(含)-90分为良、60(含)-80分为中、60分以下为差。"),
        "差",
    ),
    ("R15", "strong here, weak there", saying("群众满意度显著提升。", "市民满意度有小幅提升。"), "满意度有小幅提升"),
    (
        "R15",
        "done, yet points are missing",
        saying(
            "综合得分为97分。",
            "(一)项目产出(满分50分,得分47分):各项任务均已完成。",
            "(二)项目效益(满分50分,得分50分):好。",
        ),
        "47/50",
    ),
    (
        "R15",
        "done on two percent of the money",
        saying("本年预算金额为300万元,实际支出6万元。", "项目完成年度建设任务。"),
        "2%",
    ),
    (
        "R16",
        "none, and yet some",
        saying("三、过程", "但资料归档不够及时,制度有待完善。", "四、存在问题", "暂无"),
        "1 处",
    ),
    ("R17", "another project", saying("经评价,2025年度乡村路灯改造项目总体完成情况较好。"), "柳溪县城市运行中心"),
    ("R17", "another year", saying("2023年度柳溪县城市运行中心项目实施取得成效。"), "2025"),
    ("R17", "another trade", saying("制定并完善补贴管理办法,明确发放流程。"), "柳溪县城市运行中心"),
    ("R18", "scored before the year is over", saying("3.分析评价(2025年10月):对照指标评分,形成结论。"), "2026年1月"),
    ("R18", "signed before the year is over", saying("经评价项目较好。", "2025年11月20日"), "2026年1月"),
    ("R19", "begun in October", told("项目2025年10月正式启动。"), "3 个月"),
    ("R19", "still on trial", saying("系统进入试运行阶段。", "问题主动发现率达到91%。"), "试运行期"),
    ("R20", "instructions left in", put("机房PUE", target="分项填写年度设定的具体指标值,下同"), "1 处"),
    ("R20", "a choice left in", saying("截至2025年12月31日(或评价时点),支出20万元。"), "1 处"),
    (
        "R21",
        "targets clear, and vague",
        saying(
            "(一)绩效目标明确性(满分5分,得分5分):清晰。",
            "(二)产出(满分95分,得分90分)",
            "二、存在问题",
            "绩效目标不够明确。",
        ),
        "应扣分",
    ),
    ("R21", "stable, and unusable", saying("实现平台连续稳定运行。", "现场检查时平台无法登录。"), "无法登录"),
    ("R22", "nobody counted", saying("公众满意度达到96%。"), "n 未知"),
    ("R22", "everybody is content", saying("发放问卷400份,公众满意度100%。"), "100% 存疑"),
    ("R22", "a survey without figures", saying("问卷调查显示,大部分市民表示满意。"), "n 未知"),
    (
        "R23",
        "unpaid is no saving",
        paper(
            lambda one: (
                one.heads["产出指标(50分)"].append(["成本指标", "建设成本", "≤400万元", "380万元", "0.5", "0.5", ""]),
                one.prose.append("尾款未达到支付条件。"),
            )
        ),
        "20 未支付",
    ),
    ("R24", "text against form", told("指标权重:产出40分,效益40分,满意度10分。"), "40/40"),
    ("R25", "a total alone", saying("综合得分为93分,等级为“优”。"), "无评分表"),
    ("R26", "stars for figures", saying("平台接入数据总量******条。"), "无数据"),
    (
        "R27",
        "a target, and none",
        saying("视频设备在线率≥95%。", "在线率、使用率等均未设置具体目标值。"),
        "视频设备在线率≥95%",
    ),
    (
        "R27",
        "quantified, and hardly",
        saying("在数量、成本方面设置了量化目标,但数量、效益方面设置的指标较难量化。"),
        "较难量化",
    ),
    ("R28", "cases that vanish", saying("期初未结120件,本年受理900件,结案880件,期末未结100件。"), "140"),
    ("R28", "a negative stock would be needed", saying("本年受理900件,结案800件,未结60件。"), "100"),
]

CONTROLS: list[tuple[str, str, str]] = [
    (
        "R01",
        "heads without a printed weight",
        paper(lambda one: one.heads.update({"产出指标": one.heads.pop("产出指标(50分)")})),
    ),
    (
        "R01",
        "a head that repeats itself as its first item",
        saying(
            HEADS[0],
            "1.立项(满分12分,得分12分)",
            "1.立项规范性(满分12分,得分12分)",
            "2.目标(满分8分,得分8分)",
            *HEADS[1:],
        ),
    ),
    ("R02", "a part of the heads named", saying("其中产出30分,效益30分。")),
    (
        "R03",
        "the sum rounded",
        paper(
            lambda one: (
                row(one, "机房PUE").__setitem__(5, "9.96"),
                one.total.__setitem__(1, "95.5"),
                one.prose.__setitem__(4, "自评得分为95.5分。"),
            )
        ),
    ),
    ("R04", "prose heads", saying("综合得分为95分,等级为“优”。", *HEADS)),
    ("R05", "full marks", as_text(Paper())),
    ("R06", "the bound belongs to the band", saying("综合得分为90分,评价等级为“优”。")),
    ("R06", "another word for the same grade", saying("综合得分为85分,评价等级为“良好”。")),
    (
        "R06",
        "the bands themselves",
        saying(
            "综合评价得分90分以上(含90分),级别评定为优;80-90分(含80分),级别评定为良;60-80分(含60分),评定为中;60分以下,评定为差。"
        ),
    ),
    ("R07", "rounded to a whole percent", saying("全年受理案件51945个,结案50013个,结案率达96%。")),
    ("R07", "about", saying("由每月100起增加到每月310起,事件量增长约200%。")),
    ("R07", "two numerators", saying("受理900件,其中市级结案300件,县级结案500件,结案率98%。")),
    ("R08", "B over A", as_text(Paper())),
    ("R08", "execution below what was received", saying("资金到位率为100%,预算执行率为90%。")),
    ("R09", "a choice of the whole", saying("共接入监控3000路,其中公安1200路、城管300路。")),
    ("R09", "and others", saying("共接入监控300路,其中公安120路、城管150路等。")),
    (
        "R09",
        "a whole that has the sum",
        saying("资源目录总数701个,归属部门46个,其中无条件共享11个,有条件共享682个,不共享8个。"),
    ),
    ("R09", "wages that fit", saying(TABLE.format("40", "57.6", "每人每月4000元,12人", "97.6"))),
    ("R09", "a rounded wage bill", saying(TABLE.format("40", "58", "每人每月4000元,12人", "98"))),
    ("R10", "about and nearly", saying("处置时长缩短约70%。", "处置时长缩短近70%。")),
    ("R10", "two subjects", saying("处置时长缩短40%。", "事件量提升90%。")),
    (
        "R10",
        "first and full budget of the form",
        paper(
            lambda one: (
                one.funds.__setitem__(0, ["年度资金总额", "420", "400", "380", "10", "95%", "9.5"]),
                one.funds[1].__setitem__(1, "320"),
                one.prose.append("年初预算安排420万元。"),
            )
        ),
    ),
    ("R10", "a part and the whole", saying("接入7196路监控视频。", "在AI治理方面接入1200路监控视频。")),
    ("R10", "last year's budget", saying("2024年预算资金300万元。", "2025年预算资金420万元。")),
    ("R11", "a plan met exactly", put("接入视频路数", target="800路", actual="800路")),
    ("R11", "an outcome in a word", put("机房PUE", target="合格", actual="合格")),
    ("R12", "measured values", as_text(Paper())),
    ("R13", "uses as uses", saying("全年累计接待参观320人次,培训操作人员20人次。")),
    ("R13", "a rate of the budget", saying("预算执行率8000万元/8000万元×100%=100%。")),
    ("R13", "a rate and what it is of", put("案件按时办结率", target="≥90%(9000件)", actual="91%(9100件)")),
    ("R13", "frequency and resolution", saying("刷新频率达到30次,分辨率为1080个。")),
    ("R14", "a rate over many", put("案件按时办结率", actual="91%", score="10")),
    (
        "R15",
        "all reached",
        paper(
            lambda one: (
                [row(one, name).__setitem__(3, "96%") for name in ("视频在线率", "案件按时办结率")],
                one.prose.append("各项工作圆满完成。"),
            )
        ),
    ),
    ("R15", "not yet", told("部分工作未能圆满完成。")),
    ("R16", "none, and none", saying("四、存在问题", "暂无")),
    ("R16", "problems found and admitted", saying("四、存在问题", "资料归档不够及时。")),
    ("R17", "the project by a longer name", saying("2025年度柳溪县城市运行中心运行维护项目总体完成较好。")),
    ("R17", "a notice of that year", saying("根据《关于开展2024年度部门绩效自评工作的通知》开展自评。")),
    ("R17", "wages with an allowance", saying("人员工资每月3000元(含交通补贴)。")),
    ("R18", "after the year", saying("3.分析评价(2026年2月):形成结论。", "2026年3月1日")),
    ("R19", "begun in January", told("项目2025年1月正式启动。")),
    ("R19", "begun years ago", told("项目2024年9月正式启动。")),
    ("R19", "training begun in May", told("2025年5月启动人员培训。")),
    ("R20", "a phase in brackets", saying("完成“智慧柳溪”(一期)建设,包括(含税)设备。")),
    (
        "R21",
        "a defect that cost points",
        saying("(一)绩效目标明确性(满分5分,得分3分):一般。", "(二)产出(满分95分,得分90分)", "绩效目标不够明确。"),
    ),
    (
        "R21",
        "a defect that was guarded against",
        saying("(一)资金使用合规性(满分5分,得分5分):好。", "(二)产出(满分95分,得分90分)", "未发现资金使用不规范。"),
    ),
    ("R21", "a defect that was mended", saying("实现平台连续稳定运行。", "针对信号不稳定的情况更换了线路。")),
    ("R22", "with the number of answers", saying("发放问卷420份,公众满意度91%。")),
    ("R22", "a target", saying("满意度目标:公众满意度≥90%。")),
    (
        "R23",
        "cheaper by tender, paid",
        paper(
            lambda one: one.heads["产出指标(50分)"].append(
                ["成本指标", "建设成本", "≤400万元", "380万元", "0.5", "0.5", ""]
            )
        ),
    ),
    ("R24", "the same weights", told("指标权重:产出50分,效益30分,满意度10分。")),
    ("R25", "with its form", as_text(Paper())),
    ("R26", "a product sign", saying("值守由5*8小时改为7*24小时,按30×12计。")),
    ("R27", "other sides", saying("在质量、成本方面设置了量化目标,但在数量、效益方面设置的指标较难量化。")),
    ("R28", "a balance", saying("期初未结120件,本年受理900件,结案880件,期末未结140件。")),
    ("R28", "opening stock not given", saying("本年受理900件,结案880件,未结60件。")),
]


def test_a_consistent_form_has_no_findings() -> None:
    assert findings(as_text(Paper())) == []


@pytest.mark.parametrize(
    ("rule", "what", "text", "recomputed"), HITS, ids=[f"{rule} {what}" for rule, what, _, _ in HITS]
)
def test_a_defect_is_found(rule: str, what: str, text: str, recomputed: str) -> None:
    found = of(rule, text)
    assert found, findings(text)
    assert any(recomputed in one.recomputed for one in found), found
    assert all(one.quote and one.where and one.message and one.message_en for one in found)


@pytest.mark.parametrize(("rule", "what", "text"), CONTROLS, ids=[f"{rule} {what}" for rule, what, _ in CONTROLS])
def test_what_is_right_is_left_alone(rule: str, what: str, text: str) -> None:
    assert of(rule, text) == []


def test_every_rule_has_a_defect_and_a_control() -> None:
    rules = [rule.id for rule, _ in RULES]
    assert rules == [f"R{number:02}" for number in range(1, 29)]
    assert {one[0] for one in HITS} == set(rules) == {one[0] for one in CONTROLS}


def test_a_total_is_explained_by_the_deduction_it_forgets() -> None:
    def change(one: Paper) -> None:
        row(one, "视频在线率")[5] = "7"
        one.total[1] = "95.0"

    (found,) = of("R04", paper(change))
    assert "漏扣了预算执行率的 0.5 分" in found.message
    assert "种解释" not in found.message


def test_several_explanations_are_said_to_be_several() -> None:
    (found,) = of("R04", paper(lambda one: one.total.__setitem__(1, "97.5")))
    assert "共 2 种解释" in found.message


def test_every_rule_has_its_row_in_the_documentation() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[0].strip("| ") for line in page.splitlines() if line.startswith("| R")]
    assert rows == [rule.id for rule, _ in RULES]


CAREFUL = """
2024年度柳溪市智慧城管平台运行维护项目支出绩效自评报告
一、项目概况
柳溪市智慧城管平台于2019年建成,2021年完成二期扩容,2024年度安排运行维护经费620万元,其中:平台运维260万元、视频专线240万元、采集外包120万元。
2024年财政预算安排620万元,全年实际支出598.3万元,预算执行率96.5%。2023年预算550万元,2023年实际支出540万元。
平台接入视频监控8412路,其中公安5120路、城管2180路、交通1112路。另接入AI识别视频900路。
二、绩效评价工作开展情况
评价对象为2024年度智慧城管平台运行维护项目,评价范围为该项目全部资金及其产出。
2025年2月成立评价工作组,2025年3月形成报告。评价指标体系包括决策、过程、产出、效益4个一级指标,其中决策15分,过程25分,产出30分,效益30分。
评价等级:90分(含)以上为优,80(含)-90分为良,60(含)-80分为中,60分以下为差。
三、综合评价结论
经评价,2024年度智慧城管平台运行维护项目综合得分为91.2分,评价等级为“优”。
四、指标分析
(一)决策(满分15分,得分14分)
立项依据充分。绩效目标较为明确,但个别指标未量化,扣1分。
(二)过程(满分25分,得分23.2分)
预算执行率96.5%,扣0.35分;制度执行情况较好,资产台账更新不及时,扣1.45分。
(三)产出(满分30分,得分27分)
全年受理案件42180件,结案40915件,结案率97%;期初未结310件,期末未结1575件。视频平均在线率96.4%,系统平均故障恢复时间2.3小时。培训采集员3期,共86人次。
12345热线转办案件2990件,办结2961件,办结率99.03%。
(四)效益(满分30分,得分27分)
问题发现量由2023年的每月2800件增长到每月3515件,增长25.5%。案件处置时长缩短18%。
发放问卷500份,回收有效问卷463份,其中表示满意的431人,满意度93.1%。
五、存在问题
一是资产台账更新不及时。二是部分老旧小区视频在线率偏低,仅88.5%。
六、建议
建议加大设备更新投入,提高视频在线率至97%以上;建议将结案率目标提高到98%。
柳溪市城市管理局
2025年3月18日
"""


def test_a_careful_report_is_asked_only_for_its_score_table() -> None:
    """Prose full of figures that are right: parts, rates, years beside each other, deductions with their reason, a counted survey."""
    assert [one.rule for one in findings(CAREFUL.strip())] == ["R25"]
