"""The sums behind a figure, in words."""

from __future__ import annotations

from typing import Any

import pytest

from collector.report.quantities import Reading
from collector.report.rounding import SPACE
from collector.report.sums import sums
from collector.report.words import Words
from tests.report.october import october, report_of


def told(name: str, words: Words, parts: dict[str, Any], **definition: Any) -> list[tuple[str, str, str]]:
    """(side, label, text) of the sums of the October indicator ``name`` with other parts and settings."""
    document = october()
    one = next(one for one in document["indicators"] if one["id"] == name)
    one["measurement"]["parts"] = parts
    if definition:
        one["definition"] = {"id": name, **definition}
        one["measurement"] |= {"numerator": parts["satisfied"], "denominator": parts["answers"]}
    figure = next(line.figure for line in report_of(document).lines if line.figure.indicator.id == name)
    return [
        (one.side, words(one.key) if words.knows(one.key) else one.key, one.text.replace(SPACE, " "))
        for one in sums(Reading(figure, words))
    ]


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        ("zh", [("numerator", "满意答卷数", "412"), ("denominator", "有效答卷数", "431"), ("", "发放数", "600"),
                ("", "调查次数（各次答卷相加）", "2")]),
        ("en", [("numerator", "satisfied", "412"), ("denominator", "answers", "431"), ("", "asked", "600"),
                ("", "surveys (their answers are added up)", "2")]),
    ],
)  # fmt: skip
def test_the_sums_of_a_survey_are_answers(language: Any, rows: list[tuple[str, str, str]]) -> None:
    counts = {"satisfied": "412", "answers": "431", "asked": "600", "surveys": "2"}
    options = {"answers": ["good", "bad"], "satisfied": ["good"], "asked": "asked"}
    assert told("catalogue", Words(language), counts, measure="survey", source="catalogue", **options) == rows


def test_what_disappeared_is_told_as_time_and_as_a_value_in_the_unit_of_the_indicator() -> None:
    parts = {"disappeared_subjects": "3", "disappeared_seconds": "86400", "value_if_disappeared_were_down": "0.949996"}
    assert told("video_online_rate", Words("en"), parts)[2:] == [
        ("", "subjects that disappeared from the list", "3"),
        ("", "time no longer counted after they disappeared", "24 h (86,400 s)"),
        ("", "value if they had stayed and been down", "94.9996 %"),
    ]


def test_a_part_that_is_not_known_is_shown_by_its_own_name() -> None:
    assert told("closure", Words("en"), {"sampled_by": "hand"})[-1] == ("", "sampled_by", "hand")
