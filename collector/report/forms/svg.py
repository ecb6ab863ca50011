"""Charts are embedded as they are, so what may stand in one is a closed list: shapes and texts, nothing that runs or loads."""

from __future__ import annotations

import re
from xml.etree.ElementTree import canonicalize
from xml.parsers import expat

ELEMENTS = frozenset(
    {
        "svg",
        "g",
        "defs",
        "pattern",
        "title",
        "desc",
        "rect",
        "line",
        "polyline",
        "polygon",
        "path",
        "circle",
        "text",
        "tspan",
    }
)
_URL = re.compile(r"url\(\s*(?!#[\w-]+\s*\))", re.IGNORECASE)


def checked_svg(svg: str, title: str) -> str:
    """The same picture in canonical XML, in which an XML and an HTML parser see the same elements.

    Raises ValueError naming what is not allowed: a script, a handler, a link, a style sheet, an entity, an outside reference.
    """
    parser = expat.ParserCreate()

    def begun(name: str, attributes: dict[str, str]) -> None:
        if name not in ELEMENTS:
            raise ValueError(f"chart {title[:60]!r}: <{name[:30]}> may not stand in a chart")
        for key, value in attributes.items():
            _check_attribute(key, value, title)

    def refused(*_: object) -> None:
        raise ValueError(
            f"chart {title[:60]!r}: neither a document type nor a processing instruction may stand in a chart"
        )

    parser.StartElementHandler = begun
    parser.StartDoctypeDeclHandler = parser.ProcessingInstructionHandler = refused
    try:
        parser.Parse(svg.encode("utf-8"), True)
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise ValueError(f"chart {title[:60]!r}: is not well-formed SVG ({type(error).__name__})") from None
    return canonicalize(svg)


def _check_attribute(key: str, value: str, title: str) -> None:
    if key.lower().startswith("on") or "href" in key.lower() or key == "style" or _URL.search(value):
        raise ValueError(f"chart {title[:60]!r}: the attribute {key[:30]} may not stand in a chart")
