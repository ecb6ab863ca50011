"""A rule, and what it turns up: the place, the cells as they stand, the figure stated and the figure recomputed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Literal

from collector.audit.document import Cell, Document, Place, Sentence

Severity = Literal["high", "medium", "low"]
LONGEST_QUOTE = 160


@dataclass(frozen=True)
class Finding:
    """rule: R01 to R28. where, message: Chinese; message_en: the same in English. stated, recomputed: empty where nothing is computed."""

    rule: str
    severity: Severity
    where: str
    quote: tuple[str, ...]
    stated: str
    recomputed: str
    message: str
    message_en: str


@dataclass(frozen=True)
class Rule:
    """citation: the document that the rule rests on, as it is shown to whoever disputes a finding."""

    id: str
    severity: Severity
    title: str
    title_en: str
    citation: str

    def finding(
        self,
        place: Place,
        quote: Iterable[str | Cell | Sentence | None],
        message: str,
        message_en: str,
        *,
        stated: str = "",
        recomputed: str = "",
        severity: Severity | None = None,
    ) -> Finding:
        texts = dict.fromkeys(short(one if isinstance(one, str) else one.text) for one in quote if one)
        level = severity or self.severity
        return Finding(self.id, level, str(place), tuple(texts), stated, recomputed, message, message_en)


Check = Callable[[Document], Iterator[Finding]]

FORM = "财预〔2020〕10号《项目支出绩效评价管理办法》及所附《项目支出绩效自评表》"
"""The form and what its columns mean: A 全年预算数, B 全年执行数, 执行率 B/A (docs/audit.md says what was read and what is assumed)."""


def short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def shown(value: Decimal) -> str:
    """A number without trailing zeros and without an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Decimal, places: int = 2) -> str:
    """Half up, as the forms round."""
    with localcontext(prec=4_000):  # a text may hold a number of any length
        return f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"


def percent(ratio: Decimal, places: int = 2) -> str:
    return f"{shown(Decimal(rounded(ratio * 100, places)))}%"


def added(values: Iterable[Decimal]) -> str:
    """``5+5+10=20``."""
    listed = list(values)
    return f"{'+'.join(map(shown, listed))}={shown(sum(listed, Decimal(0)))}"
