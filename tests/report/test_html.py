"""The HTML report: its text, that it stands alone, and that no name can harm it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from collector.report.content import Report
from collector.report.html import as_html
from collector.report.words import Words
from tests.report.october import HERE, october, report_of

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Tags with attributes, and the text outside of the style; raises where tags do not close in order."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(body.decode())
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag in {"tr", "p", "h1", "h2", "h3", "h4", "li", "svg", "summary"}:
            self.text.append("\n")
        if tag in {"td", "th", "text"}:
            self.text.append(" | ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text.append(re.sub(r"\s+", " ", data))

    def plain(self) -> str:
        lines = (re.sub(r"\s+", " ", line).strip() for line in "".join(self.text).split("\n"))
        return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_of_the_report(report: Report, golden: Callable[[Path, str], None], lang: str) -> None:
    golden(HERE / "golden" / f"october.{lang}.html.txt", Page(as_html(report, Words(lang))).plain())  # type: ignore[arg-type]


def test_the_file_stands_alone(report: Report, chinese: Words) -> None:
    body = as_html(report, chinese)
    page = Page(body)
    assert not re.search(rb"https?:|//[a-z]|@import", body)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {tag for tag, _ in page.tags}
    urls = [value for _, attributes in page.tags for name, value in attributes.items() if name in {"href", "src"}]
    assert urls
    assert all(str(url).startswith("#") for url in urls)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_links_and_patterns_lead_to_ids_that_exist_once(report: Report, chinese: Words) -> None:
    page = Page(as_html(report, chinese))
    ids = [str(attributes["id"]) for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"])[1:] for tag, attributes in page.tags if tag == "a"}
    fills = {
        str(attributes["fill"])[5:-1]
        for _, attributes in page.tags
        if str(attributes.get("fill", "")).startswith("url(#")
    }
    assert targets | fills <= set(ids)


def test_headers_of_long_tables_are_repeated_on_paper(report: Report, chinese: Words) -> None:
    body = as_html(report, chinese).decode()
    assert "table-header-group" in body
    assert "size: A4" in body
    assert body.count("<thead>") >= 5


def test_the_same_snapshot_gives_the_same_bytes(chinese: Words) -> None:
    assert as_html(report_of(october()), chinese) == as_html(report_of(october()), chinese)


HOSTILE = [
    '<script>alert(1)</script><img src=x onerror="alert(2)">',
    '"></text></svg><iframe src="http://evil.example/">',
    "{{ 7 * 7 }}{% raw %}",
    "\u202eabc\u2067\u200f\x00\x1b[31m",
    "名" * 10_000,
    '=cmd|"/c calc"!A1',
]


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "svg", "template", "direction", "long", "formula"])
def test_a_hostile_name_is_only_text(chinese: Words, text: str) -> None:
    page = Page(as_html(hostile_report(text), chinese))
    clean = Page(as_html(report_of(october()), chinese))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in clean.tags]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00\x1b]", page.plain())
    assert len(page.plain()) < len(clean.plain()) + 30_000
    assert "49" not in page.plain().split("\n")[0]


def hostile_report(text: str) -> Report:
    """The same month with ``text`` wherever a text from outside stands."""
    document = october()
    document["city"] = text
    for one in document["indicators"]:
        one["definition"]["name"] = text
        one["measurement"]["faults"] = [text for _ in one["measurement"]["faults"]]
    document["indicators"][0]["definition"]["where"] = {text: [text]}
    document["indicators"][7]["definition"] |= {"unit": text, "figure": text}
    for one in document["exclusions"]:
        one |= {"reason": text, "approved_by": text, "where": {}, "subjects": [text]}
    because = {kind: [text] for kind in document["revises"]["because"]}
    document["revises"] |= {"reason": text, "author": text, "because": because}
    report = report_of(document)
    departments = report.lines[0].by["department"]
    report.lines[0].by["department"] = {text if name == "公安局" else name: one for name, one in departments.items()}
    report.lines[3].not_broken_down["department"] = text
    return report
