"""R22: 100 % satisfaction, or a survey without the number of answers: a share is worth what its n is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collector.audit.document import Document, Place
from collector.audit.rules.finding import Finding, Rule

R22 = Rule("R22", "high", "满意度写明样本量", "satisfaction says of how many answers", "抽样：比例须有样本量 n")
_SHARE = re.compile(r"满意(?:度|率)(?:指标)?(?:为|达到?|是|:|均|平均|不低于|超过|≥)*(\d+(?:\.\d+)?)%(?:以上)?")
_PUBLIC = re.compile(r"(\d+(?:\.\d+)?)%的(?:市民|群众|居民|受访者?|企业|用户|服务对象)[^,。;]{0,20}")
_SURVEY = re.compile(r"(?:问卷|调查)(?:结果|情况)?(?:显示|表明)[^。;]{0,40}?(?:满意|认可)")
_TARGET = re.compile(r"目标|预期|指标值|≥|不低于|较上年")
_N = re.compile(
    r"(?:问卷|样本|受访|调查|访问|回收|发放|抽样|抽取)[^。;]{0,30}?\d+(?:余)?(?:份|人|名|户|位|家|个)"
    r"|\d+(?:余)?(?:份|名|位|户|人)[^。;]{0,14}?(?:问卷|受访|调查|样本)|样本量|[nN]=\d+"
)


@dataclass(frozen=True)
class Share:
    """percent: empty where the survey is quoted without one."""

    text: str
    percent: str
    place: Place


def check_r22(document: Document) -> Iterator[Finding]:
    """One finding for all shares: every one of them lacks the same n. Targets are no results."""
    found = list(shares(document))
    if not found:
        return
    counted = any(_N.search(one.text) for one in document.everything)
    perfect = [one for one in found if one.percent in {"100", "100.0", "100.00"}]
    if counted and not perfect:
        return
    shown = [one for one in found if one.percent]
    what = "、".join(f"{one.percent}%" for one in shown) or "没有数字"
    why = "未写样本量（发放、回收多少份）" if not counted else "100% 满意在任何有规模的样本里都不可信"
    also = "；100% 满意尤其须说明样本" if perfect and not counted else ""
    yield R22.finding(
        found[0].place,
        [one.text for one in found],
        f"满意度或调查比例（{what}）{why}{also}。",
        f"satisfaction ({what if shown else 'no figure'}) "
        + ("of a known number of answers." if counted else "without the number of answers."),
        stated=what,
        recomputed="n 未知" if not counted else "100% 存疑",
    )


def shares(document: Document) -> Iterator[Share]:
    for one in document.prose:
        planned = bool(re.search(r"目标", one.place.section)) or bool(
            _TARGET.search(re.split(r"满意", one.text)[0][-20:])
        )
        for match in [*_PUBLIC.finditer(one.text), *_SHARE.finditer(one.text)]:
            if not planned and not _TARGET.search(match[0]):
                subject = re.split(r"[,;。:()]", one.text[: match.start()])[-1]
                yield Share(subject + match[0], match[1], one.place)
        if survey := _SURVEY.search(one.text):
            yield Share(survey[0], "", one.place)
    for form in document.forms:
        for row in form.rows:
            printed = re.search(r"(\d+(?:\.\d+)?)%", row.actual.label) if row.actual else None
            if re.search(r"满意", row.name.label + row.second) and printed and row.actual:
                yield Share(f"{row.name.label} {row.actual.label}", printed[1], row.actual.place)
