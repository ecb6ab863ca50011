"""The narrative report: the profile's sections, each with its own words first and what the data say after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from collector.scoring import section_remarks as remarks
from collector.scoring import section_texts as texts
from collector.scoring.form import Chart, Form, Section
from collector.scoring.judged import Given, Judged

Drafter = Callable[[texts.Source], list[texts.Block]]


def sections_of(form: Form, given: Given, judged: Sequence[Judged], charts: Mapping[str, Sequence[Chart]]) -> Form:
    """The form with the sections of its profile. charts: by the kind of section, after its text."""
    source = texts.Source(form, given, tuple(judged))
    language = given.say.language
    sections = [
        Section(
            title=layout.title(language),
            blocks=(
                *(text(language) for text in layout.text),
                *(block for draft in DRAFTERS[layout.kind] for block in draft(source)),
                *charts.get(layout.kind, ()),
            ),
        )
        for layout in given.profile.sections
    ]
    return replace(form, sections=tuple(sections))


DRAFTERS: Mapping[str, tuple[Drafter, ...]] = {
    "overview": (texts.facts, texts.funds),
    "goals": (texts.goal, texts.targets),
    "process": (texts.process, texts.rules, texts.bases),
    "conclusion": (texts.total, texts.heads),
    "achievement": (texts.funds, texts.goal, texts.lines),
    "lines": (texts.lines,),
    "experience": (remarks.met,),
    "problems": (remarks.problems,),
    "suggestions": (remarks.suggestions,),
    "publication": (remarks.publication,),
    "notes": (remarks.notes, remarks.proof),
    "annex": (remarks.annex,),
}
"""What each kind of section is made of."""
