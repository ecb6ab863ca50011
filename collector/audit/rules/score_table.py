"""R25: a total without a score table: nobody can check how it came about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collector.audit.document import Document
from collector.audit.rules.finding import FORM, Finding, Rule, shown

R25 = Rule("R25", "high", "总分附有评分表", "a total comes with its score table", FORM)
_ANNOUNCED = re.compile(r"(?:评分|得分)(?:情况)?(?:详)?见(?:下表|附表|附件|表\d)")


_NAME = re.compile(r"([\u4e00-\u9fff]{2,16}(?:率|满意度|时间|时长))[^,;。\d]{0,14}?\d")


def without_actual(document: Document) -> list[str]:
    """Targets with a number, if none of them is ever given an actual value; a sentence of a section on targets states a target."""
    targets: dict[str, str] = {}
    actual: set[str] = set()
    for one in document.prose:
        for match in _NAME.finditer(one.text):
            core = match[1][-4:]
            if "目标" in one.place.section:
                targets.setdefault(core, one.text[match.start() :].rstrip(";。"))
            else:
                actual.add(core)
    return list(targets.values()) if len(targets) >= 3 and not actual & set(targets) else []


def check_r25(document: Document) -> Iterator[Finding]:
    if not document.totals or document.forms or document.score_tables or document.scattered:
        return
    total = document.totals[0]
    heads = [item for item in document.items if item.level == 1]
    if len(document.items) > len(heads) > 0:
        return  # every indicator's score stands in the prose
    announced = next((one for one in document.prose if _ANNOUNCED.search(one.text)), None)
    odd = next((one.text[:12] for one in document.paragraphs if re.match(r"\?{3,}", one.text)), None)
    if heads:
        parts = "、".join(f"{item.name} {shown(item.score)}/{shown(item.weight)}" for item in heads)
        what = f"只有一级指标的得分（{parts}），没有评分表，二、三级指标的分值和得分都没有列出"
    else:
        what = "一项得分也没有列出" + ("，所说的评分表不在报告里" if announced else "")
    unmeasured = without_actual(document)
    more = f"所列 {len(unmeasured)} 个量化目标（{'、'.join(unmeasured)}）没有一个给出实际完成值。" if unmeasured else ""
    yield R25.finding(
        total.cell.place,
        [total.cell, announced, odd, *unmeasured],
        f"总分 {shown(total.score)}，{what}，无从核对。{more}",
        f"{shown(total.score)} points, and "
        + ("only the heads' scores are shown." if heads else "the score table is missing."),
        stated=shown(total.score),
        recomputed="无评分表",
        severity="medium" if heads else "high",
    )
