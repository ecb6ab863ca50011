"""What a target still takes, in words: (Chinese, English). Amounts are rounded to the side that keeps the promise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from collector.feasibility import Assumption, Feasibility, Requirement, Status

Text = tuple[str, str]
LANGUAGES = ("zh", "en")

STATUSES: Mapping[Status, Text] = {
    Status.SAFE: ("必达标", "safe"),
    Status.REACHABLE: ("可达标", "reachable"),
    Status.UNREACHABLE: ("已无法达标", "unreachable"),
}

AT_MOST: Mapping[str, Text] = {
    "down_seconds": ("离线时长最多再增加 {amount}", "at most {amount} more offline"),
    "up_seconds": ("在线时长最多再增加 {amount}", "at most {amount} more online"),
    "updates_late": ("最多再有 {amount} 次更新迟到", "at most {amount} more updates late"),
    "updates_in_time": ("最多再有 {amount} 次按时更新", "at most {amount} more updates in time"),
    "cases_open": ("最多再增加 {amount} 件应结未结案件", "at most {amount} more cases that count and are left open"),
    "cases_late": ("最多再有 {amount} 件逾期", "at most {amount} more cases late"),
    "cases_returned": ("最多再有 {amount} 件返工", "at most {amount} more cases returned"),
    "cases_found": ("最多再由所列渠道发现 {amount} 件", "at most {amount} more cases found by the named channels"),
    "cases_found_otherwise": ("最多再由其他渠道发现 {amount} 件", "at most {amount} more cases found otherwise"),
    "users": ("最多再增加 {amount} 名不同用户", "at most {amount} more distinct users"),
    "cases_reported": ("最多再上报 {amount} 件", "at most {amount} more cases reported"),
    "users_per_day": (
        "未结束的 {over} 天日均最多 {amount} 名用户",
        "at most {amount} users a day on average over the {over} days not over",
    ),
    "pue": ("其余时间的 PUE 不超过 {amount}", "a PUE of the rest of at most {amount}"),
}
AT_LEAST: Mapping[str, Text] = {
    "cases_closed": ("至少再结案 {amount} 件", "{amount} more cases closed"),
    "cases_in_time": ("至少再按期办理 {amount} 件且无新增逾期", "{amount} more cases decided in time and none late"),
    "cases_not_returned": (
        "至少再有 {amount} 件应结案件且无返工",
        "{amount} more cases that count and none returned",
    ),
    "cases_found": (
        "至少再由所列渠道发现 {amount} 件且其他渠道为 0",
        "{amount} more cases found by the named channels and none otherwise",
    ),
    "cases_found_otherwise": (
        "至少再由其他渠道发现 {amount} 件且所列渠道为 0",
        "{amount} more cases found otherwise and none by the named channels",
    ),
    "users": ("还差 {amount} 名不同用户", "{amount} more distinct users"),
    "cases_reported": ("还差 {amount} 件上报", "{amount} more cases reported"),
    "users_per_day": (
        "未结束的 {over} 天日均至少 {amount} 名用户",
        "at least {amount} users a day on average over the {over} days not over",
    ),
}
"""Whatever a requirement can be about, by its quantity."""

_ASSUMED: Mapping[Assumption, Text] = {
    Assumption.SUBJECTS_STAY: ("假定监测对象不增减", "assuming that the subjects stay the same"),
    Assumption.CASES_STAY: ("按目前已知案件，新案件会改变此数", "by the cases known so far; new ones change it"),
    Assumption.IT_POWER_STAYS: ("假定 IT 负荷保持迄今平均", "assuming that IT power stays at its mean so far"),
}
_LEFT = ("余 {left}", "{left} left")
_SPREAD = ("{over} 个对象合计，平均每个 {each}", "over {over} subjects, {each} each")
_BY_VALUE = ("按实际值（不计未观测部分）为 {amount}", "{amount} by the value, which leaves out what was not observed")
_LATE = ("且补报记录须补足未观测部分中的 {late}", "if late records fill in {late} of what was not observed")
_LATE_UP = (
    "且补报记录须表明未观测部分中有 {late} 在线",
    "if late records show {late} of what was not observed as online",
)
_LATE_DOWN = (
    "且补报记录须表明未观测部分中有 {late} 离线",
    "if late records show {late} of what was not observed as offline",
)
_SEPARATORS = ("；", "; ")
_UNITS = (("天", "d"), ("小时", "h"), ("分", "min"), ("秒", "s"))
_LENGTHS = (86_400, 3_600, 60, 1)


def describe(feasibility: Feasibility) -> dict[str, str]:
    """By language: the status, and for a target that is reachable what it takes."""
    return {
        code: _SEPARATORS[language].join(_sentences(feasibility, language)) for language, code in enumerate(LANGUAGES)
    }


def brief(feasibility: Feasibility) -> dict[str, str]:
    """By language, for a table: the status and the amount, with what the promise hangs on and the rest left out."""
    return {code: _SEPARATORS[language].join(_short(feasibility, language)) for language, code in enumerate(LANGUAGES)}


def _short(feasibility: Feasibility, language: int) -> list[str]:
    requirement = feasibility.requirement
    told = [STATUSES[feasibility.status][language]]
    if requirement is not None:
        told += [_limit(requirement, language), *_late(requirement, language)]
    decisive = [one for one in feasibility.assumptions if one is Assumption.IT_POWER_STAYS]
    return told + [_ASSUMED[one][language] for one in decisive]


def _sentences(feasibility: Feasibility, language: int) -> list[str]:
    requirement = feasibility.requirement
    told = [STATUSES[feasibility.status][language]]
    if requirement is not None:
        told += _requirement(requirement, language)
        told.append(_LEFT[language].format(left=_duration(Fraction(feasibility.left, 1000), language)))
    return told + [_ASSUMED[one][language] for one in feasibility.assumptions]


def _requirement(requirement: Requirement, language: int) -> list[str]:
    told = [_limit(requirement, language)]
    if requirement.over and requirement.quantity.endswith("_seconds"):
        each = _amount(requirement, requirement.amount / requirement.over, language)
        told.append(_SPREAD[language].format(over=requirement.over, each=each))
    told += _late(requirement, language)
    if requirement.of_value is not None and requirement.of_value != requirement.amount:
        by_value = _amount(requirement, requirement.of_value, language)
        told.append(_BY_VALUE[language].format(amount=by_value))
    return told


def _limit(requirement: Requirement, language: int) -> str:
    words = AT_MOST if requirement.at_most else AT_LEAST
    amount = _amount(requirement, requirement.amount, language)
    return words[requirement.quantity][language].format(amount=amount, over=requirement.over)


def _late(requirement: Requirement, language: int) -> list[str]:
    if not requirement.late:
        return []
    if requirement.quantity.startswith("updates_"):
        return [_LATE[language].format(late=_plain(requirement.late, 0, up=True))]
    words = {"down_seconds": _LATE_UP, "up_seconds": _LATE_DOWN}.get(requirement.quantity, _LATE)
    return [words[language].format(late=_duration(requirement.late, language, up=True))]


def _amount(requirement: Requirement, amount: Fraction, language: int) -> str:
    """An upper limit is rounded down, a lower one up: who keeps to what is printed has kept to what is meant."""
    up = not requirement.at_most
    if requirement.quantity.endswith("_seconds"):
        return _duration(amount, language, up=up)
    return _plain(amount, {"pue": 3, "users_per_day": 1}.get(requirement.quantity, 0), up=up)


def _plain(number: Fraction, digits: int, *, up: bool) -> str:
    scaled = number * 10**digits
    whole = math.ceil(scaled) if up else math.floor(scaled)
    return f"{Decimal(whole).scaleb(-digits):,}"


def _duration(seconds: Fraction, language: int, *, up: bool = False) -> str:
    """In its two largest units, such as ``3 h 12 min``; a space after the number in both languages."""
    first = next((i for i, length in enumerate(_LENGTHS) if seconds >= length), len(_LENGTHS) - 1)
    smallest = _LENGTHS[min(first + 1, len(_LENGTHS) - 1)]
    rest = (math.ceil(seconds / smallest) if up else math.floor(seconds / smallest)) * smallest
    told = []
    for length, names in zip(_LENGTHS, _UNITS, strict=True):
        number, rest = divmod(rest, length)
        if number:
            told.append(f"{number:,} {names[language]}")
    return " ".join(told) or f"0 {_UNITS[-1][language]}"
