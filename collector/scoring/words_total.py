"""The sentences at the foot of a form: what would settle the total, and what is wrong with the form. (Chinese, English), by key."""

from __future__ import annotations

from collections.abc import Mapping

SETTLING: Mapping[str, tuple[str, str]] = {
    "head": (
        "总分{total}分，等级可能是{grades}。先查清以下{count}项（所系{points}分）即可能确定等级：{outcomes}。",
        "The total is {total} points, the grade {grades}. These {count} (worth {points} points) can decide the grade: {outcomes}.",
    ),
    "rest": (
        "查清以上各项后总分仍有{points}分不确定；要得出确定的总分，还须查清：",
        "That leaves {points} points open; for an exact total, these are needed as well:",
    ),
    "only_total": (
        "等级已确定。要得出确定的总分，须查清：",
        "The grade is settled. For an exact total, these are needed:",
    ),
    "or": ("或", " or "),
    "semicolon": ("；", "; "),
    "funds_row": ("预算执行率", "Budget execution"),
    "of_year": ("{year}年度", "{year}"),
    "answers": ("调查结果和样本量", "the answers and their number"),
    "outcome": ("合计{least}至{most}分则定为{grade}", "{grade} if they make {least} to {most} together"),
    "settle.item": ("{name}（所系{points}分）：{what}", "{name} (worth {points} points): {what}"),
    "what.uncertain": (
        "补录{period}内未观测部分的记录（现覆盖率{coverage}，区间{interval}）{days}",
        "bring in the records of what was not observed in {period} (coverage is {coverage}, the interval {interval}){days}",
    ),
    "what.undecided": (
        "查明{period}内尚未确定的部分（已全部观测，区间{interval}）",
        "find out what of {period} is not certain (all was observed, the interval is {interval})",
    ),
    "what.days": ("，未观测最多的是{days}", ", least observed: {days}"),
    "what.missing": ("从{connectors}补录{period}的全部记录", "bring in all records of {period} from {connectors}"),
    "what.no_indicator": (
        "在城市文件里加入指标 {id}（由{connectors}提供），并补录{period}的全部记录",
        "add the indicator {id} (supplied by {connectors}) to the city file and bring in all records of {period}",
    ),
    "what.other_definition": (
        "把城市文件里指标 {id} 的 {keys} 改为本表的口径，重新计量{period}",
        "give the indicator {id} of the city file the {keys} of this form and measure {period} again",
    ),
    "what.not_applicable": ("由评价组确定该项是否计分", "decide whether the line counts at all"),
    "what.more_answers": (
        "增加调查样本（现{n}份，区间{interval}）：{asked}",
        "ask more people (now {n}, interval {interval}): {asked}",
    ),
    "what.no_answers": (
        "报出样本量，或开展不少于{minimum}份的调查（{asked}）",
        "give the number of answers, or survey at least {minimum}: {asked}",
    ),
    "what.survey": ("开展不少于{minimum}份的调查（{asked}）", "survey at least {minimum}: {asked}"),
    "what.no_declaration": ("由单位申报{year}的完成情况并附{evidence}", "have it declared for {year}, with {evidence}"),
    "what.no_number": (
        "申报以“{unit}”计的{year}完成值并附{evidence}",
        "have a number in “{unit}” declared for {year}, with {evidence}",
    ),
    "what.inequality": (
        "申报{year}的确切完成值（现为“{actual}”）并附{evidence}",
        "have the exact value of {year} declared (now “{actual}”), with {evidence}",
    ),
    "what.no_score": ("由申报人在“{finding}”的档次内给出分数", "have a score given inside the band “{finding}”"),
    "what.no_points": ("申报档次和分数并附{evidence}", "have a band and a score declared, with {evidence}"),
    "what.above_weight": ("由申报人重新给出不超过分值的分数", "have a score given that is not above the weight"),
    "what.no_funds": ("补齐{year}的全年预算数和全年执行数", "give the annual budget of {year} and what was executed"),
    "what.veto": (
        "确认是否存在“{text}”（存在则总分不超过{ceiling}分）",
        "establish whether “{text}” holds (it caps the total at {ceiling} points)",
    ),
}

FINDINGS: Mapping[str, tuple[str, str]] = {
    "weights": ("分值不平：{text}。", "Weights do not add up: {text}."),
    "scaled": (
        "各项分值合计{weights}分而非{out_of}分，等级按折合百分后的得分判定。",
        "The weights add up to {weights}, not to {out_of}; the grade is judged on the score of a hundred.",
    ),
    "gate": (
        "{name}：完成值{actual}达到指标值{target}的{ratio}以上，须书面说明原因{assumed}。",
        "{name}: {actual} is {ratio} of the target {target} or more and needs a written reason{assumed}.",
    ),
    "gate_zero": (
        "{name}：指标值为零而完成值{actual}达到{bound}，须书面说明原因{assumed}。",
        "{name}: {actual} reaches {bound} for a target of zero and needs a written reason{assumed}.",
    ),
    "assumed": ("（此项校验为假定）", " (the check is an assumption)"),
    "veto": (
        "一票否决：{text}，总分不超过{ceiling}分（{cite}）。",
        "Veto: {text}; the total is at most {ceiling} ({cite}).",
    ),
    "veto_open": ("一票否决尚未确定：{text}（{cite}）。", "A veto is not decided: {text} ({cite})."),
    "no_evidence": (
        "以下{count}项为申报值而未附佐证：{names}。",
        "{count} declared lines come without evidence: {names}.",
    ),
    "small_survey": (
        "{name}：样本{n}份，少于要求的{minimum}份。",
        "{name}: {n} answers, fewer than the {minimum} asked for.",
    ),
    "no_answers": (
        "{name}：申报满意度未报样本量，不计实分。",
        "{name}: a satisfaction without its number of answers earns no settled score.",
    ),
    "other_definition": (
        "{name}：城市文件里指标 {id} 的口径与本表不同（{keys}），未据以填报。",
        "{name}: the city defines {id} otherwise than this form ({keys}); it is not used.",
    ),
    "short_period": (
        "实测期间{period}短于评价年度，年度指标以该期间的实测值计。",
        "The figures are of {period}, which is shorter than the year that is evaluated.",
    ),
    "other_year": (
        "实测期间{period}不在{year}年度之内，实测值与申报值不是同一时期。",
        "The figures are of {period}, outside of {year}: measured and declared values are not of the same time.",
    ),
    "rate": (
        "申报执行率{declared}，按全年执行数/{denominator}计算为{computed}。",
        "The declared execution rate is {declared}; executed / {denominator} is {computed}.",
    ),
    "declared_total": (
        "申报总分{declared}分，各项自评得分合计{added}分。",
        "The declared total is {declared}; the scores of its lines add up to {added}.",
    ),
    "declared_score": (
        "{name}：自评{stated}分高于分值{weight}分。",
        "{name}: scored {stated} by itself, more than its weight of {weight}.",
    ),
    "denominator.annual": ("全年预算数", "annual budget"),
    "denominator.initial": ("年初预算数", "initial budget"),
}
