"""The document as one HTML file: style and charts inside, no script, a policy that forbids to load or run anything, made for A4."""

from __future__ import annotations

import base64
import hashlib
import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from collector.report.forms.document import Document, Picture


def as_html(document: Document) -> bytes:
    """UTF-8. Every text passes through the template engine's escaping; charts have been checked element by element."""
    environment = Environment(
        loader=PackageLoader("collector.report.forms"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = _style(document, environment)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = environment.get_template("form.html").render(
        document=document,
        style=Markup(style),  # noqa: S704  # our own file, with texts of the foot as CSS escapes
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        pictures={id(one): Markup(_numbered(one.chart.svg, n)) for n, one in enumerate(_pictures(document))},  # noqa: S704
        kind=lambda block: type(block).__name__,
        key=id,
    )
    return page.encode()


def _pictures(document: Document) -> list[Picture]:
    return [block for page in document.pages for block in page.blocks if isinstance(block, Picture)]


def _style(document: Document, environment: Environment) -> str:
    before, _, rest = document.page_of.partition("{page}")
    between, _, after = rest.partition("{pages}")
    words = {"foot": document.foot, "before": before, "between": between, "after": after}
    return environment.get_template("form.css").render({key: Markup(_css_string(text)) for key, text in words.items()})  # noqa: S704


def _css_string(text: str) -> str:
    """Quoted; whatever is no plain letter or digit as its code point, so that nothing ends the string or the style."""
    return '"' + re.sub(r"[^0-9A-Za-z ]", lambda match: f"\\{ord(match[0]):06x}", text) + '"'


def _numbered(svg: str, number: int) -> str:
    """Ids are a page's, not a picture's: those of each picture get its number."""
    svg = re.sub(r'\bid="([\w-]+)"', rf'id="p{number}-\1"', svg)
    return re.sub(r"url\(#([\w-]+)\)", rf"url(#p{number}-\1)", svg)
