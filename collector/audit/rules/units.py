"""R13 the unit does not fit the quantity · R14 a percentage over one item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collector.audit.document import Cell, Document, Place
from collector.audit.rules.finding import Finding, Rule, Severity
from collector.audit.text import Quantity, quantities

R13 = Rule(
    "R13",
    "medium",
    "单位与指标含义相符",
    "the unit fits the quantity",
    "量纲；PUE 为两个电量之比，无单位（ISO/IEC 30134-2）",
)
R14 = Rule("R14", "medium", "单一事项不宜用百分比", "no percentage over a single item", "量纲")


@dataclass(frozen=True)
class Misfit:
    """name: of the quantity. wrong: units it cannot have. why: what it is instead."""

    name: re.Pattern[str]
    wrong: re.Pattern[str]
    why: str
    why_en: str
    severity: Severity = "medium"


_RATE = r"(?<![频速汇费功倍概利税分效])(?<!分辨)率(?!先|领|队)"
MISFITS = (
    Misfit(
        re.compile(r"PUE|电能利用效率|能源使用效率"),
        re.compile(r"^(?:个|台|次|件|项|套|人|名|元|度|%|分|小时|天|kWh)$"),
        "PUE 是无量纲的比值",
        "PUE is a ratio without a unit",
    ),
    Misfit(
        re.compile(r"日活(?:跃)?用?户?|月活(?:跃)?用?户?|活跃用户|注册(?:用户|人数)|用户(?:数|量|人数)|DAU|MAU"),
        re.compile(r"^(?:人次|次)$"),
        "用户按人去重计数，人次是使用次数",
        "users are counted as persons; 人次 counts uses",
    ),
    Misfit(
        re.compile(
            r"平均(?:无故障|故障间隔)(?:运行|工作)?时间|MTBF|故障恢复时间|(?:响应|处置|办理|处理)(?:时长|时间)(?!覆盖|缩短|压缩|减少)"
        ),
        re.compile(r"^(?:%|个|件|人|次)$"),
        "时间以小时或天计，百分比说的是可用率",
        "a time is in hours or days; a percentage is an availability",
    ),
    Misfit(
        re.compile(rf"[\u4e00-\u9fff]{{2,}}{_RATE}$"),
        re.compile(r"^(?:天|个|件|台|人|次|人次|路|小时|万元|元|条|项)$"),
        "率应为百分比",
        "a rate is a percentage",
        "low",
    ),
    Misfit(
        re.compile(r"满意度$"),
        re.compile(r"^(?:个|件|台|次|天|小时|元)$"),
        "满意度应为百分比或分",
        "satisfaction is a percentage or a score",
    ),
    Misfit(
        re.compile(r"(?:摄像头|监控|点位|设备|平台|事项|部门|案件)(?:数量?|个数|台数|路数)$"),
        re.compile(r"^%$"),
        "数量不是百分比",
        "a count is no percentage",
    ),
)
_BETWEEN = re.compile(
    r"(?:[已约近达到为是在均]|[:≥≤>=<]|突破|超过|超|稳定|保持|控制|不低于|不少于|不超过|以内|提升至|达到|实现){0,3}"
)


def check_r13(document: Document) -> Iterator[Finding]:
    for form in document.forms:
        for row in form.rows:
            yield from _misfits(row.name.label, [cell for cell in (row.target, row.actual) if cell and cell.text])
    for sentence in document.prose:
        for one in quantities(sentence.text):
            yield from _in_prose(sentence.text, one, sentence.place)


def _misfits(name: str, cells: list[Cell]) -> Iterator[Finding]:
    units = {one.unit for cell in cells for one in quantities(cell.label)}
    for misfit in MISFITS:
        if "%" in units and not misfit.wrong.match("%"):
            continue  # the percentage is the value, the other unit says of what
        wrong = sorted(unit for unit in units if misfit.wrong.match(unit))
        if misfit.name.search(name) and wrong:
            yield _misfit(misfit, name, wrong[0], cells[0].place, [name, *(cell.text for cell in cells)])
            return


def _in_prose(text: str, one: Quantity, place: Place) -> Iterator[Finding]:
    """The name must stand right before the number, with nothing but words such as 达到, 突破 or ≥ between."""
    before = re.split(r"[,;。、(]", text[: one.start])[-1]
    for misfit in MISFITS:
        if not misfit.wrong.match(one.unit) or (one.unit == "%" and one.text.endswith("以上") and "时间" not in before):
            continue
        pattern = re.compile(f"(?:{misfit.name.pattern.removesuffix('$')})$")
        core = before[: len(before) - len(_tail(before))]
        found = pattern.search(core)
        if found and (core != before or not found[0].endswith("率")):
            yield _misfit(
                misfit, found[0], one.unit, place, [core[-16:] + text[len(core) + text.find(before) : one.end]]
            )
            return


def _tail(before: str) -> str:
    """The words between the name and the number."""
    for start in range(max(0, len(before) - 8), len(before) + 1):
        if _BETWEEN.fullmatch(before[start:]):
            return before[start:]
    return ""


def _misfit(misfit: Misfit, name: str, unit: str, place: Place, quote: list[str]) -> Finding:
    return R13.finding(
        place,
        quote,
        f"“{name}”的单位是“{unit}”：{misfit.why}。",
        f"{name} in {unit}: {misfit.why_en}.",
        stated=unit,
        recomputed=misfit.why,
        severity=misfit.severity,
    )


_SINGLE = re.compile(
    r"(?:^|(?<=[:;,、。]))((?:项目|工程|系统|平台)(?:整体)?(?:启动|开工|立项|验收|完工|竣工|交付|上线|建设完成|按期完成)(?:及时|合格|通过|完成|准时)?率)"
)


def check_r14(document: Document) -> Iterator[Finding]:
    """Indicators about the one project itself: started, accepted or finished it either is or is not."""
    for form in document.forms:
        for row in form.rows:
            match = _SINGLE.search(row.name.label)
            cells = [cell for cell in (row.target, row.actual) if cell and "%" in cell.label]
            if match and cells:
                yield _single(
                    match[1], cells[0].place, [row.name.label, *(cell.text for cell in cells)], cells[0].label
                )
    for sentence in document.prose:
        for match in _SINGLE.finditer(sentence.text):
            rate = re.match(r"(?:为|达到?|是|:|≥|不低于)*(\d+(?:\.\d+)?%)", sentence.text[match.end() :])
            if rate:
                yield _single(match[1], sentence.place, [match[1] + rate[0]], rate[0])


def _single(name: str, place: Place, quote: list[str], stated: str) -> Finding:
    return R14.finding(
        place,
        quote,
        f"“{name}”只针对一个项目，只可能是 0 或 100%，{stated} 没有意义；应改为日期或“是/否”。",
        f"{name} is about one project: it can only be 0 or 100 %.",
        stated=stated,
        recomputed="0% 或 100%",
    )
