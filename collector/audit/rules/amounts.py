"""Amounts in a sentence with the words around them: what is budget, what was received, what was spent; what is a rate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from collector.audit.document import Document, Sentence
from collector.audit.text import Quantity, quantities

WORDS = 18
"""So many characters before a number, back to the last punctuation, say what it is."""


@dataclass(frozen=True)
class Labelled:
    """label: the words before the number, back to punctuation. after: the few words behind it."""

    label: str
    after: str
    quantity: Quantity


def labelled(text: str) -> list[Labelled]:
    found = []
    for one in quantities(text):
        before = re.split(r"[,;。:()、]", text[max(0, one.start - WORDS) : one.start])[-1]
        after = re.split(r"[,;。:()、]", text[one.end : one.end + WORDS])[0]
        found.append(Labelled(before, after, one))
    return found


@dataclass(frozen=True)
class RateKind:
    """A rate by name, with the words that mark its numerator and its denominator."""

    name: re.Pattern[str]
    above: re.Pattern[str]
    below: re.Pattern[str]


RATES = (
    RateKind(re.compile(r"到位率"), re.compile(r"到位(?!率)"), re.compile(r"计划投入|应到位|预算|安排|下达|计划资金")),
    RateKind(
        re.compile(r"执行率|完成指标金额|支出进度"),
        re.compile(r"支出|决算|执行数|实际使用"),
        re.compile(r"预算|安排|下达|到位(?!率)"),
    ),
    RateKind(re.compile(r"结案率"), re.compile(r"结案(?!率)"), re.compile(r"受理|立案|应结案|上报")),
    RateKind(re.compile(r"办结率"), re.compile(r"办结(?!率)"), re.compile(r"受理|应办结|接收|收到")),
    RateKind(re.compile(r"处置率"), re.compile(r"处置(?!率)"), re.compile(r"受理|应处置|派遣")),
    RateKind(re.compile(r"在线率"), re.compile(r"在线(?!率)"), re.compile(r"总数|共|接入|安装|应在线")),
    RateKind(re.compile(r"完成率"), re.compile(r"(?:实际)?完成(?!率)"), re.compile(r"计划|任务|应完成")),
)


@dataclass(frozen=True)
class Money:
    """kind: budget, received or spent. value in 元."""

    kind: str
    label: str
    value: Decimal
    half: Decimal
    printed: str
    sentence: Sentence


_KINDS = (
    ("spent", re.compile(r"支出(?!绩效|标准|明细)|决算|执行数|实际使用")),
    ("received", re.compile(r"到位")),
    ("budget", re.compile(r"预算|计划投入|财政资金|安排|经费|下达|指标金额|总投资")),
)


def money(document: Document) -> Iterator[Money]:
    """Sums in 元 and 万元 that prose calls budget, received or spent; percentages, unit prices and parts are left out."""
    for sentence in document.prose:
        for one in labelled(sentence.text):
            tail = sentence.text[one.quantity.end : one.quantity.end + 1]
            if one.quantity.unit not in {"", "元"} or (one.quantity.unit == "" and tail != "元"):
                continue
            kind = next((name for name, words in _KINDS if words.search(one.label)), None)
            if kind and not re.search(r"每|其中|用于|节约|投标|平均", one.label):
                printed = one.quantity.text + ("" if one.quantity.unit else tail)
                yield Money(kind, one.label, one.quantity.amount, one.quantity.half, printed, sentence)
