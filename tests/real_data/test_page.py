"""docs/real-data.md prints the city files that are tested, and every one of them is valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from collector.city.load import load_city

PAGE = (Path(__file__).parents[2] / "docs" / "real-data.md").read_text()
FILES = sorted(Path(__file__).parent.glob("*.yaml"))
each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_the_page_prints_every_city_file_and_no_other() -> None:
    printed = dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))
    assert printed == {path.name: path.read_text() for path in FILES}


@each
def test_the_city_file_is_valid_and_its_sources_are_imported(path: Path) -> None:
    city = load_city(path)
    section = next(part for part in PAGE.split("\n## ") if f"# {path.name}\n" in part)
    for source in city.sources:
        assert f"citygauge import {source.id} " in section
