"""The report of a frozen period: gathered once (``content``), then rendered as HTML (``html``) or as a workbook (``xlsx``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.report.content import gather
from collector.report.html import as_html
from collector.report.words import Language, Words
from collector.report.xlsx import as_workbook

RENDERERS = {"html": as_html, "xlsx": as_workbook}


def write_report(installation: Installation, period_label: str, paths: Mapping[str, Path], lang: Language = "zh") -> None:
    """Write the newest revision of ``period_label`` in each format to its path; the same snapshot and archive give the same bytes.

    lang: the language that comes first, ``zh`` or ``en``; the other one stands beside the labels.
    Raises ConfigurationError for a period without snapshot, an unknown format, or a path that cannot be written.
    """
    for name in paths:
        if name not in RENDERERS:
            raise ConfigurationError(f"--format: {name!r} is none of {', '.join(RENDERERS)}")
    report, words = gather(installation, period_label), Words(lang)
    for name, path in paths.items():
        try:
            path.write_bytes(RENDERERS[name](report, words))
        except OSError as error:
            raise ConfigurationError(f"{path}: {error.strerror}") from None
