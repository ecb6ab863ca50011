"""A city that declares, with a small profile beside its city file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.declaring.declare import Declared, Told, declare
from collector.installation import Installation
from collector.scoring.form import Form
from collector.store.declarations import StoredDeclaration, read_declarations
from tests.scoring.samples import PROFILE
from tests.scripted import DAY, OCTOBER

NOW = OCTOBER + 60 * DAY
"""30 November 2026, Shanghai."""
Declare = Callable[..., Declared]
Stored = Callable[[], list[StoredDeclaration]]
__all__ = ["NOW", "Declare", "Form", "Stored"]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Installation]:
    (tmp_path / "small.yaml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "city.yaml").write_text("city: 试验市\nstore: sqlite:///store.db\nsources: []\n", encoding="utf-8")
    installation = Installation(tmp_path / "city.yaml")
    yield installation
    installation.close()


@pytest.fixture
def hand_in(city: Installation, tmp_path: Path) -> Declare:
    """Declare a text as YAML, or a file that is there; by 张工 unless told otherwise."""

    def handed(what: str | Path, now: int = NOW, **told: str | None) -> Declared:
        path = what if isinstance(what, Path) else tmp_path / "declared.yaml"
        if isinstance(what, str):
            path.write_text(what, encoding="utf-8")
        return declare(city, path, Told(**{"profile": "small.yaml", "by": "张工", **told}), now)

    return handed


@pytest.fixture
def stored(city: Installation) -> Stored:
    def read() -> list[StoredDeclaration]:
        with city.database.read() as connection:
            return read_declarations(connection)

    return read
