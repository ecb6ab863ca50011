"""The register file: what a row means, which rows held when, and what is refused."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.errors import ConfigurationError
from collector.periods import Span, instant
from collector.records import ATTRIBUTES
from collector.register import Owed, known_at, owed_spans
from collector.register_file import FOREVER, Entries, parse_register
from collector.subjects import Dictionary

ZONE = ZoneInfo("Asia/Shanghai")
NEVER = FOREVER - 1


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=ZONE))


def read(text: str) -> Entries:
    return parse_register(text.encode(), "channels.csv", ZONE)


def owed(text: str, as_of: int = NEVER) -> Owed:
    return owed_spans(known_at(read(text), as_of), Dictionary())


def spans(text: str, as_of: int = NEVER) -> dict[str, list[tuple[int, int]]]:
    """The owed spans of every subject that has one."""
    found = owed(text, as_of)
    out: dict[str, list[tuple[int, int]]] = {}
    for one in found.rounds:
        for subject, joined, removed in zip(found.dictionary.keys.to_pylist(), one.joined, one.removed, strict=True):
            if removed > joined:
                out.setdefault(subject, []).append((int(joined), int(removed)))
    return out


def test_a_row_without_dates_is_owed_always() -> None:
    assert spans("subject\na\n") == {"a": [(-FOREVER, FOREVER)]}


def test_dates_are_midnights_and_instants_without_an_offset_are_those_of_the_city() -> None:
    text = "subject,joined\na,2026-10-16\nb,2026-10-16T08:30:00\nc,2026-10-16T08:30:00Z\n"
    joined = {subject: rows[0][0] for subject, rows in spans(text).items()}
    assert joined == {"a": at("2026-10-16"), "b": at("2026-10-16T08:30"), "c": at("2026-10-16T16:30")}


def test_a_removal_without_approval_leaves_the_subject_owed() -> None:
    text = "subject,joined,removed,approved_by\na,2026-10-01,2026-10-10,\nb,2026-10-01,2026-10-10,王局\n"
    assert spans(text) == {"a": [(at("2026-10-01"), FOREVER)], "b": [(at("2026-10-01"), at("2026-10-10"))]}


def test_a_pending_removal_is_told_for_the_spans_that_it_would_have_changed() -> None:
    found = owed("subject,joined,removed,approved_by\na,2026-10-01,2026-10-10,\nb,2026-10-01,2026-10-10,王局\n")
    september, october = Span(at("2026-09-01"), at("2026-10-01")), Span(at("2026-10-01"), at("2026-11-01"))
    assert found.pending_in(september).tolist() == [False, False]
    assert found.pending_in(october).tolist() == [True, False]


def test_a_removal_that_waits_for_approval_ends_where_the_subject_joins_again() -> None:
    text = "subject,joined,removed,approved_by\na,2026-10-01,2026-10-10,\na,2026-10-20,,\n"
    assert spans(text) == {"a": [(at("2026-10-01"), at("2026-10-20")), (at("2026-10-20"), FOREVER)]}


def test_a_subject_may_join_leave_and_join_again_in_rows_of_any_order() -> None:
    text = "subject,joined,removed,approved_by\na,2026-10-20,,\nb,,,\na,2026-10-01,2026-10-10,王局\n"
    assert spans(text) == {
        "a": [(at("2026-10-01"), at("2026-10-10")), (at("2026-10-20"), FOREVER)],
        "b": [(-FOREVER, FOREVER)],
    }


def test_a_row_counts_from_its_entry_on_and_replaces_the_one_that_it_repeats() -> None:
    text = (
        "subject,joined,removed,entered_at,approved_by\n"
        "a,2026-10-01,,,\n"
        "a,2026-10-01,2026-10-10,2026-10-12T09:00:00,王局\n"
        "b,2026-10-05,,2026-10-06,\n"
    )
    assert spans(text, at("2026-10-05")) == {"a": [(at("2026-10-01"), FOREVER)]}
    assert spans(text, at("2026-10-12T09:00") - 1)["a"] == [(at("2026-10-01"), FOREVER)]
    assert spans(text, at("2026-10-12T09:00"))["a"] == [(at("2026-10-01"), at("2026-10-10"))]
    assert spans(text, at("2026-10-06"))["b"] == [(at("2026-10-05"), FOREVER)]


def test_an_approved_correction_may_take_a_span_back() -> None:
    text = "subject,joined,removed,entered_at,approved_by\na,2026-10-01,,,\na,2026-10-01,2026-10-01,2026-10-03,王局\n"
    moved = text + "a,2026-10-16,,2026-10-03,\n"
    assert spans(text, at("2026-10-02")) == {"a": [(at("2026-10-01"), FOREVER)]}
    assert spans(text) == {}
    assert spans(moved) == {"a": [(at("2026-10-16"), FOREVER)]}


def test_attributes_are_those_of_the_last_span() -> None:
    text = "subject,joined,removed,approved_by,department\na,2026-10-01,2026-10-10,王局,公安局\na,2026-10-20,,,城管局\nb,,,,公安局\n"
    assert owed(text).dictionary.attribute("department").to_pylist() == ["城管局", "公安局"]


def test_a_register_over_subjects_that_are_known_already_keeps_their_numbers() -> None:
    known, _, _ = Dictionary().merge(["stranger", "b"], {})
    found = owed_spans(known_at(read("subject,joined\na,2026-10-01\nb,2026-10-02\n"), NEVER), known)
    assert found.dictionary.keys.to_pylist() == ["stranger", "b", "a"]
    assert [found.rounds[0].joined[n] for n in (1, 2)] == [at("2026-10-02"), at("2026-10-01")]
    assert found.rounds[0].joined[0] == found.rounds[0].removed[0]


def test_an_empty_register_owes_nobody() -> None:
    assert spans("subject,joined\n") == {}


def test_blanks_around_a_field_and_a_byte_order_mark_mean_nothing() -> None:
    assert spans("\ufeffsubject , joined\n".replace(" ", "") + ' a ,"2026-10-01 "\n') == {
        "a": [(at("2026-10-01"), FOREVER)]
    }


HEAD = "subject,joined,removed,entered_at,approved_by\n"

MISTAKES = {
    "no column subject": (
        "joined\n2026-10-01\n",
        "channels.csv:1: the column 'subject' is missing; the columns are subject, joined, removed, entered_at, approved_by, reason, "
        + ", ".join(ATTRIBUTES),
    ),
    "an unknown column": ("subject,left\na,\n", "channels.csv:1: there is no column 'left'; the columns are "),
    "a column twice": (
        "subject,joined,joined\na,,\n",
        "channels.csv:1: the column 'joined' is there twice; the columns are ",
    ),
    "an empty file": ("", "channels.csv:1: the column 'subject' is missing"),
    "no subject": ("subject,joined\na,\n ,2026-10-01\n", "channels.csv:3: subject: is empty; every row names one"),
    "too few fields": (
        "subject,joined\n\na\n",
        "channels.csv:3: 1 fields for 2 columns; empty fields need their commas too, and a field with a comma its quotes",
    ),
    "too many fields": ("subject,joined\na,,x\n", "channels.csv:2: 3 fields for 2 columns; "),
    "no date": (
        'subject,joined,reason\na,,"two\nlines"\nb,16.10.2026,\n',
        "channels.csv:4: joined: '16.10.2026' is not a date such as 2026-10-16, nor an instant such as 2026-10-16T08:00:00+08:00",
    ),
    "no such day": ("subject,removed\na,2026-02-30\n", "channels.csv:2: removed: '2026-02-30' is not a date"),
    "removed before it joined": (
        HEAD + "a,2026-10-10,2026-10-01,,王局\n",
        "channels.csv:2: removed: lies before joined; a span ends after it began",
    ),
    "removed as it joined": (
        HEAD + "b,,,,\na,2026-10-10,2026-10-10,,王局\n",
        "channels.csv:3: removed: is the same as joined; only a correction may say so, to take back the row that it repeats",
    ),
    "twice": (
        HEAD + "a,2026-10-10,,,\nb,,,,\na,2026-10-10,,,\n",
        "channels.csv:4: subject: 'a' is listed twice (line 2); a correction needs an entered_at later than that one's, ",
    ),
    "an overlap": (
        HEAD + "a,2026-10-10,,,\na,2026-10-20,,,\n",
        "channels.csv:3: joined: 'a' is registered by line 2 over some of the same time; end the one span before the other begins",
    ),
    "an overlap from an entry on": (
        HEAD + "a,2026-10-20,,,\na,2026-10-01,2026-10-10,,王局\na,2026-10-01,2026-10-21,2026-10-12,王局\n",
        "channels.csv:4: joined: 'a' is registered by line 2 over some of the same time",
    ),
    "an overlap that a later row ends": (
        HEAD + "a,2026-10-01,,,\na,2026-10-10,,2026-10-11,\na,2026-10-01,2026-10-10,2026-10-12,王局\n",
        "channels.csv:3: joined: 'a' is registered by line 2 over some of the same time",
    ),
    "an open quote": ('subject,joined\na,"2026\n', "register file channels.csv: unexpected end of data"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_by_line_column_and_remedy(mistake: str) -> None:
    text, message = MISTAKES[mistake]
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert str(caught.value).startswith(message)


def test_the_register_file_of_the_accounting_page_says_what_the_page_says() -> None:
    page = (Path(__file__).parent.parent / "docs" / "accounting.md").read_text(encoding="utf-8")
    text = page.partition("```csv\n")[2].partition("```")[0]
    first, second, third = (f"3402000000132000000{i}" for i in (1, 2, 3))

    assert spans(text, at("2026-10-22T10:00") - 1)[second] == [(at("2026-01-01"), FOREVER)]
    assert spans(text) == {
        first: [(at("2026-01-01"), FOREVER)],
        second: [(at("2026-01-01"), at("2026-10-20")), (at("2026-11-10"), FOREVER)],
        third: [(at("2026-10-16"), FOREVER)],
    }


def test_a_file_in_another_encoding_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"channels\.csv: is not UTF-8; save it as CSV in UTF-8"):
        parse_register("subject,department\na,公安局\n".encode("gbk"), "channels.csv", ZONE)
