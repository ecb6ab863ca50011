"""Data faults in words: what was found wrong in the records and left out, or counts otherwise than one would think.

A fault is said in English wherever figures go (measurements, snapshots, the API), so that a signed sentence stays as it is. What people
read in Chinese is found again from that sentence, and so each is written down once, here, in both languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from string import Formatter


@dataclass(frozen=True)
class Fault:
    """A sentence in both languages, with the same placeholders."""

    en: str
    zh: str

    def __call__(self, **told: object) -> str:
        """The sentence in English."""
        return self.en.format(**told)

    def told_by(self, text: str) -> dict[str, str] | None:
        """What an English sentence tells, by placeholder; None where it is another one."""
        found = self._pattern.fullmatch(text)
        return found.groupdict() if found else None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = Formatter().parse(self.en)
        return re.compile(
            "".join(re.escape(text) + (f"(?P<{name}>.*?)" if name else "") for text, name, _, _ in parts), re.DOTALL
        )


def in_chinese(text: str) -> str:
    """A fault's English sentence in Chinese; as it is where it is none of FAULTS."""
    return _in_chinese(text, FAULTS)


def _in_chinese(text: str, known: tuple[Fault, ...]) -> str:
    nested = {"place": PLACES, "names": LISTS, "reason": FAULTS}
    for fault in known:
        if (told := fault.told_by(text)) is not None:
            return fault.zh.format(**{name: _in_chinese(one, nested.get(name, ())) for name, one in told.items()})
    return text


CASE = Fault("case {case}", "案件 {case}")
LINE = Fault("{file} line {line}", "{file} 第 {line} 行")
ROW = Fault("{sheet} row {row}", "{sheet} 第 {row} 行")
REQUEST = Fault("{part} request {number}", "{part} 第 {number} 个请求")
PLACES = (CASE, LINE, ROW, REQUEST)
"""What a fault is about: values of ``place``, and no sentences of their own."""

AND_MORE = Fault("{names} and {count} more", "{names} 等，另有 {count} 个")
AND_MORE_BY_SUBJECT = Fault(
    "{names} and {count} more (--by subject tells which)", "{names} 等，另有 {count} 个（见 --by subject）"
)
LISTS = (AND_MORE, AND_MORE_BY_SUBJECT)
"""Values of ``names``."""

CLOSED_EARLY = Fault("{place}: closed before it was opened", "{place}：结案时间早于立案时间")
NO_OPENING = Fault("{place}: has no opening instant", "{place}：没有立案时间")
CLOSED_UNTIMED = Fault("{place}: closed without a time; counted as open", "{place}：已结案但没有结案时间，按未结案计")
CLOSED_WITHOUT = Fault("{place}: closed without a closing time", "{place}：已结案但没有结案时间")
IMBALANCE = Fault(
    "flow: {start} open + {accepted} accepted - {closed} closed is not {end} open: look for cases closed before they were accepted",
    "收支不平：期初未结 {start} + 受理 {accepted} - 结案 {closed} ≠ 期末未结 {end}，请查是否有案件结案早于受理",
)
DISAPPEARED = Fault(
    "subjects that disappeared from the source's list and are owed no longer: {count} ({names});"
    " the part value_if_disappeared_were_down is what the value would be, had they stayed and been down",
    "从来源清单中消失、不再计入应有对象的：{count} 个（{names}）；"
    "“若消失对象按离线计”（value_if_disappeared_were_down）是它们仍在清单上且离线时的数值",
)
PENDING = Fault(
    "subjects that stay owed past their removal from the register: {count} ({names}); it counts when approved_by says who approved it",
    "已从台账移除但仍计入应有对象的：{count} 个（{names}）；写明批准人（approved_by）后移除才生效",
)
OUTSIDE_ONE = Fault(
    "ratio of {numerator} to {denominator} is outside of 0 to 1", "比值 {numerator} / {denominator} 不在 0 到 1 之间"
)
IMPLAUSIBLE = Fault("figure {name} at {at}: {value} is not plausible", "指标数 {name}（{at}）：{value} 超出合理范围")
SEVERAL_SERIES = Fault(
    "{count} series of the figure differ in dimensions: narrow them by where, or use stat sum",
    "该指标数有 {count} 个维度不同的序列：请用 where 限定，或用 stat sum 求和",
)
SURVEY = Fault("survey at {at}: {reason}", "问卷（{at}）：{reason}")
SURVEY_TWICE = Fault("two sources count {name}: they cannot be told apart", "两个来源都有 {name} 的计数，无法区分")
SURVEY_LACKS = Fault("there is no count of {name}", "缺少 {name} 的计数")
SURVEY_NO_COUNT = Fault("{name}: {value} is no number of answers", "{name}：{value} 不是答卷份数")
SURVEY_TOO_MANY = Fault(
    "{answers} answers are more than the {asked} who were asked", "答卷 {answers} 份，多于受访的 {asked} 人"
)
PUE_OUTSIDE = Fault("{day}: PUE {value} is outside {least} to {most}", "{day}：PUE {value} 不在 {least} 到 {most} 之间")
NO_METER = Fault("no meter has the role {role}", "没有角色为 {role} 的电表")
METER_RESET = Fault(
    "meter {meter}: the counter fell before {at}; this step is left out",
    "电表 {meter}：读数在 {at} 之前变小，该段电量不计",
)
METER = Fault("meter {meter}: {reason}", "电表 {meter}：{reason}")
NO_ANSWER = Fault("no answer in time", "未及时应答")
GATEWAY_SAYS = Fault("the gateway says: {what}", "网关报告：{what}")
POWER_BRIDGED = Fault(
    "{count} meters tell their power in a source without `every` and `holds` ({names}):"
    " gaps of up to {minutes} min are bridged, longer ones count as not metered; `holds` of the source sets the limit",
    "{count} 块电表只报功率，而来源没有写 `every` 和 `holds`（{names}）：不超过 {minutes} 分钟的间断按连续计，更长的算未计量；"
    "用来源的 `holds` 设定界限",
)

NO_NUMBER = Fault(
    "{place}: has a token and no service_request_id yet; left out", "{place}：只有 token，尚无 service_request_id，不计"
)
NO_VALUE = Fault("{place}: rows left out because they have no value: {count}", "{place}：{count} 行没有数值，不计")
TWO_STATES = Fault(
    "{place}: subject {subject} has two states at {at}; the later line counts",
    "{place}：对象 {subject} 在 {at} 有两个状态，以后一行为准",
)
LEAPT = Fault(
    "{place}, column {column}: the clock of {zone} leaps over this time; it is read as {at}",
    "{place}，{column} 列：{zone} 的时钟跳过了这一时刻，按 {at} 读取",
)
MORE_ROWS = Fault("{place}: and {count} more rows of this fault", "{place}：另有 {count} 行同样的问题")

FAULTS: tuple[Fault, ...] = tuple(
    one for one in list(globals().values()) if isinstance(one, Fault) and one not in (*PLACES, *LISTS)
)
"""Each of them. Where a sentence fits several, the one that is written down first counts."""
