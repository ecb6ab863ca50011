"""What alerts from Prometheus say, in Chinese and English: templates that ask for their numbers when they are sent.

The sentences are those of ``collector.alerts.texts``. Numbers stand here only, never in a label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from collector.alerts.notification import Text
from collector.alerts.rules import Rule, limit_of
from collector.alerts.texts import joined, lasting
from collector.city.alerts import (
    Blind,
    Burn,
    CertificateExpiry,
    ClockSkew,
    LateSnapshot,
    SilentSource,
    StuckSource,
    Threshold,
    Unreachable,
)
from collector.city.indicators import Indicator
from collector.city.model import City
from collector.figures import scale_of
from collector.periods import MILLISECOND
from collector.prometheus.conditions import BURN_LEAST, LAST_SUCCESS, Conditions
from collector.prometheus.promql import duration, number, selector

_OVER = {"now": Text("现为", "is now"), "day": Text("今日为", "is today"), "month": Text("本月为", "is this month")}
_SIDES = {
    ">=": Text("低于", "below"), ">": Text("不高于", "not above"), "<=": Text("高于", "above"), "<": Text("不低于", "not below"),
}  # fmt: skip
_WORST = 5


@dataclass(frozen=True)
class Said:
    summary: Text
    details: tuple[Text, ...] = ()

    @property
    def description(self) -> Text:
        return joined([self.summary, *self.details])


class Wording:
    """The texts of one city's rules."""

    def __init__(self, city: City, conditions: Conditions) -> None:
        self._city, self._metric = city, conditions.metric
        self._kinds: dict[type, Callable[[Rule, Any], Said]] = {
            Threshold: self._threshold, Burn: self._burn, Unreachable: self._unreachable, Blind: self._blind,
            SilentSource: self._silent, StuckSource: self._stuck, CertificateExpiry: self._certificate,
            ClockSkew: self._skew, LateSnapshot: self._late_snapshot,
        }  # fmt: skip

    def said(self, rule: Rule) -> Said:
        return self._kinds[type(rule.condition)](rule, rule.condition)

    def _threshold(self, rule: Rule, one: Threshold) -> Said:
        indicator = self._city.indicator(rule.subject)
        limit = limit_of(one, indicator)
        assert limit is not None
        lower, upper = (self._bound(rule, one, side) for side in ("lower", "upper"))
        nearest = upper if limit.operator in (">", ">=") else lower
        if one.by is None:
            value = self._metric("indicator_value", indicator=rule.subject, period=one.over)
            nearest = f"{newest(value)} or {nearest}"
        level, unit, title = f"{limit.level:f}", indicator.unit, escaped(rule.title)
        place = f"{{{{ $labels.{one.by} }}}}" if one.by else ""
        told, over, side_ = shown(nearest, indicator), _OVER[one.over], _SIDES[limit.operator]
        at = f"{level} {unit}".strip()
        away = points(f"abs(({nearest}) * {number(scale_of(indicator))} - {level})", unit)
        interval = shown(lower, indicator), shown(upper, indicator)
        details = [Text(f"区间 [{interval[0]}, {interval[1]}]", f"interval [{interval[0]}, {interval[1]}]"), away]
        return Said(
            Text(
                f"{title}{f'（{place}）' if place else ''}{over.zh} {told}，{side_.zh} {at}",
                f"{title}{f' ({place})' if place else ''} {over.en} {told}, {side_.en} {at}",
            ),
            (*details, *self._worst(indicator, one), *self._left(indicator)),
        )

    def _bound(self, rule: Rule, one: Threshold, side: str) -> str:
        if one.by is None:
            return newest(self._metric(f"indicator_{side}", indicator=rule.subject, period=one.over))
        group = self._metric(f"indicator_group_{side}", indicator=rule.subject, by=one.by)
        return newest(group.removesuffix("}") + f",group={LABEL}{one.by}{LABEL_END}}}")

    def _burn(self, rule: Rule, one: Burn) -> Said:
        indicator = self._city.indicator(rule.subject)
        rates = [
            asked(newest(selector(BURN_LEAST, indicator=rule.subject, window=duration(length))), ' | printf "%.2f"')
            for length in (one.long, one.short)
        ]
        long, short = lasting(one.long // MILLISECOND), lasting(one.short // MILLISECOND)
        title = escaped(rule.title)
        text = Text(
            f"{title} 的误差预算消耗过快：近 {long.zh} 至少为允许速度的 {rates[0]} 倍，"
            f"近 {short.zh} 至少为 {rates[1]} 倍（界限 {one.factor} 倍）",
            f"{title} burns its error budget at least {rates[0]} times too fast over {long.en} and {rates[1]} times over"
            f" {short.en} (limit {one.factor})",
        )
        return Said(text, tuple(self._left(indicator)))

    def _unreachable(self, rule: Rule, _: Unreachable) -> Said:
        indicator = self._city.indicator(rule.subject)
        lower, upper = (
            shown(newest(self._metric(f"indicator_{side}", indicator=rule.subject, period="month")), indicator)
            for side in ("lower", "upper")
        )
        target, title = f"{indicator.target} {indicator.unit}".strip(), escaped(rule.title)
        text = Text(
            f"{title} 本月已无法达到目标 {target}", f"{title} can no longer meet its target {target} this month"
        )
        return Said(text, (Text(f"区间 [{lower}, {upper}]", f"interval [{lower}, {upper}]"), self._rest()))

    def _blind(self, rule: Rule, one: Blind) -> Said:
        least = self._city.indicator(rule.subject).min_coverage if one.below is None else one.below
        coverage = self._metric("indicator_window_coverage_ratio", indicator=rule.subject, window=duration(one.over))
        seen, span, at = (
            asked(newest(coverage), " | humanizePercentage"),
            lasting(one.over // MILLISECOND),
            f"{100 * least:g} %",
        )
        title = escaped(rule.title)
        return Said(
            Text(
                f"{title} 近 {span.zh} 只观测到 {seen}，低于 {at}",
                f"only {seen} of {title} was observed over {span.en}, below {at}",
            )
        )

    def _silent(self, rule: Rule, _: SilentSource) -> Said:
        last = newest(self._metric(f"source_{LAST_SUCCESS}", source=rule.subject))
        ago = asked(f"time() - {last}", " | humanizeDuration")
        source = escaped(rule.subject)
        return Said(
            Text(f"数据源 {source} 没有成功的采集", f"source {source} has no good run"),
            (Text(f"最近一次成功采集在 {ago} 之前", f"last good run {ago} ago"),),
        )

    def _stuck(self, rule: Rule, one: StuckSource) -> Said:
        span, source = lasting(one.after // MILLISECOND), escaped(rule.subject)
        return Said(
            Text(
                f"数据源 {source} 近 {span.zh} 的应答逐字节相同",
                f"all answers of source {source} over {span.en} were the same byte for byte",
            )
        )

    def _certificate(self, rule: Rule, _: CertificateExpiry) -> Said:
        ends = newest(self._metric("source_certificate_expiry_timestamp_seconds", source=rule.subject), "min")
        left, source = asked(f"{ends} - time()", " | humanizeDuration"), escaped(rule.subject)
        return Said(
            Text(f"数据源 {source} 的证书距到期 {left}", f"a certificate of source {source} ends in {left}"),
            (Text("地址见 citygauge alerts", "see citygauge alerts for the address"),),
        )

    def _skew(self, rule: Rule, one: ClockSkew) -> Said:
        limit = self._city.plausibility.skew_seconds if one.seconds is None else one.seconds
        metric = f"max by (source) ({self._metric('source_clock_skew_seconds', source=rule.subject)})"
        told, source = asked(metric, ' | printf "%+.1f"'), escaped(rule.subject)
        return Said(
            Text(
                f"数据源 {source} 的时钟与本机相差 {told} 秒（正为快，界限 {limit:g} 秒）",
                f"the clock of source {source} differs from ours by {told} s (positive is ahead, limit {limit:g} s)",
            )
        )

    def _late_snapshot(self, _: Rule, one: LateSnapshot) -> Said:
        span = lasting(one.after // MILLISECOND)
        ended = asked(f"max({self._metric('unfrozen_month_end_timestamp_seconds')})", " | humanizeTimestamp")
        return Said(
            Text(
                f"于 {ended} 结束的月份已过 {span.zh}，快照仍未生成",
                f"the month that ended at {ended} was over {span.en} ago and is not frozen",
            )
        )

    def _worst(self, indicator: Indicator, one: Threshold) -> list[Text]:
        """Departments by what is certainly up of all their subjects; only where the indicator is about all of them."""
        if one.over != "now" or one.by is not None or indicator.where or len(indicator.source_ids) != 1:
            return []
        of = {"source": indicator.source_ids[0]}
        up, every = self._metric("subjects", state="up", **of), self._metric("subjects", **of)
        share = f"max by (department) (sum by (department, instance) ({up}) / sum by (department, instance) ({every}))"
        listed = (
            f"{{{{ range query `sort(bottomk({_WORST}, {share}))` }}}}"
            "{{ .Labels.department }} {{ .Value | humanizePercentage }} {{ end }}"
        )
        return [Text(f"各部门在线比例最低：{listed}", f"departments with the least up: {listed}")]

    def _left(self, indicator: Indicator) -> list[Text]:
        """What the target of the month is, how it stands, and how much is left of the month."""
        if indicator.target is None:
            return [self._rest()]
        value = self._metric("indicator_value", indicator=indicator.id, period="month")
        so_far, target = shown(newest(value), indicator), f"{indicator.target} {indicator.unit}".strip()
        return [
            Text(f"本月目标 {target}，至今 {so_far}", f"the month's target {target}, so far {so_far}"),
            self._rest(),
        ]

    def _rest(self) -> Text:
        end = self._metric("period_end_timestamp_seconds", period="month")
        rest = asked(f"max({end}) - time()", " | humanizeDuration")
        return Text(f"本月还余 {rest}", f"{rest} left of the month")


LABEL, LABEL_END = "\x02", "\x03"
"""Around the name of a label whose value a query asks for; ``asked`` makes it the template's."""


def asked(query: str, format: str) -> str:  # noqa: A002 (of the number)
    """A template that asks for one number; a dash where there is none."""
    found = f"query `{query}`"
    if LABEL in query:
        label = query.split(LABEL, 1)[1].split(LABEL_END, 1)[0]
        parts = query.replace(f"{LABEL}{label}{LABEL_END}", "%q")
        values = " ".join([f"$labels.{label}"] * query.count(LABEL))
        found = f"query (printf `{parts}` {values})"
    return f"{{{{ with {found} }}}}{{{{ . | first | value{format} }}}}{{{{ else }}}}—{{{{ end }}}}"


def shown(query: str, indicator: Indicator) -> str:
    """A number in the indicator's unit, to six digits: fewer could round it onto its target."""
    scale = scale_of(indicator)
    scaled = query if scale == 1 else f"({query}) * {number(scale)}"
    told = asked(scaled, ' | printf "%.6g"')
    return f"{told} {indicator.unit}".strip()


def points(query: str, unit: str) -> Text:
    away = asked(query, ' | printf "%.4g"')
    if unit == "%":
        return Text(f"差 {away} 个百分点", f"{away} percentage points away")
    return Text(f"差 {away} {unit}".strip(), f"{away} {unit}".strip() + " away")


def newest(metric: str, how: str = "max") -> str:
    """One number of what all instances of the exporter say."""
    return f"{how}({metric})"


def escaped(text: str) -> str:
    """A name of the city file, which is no template."""
    return text.replace("{{", "{{ `{{` }}")
