"""Chinese report text made comparable: widths, spaces inside words, sentences, and the numbers in them.

Quotes in findings are taken from this form of the text, not from the bytes of the file.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

HAN = r"\u3400-\u9fff"
_CJK = rf"{HAN}\u3000-\u303f\uff00-\uffef“”‘’…"
_GAP = re.compile(rf"(?<=[{_CJK}])[ \t]+|[ \t]+(?=[{_CJK}])")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " "}
_SENTENCE = re.compile(r"[^。;!?\n]*[。;!?]?")
_AMONG_DIGITS = re.compile(r"(?<=\d)[ \t]+(?=\d)")


def plain(text: str) -> str:
    """Half-width letters, digits and punctuation; no control, direction or zero-width characters; single spaces."""
    kept = "".join(
        one for one in text.translate(_WIDE) if one in "\t\n " or unicodedata.category(one) not in {"Cc", "Cf"}
    )
    return re.sub(r"[ \t]+", " ", kept).strip()


def squeezed(text: str) -> str:
    """``plain`` without the spaces that a page layout puts between Chinese characters: ``总 分`` is ``总分``."""
    return re.sub(r" ?([(),:;<>《》“”]) ?", r"\1", _GAP.sub("", plain(text)))


LONGEST_SENTENCE = 1_500
"""A longer one is cut: it is a table that lost its marks, and the time that patterns take grows with the square of the length."""
LONGEST_LABEL = 200


def cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def sentences(text: str) -> list[str]:
    found = [one for part in _SENTENCE.findall(text.replace("【", "\n【")) if (one := part.strip())]
    return [piece for one in found for piece in cut(one, LONGEST_SENTENCE)]


def compact(text: str) -> str:
    """A cell's text without any white space, for form labels are spread over lines and columns; cut at ``LONGEST_LABEL``."""
    return re.sub(r"\s+", "", plain(text[: 4 * LONGEST_LABEL]))[:LONGEST_LABEL]


_SCALES = {"": Decimal(1), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_NUMBER = re.compile(
    r"(?P<before>≥|≤|>=|<=|>|<|约|近|大约|超过|超|突破|不低于|不少于|不超过|不高于|达到|达|至少|最多)?"
    r"(?<![\d.A-Za-z])(?P<digits>\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,8})?|\d{1,15}(?:\.\d{1,8})?)(?![\d])"
    r"(?P<more>余|多)?(?P<scale>万|亿|千|百)?(?P<after>余|多)?"
    r"(?P<unit>%|‰|个百分点|人次|平方公里|[元件起条路个人户家份名台次场张处宗项天月年分台只辆度]|小时|分钟|kWh)?"
    r"(?P<tail>以上|以下|以内|左右)?"
)
_FROM_BELOW = {"近"}
_AROUND = {"约", "大约"}
_AT_LEAST = {"≥", ">=", ">", "超过", "超", "突破", "不低于", "不少于", "至少"}
_AT_MOST = {"≤", "<=", "<", "不超过", "不高于", "最多"}


@dataclass(frozen=True)
class Quantity:
    """A number as printed. amount: in the base unit (万 and 亿 multiplied out; percent stays percent). step: the value of its last digit.

    bound: how it is hedged: ``at_least``, ``at_most``, ``about`` or empty. start, end: where it stands in the text.
    """

    text: str
    amount: Decimal
    unit: str
    step: Decimal
    bound: str
    start: int
    end: int

    @property
    def half(self) -> Decimal:
        """Half of the last printed digit: what rounding can account for."""
        return self.step / 2


def quantities(text: str) -> list[Quantity]:
    return [_quantity(match) for match in _NUMBER.finditer(text)]


def _quantity(match: re.Match[str]) -> Quantity:
    digits = match["digits"].replace(",", "")
    scale = _SCALES[match["scale"] or ""]
    step = Decimal(1).scaleb(-len(digits.partition(".")[2])) * scale
    return Quantity(
        match[0], Decimal(digits) * scale, match["unit"] or "", step, _bound(match), match.start(), match.end()
    )


def _bound(match: re.Match[str]) -> str:
    before, tail = match["before"] or "", match["tail"] or ""
    if before in _AT_LEAST or tail == "以上" or match["more"] or match["after"]:
        return "at_least"
    if before in _AT_MOST or tail in {"以下", "以内"}:
        return "at_most"
    return "about" if before in _AROUND | _FROM_BELOW or tail == "左右" else ""


def single(text: str) -> Quantity | None:
    """The one number of a cell (``10分``, ``1444.49``, ``≥95%``); None where there is none, or several."""
    found = quantities(_AMONG_DIGITS.sub("", compact(text)))
    return found[0] if len(found) == 1 else None


def number(text: str) -> Decimal | None:
    """A cell that holds a number and at most a unit of points, money or percent; anything else is None."""
    match = re.fullmatch(r"([-+]?\d{1,15}(?:,\d{3}){0,5}(?:\.\d{1,8})?)(分|%|万元|元)?", compact(text))
    return Decimal(match[1].replace(",", "")) if match else None


def bigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))
