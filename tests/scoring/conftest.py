"""The small profile in a file, and loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collector.profile_files import Evaluation, load_evaluation
from tests.scoring.samples import PROFILE

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """The small profile in a file, with pieces of its text replaced."""

    def written(*replaced: tuple[str, str]) -> Path:
        text = PROFILE
        for old, new in replaced:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = tmp_path / "small.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def small(write: Write) -> Evaluation:
    return load_evaluation(str(write()))
