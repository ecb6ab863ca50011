"""The sentences of a filled form: (Chinese, English), by key. What a project is called and what a province prints comes from profiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collector.scoring.wording import Language
from collector.scoring.words_report import REPORT
from collector.scoring.words_total import FINDINGS, SETTLING

_CELLS = {
    "missing": ("缺测", "not measured"),
    "insufficient": ("数据不足", "too little observed"),
    "not_applicable": ("不适用", "not applicable"),
    "no_value": ("无值", "no value"),
    "year": ("（{year}年度）", "({year})"),
    "period": ("（{period}）", "({period})"),
    "whole_period": ("评价期", "the evaluated time"),
    "unbounded": ("无界", "unbounded"),
    "basis.measured": ("实测", "measured"),
    "basis.imported": ("导入", "imported"),
    "basis.declared": ("申报", "declared"),
    "basis.funds": ("按资金表计算", "by the funds table"),
    "basis.missing": ("缺测", "not measured"),
}

_EXPLANATIONS = {
    "rule": ("{how}。依据：{source}", "{how}. Source: {source}"),
    "rule_assumed": ("{how}。依据（假定）：{source}", "{how}. Source (an assumption): {source}"),
    "assumption": ("。说明：{text}", ". Note: {text}"),
    "full": (
        "完成值{actual}达到指标值{target}，得满分{points}分",
        "{actual} reaches the target {target}: the full {points} points",
    ),
    "part": (
        "完成值{actual}未达到指标值{target}，按规则“{rule}”得{points}分，满分{weight}分",
        "{actual} does not reach the target {target}: {points} of {weight} points by the rule “{rule}”",
    ),
    "same": (
        "{basis}区间{interval}内的任何值按规则“{rule}”均得{upper}分，满分{weight}分",
        "any value in {interval} ({basis}) earns {upper} of {weight} points by the rule “{rule}”",
    ),
    "between": (
        "{basis}区间{interval}，按规则“{rule}”得{lower}至{upper}分，满分{weight}分",
        "the value ({basis}) lies in {interval}: {lower} to {upper} of {weight} points by the rule “{rule}”",
    ),
    "open": ("{why}，得分可能是0至{weight}分", "{why}: anything from 0 to {weight} points"),
    "found": (
        "经申报人认定为“{finding}”，可得{lower}至{upper}分，申报{points}分",
        "declared to be “{finding}”, which earns {lower} to {upper}: {points} points",
    ),
    "found_open": (
        "经申报人认定为“{finding}”，可得{lower}至{upper}分，未给出分数",
        "declared to be “{finding}”, which earns {lower} to {upper} points; no score is given",
    ),
    "stated": (
        "定性指标，申报{points}分，未按档次认定",
        "a finding in words: {points} points as declared, without saying which band it is in",
    ),
    "no_score": ("不计分", "not scored"),
    "rule.positive": ("正向比例", "the more the better, by share"),
    "rule.reverse.linear": ("反向线性扣减", "the less the better, linear"),
    "rule.reverse.ratio": ("反向比例", "the less the better, by ratio"),
    "rule.equal": ("等于", "equal"),
    "rule.execution": ("预算执行率", "budget execution"),
    "why.no_indicator": ("城市文件里没有指标 {id}", "the city file has no indicator {id}"),
    "why.other_definition": (
        "城市文件里指标 {id} 的口径与本表不同（{keys}）",
        "the city defines {id} otherwise than this form ({keys})",
    ),
    "why.missing": ("没有观测到任何数据", "nothing was observed"),
    "why.not_applicable": ("全部时间均已剔除，无应测内容", "everything owed was excluded"),
    "why.no_declaration": ("没有申报", "nothing was declared"),
    "why.no_number": (
        "申报的完成值“{actual}”不是以“{unit}”计的单一数值",
        "the declared “{actual}” is no single number in “{unit}”",
    ),
    "why.no_answers": (
        "满意度没有样本量，不能验证",
        "the satisfaction comes without its number of answers and cannot be verified",
    ),
    "why.uncertain": ("实测值尚不确定", "the measured value is not certain yet"),
    "why.more_answers": ("样本量只能给出区间", "so many answers give an interval only"),
    "why.inequality": ("申报的完成值“{actual}”只是界限", "the declared “{actual}” is a bound only"),
    "why.no_score": ("只申报了档次，未给出分数", "a band is declared, without a score"),
    "why.no_points": ("申报“{actual}”，未给出档次和分数", "“{actual}” is declared, without a band and a score"),
    "why.above_weight": ("自评分数高于分值，不予采用", "the score given is above the weight and is not used"),
    "why.no_funds": ("没有预算数或执行数", "budget or executed sum is missing"),
}

_DIFFERENCES = {
    "agree": ("申报{declared}，{basis}{measured}，一致。", "Declared {declared}, {basis} {measured}: they agree."),
    "overstated": (
        "申报{declared}，{basis}{measured}，申报虚高{gap}。",
        "Declared {declared}, {basis} {measured}: overstated by {gap}.",
    ),
    "understated": (
        "申报{declared}，{basis}{measured}，申报偏低{gap}。",
        "Declared {declared}, {basis} {measured}: understated by {gap}.",
    ),
    "outside": (
        "申报{declared}，在{basis}区间{interval}之外，至少相差{gap}。",
        "Declared {declared} is outside the interval {interval} ({basis}), by at least {gap}.",
    ),
    "unverifiable.missing": (
        "申报{declared}，没有实测值，无法验证。",
        "Declared {declared}; nothing was measured, so it cannot be verified.",
    ),
    "unverifiable.no_number": (
        "申报“{declared}”，不是以指标单位计的单一数值，无法与{basis}{measured}比较。",
        "Declared “{declared}”, which is no single number in the line's unit and cannot be compared with {measured} ({basis}).",
    ),
    "unverifiable.within": (
        "申报{declared}，在{basis}区间{interval}之内，但不足以验证。",
        "Declared {declared} is inside the interval {interval} ({basis}), which is too wide to verify it.",
    ),
    "unverifiable.declared": (
        "申报{declared}，没有系统可以实测，以所附佐证为准。",
        "Declared {declared}; no system measures it, it rests on the evidence attached.",
    ),
    "unverifiable.bare": (
        "申报{declared}，没有系统可以实测，也未附佐证。",
        "Declared {declared}; no system measures it and no evidence is attached.",
    ),
    "points_of_percent": ("个百分点", " percentage points"),
    "copied": ("申报值照抄指标值。", "The declared value copies the target."),
    "scores": (
        "自评{stated}分，申报值按规则应得{declared}分，完成值应得{measured}分。",
        "Scored {stated} by itself; by the rules the declared value earns {declared}, the actual one {measured}.",
    ),
    "scores_of_rule": (
        "申报值按规则应得{declared}分，完成值应得{measured}分。",
        "By the rules the declared value earns {declared}, the actual one {measured}.",
    ),
    "scores_stated": (
        "自评{stated}分，完成值应得{measured}分。",
        "Scored {stated} by itself; the actual value earns {measured}.",
    ),
}

_REASONS = {
    "missed": ("{basis}{actual}，与指标值{target}相差{gap}。", "{actual} ({basis}), {gap} from the target {target}."),
    "undecided": (
        "{basis}区间{interval}，尚不能判定是否达到{target}。",
        "The value ({basis}) lies in {interval}; whether it reaches {target} is open.",
    ),
    "missed_between": (
        "{basis}区间{interval}，未达到{target}。",
        "The value ({basis}) lies in {interval} and misses {target}.",
    ),
    "reason.missing": ("{period}内没有观测到数据。", "Nothing was observed in {period}."),
    "unobserved": ("{share}的应测时间未观测。", "{share} of what was owed was not observed."),
    "availability": (
        "{period}内在线{up}，离线{down}（{subjects}个对象合计），未观测{unknown}。",
        "In {period}: {up} up, {down} down ({subjects} subjects together), {unknown} not observed.",
    ),
    "case_closure": (
        "{denominator}件应结案件中结案{numerator}件，未结{gap}件。",
        "Of {denominator} cases that count {numerator} were closed, {gap} were not.",
    ),
    "case_on_time": (
        "{denominator}件中按期{numerator}件，未按期{gap}件。",
        "Of {denominator} cases {numerator} were on time, {gap} were not.",
    ),
    "open_late": ("其中{count}件超期未结。", "{count} of them are overdue and open."),
    "closed_late": ("其中{count}件超期办结。", "{count} of them were closed late."),
    "pue": ("总用电{facility}千瓦时，IT用电{it}千瓦时。", "{facility} kWh in all, {it} kWh by IT."),
    "worst.day": ("最差的日期：{items}。", "Worst days: {items}."),
    "worst.department": ("最差的部门：{items}。", "Worst departments: {items}."),
    "least_observed": ("未观测最多的日期：{items}。", "Least observed days: {items}."),
    "excluded": (
        "已剔除{count}个批准的时段；不剔除时为{value}。",
        "{count} approved spans are excluded; with them it is {value}.",
    ),
    "no_department": ("（未填部门）", "(no department)"),
    "day": ("天", "d"),
    "hour": ("小时", "h"),
    "minute": ("分钟", "min"),
    "second": ("秒", "s"),
}

GROUPS = (_CELLS, _EXPLANATIONS, _DIFFERENCES, _REASONS, SETTLING, FINDINGS, REPORT)
WORDS: Mapping[str, tuple[str, str]] = {key: text for group in GROUPS for key, text in group.items()}


class Say:
    """``say("missing")`` in the form's language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key][0 if self.language == "zh" else 1].format(**values)

    def join(self, texts: Iterable[str]) -> str:
        """``甲、乙`` or ``a, b``."""
        return ("、" if self.language == "zh" else ", ").join(texts)

    def either(self, texts: Sequence[str]) -> str:
        """``中、良或优``; ``fair, good or excellent``."""
        *others, last = texts or ("",)
        return self.join(others) + (self("or") if others else "") + last

    def sentences(self, texts: Iterable[str]) -> str:
        """One after the other; English ones with a blank between them."""
        return ("" if self.language == "zh" else " ").join(text for text in texts if text)
