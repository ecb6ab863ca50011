"""The words of a report in Chinese and English, and the texts that come from outside made fit to stand in a line."""

from __future__ import annotations

import re
from typing import Literal

from collector.faults import in_chinese
from collector.report.glossary import GLOSSARY

Language = Literal["zh", "en"]

LONGEST = 120
"""A name longer than this is cut in tables, headings and charts; the workbook has it in full where it defines the indicator."""

NOT_PRINTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, and the marks that turn the direction of the text after them: they would reorder the rest of a line."""


class Words:
    """``words("coverage")`` in the report's language; ``words.other("coverage")`` in the second one, for labels."""

    def __init__(self, language: Language = "zh") -> None:
        self.language = language
        self._first = 0 if language == "zh" else 1

    def __call__(self, key: str, **values: object) -> str:
        return GLOSSARY[key][self._first].format(**values)

    def fault(self, text: str) -> str:
        """A measurement's fault, whose own sentence is English."""
        return in_chinese(text) if self.language == "zh" else text

    def other(self, key: str) -> str:
        return GLOSSARY[key][1 - self._first]

    def both(self, key: str) -> str:
        """``覆盖率 coverage``; once where the two are the same."""
        return self(key) if self(key) == self.other(key) else f"{self(key)} {self.other(key)}"

    def knows(self, key: str) -> bool:
        return key in GLOSSARY


def printable(text: str) -> str:
    """With white space as single blanks and every control or direction mark shown as U+FFFD."""
    return NOT_PRINTED.sub("\N{REPLACEMENT CHARACTER}", re.sub(r"\s+", " ", text)).strip()


def short(text: str, longest: int = LONGEST) -> str:
    shown = printable(text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
