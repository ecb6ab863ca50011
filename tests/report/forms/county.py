"""A made-up county's filled form: 30 lines of every basis, four funds, nine sections, twelve charts over twelve months."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

from collector.report.pictures.days import backlog_by_day, rate_by_day, users_by_day
from collector.report.pictures.heat import rate_by_department
from collector.report.pictures.months import pue_by_month
from collector.report.pictures.strips import Stretch, uptime_strips
from collector.scoring.form import Basis, Chart, Declared, Form, Fund, Line, Proof, Score, Section, Table, Total

FIRST = date(2026, 1, 1)
DAYS = [(FIRST + timedelta(days=n)).isoformat() for n in range(365)]
MONTHS = [f"2026-{n:02}" for n in range(1, 13)]
START = int(datetime(2025, 12, 31, 16, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
DEPARTMENTS = ["公安局", "城市管理局", "交通运输局", "住房和城乡建设局", "水利局", "应急管理局", "教育局", "卫生健康局"]
PLATFORMS = ["一网统管平台", "政务服务平台", "“县事通”APP", "数据共享交换平台", "视频共享平台"]

GOAL = (
    "建成全县统一的城市运行管理平台，汇聚各部门视频、案件和数据资源，视频在线率不低于95%，案件结案率不低于96%，"
    "支撑城市运行“一屏观全域、一网管全城”，提升群众办事便利度和满意度。"
)
ACHIEVED = (
    "平台于2026年3月上线，接入视频1199路、部门42个，全年受理案件51945件；视频在线率94.62%（可能区间93.10%～96.85%），"
    "案件结案率96.28%。税务、电力两部门数据目录尚未汇聚。"
)
REASONS = {
    "接入视频监控路数": "较目标少1路：应急管理局1路因光缆迁改于10月12日退网，11月恢复。",
    "视频监控设备在线率": (
        "离线集中在6月9日至17日（雷击损坏汇聚交换机2台，影响86路、共4812小时）和11月2日停电（公安局31路、9小时）；6月20日至7月1日平台接口"
        "无应答，该段计为未观测。改进：汇聚点加装防雷模块，接口故障纳入告警，2027年一季度完成。"
    ),
    "汇聚共享数据目录数": "税务、电力两部门共150项目录因上级系统未开放接口未能汇聚。已商请省数据局协调，纳入2027年计划。",
    "案件返工率": "主要为占道经营类案件（占返工件的61%）。已修订处置标准，增加现场复核。",
    "“县事通”APP月活跃用户数": "推广力度不足；另有12天无统计数据，实际用户数不低于所列数。",
}


def county() -> Form:
    return Form(
        title="项目支出绩效自评表",
        subtitle="（2026年度）",
        facts=(
            ("项目名称", "青澜县新型智慧城市“一网统管”提升工程"),
            ("主管部门", "青澜县数据资源管理局"),
            ("实施单位", "青澜县智慧城市运行管理中心"),
            ("预算编码", "2026-0412-0037"),
        ),
        funds=(
            Fund(
                "年度资金总额",
                Decimal("1444.49"),
                Decimal("1246.51"),
                Decimal("1246.51"),
                Decimal(10),
                Decimal(1),
                Score(Decimal("10.00"), Decimal("10.00")),
            ),
            Fund("其中：当年财政拨款", Decimal(1200), Decimal("1002.02"), Decimal("1002.02")),
            Fund("　　　上年结转资金", Decimal("244.49"), Decimal("244.49"), Decimal("244.49")),
            Fund("　　　其他资金", Decimal(0), Decimal(0), Decimal(0)),
        ),
        goal=(GOAL, ACHIEVED),
        lines=_lines(),
        total=Total(
            weights=Decimal(100),
            out_of=Decimal(100),
            score=Score(Decimal("88.55"), Decimal("98.37")),
            grades=("良", "优"),
            measured_share=Decimal("0.52"),
            settling=(
                "项目验收合格率：补录验收报告（影响2分）",
                "节约各部门重复建设资金：提供财政投资评审意见（影响3分）",
                "部门用户满意度：组织问卷，42个部门各不少于3份（影响4分）",
            ),
            declared=Decimal(99),
            declared_grade="优",
        ),
        proof=Proof(
            period="2026",
            revision=2,
            as_of="2027-01-05 09:30:05 UTC+08:00",
            digest="9f2c4be07a1d5e3388c6f0d94b7a21e65d0c3f8a7be9124650dd13c27e8fb0a4",
            checkpoint="612-0f3ac0de5e1f0a77-4b1d4b1d4b1d4b1d",
            key="a41c9e07d2b85f63",
        ),
        profile="national@2020",
        rule_set="national-2020@1",
        findings=("表中“日活跃用户5000人次”以人次计量人数，已按去重人数计。",),
        sections=_sections(),
    )


def english(form: Form) -> Form:
    """The same figures under English labels; names stay as they are."""
    return replace(
        form,
        language="en",
        title="Self-evaluation of project expenditure",
        subtitle="(2026)",
        sections=form.sections[:2],
    )


def _lines() -> tuple[Line, ...]:
    """Those of county.csv, whose columns are in the order in which they are taken apart here."""
    with (Path(__file__).with_name("county.csv")).open(encoding="utf-8", newline="") as file:
        return tuple(_line(number, row) for number, row in enumerate(list(csv.reader(file))[1:], 1))


def _line(number: int, row: list[str]) -> Line:
    (
        first,
        second,
        third,
        target,
        actual,
        interval,
        coverage,
        basis,
        verdict,
        weight,
        low,
        high,
        declared,
        declared_score,
    ) = row
    made = Declared(declared, Decimal(declared_score), "张某", "2026-12-28", "自评附件.pdf") if declared else None
    differs = made is not None and basis == "measured" and declared.lstrip("≥≤=") != actual.lstrip("≥≤=")
    return Line(
        id=f"L{number:02}",
        levels=(first, second, third),
        target=target,
        actual=actual,
        interval=interval,
        coverage=float(coverage) if coverage else None,
        basis=cast("Basis", basis),
        verdict=verdict,
        weight=Decimal(weight),
        score=Score(Decimal(low), Decimal(high)),
        explanation=f"{'反向' if target.startswith('≤') else '正向'}指标，未达标按完成比例计分（财预〔2020〕10号，按公开实现归纳）。",
        reason=REASONS.get(third, "无观测数据，得分按可能的全部范围列示。" if basis == "missing" else ""),
        declared=made,
        difference=f"申报{declared}，实测{actual}。" if differs else "",
        indicator=None if basis in {"declared", "missing"} else f"i{number:02}",
    )


def _sections() -> tuple[Section, ...]:
    pictures = charts()
    text = (
        "2026年，青澜县数据资源管理局会同42个部门推进“一网统管”平台建设。平台自3月上线以来逐分钟轮询各业务系统，"
        "所有数据以原始应答留存，指标由系统按公布的口径计算；未观测到的时段不作推定，列为区间。"
    )
    table = Table(
        ("部门", "应接视频（路）", "在线率", "覆盖率"),
        tuple(
            (name, str(90 + 31 * n), f"{97.8 - 0.9 * n:.2f}%", f"{99.6 - 0.7 * n:.1f}%")
            for n, name in enumerate(DEPARTMENTS)
        ),
    )
    return (
        Section("项目基本情况", (text, "项目总投资1444.49万元，全年预算数1246.51万元，全年执行数1246.51万元。")),
        Section("绩效自评工作开展情况", (text,)),
        Section("综合评价结论", ("总分88.55～98.37分，等级为良或优；实测支撑的权重占52%。",)),
        Section("资金使用情况", ("预算执行率100%。",)),
        Section("视频监控在线情况", (text, table, *pictures[:3])),
        Section("城市管理案件办理情况", (text, *pictures[3:6])),
        Section("应用使用和机房能效", (text, *pictures[6:9])),
        Section("平台运行情况", (text, *pictures[9:])),
        Section(
            "存在问题、改进措施和结果应用",
            ("一是部分指标缺少观测来源。二是接口故障未纳入告警。", "自评结果随部门决算公开。"),
        ),
    )


def charts() -> tuple[Chart, ...]:
    """Twelve pictures over the year, each with a stretch that was not observed."""
    dice = random.Random(7)
    rates = [_rate(dice, 0.965) if not 170 <= n < 182 else None for n in range(365)]
    low = [0.62 if one is None else one - 0.012 for one in rates]
    high = [1.0 if one is None else min(1.0, one + 0.008) for one in rates]
    rows = {
        name: [_rate(dice, 0.975 - 0.01 * k) if not 170 <= n < 182 else None for n in range(365)]
        for k, name in enumerate(DEPARTMENTS)
    }
    overall: dict[str, float | None] = {name: sum(filter(None, row)) / 353 for name, row in rows.items()}
    june = slice(151, 181)
    backlog = [None if 300 <= n < 303 else float(round(900 + 300 * dice.random() + 1.5 * n)) for n in range(365)]
    late = [None if one is None else round(one * 0.14) for one in backlog]
    users = [
        None if 40 <= n < 46 or 200 <= n < 206 else float(round(4200 + 1800 * dice.random() - 900 * (n % 7 > 4)))
        for n in range(365)
    ]
    pue: list[float | None] = [1.41, 1.42, 1.44, 1.45, 1.49, None, 1.56, 1.55, 1.5, 1.46, 1.43, 1.42]
    return (
        rate_by_day("视频监控设备在线率（按日）", DAYS, rates, low, high, 0.95),
        rate_by_department("视频监控设备在线率（按部门、按日）", DAYS, rows, overall),
        rate_by_day("2026年6月视频监控设备在线率", DAYS[june], rates[june], low[june], high[june], 0.95),
        backlog_by_day("城市管理案件存量（每日末）", DAYS, backlog, late),
        backlog_by_day("2026年11月案件存量", DAYS[304:334], backlog[304:334], late[304:334]),
        rate_by_day("案件按时办结率（按日）", DAYS, [_rate(dice, 0.94) for _ in DAYS], [0.9] * 365, [0.97] * 365, 0.92),
        users_by_day("“县事通”APP日活跃用户", DAYS, users, 5000),
        users_by_day("2026年2月日活跃用户", DAYS[31:59], users[31:59], 5000),
        pue_by_month("县数据中心机房PUE（月度，过程值）", MONTHS, pue, [None if one is None else one - 0.02 for one in pue],
                     [None if one is None else one + 0.03 for one in pue], 1.5),
        uptime_strips("各平台运行情况（全年）", DAYS, START, START + 365 * 24 * HOUR, *_strips(dice, 365)),
        uptime_strips("各平台运行情况（6月）", DAYS[june], START, START + 30 * 24 * HOUR, *_strips(dice, 30)),
        rate_by_department("数据更新及时率（6月，按部门）", DAYS[june], {name: row[june] for name, row in rows.items()}, overall),
    )  # fmt: skip


def _rate(dice: random.Random, mean: float) -> float:
    return max(0.0, min(1.0, mean + 0.03 * (dice.random() - 0.6) - (0.15 if dice.random() < 0.02 else 0.0)))


def _strips(dice: random.Random, days: int) -> tuple[dict[str, list[Stretch]], dict[str, float | None]]:
    rows: dict[str, list[Stretch]] = {}
    for name in PLATFORMS:
        at, row = START, []
        while at < START + days * 24 * HOUR:
            up, down = at + dice.randrange(200, 900) * HOUR, dice.randrange(1, 9) * HOUR
            row += [Stretch(at, up, "up"), Stretch(up, up + down, "down")]
            at = up + down + (dice.random() < 0.15) * 70 * HOUR
        rows[name] = row
    return rows, {name: 0.99931 - 0.001 * n for n, name in enumerate(PLATFORMS)}
