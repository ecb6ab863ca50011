from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from collector.report.forms import rendered
from collector.report.forms.packs import load_pack
from collector.scoring.form import Form
from tests.report.forms.county import county, english


@pytest.fixture(scope="session")
def form() -> Form:
    return county()


@pytest.fixture(scope="session")
def file() -> Callable[..., bytes]:
    """The county's form in a format, in a language and by a pack; each is made once."""

    @cache
    def made(name: str, language: str = "zh", pack: str = "national") -> bytes:
        return rendered(county() if language == "zh" else english(county()), name, load_pack(pack))

    return made
