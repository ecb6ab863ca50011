"""Targets that say nothing: those that cannot fail, cannot be met or cannot be measured, and percentages of one thing.

Warnings, never errors: a city may have to print such a target, but should know what it is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from collector.city.indicators import (
    Availability,
    CaseClosure,
    CaseFoundBy,
    CaseOnTime,
    CaseRework,
    Figure,
    Indicator,
    Pue,
    Ratio,
    Survey,
    Timeliness,
    UsageDays,
)
from collector.city.model import City, Source
from collector.figures import scale_of
from collector.measurement import Measurement, Number
from collector.measures.pue import PLAUSIBLE
from collector.measuring.applied import KINDS
from collector.records import Kind
from collector.verdict import Target, Verdict, exact, judge

ENOUGH_HISTORY = 3
"""From so many earlier values on their extreme says something."""
_SHARES = (Availability, CaseOnTime, CaseRework, CaseFoundBy, Timeliness, Survey)
_COUNTED = ("active_users", "case_count", "case_duration", "case_closure", "usage_days")
_NEEDED_COLUMN = {"case_on_time": "due_at", "case_found_by": "found_by", "case_rework": "returned"}
_ONE_OF = (Availability, CaseClosure, CaseOnTime, CaseRework, CaseFoundBy, Timeliness, Survey)
"""Measures whose n is what the percentage is a share of."""


@dataclass(frozen=True)
class Earlier:
    """An earlier value of an indicator in base units, and how many things it was about."""

    period: str
    value: Number
    n: int


@dataclass(frozen=True)
class Remark:
    """A warning. rule: the kind of mistake. key: of the indicator, where to look. zh, en: what is wrong, and what to do."""

    rule: str
    indicator: str
    key: str
    zh: str
    en: str


def lint(
    city: City, registered: Mapping[str, int] | None = None, history: Mapping[str, Sequence[Earlier]] | None = None
) -> list[Remark]:
    """The remarks on every indicator, in the order of the file.

    registered: by indicator, how many subjects a fixed register owes it. history: by indicator, values of earlier periods
    that were measured under the same definition.
    """
    found: list[Remark] = []
    for indicator in city.indicators:
        subjects = (registered or {}).get(indicator.id)
        earlier = (history or {}).get(indicator.id, ())
        found += [*_measurable(city, indicator), *_one_item(indicator, subjects, earlier), *_target(indicator, earlier)]
    return found


def _target(indicator: Indicator, earlier: Sequence[Earlier]) -> Iterator[Remark]:
    """The target against everything that the measure can give, then against what it has given."""
    if indicator.target is None:
        return
    target, scale = Target.parse(indicator.target), scale_of(indicator)

    def verdict(low: Number | None, high: Number | None) -> Verdict:
        return judge(Measurement(None, low, high, 1.0, 1), target, scale)

    written = f"{indicator.target} {indicator.unit}".strip()
    match verdict(*possible(indicator)):
        case Verdict.MET:
            yield Remark(
                "cannot_fail", indicator.id, "target",
                f"目标 {written} 不可能不达标：该指标的任何取值都满足它。请提高要求，或删去 target 作为参考指标",
                f"the target {written} cannot fail: every value that the measure can have meets it; ask for more, or leave target out",
            )  # fmt: skip
        case Verdict.MISSED:
            yield Remark(
                "cannot_be_met", indicator.id, "target",
                f"目标 {written} 不可能达标：该指标的任何取值都不满足它。请核对数值与 unit",
                f"the target {written} cannot be met: no value that the measure can have meets it; check the number and unit",
            )  # fmt: skip
        case _:
            yield from _against_history(indicator, target, written, scale, earlier)


def _against_history(
    indicator: Indicator, target: Target, written: str, scale: Fraction, earlier: Sequence[Earlier]
) -> Iterator[Remark]:
    """A target that lies on the easy side of everything measured earlier."""
    if len(earlier) < ENOUGH_HISTORY or target.operator == "=":
        return
    rises = target.operator in {">=", ">"}
    worst = (min if rises else max)(earlier, key=lambda one: exact(one.value))
    value, threshold = exact(worst.value) * scale, Fraction(target.threshold)
    if not (threshold < value if rises else threshold > value):
        return
    shown = f"{float(value):.6g}"
    yield Remark(
        "below_history", indicator.id, "target",
        f"目标 {written} 比以往 {len(earlier)} 个期间的最差值 {shown}（{worst.period}）还宽松，实际上不会不达标。请按历史水平重定目标",
        f"the target {written} is easier than the worst of {len(earlier)} earlier periods, {shown} in {worst.period}: "
        "in practice it cannot fail; set it by what was measured",
    )  # fmt: skip


def possible(indicator: Indicator) -> tuple[Number | None, Number | None]:
    """The least and the largest value that a measure can have, in base units; None where nothing bounds it."""
    if isinstance(indicator, Survey) and set(indicator.satisfied) == set(indicator.answers):
        return 1, 1
    if isinstance(indicator, _SHARES) or (isinstance(indicator, Ratio) and indicator.at_most_one):
        return 0, 1
    if (isinstance(indicator, CaseClosure) and indicator.base != "closed_vs_accepted") or (
        isinstance(indicator, UsageDays) and indicator.unit == "%"
    ):
        return 0, 1
    if isinstance(indicator, Pue):
        return PLAUSIBLE
    if isinstance(indicator, Figure) and indicator.plausible and indicator.stat in {"last", "mean", "max", "min"}:
        return indicator.plausible
    return (0, None) if indicator.measure in _COUNTED else (None, None)


def _one_item(indicator: Indicator, subjects: int | None, earlier: Sequence[Earlier]) -> Iterator[Remark]:
    """A percentage of one thing is all or nothing, or a duration in disguise."""
    if indicator.unit not in {"%", "‰"}:
        return
    always_one = len(earlier) >= ENOUGH_HISTORY and all(one.n == 1 for one in earlier)
    if subjects == 1 or (isinstance(indicator, _ONE_OF) and always_one):
        yield Remark(
            "one_item", indicator.id, "unit",
            "百分比只针对 1 个对象，说明不了整体。请并入同类对象，或改报时长、件数",
            "a percentage of one item says nothing about a whole; take in more of its kind, or state a duration or a count",
        )  # fmt: skip


def _measurable(city: City, indicator: Indicator) -> Iterator[Remark]:
    for name in indicator.source_ids:
        if reason := _obstacle(indicator, city.source(name)):
            zh, en = reason
            yield Remark("cannot_be_measured", indicator.id, "source", f"无法计量：{zh}", f"cannot be measured: {en}")


def _obstacle(indicator: Indicator, source: Source) -> tuple[str, str] | None:
    """Why a source cannot give an indicator its value, with the remedy."""
    needed, has = Kind.STATES if isinstance(indicator, Availability) else KINDS[indicator.measure], source.kind
    fits = has is needed or (isinstance(indicator, UsageDays) and has in {Kind.READINGS, Kind.FIGURES})
    column = _NEEDED_COLUMN.get(indicator.measure)
    if not fits:
        zh = (
            f"{indicator.measure} 需要 {needed.value} 类记录，来源 {source.id} 提供的是 {has.value}。请换来源或 measure"
        )
        en = f"{indicator.measure} is measured from {needed.value}, source {source.id} has {has.value}"
        return zh, f"{en}; name another source or measure"
    if column and source.connector == "sql_cases" and column not in source.options.get("columns", {}):
        zh = f"来源 {source.id} 的 columns 没有 {column}。请补上对应的列"
        return zh, f"source {source.id} maps no {column}; add it to its columns"
    if isinstance(indicator, Availability) and indicator.method == "sweep_mean" and not source.polled:
        zh = f"sweep_mean 按轮询求平均，来源 {source.id} 不轮询。请用 subject_time"
        return zh, f"sweep_mean is a mean over polls, and source {source.id} is not polled; use subject_time"
    return _too_little_vouched(indicator, source)


def _too_little_vouched(indicator: Indicator, source: Source) -> tuple[str, str] | None:
    """Where the coverage that the source can give at most is less than what the indicator asks for."""
    least = indicator.min_coverage
    if source.polled and source.kind is Kind.STATES and source.every and source.holds_for < source.every * least:
        most = f"{source.holds_for / source.every:.2f}"
        zh = f"来源 {source.id} 的 holds 短于 every，覆盖率至多 {most}，低于 min_coverage {least}。请加长 holds 或缩短 every"
        en = f"holds of source {source.id} is shorter than every, so coverage is at most {most}, below min_coverage {least}"
        return zh, f"{en}; lengthen holds or shorten every"
    if (
        source.connector == "file"
        and not source.options.get("observed")
        and (least == 1 or isinstance(indicator, Survey))
    ):
        zh = f"文件来源 {source.id} 只担保首末两行之间的时间，覆盖率到不了 min_coverage {least}。请写明 observed"
        en = f"files of source {source.id} vouch only from their first row to their last, too little for min_coverage {least}"
        return zh, f"{en}; state observed"
    return None
