"""The sentences and column heads of the narrative report: (Chinese, English), by key."""

from __future__ import annotations

from collections.abc import Mapping

REPORT: Mapping[str, tuple[str, str]] = {
    "item": ("项目", "Item"),
    "content": ("内容", "Content"),
    "fund": ("资金（万元）", "Funds (10,000 yuan)"),
    "initial": ("年初预算数", "Initial budget"),
    "annual": ("全年预算数（A）", "Annual budget (A)"),
    "executed": ("全年执行数（B）", "Executed (B)"),
    "first": ("一级指标", "First level"),
    "third": ("三级指标", "Line"),
    "target": ("指标值", "Target"),
    "actual": ("实际完成值", "Actual"),
    "interval": ("区间", "Interval"),
    "coverage": ("覆盖率", "Coverage"),
    "basis": ("依据", "Basis"),
    "weight": ("分值", "Weight"),
    "score": ("得分", "Score"),
    "verdict": ("结论", "Verdict"),
    "lines_count": ("项数", "Lines"),
    "connectors": ("数据来源", "Sources"),
    "verdict.met": ("达标", "met"),
    "verdict.missed": ("未达标", "missed"),
    "verdict.indeterminate": ("不能判定", "indeterminate"),
    "verdict.not_applicable": ("不适用", "not applicable"),
    "verdict.no_target": ("无指标值", "no target"),
    "execution": (
        "全年预算数{annual}万元，全年执行数{executed}万元；预算执行率为全年执行数/{denominator}，即{rate}。",
        "Annual budget {annual}, executed {executed} (10,000 yuan); the execution rate is executed / {denominator}: {rate}.",
    ),
    "execution_unknown": (
        "预算数或执行数未给出，执行率不能计算。",
        "Budget or executed sum is not given; the execution rate cannot be computed.",
    ),
    "goal.expected": ("预期目标：{text}", "Expected: {text}"),
    "goal.actual": ("实际完成情况：{text}", "Reached: {text}"),
    "goal.unsaid": ("实际完成情况未填报。", "What was reached is not told."),
    "process": (
        "实测数据的期间为{period}，由系统自动采集、逐日封存。完成值分为实测、导入、申报和缺测：未观测的部分不作零计，也不作满分计，以区间表示。",
        "The measured data are of {period}, collected by machine and sealed day by day. What was not observed makes an interval.",
    ),
    "process.declared": (
        "申报值与实测值分列，互不替代。",
        "Declared and measured values stand side by side and never replace one another.",
    ),
    "process.none": (
        "没有实测期间，本报告没有实测数据。",
        "There is no measured period: this report holds no measured data.",
    ),
    "rules": (
        "记分按“{title}”（{version}版），得分保留{decimals}位小数、四舍五入；依据：{cites}。",
        "Scores follow “{title}” (version {version}), rounded half up to {decimals} decimals. Sources: {cites}.",
    ),
    "total": (
        "综合得分{score}分（分值合计{weights}分），等级为{grades}。分值中{measured}以实测为依据，{imported}以导入数据为依据。",
        "{score} of {weights} points, grade {grades}. {measured} of the weight rests on measurement, {imported} on imported data.",
    ),
    "no_total": ("没有可计分的分值，无综合得分。", "There is no weight to score: no total."),
    "declared_total_is": (
        "申报的综合得分为{score}分，等级为“{grade}”。",
        "The declared score is {score}, the declared grade “{grade}”.",
    ),
    "met_lines": (
        "以下{count}项经实测达标：{names}。",
        "These {count} lines were measured and met their target: {names}.",
    ),
    "no_met_lines": ("没有经实测或导入数据达标的指标。", "No line met its target as measured or imported."),
    "problem.missed": ("{name}未达标。{reason}", "{name} missed its target. {reason}"),
    "problem.open": ("{name}不能判定是否达标。{reason}", "Whether {name} met its target is open. {reason}"),
    "problem.missing": ("{name}缺测（分值{weight}分）：{why}。", "{name} was not measured ({weight} points): {why}."),
    "problem.difference": ("{name}：{text}", "{name}: {text}"),
    "no_problems": (
        "本期没有未达标、不能判定、缺测或与申报不一致的指标。",
        "No line was missed, undecided, unmeasured or at odds with what was declared.",
    ),
    "suggest.settled": ("总分已确定，无须补充观测。", "The total is settled; nothing more needs to be observed."),
    "suggest.evidence": ("申报的指标应附：{items}。", "Declared lines need: {items}."),
    "evidence_of": ("{name}（{documents}）", "{name} ({documents})"),
    "publish": (
        "本报告的实测数据可以脱网复核：以检查点 {checkpoint} 运行 citygauge verify --checkpoint，逐项重算。",
        "The measured figures can be recomputed offline, by citygauge verify --checkpoint with the checkpoint {checkpoint}.",
    ),
    "publish.none": (
        "本报告未附检查点，实测数据不能由第三方复核。",
        "This report carries no checkpoint: a third party cannot verify its figures.",
    ),
    "proof": (
        "实测数据取自{period}的第{revision}版快照，数据截至{as_of}，快照SHA-256 {digest}，检查点 {checkpoint}。",
        "The figures are of {period}, revision {revision}, as of {as_of}, snapshot SHA-256 {digest}, checkpoint {checkpoint}.",
    ),
    "note.coverage": (
        "观测不完整的指标：{items}。未观测的部分已计入区间。",
        "Lines that were not observed in full: {items}. What was not observed is in the intervals.",
    ),
    "note.excluded": (
        "{name}：剔除{source}自{start}至{end}的时间，原因：{reason}；批准人：{by}{late}。",
        "{name}: {source} is excluded from {start} to {end}; reason: {reason}; approved by {by}{late}.",
    ),
    "note.late": ("（事后登记）", " (entered after the fact)"),
    "note.declared": (
        "以下指标没有系统可以实测：{items}。",
        "No system measures these: {items}.",
    ),
    "note.why": ("{name}（{why}）", "{name} ({why})"),
    "note.assumptions": (
        "属于假定、尚未核对原文的记分规则：{items}。",
        "Rules that are assumptions, their text not at hand: {items}.",
    ),
    "note.assumed_line": ("{name}：{text}", "{name}: {text}"),
    "annex": ("附：{title}{subtitle}。", "Annex: {title} {subtitle}."),
}
