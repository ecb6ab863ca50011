"""The form as data: every field of ``collector.scoring.form.Form`` under its own name, numbers as decimal strings.

Unlike the printed formats nothing is replaced in a text: what a text must not show is written as an escape.
"""

from __future__ import annotations

import json
import re

import msgspec

from collector.report.words import NOT_PRINTED
from collector.scoring.form import Form

FORMAT = "citygauge-form/1"


def as_json(form: Form) -> bytes:
    """UTF-8, keys in the order of the fields. A ratio such as coverage is a number, an amount or a score a string."""
    document = {"format": FORMAT, **msgspec.to_builtins(form)}
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return (_escaped(text) + "\n").encode()


def _escaped(text: str) -> str:
    return re.sub(NOT_PRINTED, lambda match: f"\\u{ord(match[0]):04x}", text)
