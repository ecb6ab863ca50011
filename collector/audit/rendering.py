"""Findings as JSON and as one HTML page that can be handed in: no script, nothing loaded, every text escaped."""

from __future__ import annotations

from collections import Counter
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from collector.audit.document import Document
from collector.audit.rules import RULES, Finding, Rule
from collector.audit.words import SEVERITIES, WORDS

LONGEST = 400
"""Characters of a text from the report that the page shows."""
KNOWN: dict[str, Rule] = {rule.id: rule for rule, _ in RULES}


def message(finding: Finding, language: str) -> str:
    return finding.message if language == "zh" else finding.message_en


def as_json(document: Document, findings: list[Finding], language: str) -> dict[str, Any]:
    """``file`` and ``findings``; ``remarks`` only where the reader had any."""
    found = [
        {
            "rule": one.rule,
            "severity": one.severity,
            "where": one.where,
            "quote": list(one.quote),
            "stated": one.stated,
            "recomputed": one.recomputed,
            "message": message(one, language),
        }
        for one in findings
    ]
    remarks = {"remarks": list(document.remarks)} if document.remarks else {}
    return {"file": document.name, "findings": found} | remarks


def as_html(document: Document, findings: list[Finding], language: str) -> bytes:
    """UTF-8."""
    environment = Environment(
        loader=PackageLoader("collector.audit"),
        autoescape=True,  # for every template, whatever its file is called
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = short
    counted = Counter(one.rule for one in findings)
    page = environment.get_template("audit.html").render(
        document=document,
        findings=findings,
        language=language,
        w=WORDS[language],
        severities=SEVERITIES[language],
        summary=[(rule, counted[rule.id]) for rule in KNOWN.values() if counted[rule.id]],
        title=title,
        rules=KNOWN,
        message=message,
        rows=sum(len(form.rows) for form in document.forms),
    )
    return page.encode()


def title(rule: Rule, language: str) -> str:
    return rule.title if language == "zh" else rule.title_en


def short(text: object) -> str:
    """Cut at ``LONGEST``; what a page cannot print (control and direction characters) is dropped."""
    kept = "".join(one for one in str(text) if one.isprintable())
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…"
