"""What alerts say, in Chinese and English: what, where, since when, how far from the target, what is left of the month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from collector.alerts.judging import Bounds
from collector.alerts.notification import Text
from collector.alerts.rules import Limit
from collector.feasibility import Feasibility
from collector.feasibility_text import describe as describe_feasibility
from collector.measurement import Number
from collector.periods import moment
from collector.rounding import half_up
from collector.verdict import exact

DECIMALS, MOST_DECIMALS = 2, 6
SHOWN_WORST = 5
_LENGTHS = ((86_400_000, "天", "d"), (3_600_000, "小时", "h"), (60_000, "分", "min"), (1_000, "秒", "s"))
_OVER = {"now": Text("现为", "is now"), "day": Text("今日为", "is today"), "month": Text("本月为", "is this month")}
_SIDES = {
    ">=": Text("低于", "below"),
    ">": Text("不高于", "not above"),
    "<=": Text("高于", "above"),
    "<": Text("不低于", "not below"),
}


def lasting(milliseconds: int) -> Text:
    """In its two largest units, rounded down; ``0 s`` for less than a second."""
    parts: list[tuple[int, str, str]] = []
    rest = max(0, milliseconds)
    for length, zh, en in _LENGTHS:
        number, rest = divmod(rest, length)
        if number or parts:
            parts.append((number, zh, en))
    told = [one for one in parts[:2] if one[0]] or [(0, "秒", "s")]
    return Text(" ".join(f"{n} {zh}" for n, zh, _ in told), " ".join(f"{n} {en}" for n, _, en in told))


def shown(value: Number | None, scale: Fraction, unit: str, target: Fraction | None = None) -> str:
    """In the unit, half up to two decimals; more where rounding would put it onto the target. A dash where there is none."""
    if value is None:
        return "—"
    number, decimals = exact(value) * scale, DECIMALS
    while decimals < MOST_DECIMALS and target is not None and number != target and half_up(number, decimals) == target:
        decimals += 1
    text = f"{half_up(number, decimals):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {unit}".strip()


def threshold(
    title: str, where: str, over: str, bounds: Bounds, value: Number | None, limit: Limit, scale: Fraction, unit: str
) -> Text:
    """The nearest bound stands in for a value that too little was seen for."""
    level = Fraction(limit.level)
    nearest = value if value is not None else bounds[1] if limit.operator in (">", ">=") else bounds[0]
    told, at, side = (
        shown(nearest, scale, unit, level),
        shown(Fraction(limit.level), Fraction(1), unit),
        _SIDES[limit.operator],
    )
    place_zh, place_en = (f"（{where}）", f" ({where})") if where else ("", "")
    return Text(
        f"{title}{place_zh}{_OVER[over].zh} {told}，{side.zh} {at}",
        f"{title}{place_en} {_OVER[over].en} {told}, {side.en} {at}",
    )


def interval(bounds: Bounds, scale: Fraction, unit: str) -> Text:
    lower, upper = (shown(one, scale, unit) for one in bounds)
    return Text(f"区间 [{lower}, {upper}]", f"interval [{lower}, {upper}]")


def distance(value: Number | None, limit: Limit, scale: Fraction, unit: str) -> list[Text]:
    """How far the value is from the level; of shares in percentage points."""
    if value is None:
        return []
    away = abs(exact(value) * scale - Fraction(limit.level))
    points = {"%": Text("个百分点", "percentage points")}.get(unit, Text(unit, unit))
    number = shown(away, Fraction(1), "", Fraction(0))
    return [Text(f"差 {number} {points.zh}".strip(), f"{number} {points.en} away".replace("  ", " "))]


def worst(groups: Iterable[tuple[str, Number]], scale: Fraction, unit: str, *, falls: bool) -> list[Text]:
    """The departments that are furthest from the target; falls: of a target that asks for little."""
    ordered = sorted(groups, key=lambda one: (-one[1] if falls else one[1], one[0]))[:SHOWN_WORST]
    if not ordered:
        return []
    told = [f"{name or '—'} {shown(value, scale, unit)}" for name, value in ordered]
    return [Text("最差部门：" + "、".join(told), "worst departments: " + ", ".join(told))]


def ahead(feasibility: Feasibility | None, left: int) -> list[Text]:
    """What the target of the month still takes, and how much is left of the month."""
    rest = lasting(left)
    told = [Text(f"本月还余 {rest.zh}", f"{rest.en} left of the month")]
    if feasibility is None:
        return told
    words = describe_feasibility(feasibility)
    target = Text(f"本月目标{words['zh']}", f"the month's target: {words['en']}")
    return [target] if feasibility.requirement else [target, *told]  # a requirement says itself how much is left


def burn(title: str, rates: Sequence[str], windows: Sequence[int], factor: Decimal) -> Text:
    """rates: shown, over the long and the short window."""
    long, short = (lasting(one) for one in windows)
    return Text(
        f"{title} 的误差预算消耗过快：近 {long.zh} 为允许速度的 {rates[0]} 倍，近 {short.zh} 为 {rates[1]} 倍（界限 {factor} 倍）",
        f"{title} burns its error budget {rates[0]} times too fast over {long.en} and {rates[1]} times over {short.en}"
        f" (limit {factor})",
    )


def unreachable(title: str, target: str, unit: str) -> Text:
    return Text(
        f"{title} 本月已无法达到目标 {target} {unit}".strip(),
        f"{title} can no longer meet its target {target} {unit} this month".replace("  ", " "),
    )


def blind(title: str, coverage: float | None, least: float, over: int) -> Text:
    seen, at = shown(coverage, Fraction(100), "%"), shown(least, Fraction(100), "%")
    span = lasting(over)
    return Text(
        f"{title} 近 {span.zh} 只观测到 {seen}，低于 {at}",
        f"only {seen} of {title} was observed over {span.en}, below {at}",
    )


def silent(source: str, since: int | None, last_error: str | None, zone: ZoneInfo) -> tuple[Text, list[Text]]:
    last = (
        Text("从未成功采集", "never had a good run")
        if since is None
        else _since(since, zone, "最近一次成功采集：", "last good run ")
    )
    details = [last] + ([Text(f"最近的错误：{last_error}", f"last error: {last_error}")] if last_error else [])
    return Text(f"数据源 {source} 没有成功的采集", f"source {source} has no good run"), details


def stuck(source: str, runs: int, over: int) -> Text:
    span = lasting(over)
    return Text(
        f"数据源 {source} 近 {span.zh} 的 {runs} 次应答逐字节相同",
        f"all {runs} answers of source {source} over {span.en} were the same byte for byte",
    )


def certificate(source: str, address: str, left: int) -> Text:
    span = lasting(abs(left))
    if left <= 0:
        return Text(
            f"{address}（数据源 {source}）的证书已过期 {span.zh}",
            f"the certificate of {address} (source {source}) ended {span.en} ago",
        )
    return Text(
        f"{address}（数据源 {source}）的证书 {span.zh}后到期",
        f"the certificate of {address} (source {source}) ends in {span.en}",
    )


def skew(source: str, seconds: float, limit: float) -> Text:
    told, most = shown(abs(seconds), Fraction(1), ""), shown(limit, Fraction(1), "")
    zh, en = ("快", "ahead of") if seconds > 0 else ("慢", "behind")
    return Text(
        f"数据源 {source} 的时钟{zh} {told} 秒（界限 {most} 秒）",
        f"the clock of source {source} is {told} s {en} ours (limit {most} s)",
    )


def late_snapshot(months: Sequence[str], after: int) -> Text:
    span = lasting(after)
    listed = "、".join(months), ", ".join(months)
    return Text(
        f"{listed[0]} 已结束超过 {span.zh}，快照仍未生成" if months else "各月快照均已生成",
        f"{listed[1]} ended more than {span.en} ago and is not frozen"
        if months
        else "every month that is over is frozen",
    )


def joined(parts: Sequence[Text]) -> Text:
    return Text("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))


def over(text: Text) -> Text:
    """What was said of an alert that has ended."""
    return Text(f"已恢复：{text.zh}", f"resolved: {text.en}")


def since(at: int | None, until: int, zone: ZoneInfo) -> list[Text]:
    """Since when, and for how long up to ``until``; nothing where that is not known."""
    if at is None:
        return []
    span, begun = lasting(until - at), _since(at, zone, "自 ", "since ")
    return [Text(f"{begun.zh} 起，持续 {span.zh}", f"{begun.en}, for {span.en}")]


def _since(at: int, zone: ZoneInfo, zh: str, en: str) -> Text:
    clock = moment(at, zone).strftime("%Y-%m-%d %H:%M:%S")
    return Text(zh + clock, en + clock)
