"""R28: the flow of cases balances: open at the start + accepted − closed = open at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Document, Sentence
from collector.audit.rules.amounts import labelled
from collector.audit.rules.finding import Finding, Rule, shown

R28 = Rule("R28", "high", "案件收支平衡", "the flow of cases balances", "期初未结+受理−结案=期末未结")
_SIDES = {
    "open": re.compile(r"期初|年初(?:未结|结转|在办)|上年(?:结转|未结)|上期(?:结转|未结)|结转上年"),
    "end": re.compile(r"期末|未结案?|未办结|在办|尚未(?:结案|办结)|剩余|遗留"),
    "accepted": re.compile(r"受理|新增|接收|立案"),
    "closed": re.compile(r"(?<!未)结案(?!率)|(?<!未)办结(?!率)"),
}
_CASES = {"件", "起", "个", "宗", "条"}


def check_r28(document: Document) -> Iterator[Finding]:
    """Figures of one paragraph. Without the opening figure only a negative one that would be needed is a contradiction."""
    for own in document.by_paragraph():
        found = _sides(own)
        if {"accepted", "closed", "end"} <= set(found):
            yield from _balance(own, found)


def _sides(own: list[Sentence]) -> dict[str, tuple[Decimal, str, Sentence]]:
    """The first figure of each side; a side that is printed twice with different figures is left out."""
    found: dict[str, tuple[Decimal, str, Sentence]] = {}
    for sentence in own:
        for one in labelled(sentence.text):
            side = next((name for name, words in _SIDES.items() if words.search(one.label)), None)
            if side and one.quantity.unit in _CASES and one.quantity.bound == "":
                found.setdefault(side, (one.quantity.amount, one.label + one.quantity.text, sentence))
    return found


def _balance(own: list[Sentence], found: dict[str, tuple[Decimal, str, Sentence]]) -> Iterator[Finding]:
    accepted, closed, end = (found[key][0] for key in ("accepted", "closed", "end"))
    opening = found["open"][0] if "open" in found else None
    due = (opening or Decimal(0)) + accepted - closed
    if (opening is not None and due != end) or (opening is None and end < due):
        first = f"{shown(opening)}+" if opening is not None else ""
        more = "" if opening is not None else f"；没有列期初未结数，要相符须为 {shown(end - due)}，不可能"
        yield R28.finding(
            own[0].place,
            [text for _, text, _ in found.values()],
            f"{first}{shown(accepted)}−{shown(closed)}={shown(due)}，期末未结印 {shown(end)}{more}。",
            f"{first}{shown(accepted)} − {shown(closed)} = {shown(due)}, stated {shown(end)}.",
            stated=shown(end),
            recomputed=shown(due),
        )
