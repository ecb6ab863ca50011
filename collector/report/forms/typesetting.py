"""Typst, with the fonts that are shipped and nothing else from the machine: the same data give the same bytes everywhere.

The one home of typst. Data go in as JSON, so that no text is ever read as a program of the typesetter.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from pylopdf_fonts_zh_cn import sans_path

TEMPLATES = Path(__file__).with_name("templates")
BREAK_HERE = "\N{ZERO WIDTH SPACE}"
"""Where a line may end inside of a long word."""
ARCHIVAL: Literal["a-2b"] = "a-2b"
MOST_MISSING = 200
"""After so many characters without a glyph the others that are not plain are taken for missing too: each is found by a trial."""

_PLAIN = re.compile(
    r"[\s!-~\u00b0\u00b1\u00b7\u00d7\u00f7\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u203b\u2103\u2190-\u2193\u2260\u2264\u2265"
    r"\u2248\u2460-\u2469\u25a0\u25a1\u25cb\u25cf\u3001-\u3011\u3014\u3015\u4e00-\u9fa5\uff01-\uff5e\ufffd]"
)
"""Characters that can be shown by themselves and beside any other of them: both shipped fonts have all but U+FFFD."""


def typeset(
    template: str,
    data: dict[str, Any],
    fonts: Sequence[Path] = (),
    kind: Literal["pdf", "png"] = "pdf",
    ppi: float | None = None,
) -> Any:
    """The pages of a template: bytes of a PDF/A-2b, or of a PNG for each page.

    A character that no font has is printed as its code point, ``[U+1F600]``: an archival file must not hold an empty box.
    """
    text = json.dumps(data, ensure_ascii=False)
    try:
        return _compiled(template, text, tuple(fonts), kind, ppi)
    except typst.TypstError:
        pass
    try:
        return _compiled(template, _without(text, _missing(text, tuple(fonts))), tuple(fonts), kind, ppi)
    except typst.TypstError:  # a character that is shown alone may not be shown beside some others
        return _compiled(template, _without(text, _strange(text)), tuple(fonts), kind, ppi)


def _compiled(template: str, data: str, fonts: tuple[Path, ...], kind: Literal["pdf", "png"], ppi: float | None) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", typst.TypstWarning)
        return typst.compile(
            str(TEMPLATES / template),
            root=str(TEMPLATES),
            font_paths=_fonts(fonts),
            ignore_system_fonts=True,
            format=kind,
            ppi=ppi,
            sys_inputs={"data": data},
            pdf_standards=ARCHIVAL if kind == "pdf" else [],
            timestamp=0,
        )


@cache
def _fonts(folders: tuple[Path, ...]) -> typst.Fonts:
    return typst.Fonts(False, True, [str(one) for one in (*folders, sans_path().parent)])


def _missing(text: str, fonts: tuple[Path, ...]) -> set[str]:
    """The characters that no font can show, found by halving."""
    missing: set[str] = set()
    waiting = [sorted(_strange(text))]
    while waiting:
        some = waiting.pop()
        if len(missing) >= MOST_MISSING:
            missing.update(some)
        elif not _shows(some, fonts):
            half = len(some) // 2
            waiting += [some[:half], some[half:]] if half else []
            missing.update([] if half else some)
    return missing


def _strange(text: str) -> set[str]:
    return {one for one in text if one != BREAK_HERE and not _PLAIN.match(one)}


def _shows(some: list[str], fonts: tuple[Path, ...]) -> bool:
    try:
        _compiled("trial.typ", json.dumps(some), fonts, "pdf", None)
    except typst.TypstError:
        return False
    return True


def _without(text: str, missing: set[str]) -> str:
    def shown() -> Iterator[str]:
        for one in text:
            yield f"{BREAK_HERE}[U+{BREAK_HERE}{ord(one):04X}]{BREAK_HERE}" if one in missing else one

    return "".join(shown())
