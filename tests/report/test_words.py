"""Every word that a report can need exists in both languages, and no text from outside can disturb a line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

import collector.report
from collector.city.indicators import Indicator
from collector.report.definitions import formula_key, setting_text
from collector.report.glossary import GLOSSARY
from collector.report.words import LONGEST, Words, printable, short
from collector.store.runs import Outcome
from collector.verdict import Verdict

MEASURES = get_args(get_args(Indicator)[0])
TOLD_APART = {"id", "name", "measure", "unit", "source", "target", "min_coverage", "alerts"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "case_found_by": {"found_by": ["视频"]},
    "figure": {"figure": "f"},
    "ratio": {"numerator": "a", "denominator": "b"},
    "growth": {"of": "a", "baseline": "2025"},
    "timeliness": {"figure": "f", "every": "1d", "within": "1h"},
    "budget_execution": {"executed": "a", "budget": "b"},
    "survey": {"answers": ["a", "b"], "satisfied": ["a"]},
}


def example(measure: str) -> Any:
    return TypeAdapter(Indicator).validate_json(
        TypeAdapter(dict[str, Any]).dump_json({"id": "x", "measure": measure} | EXAMPLES.get(measure, {}))
    )


def literals(annotation: Any) -> list[str]:
    found = [one for one in get_args(annotation) if isinstance(one, str)]
    return found + [word for inner in get_args(annotation) if not isinstance(inner, str) for word in literals(inner)]


@pytest.mark.parametrize("kind", MEASURES, ids=lambda kind: kind.__name__)
def test_every_setting_and_every_choice_of_a_measure_has_words(kind: Any) -> None:
    measure = literals(kind.model_fields["measure"].annotation)[0]
    assert formula_key(example(measure)) in GLOSSARY
    for name, field in kind.model_fields.items():
        if name in TOLD_APART:
            continue
        assert f"setting.{name}" in GLOSSARY
        for choice in literals(field.annotation):
            assert f"{name}.{choice}" in GLOSSARY


@pytest.mark.parametrize(
    "key",
    [f"formula.availability.{one}" for one in ("subject_time", "subject_mean", "sweep_mean")]
    + [f"formula.case_closure.{one}" for one in ("should_archive", "accepted_in_period", "closed_vs_accepted")]
    + [f"verdict.{one.value}" for one in Verdict]
    + [f"outcome.{one.value}" for one in Outcome],
)
def test_every_word_of_the_program_can_be_printed(key: str) -> None:
    assert all(GLOSSARY[key])


def test_every_key_that_a_template_asks_for_exists() -> None:
    templates = Path(collector.report.__file__).parent / "templates"
    asked = {
        key
        for path in templates.iterdir()
        for key in re.findall(r'(?:label|w)\("([^"]+)"(?! ~)', path.read_text("utf-8"))
    }
    assert len(asked) > 30
    assert asked <= GLOSSARY.keys()


def test_both_languages_have_the_same_gaps_to_fill() -> None:
    for key, (chinese, english) in GLOSSARY.items():
        assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english)), key


def test_a_label_that_is_the_same_in_both_languages_stands_once() -> None:
    assert (Words("zh").both("coverage"), Words("en").both("coverage")) == ("覆盖率 coverage", "coverage 覆盖率")
    assert Words("zh").both("n") == "n"


def test_a_name_with_braces_is_not_taken_for_a_gap_to_fill() -> None:
    assert "{0.__class__}" in Words("zh")("no_value", reason="{0.__class__}")


def test_control_and_direction_marks_are_shown_and_white_space_is_one_blank() -> None:
    assert printable("a\x00b\u202ec\u2067d\n\t e") == "a\ufffdb\ufffdc\ufffdd e"


def test_a_long_name_is_cut_with_an_ellipsis() -> None:
    assert short("名" * 10_000) == "名" * (LONGEST - 1) + "…"
    assert short("名" * LONGEST) == "名" * LONGEST


def test_a_setting_of_a_later_version_is_shown_as_written() -> None:
    assert setting_text("method", "sampled", Words("zh")) == "sampled"
    assert setting_text("limits", {"a": [1, 2]}, Words("zh")) == '{"a": [1, 2]}'
